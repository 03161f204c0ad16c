package refresh

import (
	"fmt"
	"time"
)

const (
	// GuardShrinkage: the list lost more of its entries than its source allows.
	GuardShrinkage Reason = "guard-shrinkage"
	// GuardMassRevocation: the list revokes more certificates at once than its
	// source allows.
	GuardMassRevocation Reason = "guard-mass-revocation"
	// Approved: a list that was held back, and that an operator approved.
	Approved Reason = "approved"
	// HoldExpired: a list that was held back for as long as it may be.
	HoldExpired Reason = "hold-expired"
	// ResetByOperator: an older list that an operator put in the place of a
	// newer one.
	ResetByOperator Reason = "reset"
)

// Guards are how much one list may change at once. Their zero value is no
// limit at all.
type Guards struct {
	// MaxShrinkPercent is how much of its entries a list may lose, in per cent
	// of the list before it; 0 is no limit.
	MaxShrinkPercent int
	// MaxNewlyRevoked is how many certificates a list may revoke that the one
	// before it did not; 0 is no limit.
	MaxNewlyRevoked int
	// Hold keeps a list beyond a limit out of force until an operator approves
	// it or HoldFor is over. Without it such a list is taken, and the outcome
	// says so.
	Hold    bool
	HoldFor time.Duration
}

// Offer is a list that was fetched and passed every check, and what it changes
// against the accepted one.
type Offer struct {
	Facts
	Change Change
	// Answered says that the source of the list that is held back was asked, and
	// its answer taken whole: what is not in it, it does not deliver any more.
	Answered bool
}

// Holding is a list that is held back.
type Holding struct {
	List   Facts  `json:"list"`
	Reason Reason `json:"reason"`
	// Since is when the first of a row of lists was held back, whatever for: a
	// CA that publishes every hour does not begin the time anew every hour, and
	// two lists beyond two limits are not held back for ever in turn.
	Since time.Time `json:"since"`
	// Source is the name of the source that delivered it.
	Source string `json:"source,omitempty"`
	// Validators came with the list.
	Validators Validators `json:"validators,omitzero"`
}

// same says that nothing new is to be remembered.
func (h *Holding) same(as *Holding) bool {
	if h == nil || as == nil {
		return h == as
	}
	return h.List.SHA256 == as.List.SHA256 && h.Reason == as.Reason && h.Since.Equal(as.Since)
}

// breach says which limit a list goes beyond, and in numbers how far.
func (g Guards) breach(accepted Facts, offer Offer) (Reason, string) {
	// Not the difference of the counts alone: others may have come meanwhile.
	lost := max(accepted.Entries-offer.Entries, offer.Change.Gone)
	switch {
	case g.MaxShrinkPercent > 0 && lost*100 > g.MaxShrinkPercent*accepted.Entries:
		return GuardShrinkage, fmt.Sprintf("it has %d entries, and %d of the %d in the one before it are gone: that is %d %%, allowed are %d %%",
			offer.Entries, lost, accepted.Entries, lost*100/max(accepted.Entries, 1), g.MaxShrinkPercent)
	case g.MaxNewlyRevoked > 0 && offer.Change.Newly > g.MaxNewlyRevoked:
		return GuardMassRevocation, fmt.Sprintf("it revokes %d certificates that the one before it does not, allowed are %d", offer.Change.Newly, g.MaxNewlyRevoked)
	default:
		return "", ""
	}
}

// guarded is the decision to take a list, or to hold it back and go on with
// what was decided without it.
func (g Guards) guarded(without Decision, state State, offer Offer, now time.Time) Decision {
	taken := take(offer, Newer)
	if !without.Target.known() {
		taken.Reason = First
	}
	if !state.Accepted.known() {
		return taken
	}
	reason, numbers := g.breach(state.Accepted, offer)
	if reason == "" {
		return taken
	}
	taken.Breach = reason
	taken.Detail = fmt.Sprintf("beyond a limit (%s): %s", reason, numbers)
	if !g.Hold {
		return taken
	}
	holding := state.holdingOf(offer.Facts, reason, now)
	released, words := holding.letGo(state, g, now)
	if released != "" {
		taken.Reason = released
		taken.Detail += "; " + words
		return taken
	}
	without.Action, without.Reason, without.Breach, without.Holding = Hold, reason, reason, &holding
	without.Detail = holding.words(state, numbers, g, now)
	return without
}

