// Package chain decides whether the certificates that a client presented
// prove who it is: they must lead to a trust anchor, be current, be meant for
// this use, and none of them below the anchor may be revoked.
//
// Building the path is left to crypto/x509. What that leaves open is decided
// here: the limits that an Application Load Balancer sets, revocation, and a
// few rules of RFC 5280. It does not read headers, fetch lists, or decide who
// may pass where; and it never reads the clock.
//
//	verifier, err := chain.New(bundle, lists, chain.Options{})
//	…
//	identity, err := verifier.Verify(presented, now)
//
// # What is refused on purpose
//
// Where certificates and lists leave room for doubt, the doubt goes against
// the client.
//
//   - A list that is overdue for longer than the grace, or that failed its own
//     check, decides nothing, in every mode but "off": the answer is
//     revocation-unavailable even where a list that never existed would pass.
//   - When there are several paths (cross-signed CAs), one with a revoked
//     certificate refuses the client, whatever the others say: a CA is revoked
//     for what happened to its key, and the key is the same on all paths. Take
//     the revoked certificate out of the bundle to let the others count.
//   - An overdue list still revokes what is on it, as long as no current list
//     of the same certificates says otherwise.
//   - Where a list is signed with the key that signed the certificate, lists of
//     other keys of that CA may revoke it, not clear it: a CA that was renewed
//     with a new key keeps a list for each. A key that only the CA above
//     certified never clears, unless the first may not sign lists; one that the
//     CA itself certified does where the first has no list.
//   - Name constraints on forms that crypto/x509 does not compare, such as
//     directory names, are refused even where the extension is not critical.
package chain

import (
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/sekisho/sekisho/internal/crl"
)

// Verifier decides over one bundle of CA certificates and one set of
// revocation lists. It does not change and may be used concurrently.
type Verifier struct {
	rules         rules
	revocation    revocation
	bundle        []*x509.Certificate
	anchors       []*x509.Certificate
	roots         *x509.CertPool // the anchors
	intermediates *x509.CertPool // the rest of the bundle
}

// New makes a verifier for a bundle of CA certificates, in any order, and the
// indexes of lists that were checked before (crl.Check). What it cannot know
// from those, that a list was there and was refused, is told in the options.
func New(bundle []*x509.Certificate, lists []*crl.Index, options Options) (*Verifier, error) {
	options, err := options.withDefaults()
	if err != nil {
		return nil, fmt.Errorf("reading the options of the verifier: %w", err)
	}
	v := &Verifier{
		rules:         rulesOf(options),
		revocation:    newRevocation(lists, options),
		bundle:        bundle,
		roots:         x509.NewCertPool(),
		intermediates: x509.NewCertPool(),
	}
	for _, cert := range bundle {
		if !v.rules.isAnchor(cert, bundle) {
			v.intermediates.AddCert(cert)
			continue
		}
		v.roots.AddCert(cert)
		v.anchors = append(v.anchors, cert)
	}
	if len(v.anchors) == 0 {
		return nil, errors.New("no trust anchor among the CA certificates: add the root, or the CA at which paths should end")
	}
	return v, nil
}

// Verify returns who presented these certificates, leaf first. The error is
// always a *RefusedError; its reason ReasonRevocationUnavailable means that the
// client could not be judged, every other that it must not pass.
func (v *Verifier) Verify(presented []*x509.Certificate, now time.Time) (*Identity, error) {
	err := v.rules.admit(presented)
	if err != nil {
		return nil, err
	}
	err = comparisons(presented, v.bundle)
	if err != nil {
		return nil, err
	}
	paths, err := v.paths(presented, now)
	if err != nil {
		return nil, err
	}
	path, err := v.choose(paths, v.candidates(presented), now)
	if err != nil {
		return nil, err
	}
	return identify(path), nil
}

// paths returns the paths from the leaf to an anchor, all of them valid but
// for what crypto/x509 does not check.
//
// The leaf's dates are looked at first, also because crypto/x509 would take a
// zero time for leave to read the clock.
func (v *Verifier) paths(presented []*x509.Certificate, now time.Time) ([][]*x509.Certificate, error) {
	err := current(0, presented[0], now)
	if err != nil {
		return nil, err
	}
	intermediates := v.intermediates
	if len(presented) > 1 {
		intermediates = intermediates.Clone()
	}
	for _, cert := range presented[1:] {
		intermediates.AddCert(cert)
	}
	paths, err := presented[0].Verify(x509.VerifyOptions{
		Roots:         v.roots,
		Intermediates: intermediates,
		CurrentTime:   now,
		KeyUsages:     v.rules.usages,
	})
	if err != nil {
		return nil, v.explain(err, presented, now)
	}
	return paths, nil
}

// choose returns the first path that passes the remaining checks. A revoked
// certificate on any of them ends the search.
func (v *Verifier) choose(paths [][]*x509.Certificate, candidates []*x509.Certificate, now time.Time) ([]*x509.Certificate, error) {
	var accepted []*x509.Certificate
	var refusal error
	for _, path := range paths {
		err := v.judge(path, candidates, now)
		switch {
		case hasReason(err, ReasonRevoked):
			return nil, err
		case err == nil && accepted == nil:
			accepted = path
		case refusal == nil || hasReason(err, ReasonRevocationUnavailable):
			refusal = err
		}
	}
	if accepted == nil {
		return nil, refusal
	}
	return accepted, nil
}

// judge checks one path, leaf first, anchor last.
func (v *Verifier) judge(path, candidates []*x509.Certificate, now time.Time) error {
	err := v.rules.permit(path)
	if err != nil {
		return err
	}
	err = sound(path)
	if err != nil {
		return err
	}
	return v.revocation.check(path, candidates, now)
}

// candidates are the certificates in which an issuer may be looked for.
func (v *Verifier) candidates(presented []*x509.Certificate) []*x509.Certificate {
	return slices.Concat(presented[1:], v.bundle)
}
