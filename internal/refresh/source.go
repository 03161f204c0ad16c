package refresh

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	"github.com/sekisho/sekisho/internal/crl"
)

// candidate is a list that passed every check that does not depend on what
// was accepted before, along with what publishing it takes.
type candidate struct {
	facts      Facts
	identity   string
	list       *crl.List
	builder    *crl.Builder
	issuer     *x509.Certificate
	der        []byte
	source     Source
	validators Validators
}

// delivery is what a source had to say in one run.
type delivery struct {
	url         string
	notModified bool
	validators  Validators
	lists       []candidate
	// err is why there is no list, or one list less than there should be.
	err error
}

// deliver fetches what a source has and checks each list in it.
func (r *Refresher) deliver(ctx context.Context, source Source, held Validators, now time.Time) delivery {
	fetched, err := r.Fetcher.Fetch(ctx, Request{URLs: source.URLs, Held: held, MaxBytes: source.MaxBytes, Timeout: source.Timeout, Now: now})
	if err != nil {
		return delivery{err: fmt.Errorf("fetching: %w", err)}
	}
	got := delivery{url: fetched.URL, notModified: fetched.NotModified, validators: fetched.Validators}
	if fetched.NotModified {
		return got
	}
	lists, err := crl.Split(fetched.Body)
	if err != nil {
		got.err = fmt.Errorf("reading what %s served: %w", fetched.URL, err)
		return got
	}
	for _, der := range lists {
		c, err := r.examine(der, source, now)
		if err != nil {
			got.err = errors.Join(got.err, err)
			continue
		}
		c.validators = fetched.Validators
		got.lists = append(got.lists, c)
	}
	return got
}

// examine parses a list and checks all that needs no memory.
func (r *Refresher) examine(der []byte, source Source, now time.Time) (candidate, error) {
	list, builder, err := crl.Parse(der)
	if err != nil {
		return candidate{}, fmt.Errorf("parsing a list: %w", err)
	}
	issuer, err := crl.Check(list, r.Bundle.Issuers, nil, source.policy(), now)
	if err != nil {
		return candidate{}, fmt.Errorf("checking a list of %s: %w", list.Issuer, err)
	}
	list.NextUpdate = source.policy().NextUpdate(list)
	return candidate{
		facts:    factsOf(list),
		identity: string(list.Identity(issuer)),
		list:     list, builder: builder, issuer: issuer, der: der, source: source,
	}, nil
}

// policy lets scoped lists pass: the verifier honours the scope, and the plan
// keeps them out of a trust store that may not.
func (s Source) policy() crl.Policy {
	return crl.Policy{MaxAge: s.MaxAge, AllowScoped: true}
}

// recheck compares a list with what was accepted before, which may have
// changed since it was fetched.
func (c candidate) recheck(state State, now time.Time) error {
	_, err := crl.Check(c.list, []*x509.Certificate{c.issuer}, state.Accepted.accepted(), c.source.policy(), now)
	if err != nil {
		return fmt.Errorf("comparing a list of %s with the accepted one: %w", c.list.Issuer, err)
	}
	return nil
}