// letGo says why a list beyond a limit is held back no longer; nothing where it
// is.
func (h Holding) letGo(state State, g Guards, now time.Time) (Reason, string) {
	switch {
	case state.approves(h.List):
		return Approved, fmt.Sprintf("approved by %s: %s", state.Approval.By, state.Approval.Reason)
	case h.expired(g, now):
		return HoldExpired, fmt.Sprintf("it was held back since %s, nobody approved it within %s, and it is taken now", h.Since.Format(time.RFC3339), g.HoldFor)
	default:
		return "", ""
	}
}

// stillHeld is the decision where the list that is held back was not delivered
// again: nothing about it changes. It is forgotten once a newer one is accepted,
// and where its source withdrew it once its time is over: it shall not spend the
// time of the next one.
func (g Guards) stillHeld(without Decision, state State, answered bool, now time.Time) Decision {
	if state.Holding == nil || !state.Holding.List.newer(without.Target) || answered && state.Holding.expired(g, now) {
		return without
	}
	held := *state.Holding
	without.Action, without.Reason, without.Breach, without.Holding = Hold, held.Reason, held.Reason, &held
	without.Detail = held.words(state, "its source does not deliver it anew", g, now)
	return without
}

func take(offer Offer, reason Reason) Decision {
	return Decision{Action: Replace, Reason: reason, Target: offer.Facts, Claim: true}
}

// holdingOf is what to remember of a list that is held back.
func (s State) holdingOf(list Facts, reason Reason, now time.Time) Holding {
	holding := Holding{List: list, Reason: reason, Since: now}
	if s.Holding == nil {
		return holding
	}
	holding.Since = s.Holding.Since
	if s.Holding.List.SHA256 == list.SHA256 {
		holding.Validators = s.Holding.Validators
	}
	return holding
}

// latestValidators came with the latest list that was taken or held back.
func (s State) latestValidators() Validators {
	if s.Holding != nil {
		return s.Holding.Validators
	}
	return s.Validators
}

// expired says that a list was held back for as long as it may be.
func (h Holding) expired(g Guards, now time.Time) bool { return !now.Before(h.Since.Add(g.HoldFor)) }

// released says that a list that is held back is to be fetched again, whole:
// it may be taken now.
func (s State) released(g Guards, now time.Time) bool {
	if s.Holding == nil {
		return false
	}
	return !g.Hold || s.approves(s.Holding.List) || s.Holding.expired(g, now)
}

// words are for the operator: what is held back and why, what is in force
// meanwhile, and what to do.
func (h Holding) words(state State, numbers string, g Guards, now time.Time) string {
	source := state.Source
	if source == "" {
		source = "SOURCE"
	}
	text := fmt.Sprintf("list %s is held back since %s (%s): %s; list %s stays in force until then: to take the new one now, sekisho approve %s %s --reason \"...\"; without that it is taken at %s",
		h.List.edition(), h.Since.Format(time.RFC3339), h.Reason, numbers, state.Accepted.edition(), source, h.List.SHA256, h.Since.Add(g.HoldFor).Format(time.RFC3339))
	if state.Accepted.stale(now) {
		text += fmt.Sprintf("; the list in force is past its date since %s: decide now", state.Accepted.NextUpdate.Format(time.RFC3339))
	}
	return text
}

// edition names a list.
func (f Facts) edition() string {
	if f.Number == "" {
		return "of " + f.ThisUpdate.Format(time.RFC3339)
	}
	return "number " + f.Number
}
