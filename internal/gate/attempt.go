package gate

import (
	"context"
	"time"
)

// attempt is one look at the bucket, shared by all who wait for it.
type attempt struct {
	sequence int
	began    time.Time
	done     chan struct{}
	// ended and err are set before done is closed.
	ended time.Time
	err   error
}

// join returns the attempt to wait for at this time. Only one runs at a time,
// unless it began so long ago that what it read may be out of date: it was
// frozen with the function.
func (h *holder) join(now time.Time) *attempt {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.latest.serves(now, h.maxAge) {
		return h.latest
	}
	a := &attempt{began: now, done: make(chan struct{})}
	if h.latest != nil {
		a.sequence = h.latest.sequence + 1
	}
	h.latest = a
	go h.run(a)
	return a
}

// serves says whether an attempt answers for a request at this time: it is
// under way and young enough, or it has just failed.
func (a *attempt) serves(now time.Time, maxAge time.Duration) bool {
	if a == nil {
		return false
	}
	select {
	case <-a.done:
		return a.err != nil && isRecent(now.Sub(a.ended), retryPause)
	default:
		return isRecent(now.Sub(a.began), maxAge)
	}
}

// run does not end with the request that began it: others wait for it too, and
// what it reads is kept.
func (h *holder) run(a *attempt) {
	defer close(a.done)
	ctx, cancel := context.WithTimeout(context.Background(), attemptTime)
	defer cancel()
	before := h.held.Load()
	known := before.orNone()
	found, err := h.loader.load(ctx, known)
	a.ended, a.err = h.now(), err
	if err != nil {
		h.logger.Error("snapshot not renewed", "error", err.Error(), "heldBefore", known != nil)
	}
	kept := false
	switch {
	case err == nil:
		kept = h.keep(&held{basis: found, checked: a.began, sequence: a.sequence})
	case found != known:
		// It is no younger for being newer in part, and displaces nothing but
		// what it was made from: what another attempt found meanwhile is whole.
		kept = h.held.CompareAndSwap(before, &held{basis: found, checked: before.checked, sequence: before.sequence})
	}
	if kept && found != known {
		h.report(found)
	}
}

func (at *held) orNone() *basis {
	if at == nil {
		return nil
	}
	return at.basis
}

// report tells the operator what is decided from now on.
func (h *holder) report(found *basis) {
	h.logger.Info("snapshot loaded", "written", found.trust.written.UTC().Format(time.RFC3339), "lists", found.trust.lists,
		"rules", found.trust.pinned.policy.Len()+found.current.policy.Len(),
		"denials", found.trust.pinned.deny.Len()+found.current.deny.Len())
}

// keep puts what an attempt found in place of what older attempts did, and says
// whether it did.
func (h *holder) keep(found *held) bool {
	for {
		before := h.held.Load()
		if before != nil && before.sequence > found.sequence {
			return false
		}
		if h.held.CompareAndSwap(before, found) {
			return true
		}
	}
}
