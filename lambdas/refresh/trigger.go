package main

import (
	"encoding/json"
	"log/slog"
	"strings"
	"time"
)

// event is what the function understands of an event. It does not depend on
// any of it: whatever comes, the function looks for new lists.
type event struct {
	// Source and DetailType are those of EventBridge.
	Source     string          `json:"source"`
	DetailType string          `json:"detail-type"`
	Detail     json.RawMessage `json:"detail"`
	// Time is when it happened (RFC 3339).
	Time string `json:"time"`
	// Report "always" answers with the report even when a source has no list
	// in force. A schedule leaves it out: there a failure has to be one.
	Report string `json:"report"`
}

// eventOf reads what there is to read. An event that is something else than an
// object, or an object of other members, is a reason to look like any other.
func eventOf(payload json.RawMessage) event {
	var read event
	_ = json.Unmarshal(payload, &read) // what cannot be read is as if it were not there
	return read
}

// trigger is why the function runs.
type trigger string

const (
	// bySchedule: EventBridge Scheduler, once a minute.
	bySchedule trigger = "schedule"
	// byInbox: an object was put under inbox/ (S3, by way of EventBridge).
	byInbox trigger = "inbox"
	// byCA: AWS Private CA has written a list (AWS Private CA User Guide,
	// "Monitoring AWS Private CA with CloudWatch Events").
	byCA trigger = "ca"
	// byCall: somebody invoked the function.
	byCall trigger = "call"
	// byOther: an event that nobody has told this function of.
	byOther trigger = "other"
)

func (e event) trigger() trigger {
	switch {
	case e.Source == "aws.scheduler":
		return bySchedule
	case e.Source == "aws.s3" && e.DetailType == "Object Created":
		return byInbox
	case e.Source == "aws.acm-pca" && e.DetailType == "ACM Private CA CRL Generation":
		return byCA
	case e.Source == "" && e.DetailType == "":
		return byCall
	default:
		return byOther
	}
}

// latest is how late a run of the schedule may be for it to poll. The schedule
// itself is precise to a minute (EventBridge Scheduler User Guide, "Schedule
// types").
const latest = 90 * time.Second

// polls says whether the run goes on looking. Only the schedule's does: it is
// what there is always one of. Any other trigger wants one look now, and must
// not stand in the way of the schedule's next run. Nor must a run of the
// schedule that waited its turn while others were under way: of a row of them,
// each would take most of a minute, and the last one be an hour late.
func (e event) polls(now time.Time) bool {
	then, err := time.Parse(time.RFC3339, e.Time)
	return e.trigger() == bySchedule && (err != nil || now.Sub(then) <= latest)
}

// attributes tell a log of the event. Its words come from outside.
func (e event) attributes() []any {
	attributes := []any{slog.String("trigger", string(e.trigger())), slog.String("source", bounded(e.Source)), slog.String("detailType", bounded(e.DetailType))}
	var object struct {
		Object struct {
			Key string `json:"key"`
		} `json:"object"`
	}
	err := json.Unmarshal(e.Detail, &object)
	if err == nil && object.Object.Key != "" {
		attributes = append(attributes, slog.String("key", bounded(object.Object.Key)))
	}
	return attributes
}

// maxLogged bounds a word from outside, in bytes.
const maxLogged = 256

func bounded(text string) string {
	return strings.ToValidUTF8(text[:min(len(text), maxLogged)], "")
}
