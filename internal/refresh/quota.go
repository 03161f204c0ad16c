package refresh

import (
	"fmt"

	"github.com/sekisho/sekisho/internal/crl"
)

// fit checks the quotas before the call that would run into them: while old
// and new are both present, both count.
func fit(decision Decision, observed Observed, limits Limits) Decision {
	pemBytes := int64(crl.PEMLen(int(decision.Target.Size)))
	if pemBytes > limits.PEMBytes {
		return refuse(decision, QuotaSize, fmt.Sprintf(
			"the list is %d bytes as PEM, a trust store takes %d: let the CA drop expired certificates from its list or split it by distribution point; the verifier uses it all the same",
			pemBytes, limits.PEMBytes))
	}
	own := int64(0)
	for _, held := range observed.Ours {
		own += held.Entries
	}
	wanted := observed.OtherEntries + int64(decision.Target.Entries)
	lists := observed.OtherLists + 1
	reason := shortage(wanted+own, lists+len(observed.Ours), limits)
	if reason == "" {
		return decision
	}
	if limits.ReplaceOverlap && len(observed.Ours) > 0 && shortage(wanted, lists, limits) == "" {
		decision.RemoveFirst = true
		decision.Detail = "old and new do not fit together: the old list leaves first, and for a moment neither is in force"
		return decision
	}
	return refuse(decision, reason, fmt.Sprintf(
		"the trust store would hold %d entries in %d lists for the moment of the change, its quotas are %d and %d: ask AWS to raise them (L-37E1617B entries, L-332EE142 lists) and set limits accordingly, or set overlap to \"replace\" and accept a moment without a list; the verifier uses the list all the same",
		wanted+own, lists+len(observed.Ours), limits.Entries, limits.Lists))
}

func shortage(entries int64, lists int, limits Limits) Reason {
	if entries > limits.Entries {
		return QuotaEntries
	}
	if lists > limits.Lists {
		return QuotaLists
	}
	return ""
}
