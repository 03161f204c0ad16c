package crl

import (
	"crypto/x509"
	"time"
)

// Check decides whether a list may come into force, and returns the
// certificate of its issuer, out of issuers. The error is a [*RefusedError].
//
// Whether the list is authentic comes first: what an unauthenticated list
// says about itself is no reason for anything. previous is the newest
// accepted list of the same identity, nil when there is none; the accepted
// list itself passes. A stale list passes too, see [List.Stale].
func Check(l *List, issuers []*x509.Certificate, previous *Accepted, policy Policy, now time.Time) (*x509.Certificate, error) {
	err := withinSize(l, policy)
	if err != nil {
		return nil, err
	}
	issuer, err := authentic(l, issuers, policy)
	if err != nil {
		return nil, err
	}
	for _, rule := range []func() error{
		func() error { return complete(l) },
		func() error { return unscoped(l, policy) },
		func() error { return issued(l, now) },
		func() error { return hasNextUpdate(l, policy) },
		func() error { return notOlder(l, previous) },
	} {
		err = rule()
		if err != nil {
			return nil, err
		}
	}
	return issuer, nil
}

// withinSize keeps a list within what its source may deliver.
func withinSize(l *List, policy Policy) error {
	if l.Size <= policy.maxSize() {
		return nil
	}
	return refuse(ReasonTooLarge, "%d bytes, allowed are %d: raise the limit of this source if the list is meant to be this long", l.Size, policy.maxSize())
}

// unscoped holds back a list that covers some certificates only (RFC 5280,
// section 5.2.5) where nobody would look at its scope.
func unscoped(l *List, policy Policy) error {
	if policy.AllowScoped || l.Scope.Whole() {
		return nil
	}
	return refuse(ReasonScoped, "it covers %s only: publish a list of all certificates of this CA, or allow scoped lists for this source", l.Scope)
}

// issued refuses a list from the future (RFC 5280, section 5.1.2.4): once
// accepted it would stand in the way of all honest ones until then.
func issued(l *List, now time.Time) error {
	if !l.ThisUpdate.After(now) {
		return nil
	}
	return refuse(ReasonNotYetValid, "issued at %s, and it is %s: check the clock of the CA", l.ThisUpdate.Format(time.RFC3339), now.UTC().Format(time.RFC3339))
}

// hasNextUpdate demands a next update (RFC 5280, section 5.1.2.5), without
// which nobody can tell a stale list, unless the policy sets an age instead.
func hasNextUpdate(l *List, policy Policy) error {
	if !l.NextUpdate.IsZero() || policy.MaxAge > 0 {
		return nil
	}
	return refuse(ReasonNoNextUpdate, "it does not say when the next one is due: set a maximum age for this source")
}

// notOlder stops a rollback (RFC 5280, section 5.2.3): over plain HTTP anybody
// on the way can answer with an older list that is still valid.
func notOlder(l *List, previous *Accepted) error {
	switch Compare(previous, l) {
	case OrderBehind:
		return refuse(ReasonBehind, "%s, accepted already is %s: a mirror may lag; if this persists, look at the distribution point",
			edition(l.Accepted()), edition(previous))
	case OrderRolledBack:
		return refuse(ReasonRolledBack, "%s, accepted already is %s: number and date contradict each other; if the CA was rebuilt, reset what is remembered of this list",
			edition(l.Accepted()), edition(previous))
	default:
		return nil
	}
}

// edition names a list by number and date.
func edition(a *Accepted) string {
	date := a.ThisUpdate.UTC().Format(time.RFC3339)
	if a.Number == nil {
		return "the list of " + date + " (no number)"
	}
	return "number " + a.Number.String() + " of " + date
}
