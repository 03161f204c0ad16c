package local

import (
	"context"
	"crypto/tls"
	"fmt"
	"time"
)

// Waited says after how long each listener refused, from the revocation on.
type Waited struct {
	Verify      time.Duration
	Passthrough time.Duration
}

// waitStep is the pause between two questions.
const waitStep = 100 * time.Millisecond

// AwaitRefusal asks both listeners as the client until both refuse it. The
// passthrough listener has to say that it is because of the revocation.
func AwaitRefusal(ctx context.Context, d Description, client tls.Certificate, since time.Time) (Waited, error) {
	prober, err := NewProber(d, client)
	if err != nil {
		return Waited{}, err
	}
	var waited Waited
	for waited.Verify == 0 || waited.Passthrough == 0 {
		if waited.Verify == 0 {
			waited.Verify, err = refusedSince(ctx, prober, d.Verify, since, func(a Answer) bool { return a.Verdict == Refused })
		}
		if err == nil && waited.Passthrough == 0 {
			waited.Passthrough, err = refusedSince(ctx, prober, d.Passthrough, since, func(a Answer) bool { return a.Reason == "revoked" })
		}
		if err != nil {
			return waited, fmt.Errorf("waiting for the client to be refused: %w", err)
		}
		err = pause(ctx, waitStep)
		if err != nil {
			return waited, fmt.Errorf("waiting for the client to be refused: %w: see what the last run did with \"sekisho local status\"", err)
		}
	}
	return waited, nil
}

// refusedSince asks once; it is 0 when the client was not refused.
func refusedSince(ctx context.Context, prober *Prober, url string, since time.Time, refused func(Answer) bool) (time.Duration, error) {
	answer, err := prober.Ask(ctx, url, nil)
	if err != nil || !refused(answer) {
		return 0, err
	}
	return max(time.Since(since), 1), nil
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
