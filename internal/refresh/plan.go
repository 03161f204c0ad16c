package refresh

import (
	"fmt"
	"slices"
	"time"
)

// Observed is what the trust store shows, seen from one identity.
type Observed struct {
	// Ours are the lists of this identity, in the order of their IDs.
	Ours []Held
	// OtherLists and OtherEntries are what all else there uses of the quotas.
	OtherLists   int
	OtherEntries int64
}

// Held is a list of ours in the trust store: what it is, and what the trust
// store counted in it.
type Held struct {
	Revocation
	Facts Facts
}

// Plan decides what to do for one identity: state is what is remembered,
// observed what the trust store shows, list a list that was fetched and passed
// every check (its zero value when nothing new was fetched). It is pure and
// complete: any combination has an answer, and none removes a list unless one
// that is as new or newer is in force before, the gap apart that an operator
// allowed.
func Plan(state State, observed Observed, list Facts, limits Limits, now time.Time) Decision {
	decision := target(state, observed, list)
	if !decision.Target.known() {
		return decision
	}
	best := newestWhole(state, observed)
	decision.Holder, decision.Held = best.ID, best.Facts
	if decision.Target.Scoped && !limits.AllowScoped {
		return verifierOnly(decision)
	}
	if best.ID != 0 {
		decision.Remove = superseded(observed, best.Facts, best.ID)
	}
	if decision.InForce() {
		return inForce(decision, observed)
	}
	return notInForce(decision, state, observed, limits, now)
}

// target is the newest of what is accepted, what is in the trust store and
// what was fetched.
func target(state State, observed Observed, list Facts) Decision {
	decision := Decision{Action: Keep, Reason: Unchanged, Target: state.Accepted}
	for _, held := range observed.Ours {
		if held.Facts.newer(decision.Target) && !state.gaveUp(held.ID) {
			decision = Decision{Action: Heal, Reason: Adopted, Target: held.Facts, Claim: true}
		}
	}
	if !list.newer(decision.Target) {
		return decision
	}
	reason := Newer
	if !decision.Target.known() {
		reason = First
	}
	return Decision{Action: Replace, Reason: reason, Target: list, Claim: true}
}

// newestWhole is the newest list that can be counted on: its zero value when
// there is none. Of several copies the settled one stays, or else the latest.
func newestWhole(state State, observed Observed) Held {
	var best Held
	for _, held := range observed.Ours {
		if state.gaveUp(held.ID) || !state.whole(held) {
			continue
		}
		copied := held.Facts.SHA256 == best.Facts.SHA256
		if held.Facts.newer(best.Facts) || copied && best.ID != state.Revocation {
			best = held
		}
	}
	return best
}

// superseded are the IDs that list, held by the ID holder, makes superfluous.
// They may go one after the other in this order, whichever of several lists
// the gate goes by.
func superseded(observed Observed, list Facts, holder int64) []int64 {
	var going []Held
	for _, held := range observed.Ours {
		same := held.Facts.SHA256 == list.SHA256
		if held.ID != holder && (same || list.newer(held.Facts)) {
			going = append(going, held)
		}
	}
	slices.SortStableFunc(going, func(a, b Held) int { return leavesBefore(a, b, holder) })
	var ids []int64
	for _, held := range going {
		ids = append(ids, held.ID)
	}
	return ids
}

// leavesBefore orders removals. What lies above the holder goes first, for a
// gate that goes by the highest ID goes by that now. On either side of the
// holder, what is not whole goes before what is, and an older list before a
// newer one: so whatever is lowest or highest for a moment is no older than
// what was so before.
func leavesBefore(a, b Held, holder int64) int {
	switch {
	case (a.ID > holder) != (b.ID > holder):
		return before(a.ID > holder)
	case a.whole() != b.whole():
		return before(!a.whole())
	case b.Facts.newer(a.Facts):
		return before(true)
	case a.Facts.newer(b.Facts):
		return before(false)
	default:
		return 0
	}
}

func before(first bool) int {
	if first {
		return -1
	}
	return 1
}

func inForce(decision Decision, observed Observed) Decision {
	if len(decision.Remove) > 0 && decision.Action == Keep {
		decision.Action, decision.Reason = Heal, LeftOver
	}
	strange := len(observed.Ours) - len(decision.Remove) - 1
	if strange > 0 {
		decision.Detail = fmt.Sprintf(
			"%d lists of this CA stay in the trust store that cannot be said to be older than the one in force: read them back with aws elbv2 get-trust-store-revocation-content, and remove by hand what is wrong", strange)
	}
	return decision
}

// notInForce finds the way to put the target in force, or the reason why not.
// What is whole in the trust store until then is cleared of older lists.
func notInForce(decision Decision, state State, observed Observed, limits Limits, now time.Time) Decision {
	if decision.Action == Keep {
		decision.Action, decision.Reason = Heal, NotInForce
	}
	doubtful := miscounted(observed, decision.Target)
	if doubtful != 0 {
		decision.Confirm, decision.Remove = doubtful, superseded(observed, decision.Target, doubtful)
		return decision
	}
	if state.waiting(decision.Target, now) {
		return refuse(decision, state.Refused.Reason, fmt.Sprintf(
			"the trust store did not take the list as it is, %d times; the list before it stays in force, the next try is at %s",
			state.Refused.Attempts, state.Refused.Until.Format(time.RFC3339)))
	}
	return fit(decision, observed, limits)
}

// miscounted is an ID that holds the target, but by the count not all of it:
// an Add that nobody settled, or a taking back that failed. Nothing is added
// beside it, so copies do not pile up.
func miscounted(observed Observed, target Facts) int64 {
	for _, held := range observed.Ours {
		if held.Facts.SHA256 == target.SHA256 && !held.whole() {
			return held.ID
		}
	}
	return 0
}

// verifierOnly leaves the trust store as it is.
func verifierOnly(decision Decision) Decision {
	decision.Reason = Scoped
	decision.Detail = "the list speaks for some certificates only: the verifier honours it, the trust store does not get it unless the source sets allowScoped"
	return decision
}

// refuse does not add the target; the claim stands, because the verifier can
// use the list all the same.
func refuse(decision Decision, reason Reason, detail string) Decision {
	decision.Action, decision.Reason, decision.Detail = Refuse, reason, detail
	return decision
}
