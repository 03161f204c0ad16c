package gate

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// patience is how long a request waits for a newer snapshot while there
	// is one that may still be used.
	patience = 2 * time.Second
	// coldPatience is how long it waits when there is none.
	coldPatience = 5 * time.Second
	// attemptTime bounds one attempt to read the snapshot. It is longer than
	// anybody waits, so that large lists arrive all the same.
	attemptTime = 20 * time.Second
	// retryPause keeps requests from asking a bucket that has just failed.
	retryPause = time.Second
)

// holder keeps the newest basis and knows how old it is.
//
// Ages are differences of wall-clock times: a function is frozen between
// requests, and a monotonic clock may stop meanwhile. A basis from the future
// shows that the clock was set back; its age is unknown, so it counts as too
// old for anything.
type holder struct {
	loader *loader
	maxAge time.Duration
	grace  time.Duration
	now    func() time.Time
	logger *slog.Logger

	held atomic.Pointer[held]

	mu     sync.Mutex
	latest *attempt // nil before the first
}

// held is a basis and when it was last known to be the newest.
type held struct {
	basis    *basis
	checked  time.Time
	sequence int // of the attempt that found it
}

func newHolder(bucket bucket, config Config, now func() time.Time, logger *slog.Logger) *holder {
	return &holder{
		loader: newLoader(bucket, config),
		maxAge: config.MaxSnapshotAge,
		grace:  config.SnapshotGrace,
		now:    func() time.Time { return now().Round(0) }, // Round strips the monotonic reading
		logger: logger,
	}
}

// current returns a basis to decide from and the time at which to decide. The
// error says that there is none that may be used.
func (h *holder) current(ctx context.Context) (*basis, time.Time, error) {
	at, now := h.look()
	if at.isYoungerThan(h.maxAge, now) {
		return at.basis, now, nil
	}
	err := h.renew(ctx, now, at.isWithin(h.grace, now))
	at, now = h.look()
	if err == nil || at.isWithin(h.grace, now) {
		return at.basis, now, nil
	}
	return nil, now, &refusedError{status: http.StatusServiceUnavailable, reason: "snapshot-unavailable", detail: err.Error()}
}

// look reads the clock after the pointer: the other way round a basis that
// another request has just brought would seem to come from the future.
func (h *holder) look() (*held, time.Time) {
	at := h.held.Load()
	return at, h.now()
}

func (at *held) isYoungerThan(limit time.Duration, now time.Time) bool {
	return at != nil && isRecent(now.Sub(at.checked), limit)
}

func (at *held) isWithin(grace time.Duration, now time.Time) bool {
	return at.isYoungerThan(grace+1, now) // the grace itself counts
}

// isRecent is false for what lies in the future.
func isRecent(age, limit time.Duration) bool { return 0 <= age && age < limit }

// renew waits for an attempt that began recently enough, or begins one.
func (h *holder) renew(ctx context.Context, now time.Time, usable bool) error {
	wait := coldPatience
	if usable {
		wait = patience
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	a := h.join(now)
	select {
	case <-a.done:
		return a.err
	case <-timer.C:
		return fmt.Errorf("waiting for the snapshot: not there within %v", wait)
	case <-ctx.Done():
		return fmt.Errorf("waiting for the snapshot: %w", context.Cause(ctx))
	}
}
