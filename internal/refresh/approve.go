package refresh

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"
)

// Order is an operator's word on one list: let it through.
type Order struct {
	// Source is the name of the source that delivers the list.
	Source string `json:"source"`
	// SHA256 is the hash (hex) of the list's DER: that very list and no other.
	SHA256 string `json:"sha256"`
	// By is who says so and Reason why, for the record.
	By     string `json:"by"`
	Reason string `json:"reason"`
}

// The kinds of order. As actions they stand in records only.
const (
	ApproveAction Action = "approve"
	ResetAction   Action = "reset"
)

// Approval is an order that was given and has not been carried out yet, or the
// one that let a list through.
type Approval struct {
	Kind   Action    `json:"kind"`
	SHA256 string    `json:"sha256"`
	By     string    `json:"by"`
	At     time.Time `json:"at"`
	Reason string    `json:"reason"`
}

// resetLife is how long a reset waits for its list. The list that it lets
// through is older than the one in force, and nobody shall be able to replay
// it a month later.
const resetLife = 24 * time.Hour

// approves says that an operator let this very list through.
func (s State) approves(list Facts) bool {
	return s.Approval != nil && list.known() && s.Approval.SHA256 == list.SHA256
}

// resets says that an operator put this list in the place of the accepted one,
// although that is newer by number or date.
func (s State) resets(list Facts, now time.Time) bool {
	return s.approves(list) && s.Approval.Kind == ResetAction && now.Before(s.Approval.At.Add(resetLife))
}

// Approve lets a list through that is held back, and runs. It refuses, and
// changes nothing, when the named source holds no such list back.
func (r *Refresher) Approve(ctx context.Context, order Order) (Report, error) {
	err := r.instruct(ctx, ApproveAction, order, r.heldBack)
	if err != nil {
		return Report{Started: r.Clock()}, fmt.Errorf("approving a list: %w", err)
	}
	return r.Run(ctx)
}

// finding finds the identity that an order is about, or says why it cannot be
// carried out.
type finding func(ctx context.Context, w *world, source Source, order Order, now time.Time) (tracked, error)

// instruct writes an order down, first in a record and then in the state. It
// removes nothing and takes nothing by itself: that is for the run after it.
func (r *Refresher) instruct(ctx context.Context, kind Action, order Order, find finding) error {
	source, err := r.addressed(order)
	if err != nil {
		return err
	}
	for range tries {
		err = r.instructOnce(ctx, kind, order, source, find)
		if !errors.Is(err, ErrOvertaken) {
			return err
		}
	}
	return err
}

func (r *Refresher) instructOnce(ctx context.Context, kind Action, order Order, source Source, find finding) error {
	now := r.Clock()
	w, err := r.look(ctx, now)
	if err != nil {
		return err
	}
	state, err := find(ctx, w, source, order, now)
	if err != nil {
		return err
	}
	approval := Approval{Kind: kind, SHA256: order.SHA256, By: order.By, At: now, Reason: order.Reason}
	err = r.recordOrder(ctx, source, state.State, approval)
	if err != nil {
		return fmt.Errorf("%w: what is not on record is not done", err)
	}
	next := state.State
	next.Approval, next.Updated = &approval, now
	_, err = r.saveState(ctx, state, next)
	return err
}

// maxBy and maxReason bound what an order says, in bytes.
const (
	maxBy     = 200
	maxReason = 1000
)

var hexSHA256 = regexp.MustCompile(`^[0-9a-f]{64}$`)

// addressed is the source that an order is about.
func (r *Refresher) addressed(order Order) (Source, error) {
	at := slices.IndexFunc(r.Sources, func(s Source) bool { return s.Name == order.Source })
	switch {
	case at < 0:
		return Source{}, fmt.Errorf("there is no source %q: the settings know %s", order.Source, r.sourceNames())
	case !hexSHA256.MatchString(order.SHA256):
		return Source{}, errors.New("name the list by its SHA-256: 64 lower-case hex digits, as the outcome and the record say it")
	case order.By == "" || order.Reason == "":
		return Source{}, errors.New("say who orders it and why: both stand in the record")
	case len(order.By) > maxBy || len(order.Reason) > maxReason:
		return Source{}, fmt.Errorf("say in at most %d bytes who orders it, and in %d why: both stand in the state, too", maxBy, maxReason)
	}
	return r.Sources[at], nil
}

func (r *Refresher) sourceNames() string {
	var text string
	for i, source := range r.Sources {
		if i > 0 {
			text += ", "
		}
		text += source.Name
	}
	return text
}

// heldBack finds the identity of a source that holds the named list back.
func (r *Refresher) heldBack(_ context.Context, w *world, source Source, order Order, _ time.Time) (tracked, error) {
	var others []string
	states := w.latest()
	for _, identity := range w.identitiesOf(source, nil) {
		state := states[identity]
		switch {
		case state.unread != nil:
			return tracked{}, state.unread
		case state.Accepted.SHA256 == order.SHA256:
			return tracked{}, fmt.Errorf("list %s is the accepted one already", state.Accepted.edition())
		case state.Holding != nil && state.Holding.List.SHA256 == order.SHA256:
			return state, nil
		case state.Holding != nil:
			others = append(others, state.Holding.List.SHA256)
		}
	}
	if others != nil {
		return tracked{}, fmt.Errorf("source %s holds another list back, %s: look at that one, and approve it by its own hash", source.Name, others[0])
	}
	return tracked{}, fmt.Errorf("source %s holds no list back: there is nothing to approve", source.Name)
}

// overruled says that an operator put another list in the place of this one.
func (s State) overruled(sha256 string) bool { return slices.Contains(s.Overruled, sha256) }
