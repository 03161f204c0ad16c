package refresh

import (
	"fmt"
	"slices"
	"time"
)

// Action is what a plan does with the list of one identity.
type Action string

const (
	// Keep: what is in force is the newest accepted list.
	Keep Action = "keep"
	// Replace: a newer list takes the place of the one in force.
	Replace Action = "replace"
	// Heal: the newest accepted list is not in force, or something that it
	// superseded still lies about; an earlier run was cut off, or somebody
	// else changed the trust store.
	Heal Action = "heal"
	// Hold: a list waits for an operator's word.
	Hold Action = "hold"
	// Refuse: a list is not taken, or the trust store cannot take it.
	Refuse Action = "refuse"
)

// Reason is the stable word for why a plan is as it is; metrics and documents
// use it. The reasons of a check are those of package crl.
type Reason string

const (
	// Unchanged: nothing to do.
	Unchanged Reason = "unchanged"
	// Newer: the list is newer than the accepted one.
	Newer Reason = "newer"
	// First: there was no list of this identity before.
	First Reason = "first"
	// NotInForce: the accepted list is not in the trust store.
	NotInForce Reason = "not-in-force"
	// LeftOver: superseded lists are still in the trust store.
	LeftOver Reason = "left-over"
	// Adopted: the trust store holds a newer list than is remembered.
	Adopted Reason = "adopted"
	// CountMismatch: the trust store counted other entries than the list has;
	// it is tried again later.
	CountMismatch Reason = "count-mismatch"
	// QuotaEntries, QuotaLists and QuotaSize: the trust store has no room.
	QuotaEntries Reason = "quota-entries"
	QuotaLists   Reason = "quota-lists"
	QuotaSize    Reason = "quota-size"
	// Scoped: the list speaks for some certificates only; the verifier honours
	// that, a trust store may not.
	Scoped Reason = "scoped"
)

// Limits are the trust store's quotas (ALB guide, load-balancer-limits).
type Limits struct {
	// Entries of all lists together, 500,000 unless AWS raised it.
	Entries int64
	// Lists in one trust store, 30 unless AWS raised it.
	Lists int
	// PEMBytes of one list file, 50 MB; AWS does not raise it.
	PEMBytes int64
	// AllowScoped lets a list that speaks for some certificates only into the
	// trust store; without it such a list goes to the verifier alone.
	AllowScoped bool
	// ReplaceOverlap removes the old list first when old and new do not fit
	// together. That leaves a moment without either, so it is off by default.
	ReplaceOverlap bool
}

// DefaultLimits are AWS's own.
func DefaultLimits() Limits { return Limits{Entries: 500_000, Lists: 30, PEMBytes: 50_000_000} }

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

// Decision says what to do for one identity. The zero value does nothing.
type Decision struct {
	Action Action
	Reason Reason
	// Detail is for people: numbers, and what to do.
	Detail string
	// Target is the list that shall be in force.
	Target Facts
	// Claim says that the state must name Target as accepted, before anything
	// else happens.
	Claim bool
	// Add says that Target is to be added; otherwise Holder is the ID that
	// holds it already, 0 when it cannot be in force.
	Add    bool
	Holder int64
	// Remove are the IDs that Target supersedes. They go only when Target is
	// seen to be in force; with RemoveFirst, before it is added.
	Remove      []int64
	RemoveFirst bool
}

// Plan decides what to do for one identity: state is what is remembered,
// observed what the trust store shows, list a list that was fetched and passed
// every check (its zero value when nothing new was fetched). It is pure and
// complete: any combination has an answer, and none removes a list unless a
// newer or equal one is in force before.
func Plan(state State, observed Observed, list Facts, limits Limits, now time.Time) Decision {
	decision := target(state, observed, list)
	if !decision.Target.known() {
		return decision
	}
	if decision.Target.Scoped && !limits.AllowScoped {
		return verifierOnly(decision)
	}
	decision.Holder = holder(state, observed, decision.Target)
	decision.Remove = others(observed, decision.Holder)
	if decision.Holder != 0 {
		return inForce(decision)
	}
	decision = missing(decision)
	if waiting(state, decision.Target, now) {
		return refuse(decision, CountMismatch, fmt.Sprintf(
			"the trust store counted other entries than the list has, %d times; the list before it stays in force, the next try is at %s",
			state.Refused.Attempts, state.Refused.Until.Format(time.RFC3339)))
	}
	if miscounted(observed, decision.Target) >= spareCopies {
		return refuse(decision, CountMismatch, fmt.Sprintf(
			"%d copies of the list are in the trust store and all are counted wrong: compare them with sekisho crl inspect, then remove them", spareCopies))
	}
	decision.Add = true
	return fit(decision, observed, limits)
}

// target is the newest of what is accepted, what is in the trust store and
// what was fetched.
func target(state State, observed Observed, list Facts) Decision {
	decision := Decision{Action: Keep, Reason: Unchanged, Target: state.Accepted}
	for _, held := range observed.Ours {
		if held.Facts.newer(decision.Target) && !slices.Contains(state.Retired, held.ID) {
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

// holder is the highest ID that holds target whole, 0 when there is none.
func holder(state State, observed Observed, target Facts) int64 {
	for _, held := range slices.Backward(observed.Ours) {
		if held.Facts.SHA256 == target.SHA256 && target.counts(held.Entries) && !slices.Contains(state.Retired, held.ID) {
			return held.ID
		}
	}
	return 0
}

// others are the IDs of this identity apart from the holder: they go once the
// target is in force.
func others(observed Observed, holder int64) []int64 {
	var ids []int64
	for _, held := range observed.Ours {
		if held.ID != holder {
			ids = append(ids, held.ID)
		}
	}
	return ids
}

// spareCopies bounds how many copies of one list pile up when runs are cut off
// while the trust store counts it wrong.
const spareCopies = 2

func miscounted(observed Observed, target Facts) int {
	copies := 0
	for _, held := range observed.Ours {
		if held.Facts.SHA256 == target.SHA256 && !target.counts(held.Entries) {
			copies++
		}
	}
	return copies
}

func inForce(decision Decision) Decision {
	if len(decision.Remove) > 0 && decision.Action == Keep {
		decision.Action, decision.Reason = Heal, LeftOver
	}
	return decision
}

func missing(decision Decision) Decision {
	if decision.Action == Keep {
		decision.Action, decision.Reason = Heal, NotInForce
	}
	return decision
}

func waiting(state State, target Facts, now time.Time) bool {
	return state.Refused != nil && state.Refused.SHA256 == target.SHA256 && now.Before(state.Refused.Until)
}

// verifierOnly leaves the trust store as it is.
func verifierOnly(decision Decision) Decision {
	decision.Detail = "the list speaks for some certificates only: the verifier honours it, the trust store does not get it unless the source sets allowScoped"
	if decision.Action != Keep {
		decision.Reason = Scoped
	}
	return decision
}

// refuse leaves the trust store as it is; the claim stands, because the
// verifier can use the list all the same.
func refuse(decision Decision, reason Reason, detail string) Decision {
	decision.Action, decision.Reason, decision.Detail = Refuse, reason, detail
	decision.Add, decision.Remove = false, nil
	return decision
}
