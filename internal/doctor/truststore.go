package doctor

import "context"

// nearlyFull is which part of a quota, in percent, is too much.
const nearlyFull = 80

// held is what the trust store holds, or why that is not known.
func (e *examination) held(ctx context.Context) (Holdings, string) {
	if e.gate.TrustStore == nil {
		return Holdings{}, "nobody looked into the trust store (--environment with the variables of the refresh function)"
	}
	if e.holdings == nil {
		holdings, err := e.gate.TrustStore.Holdings(ctx)
		e.holdings, e.unheld = &holdings, err
	}
	if e.unheld != nil {
		return Holdings{}, e.unheld.Error()
	}
	return *e.holdings, ""
}

// quota looks at the moment when it is tightest: while a list is replaced, old
// and new both count.
func (e *examination) quota(ctx context.Context) finding {
	held, why := e.held(ctx)
	if why != "" {
		return skipped("%s", why)
	}
	if held.EntryQuota <= 0 || held.ListQuota <= 0 {
		return skipped("the quotas are not known")
	}
	entries, lists := held.Entries+held.Largest, held.Lists+1
	most := max(100*entries/held.EntryQuota, int64(100*lists/held.ListQuota))
	const format = "while the largest list is replaced, %d of %d entries and %d of %d lists (%d %%)"
	values := []any{entries, held.EntryQuota, lists, held.ListQuota, most}
	if most >= nearlyFull {
		return failed("ask AWS to raise the quota (L-37E1617B entries, L-332EE142 lists), or have the CA drop expired certificates from its list", format, values...)
	}
	return passed(format, values...)
}
