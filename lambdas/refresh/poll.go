package main

import (
	"context"
	"time"
)

const (
	// pollUntil is for how long after its start a run polls. The next run of
	// the schedule begins a minute after this one; what was begun by then has
	// until the function's time-out, which is that minute.
	pollUntil = 45 * time.Second
	// reserve is what a run leaves of its time for saying how it ended: a
	// function that is cut off says nothing, and counts as failed.
	reserve = 3 * time.Second
)

// poll goes on looking until the time is up. A trigger that arrives meanwhile
// is not locked out. It runs beside this one where the deployment leaves room
// for two, as it does for runs that poll. Where it does not, Lambda keeps the
// event and tries it again, and what it wants done the next poll does before
// that: each asks every source and looks into the inbox. So an event that is
// dropped at last has lost nothing. Runs of the schedule that had to wait do
// not pile up either: a late one looks once.
func (h *handler) poll(ctx context.Context, begun time.Time, last look) answer {
	given := answer{}
	for next := begun.Add(h.every); h.mayPoll(ctx, next, begun); next = next.Add(h.every) {
		err := h.pause(ctx, next.Sub(h.now()))
		if err != nil {
			break
		}
		if !last.refresher.Poll(ctx) {
			continue
		}
		given.Earlier = append(given.Earlier, last.report.InShort())
		last = h.look(ctx, last.refresher)
	}
	return given.with(last)
}

// mayPoll says whether there is time for a poll then.
func (h *handler) mayPoll(ctx context.Context, then, begun time.Time) bool {
	deadline, bounded := ctx.Deadline()
	if bounded && !then.Before(deadline) {
		return false
	}
	return h.every > 0 && !then.After(begun.Add(pollUntil))
}

// inTime is ctx with its deadline a little earlier.
func inTime(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, bounded := ctx.Deadline()
	if !bounded {
		return context.WithCancel(ctx)
	}
	return context.WithDeadline(ctx, deadline.Add(-reserve))
}
