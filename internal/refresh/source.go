package refresh

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/sekisho/sekisho/internal/crl"
)

// candidate is a list that passed every check that does not depend on what
// was accepted before, along with what publishing it takes.
type candidate struct {
	facts    Facts
	identity string
	list     *crl.List
	issuer   *x509.Certificate
	// builder and der are let go once the list is published: they may be long.
	builder *crl.Builder
	index   *crl.Index
	der     []byte
	// validators are set when the whole answer was taken.
	validators Validators
}

// delivery is what a source had to say in one run.
type delivery struct {
	url         string
	notModified bool
	validators  Validators
	lists       []*candidate
	// err is why there is no list, or one list less than there should be.
	err error
}

// deliver fetches what a source has and checks each list in it.
func (r *Refresher) deliver(ctx context.Context, source Source, held Validators, now time.Time) delivery {
	fetched, err := r.fetch(ctx, source, held, now)
	if err != nil {
		return delivery{err: err}
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
	got.lists, err = r.examineAll(ctx, lists, source.policy(), now)
	if err != nil {
		got.err = fmt.Errorf("checking what %s served: %w", fetched.URL, err)
	}
	for _, c := range got.lists {
		c.due(source.policy())
	}
	got.validate()
	return got
}

// examineAll examines each list in a file. The error says what was wrong with
// the others, or that there was no time left for them.
func (r *Refresher) examineAll(ctx context.Context, ders [][]byte, policy crl.Policy, now time.Time) ([]*candidate, error) {
	var lists []*candidate
	var problems []error
	for _, der := range ders {
		if ctx.Err() != nil {
			return lists, allOf(append([]error{ctx.Err()}, problems...))
		}
		list, err := r.examine(der, policy, now)
		if err != nil {
			problems = append(problems, err)
			continue
		}
		lists = append(lists, list)
	}
	return lists, allOf(problems)
}

// validate lets an answer that was taken whole, and only such a one, be the
// condition of the next request: what is refused is to be refused again.
func (d delivery) validate() {
	if d.err != nil {
		return
	}
	for _, c := range d.lists {
		c.validators = d.validators
	}
}

// examine parses a list and checks all that needs no memory.
func (r *Refresher) examine(der []byte, policy crl.Policy, now time.Time) (*candidate, error) {
	list, builder, err := crl.Parse(der)
	if err != nil {
		return nil, fmt.Errorf("parsing a list: %w", err)
	}
	issuer, err := crl.Check(list, r.Bundle.Issuers, nil, policy, now)
	if err != nil {
		return nil, fmt.Errorf("checking a list of %s: %w", list.Issuer, err)
	}
	identity := string(list.Identity(issuer))
	return &candidate{facts: factsOf(list), identity: identity, list: list, issuer: issuer, builder: builder, der: der}, nil
}

// due gives a list that names no next update the one that its source stands
// for.
func (c *candidate) due(policy crl.Policy) *candidate {
	c.list.NextUpdate = policy.NextUpdate(c.list)
	c.facts = factsOf(c.list)
	return c
}

// policy lets scoped lists pass: the verifier honours the scope, and the plan
// keeps them out of a trust store that may not.
func (s Source) policy() crl.Policy {
	return crl.Policy{MaxSize: s.MaxBytes, MaxAge: s.MaxAge, AllowScoped: true}
}

// keptPolicy is for lists that the trust store or the bucket keeps: size and
// age were somebody's decision already.
func keptPolicy() crl.Policy {
	return crl.Policy{MaxSize: crl.MaxSize, MaxAge: time.Nanosecond, AllowScoped: true}
}

// recheck compares a list with what was accepted before, which may have
// changed since it was fetched.
func (c *candidate) recheck(source Source, state State, now time.Time) error {
	if state.overruled(c.facts.SHA256) && !state.resets(c.facts, now) {
		return fmt.Errorf("comparing a list of %s with the accepted one: %w", c.list.Issuer, &crl.RefusedError{
			Reason: crl.ReasonBehind, Detail: "an operator put another list in its place: see the record of the reset",
		})
	}
	previous := state.Accepted.accepted()
	if state.resets(c.facts, now) {
		previous = nil
	}
	_, err := crl.Check(c.list, []*x509.Certificate{c.issuer}, previous, source.policy(), now)
	if err != nil {
		return fmt.Errorf("comparing a list of %s with the accepted one: %w", c.list.Issuer, err)
	}
	return nil
}

// release lets go of what only publishing needs.
func (c *candidate) release() { c.builder, c.index, c.der = nil, nil, nil }

// authority tells one CA from another: its name and its key.
func authority(ca *x509.Certificate) string {
	h := sha256.New()
	h.Write(ca.RawSubject)
	h.Write(ca.RawSubjectPublicKeyInfo)
	return hex.EncodeToString(h.Sum(nil))
}
