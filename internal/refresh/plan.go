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
// observed what the trust store shows, offer a list that was fetched and passed
// every check (its zero value when nothing new was fetched). It is pure and
// complete: any combination has an answer, and none removes a list unless one
// that is as new or newer is in force before, the gap apart that an operator
// allowed.
func Plan(state State, observed Observed, offer Offer, limits Limits, now time.Time) Decision {
	decision := target(state, observed, offer, limits.Guards, now)
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
// what was fetched; what was fetched only if it may be taken. A list that
// somebody put into the trust store by hand is past every guard.
func target(state State, observed Observed, offer Offer, guards Guards, now time.Time) Decision {
	without := newestKnown(state, observed)
	switch {
	case state.resets(offer.Facts, now):
		taken := take(offer, ResetByOperator)
		taken.Detail = fmt.Sprintf("put in the place of list %s by %s: %s", state.Accepted.edition(), state.Approval.By, state.Approval.Reason)
		return taken
	case offer.newer(without.Target):
		return guards.guarded(without, state, offer, now)
	default:
		return guards.stillHeld(without, state, offer.Answered, now)
	}
}

func newestKnown(state State, observed Observed) Decision {
	decision := Decision{Action: Keep, Reason: Unchanged, Target: state.Accepted}
	for _, held := range observed.Ours {
		if held.Facts.newer(decision.Target) && !state.gaveUp(held.ID) {
			decision = Decision{Action: Heal, Reason: Adopted, Target: held.Facts, Claim: true}
		}
	}
	return decision
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
// the gate goes by: towards the holder from above, and away from it below. So
// neither the highest nor the lowest ID changes before the holder is it.
func superseded(observed Observed, list Facts, holder int64) []int64 {
	var above, below []int64
	for _, held := range observed.Ours {
		same := held.Facts.SHA256 == list.SHA256
		switch {
		case held.ID == holder || !same && !list.newer(held.Facts):
		case held.ID > holder:
			above = append(above, held.ID)
		default:
			below = append(below, held.ID)
		}
	}
	slices.Reverse(below)
	return append(above, below...)
}

func inForce(decision Decision, observed Observed) Decision {
	if len(decision.Remove) > 0 && decision.Action == Keep {
		decision.Action, decision.Reason = Heal, LeftOver
	}
	strange := len(observed.Ours) - len(decision.Remove) - 1
	if strange > 0 {
		decision.say(fmt.Sprintf(
			"%d lists of this CA stay in the trust store that cannot be said to be older than the one in force: read them back with aws elbv2 get-trust-store-revocation-content, and remove by hand what is wrong", strange))
	}
	return decision
}

// notInForce finds the way to put the target in force, or the reason why not.
// What is whole in the trust store until then is cleared of older lists.
func notInForce(decision Decision, state State, observed Observed, limits Limits, now time.Time) Decision {
	if decision.Action == Keep {
		decision.Action, decision.Reason = Heal, NotInForce
	}
	doubtful := miscounted(observed, decision)
	if doubtful != 0 {
		return confirm(decision, doubtful)
	}
	if state.waiting(decision.Target, now) {
		return refuse(decision, state.Refused.Reason, fmt.Sprintf(
			"the trust store did not take the list as it is, %d times; the list before it stays in force, the next try is at %s",
			state.Refused.Attempts, state.Refused.Until.Format(time.RFC3339)))
	}
	return fit(decision, observed, limits)
}

// miscounted is an ID that holds the target, but by the count not all of it:
// an Add that nobody settled, or a taking back that failed. It is looked at
// before another one is added, so that copies do not pile up. The only copy is
// left alone while nothing else is in force: it may be all that there is.
func miscounted(observed Observed, decision Decision) int64 {
	var copies []int64
	for _, held := range observed.Ours {
		if held.Facts.SHA256 == decision.Target.SHA256 && !held.whole() {
			copies = append(copies, held.ID)
		}
	}
	if len(copies) > 1 || len(copies) == 1 && decision.Holder != 0 {
		return copies[len(copies)-1]
	}
	return 0
}

// unclear is an ID that is newer than what is in force, but by the count not
// whole: nothing supersedes it, and it takes the room of what shall come.
func unclear(observed Observed, decision Decision) int64 {
	for _, held := range observed.Ours {
		if decision.Holder != 0 && !held.whole() && held.Facts.newer(decision.Held) {
			return held.ID
		}
	}
	return 0
}

func confirm(decision Decision, id int64) Decision {
	decision.Confirm, decision.Remove = id, nil
	return decision
}

// verifierOnly leaves the trust store as it is.
func verifierOnly(decision Decision) Decision {
	if decision.Action != Hold {
		decision.Reason = Scoped
	}
	decision.say("the list speaks for some certificates only: the verifier honours it, the trust store does not get it unless the source sets allowScoped")
	return decision
}

// refuse does not add the target; the claim stands, because the verifier can
// use the list all the same.
func refuse(decision Decision, reason Reason, detail string) Decision {
	decision.Action, decision.Reason, decision.Detail = Refuse, reason, detail
	return decision
}
