package refresh

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// overruledLists bounds how many lists are remembered that an operator put
// another one in the place of.
const overruledLists = 32

// Reset gets out of a wedged number: a CA that was restored from a backup, or
// set up again with the same key, publishes lists with lower numbers or earlier
// dates than the accepted one, and each is refused. Reset names the one that is
// to be accepted all the same, and runs. What is in force stays until that list
// is, as ever.
//
// It refuses, and changes nothing, unless the source delivers that very list
// now, and it is refused for nothing but being older.
func (r *Refresher) Reset(ctx context.Context, order Order) (Report, error) {
	err := r.instruct(ctx, ResetAction, order, r.refusedNow)
	if err != nil {
		return Report{Started: r.Clock()}, fmt.Errorf("resetting what is remembered of a list: %w", err)
	}
	return r.Run(ctx)
}

// refusedNow fetches the list of a source and finds the identity for which the
// named one is refused as older.
func (r *Refresher) refusedNow(ctx context.Context, w *world, source Source, order Order, now time.Time) (tracked, error) {
	got := r.deliver(ctx, source, Validators{}, now)
	at := slices.IndexFunc(got.lists, func(c *candidate) bool { return c.facts.SHA256 == order.SHA256 })
	if at < 0 {
		return tracked{}, notDelivered(source, got)
	}
	list := got.lists[at]
	state, known := w.latest()[list.identity]
	if !known || !state.Accepted.known() {
		return tracked{}, fmt.Errorf("no list of this CA was accepted before: list %s needs no reset", list.facts.edition())
	}
	if state.unread != nil {
		return tracked{}, state.unread
	}
	// It has passed every other check already: being older is all that is left.
	refused := list.recheck(source, state.State, now)
	if refused == nil {
		return tracked{}, fmt.Errorf("list %s is not refused: there is nothing to reset", list.facts.edition())
	}
	return state, nil
}

// notDelivered says what the source delivers in place of the named list.
func notDelivered(source Source, got delivery) error {
	if len(got.lists) == 0 {
		return fmt.Errorf("source %s delivers no list that could be let through now: %w", source.Name, got.err)
	}
	return fmt.Errorf("source %s delivers another list now, %s: look at that one, and name it by its own hash", source.Name, got.lists[0].facts.SHA256)
}

// overruling is the state once an operator put list in the place of the
// accepted one: that, and whatever else the trust store holds, is older from
// now on, whatever number and date say.
func (s State) overruling(list Facts, shown []Held) State {
	lists := append(slices.Clone(s.Overruled), s.Accepted.SHA256)
	for _, held := range shown {
		lists = append(lists, held.Facts.SHA256)
	}
	var kept []string
	for _, sha256 := range lists {
		if sha256 != list.SHA256 && !slices.Contains(kept, sha256) {
			kept = append(kept, sha256)
		}
	}
	s.Overruled = kept[max(0, len(kept)-overruledLists):]
	return s
}
