package refresh

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// RecordPrefix is where the decision records lie: a folder for each day (UTC),
// in it the records in the order of their time. They are only ever added.
const RecordPrefix = "records/"

// recordFormat is the version of the records that this code writes.
const recordFormat = 1

// Record is one decision, as it lies in the bucket: what was fetched, what was
// decided and why, what the trust store answered, how long each step took.
type Record struct {
	Format int `json:"format"`
	// At is when the run began.
	At time.Time `json:"at"`
	// Count is how often the same was decided, for the first time at First and
	// the last time at Last. Repeats are written down once an hour, and when
	// they end.
	Count int       `json:"count"`
	First time.Time `json:"first"`
	Last  time.Time `json:"last"`
	Outcome
}

// recordAll writes down what a run changed, refused, held back or healed. That
// a record cannot be written is said, and changes nothing about the run.
func (r *Refresher) recordAll(ctx context.Context, report Report) []string {
	var problems []string
	for _, outcome := range report.Outcomes {
		for _, record := range r.folds.fold(outcome, report.Started) {
			err := r.write(ctx, record)
			if err != nil {
				problems = append(problems, err.Error())
			}
		}
	}
	return problems
}

// recordOrder writes an operator's order down.
func (r *Refresher) recordOrder(ctx context.Context, source Source, state State, order Approval) error {
	return r.write(ctx, Record{
		At: order.At, Count: 1, First: order.At, Last: order.At,
		Outcome: Outcome{
			Source: source.Name, Identity: state.Identity, Issuer: state.Issuer, Action: order.Kind, Reason: Reason(order.Kind),
			List: state.Accepted, Holding: state.Holding, Approval: &order,
			Detail: fmt.Sprintf("list %s is to be let through, says %s: %s", order.SHA256, order.By, order.Reason),
		},
	})
}

// sameInstant bounds how many records of one source there can be with the same
// time.
const sameInstant = 5

// write adds a record. It replaces none.
func (r *Refresher) write(ctx context.Context, record Record) error {
	record.Format = recordFormat
	text, err := json.MarshalIndent(record, "", "  ")
	if err != nil {
		return fmt.Errorf("encoding a decision record: %w", err)
	}
	key := record.key()
	for copies := 1; ; copies++ {
		_, err = r.put(ctx, Upload{Key: numbered(key, copies), ContentType: "application/json", Create: true}, append(text, '\n'))
		if err == nil {
			return nil
		}
		if !errors.Is(err, ErrExists) || copies == sameInstant {
			return fmt.Errorf("writing %s: %w", key, err)
		}
	}
}

// key is where a record lies.
func (r Record) key() string {
	source, list := r.Source, r.subject()
	if source == "" {
		source = "none"
	}
	at := r.Last.UTC()
	return fmt.Sprintf("%s%s/%s-%s-%.8s.json", RecordPrefix, at.Format("2006-01-02"), at.Format("150405.000"), source, list+"00000000")
}

// subject is the hash of the list that a record is about.
func (r Record) subject() string {
	switch {
	case r.Holding != nil:
		return r.Holding.List.SHA256
	case r.Fetched.known():
		return r.Fetched.SHA256
	default:
		return r.List.SHA256
	}
}

func numbered(key string, copies int) string {
	if copies == 1 {
		return key
	}
	return fmt.Sprintf("%s-%d.json", strings.TrimSuffix(key, ".json"), copies)
}

// answered notes what the trust store answered.
func (s *settling) answered(call string, about Revocation, begun time.Time, problem error) {
	answer := Answer{Call: call, Revocation: about.ID, Entries: about.Entries, Took: s.Clock().Sub(begun)}
	if problem != nil {
		answer.Error = problem.Error()
	}
	s.outcome.Answers = append(s.outcome.Answers, answer)
}
