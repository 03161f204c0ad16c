package local

import (
	"context"
	"encoding/json"
	"strings"
	"time"
)

// inboxPrefix is what the stack's rule asks of an object's key.
const inboxPrefix = "inbox/"

// triggers are events for the refresh function, delivered as EventBridge does:
// some time after what happened, and once each.
type triggers chan []byte

// maxPending is how many events wait. What is beyond that is dropped: the runs
// that are still to come see all that has happened.
const maxPending = 100

func newTriggers() triggers { return make(triggers, maxPending) }

// run delivers events until the context ends.
func (t triggers) run(ctx context.Context, to *schedule) {
	for {
		select {
		case <-ctx.Done():
			return
		case event := <-t:
			to.trigger(ctx, event)
		}
	}
}

// created is told of an object in the bucket. The writer does not wait.
func (t triggers) created(bucket, key string, size int64) {
	if bucket != bucketName || !strings.HasPrefix(key, inboxPrefix) {
		return
	}
	select {
	case t <- objectCreated(bucket, key, size, time.Now()):
	default:
	}
}

// objectCreated is the event of S3, as far as the stack's rule and the function
// can see it (S3 user guide, "EventBridge event message structure"), and the
// wish to hear the whole report.
func objectCreated(bucket, key string, size int64, now time.Time) []byte {
	return encoded(map[string]any{
		"version": "0", "source": "aws.s3", "detail-type": "Object Created",
		"account": account, "region": region, "time": now.UTC().Format(time.RFC3339),
		"resources": []string{"arn:aws:s3:::" + bucket},
		"detail": map[string]any{
			"version": "0", "reason": "PutObject",
			"bucket": map[string]any{"name": bucket}, "object": map[string]any{"key": key, "size": size},
		},
		"report": "always",
	})
}

// scheduled is what EventBridge Scheduler sends when no input is configured.
func scheduled(now time.Time) []byte {
	return encoded(map[string]any{
		"version": "0", "source": "aws.scheduler", "detail-type": "Scheduled Event",
		"account": account, "region": region, "time": now.UTC().Format(time.RFC3339),
		"resources": []string{}, "detail": "{}", "report": "always",
	})
}

// byHand is an invocation by hand: one look, at once.
func byHand() []byte { return encoded(map[string]any{"report": "always"}) }

// encoded cannot fail for what stands above.
func encoded(event map[string]any) []byte {
	text, err := json.Marshal(event)
	if err != nil {
		return []byte("{}")
	}
	return text
}
