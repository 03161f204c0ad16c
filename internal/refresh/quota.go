package refresh

import (
	"fmt"
	"slices"

	"github.com/sekisho/sekisho/internal/crl"
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
	// together. That leaves a time without either: a moment as a rule, until
	// the next run if this one is cut off, longer if the trust store does not
	// take the new one. So it is off by default.
	ReplaceOverlap bool
	// Guards are those of the source.
	Guards Guards
}

// DefaultLimits are AWS's own.
func DefaultLimits() Limits { return Limits{Entries: 500_000, Lists: 30, PEMBytes: 50_000_000} }

// usage is what lists take of the quotas.
type usage struct {
	entries int64
	lists   int
}

// fit adds the target if there is room, and checks that before the call that
// would run into a quota: while old and new are both present, both count.
// Where room is short, what is superfluous leaves first.
func fit(decision Decision, observed Observed, limits Limits) Decision {
	pemBytes := int64(crl.PEMLen(int(decision.Target.Size)))
	if pemBytes > limits.PEMBytes {
		return refuse(decision, QuotaSize, fmt.Sprintf(
			"the list is %d bytes as PEM, a trust store takes %d: let the CA drop expired certificates from its list or split it by distribution point; the verifier uses it all the same",
			pemBytes, limits.PEMBytes))
	}
	wanted := observed.with(decision.Target)
	reason := wanted.over(limits)
	// Not the holder alone: what an earlier run gave up to make room, and then
	// did not come to remove, is in the way as well.
	older := superseded(observed, decision.Target, 0)
	switch {
	case reason == "":
		return add(decision, older)
	case len(decision.Remove) > 0:
		return decision
	case unclear(observed, decision) != 0:
		return confirm(decision, unclear(observed, decision))
	case limits.ReplaceOverlap && len(older) > 0 && wanted.without(observed, older).over(limits) == "":
		decision.RemoveFirst = true
		decision.Detail = "old and new do not fit together: the old list leaves first, and for a moment neither is in force"
		return add(decision, oldestFirst(observed, older))
	}
	return noRoom(decision, reason, wanted, limits)
}

func noRoom(decision Decision, reason Reason, wanted usage, limits Limits) Decision {
	return refuse(decision, reason, fmt.Sprintf(
		"the trust store would hold %d entries in %d lists for the moment of the change, its quotas are %d and %d: ask AWS to raise them (L-37E1617B entries, L-332EE142 lists) and set limits accordingly, or set overlap to \"replace\" and accept a moment without a list; the verifier uses the list all the same",
		wanted.entries, wanted.lists, limits.Entries, limits.Lists))
}

// oldestFirst puts IDs into an order in which the newest list leaves last.
func oldestFirst(observed Observed, ids []int64) []int64 {
	lists := map[int64]Facts{}
	for _, held := range observed.Ours {
		lists[held.ID] = held.Facts
	}
	slices.SortStableFunc(ids, func(a, b int64) int {
		switch {
		case lists[a].newer(lists[b]):
			return 1
		case lists[b].newer(lists[a]):
			return -1
		default:
			return 0
		}
	})
	return ids
}

func add(decision Decision, remove []int64) Decision {
	decision.Add, decision.Remove = true, remove
	return decision
}

// with is what all lists take together, target among them.
func (o Observed) with(target Facts) usage {
	all := usage{entries: o.OtherEntries + int64(target.Entries), lists: o.OtherLists + 1 + len(o.Ours)}
	for _, held := range o.Ours {
		all.entries += held.Entries
	}
	return all
}

func (u usage) without(observed Observed, ids []int64) usage {
	for _, held := range observed.Ours {
		if slices.Contains(ids, held.ID) {
			u.entries -= held.Entries
			u.lists--
		}
	}
	return u
}

// over is the quota that is exceeded, if one is.
func (u usage) over(limits Limits) Reason {
	if u.entries > limits.Entries {
		return QuotaEntries
	}
	if u.lists > limits.Lists {
		return QuotaLists
	}
	return ""
}
