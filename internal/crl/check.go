package crl

import (
	"crypto/x509"
	"time"
)

// question is everything that the acceptance of a list depends on, its issuer
// apart.
type question struct {
	list     *List
	previous *Accepted
	policy   Policy
	now      time.Time
}

// Check decides whether a list may come into force, and returns the
// certificate of its issuer, out of issuers. The error is a [*RefusedError].
//
// Whether the list is authentic comes first: what a list that is not says about
// itself is no reason for anything. previous is the newest accepted list of the
// same identity, nil when there is none; that list itself passes, and so does
// one that is [List.Stale]. [Compare] tells those apart that pass.
func Check(l *List, issuers []*x509.Certificate, previous *Accepted, policy Policy, now time.Time) (*x509.Certificate, error) {
	q := question{l, previous, policy, now}
	err := withinSize(q)
	if err != nil {
		return nil, err
	}
	issuer, err := authentic(l, issuers, policy)
	if err != nil {
		return nil, err
	}
	for _, rule := range []func(question) error{ofUsableKind, wholeEnough, issuedAlready, withNextUpdate, notOlder} {
		err = rule(q)
		if err != nil {
			return nil, err
		}
	}
	return issuer, nil
}

// withinSize keeps a list within what its source may deliver.
func withinSize(q question) error {
	if q.list.Size <= q.policy.maxSize() {
		return nil
	}
	return refuse(ReasonTooLarge, "%d bytes, allowed are %d: raise the limit of this source if its list is meant to be this long", q.list.Size, q.policy.maxSize())
}

func ofUsableKind(q question) error { return usableKind(q.list) }

// wholeEnough holds back a list that covers some certificates only (RFC 5280,
// section 5.2.5) where nobody would look at its scope.
func wholeEnough(q question) error {
	if q.policy.AllowScoped || q.list.Scope.Whole() {
		return nil
	}
	return refuse(ReasonScoped, "it covers %s only: have the CA publish a list of all certificates, or allow scoped lists for this source", q.list.Scope)
}

// skew is how far the clocks of a CA and of whoever checks may be apart. A CA
// that signs on demand issues its list a moment after the question was asked.
const skew = 5 * time.Minute

// issuedAlready refuses a list from the future (RFC 5280, section 5.1.2.4):
// once accepted, it would stand in the way of all honest ones until then.
func issuedAlready(q question) error {
	if !q.list.ThisUpdate.After(q.now.Add(skew)) {
		return nil
	}
	return refuse(ReasonNotYetValid, "issued at %s, and now it is %s: check the clock of the CA", q.list.ThisUpdate.Format(time.RFC3339), q.now.UTC().Format(time.RFC3339))
}

// withNextUpdate demands a next update (RFC 5280, section 5.1.2.5), without
// which nobody can tell that a list is stale, unless the policy sets an age.
func withNextUpdate(q question) error {
	if !q.list.NextUpdate.IsZero() || q.policy.MaxAge > 0 {
		return nil
	}
	return refuse(ReasonNoNextUpdate, "it does not say when the next one is due: set a maximum age for this source")
}

// notOlder stops a rollback (RFC 5280, section 5.2.3): over plain HTTP, anybody
// on the way can answer with an older list that is not even stale.
func notOlder(q question) error {
	switch Compare(q.previous, q.list) {
	case OrderBehind:
		return refuse(ReasonBehind, "it is %s, and %s is in force: a mirror may lag; if this persists, look at the distribution point",
			edition(q.list.Accepted()), edition(q.previous))
	case OrderRolledBack:
		return refuse(ReasonRolledBack, "it is %s, and %s is in force, so that number and date contradict each other; if the CA was rebuilt, reset what is remembered of its list",
			edition(q.list.Accepted()), edition(q.previous))
	default:
		return nil
	}
}

// edition names a list by number and date.
func edition(a *Accepted) string {
	date := a.ThisUpdate.UTC().Format(time.RFC3339)
	if a.Number == nil {
		return "the list of " + date
	}
	return "number " + a.Number.String() + " of " + date
}
