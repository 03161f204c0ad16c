package chain

import (
	"crypto/x509"
	"errors"
	"math/big"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/sekisho/sekisho/internal/crl"
	"github.com/sekisho/sekisho/internal/pkitest"
)

// Whatever the lists, the decision is the one of this simple model: the first
// revoked certificate, else the first that cannot be decided, else pass.
func TestRevocationProperty(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	sub := h.issuing.ChildCA(t, "Sub CA")
	leaf := sub.Issue(t, "laptop-1")
	issuers := []*pkitest.CA{sub, h.issuing, h.root}
	subjects := []*x509.Certificate{leaf.Cert, sub.Cert, h.issuing.Cert}
	states := []string{listGood, listMissing, listRevokes, listStale, listStaleHit, listRefused, listFuture}
	rapid.Check(t, func(r *rapid.T) {
		options := Options{Revocation: rapid.SampledFrom([]Mode{ModeRequire, ModeRequireLeaf, ModeAllowMissing, ModeOff}).Draw(r, "mode")}
		var lists []*crl.Index
		var drawn []string
		for i, ca := range issuers {
			word := rapid.SampledFrom(states).Draw(r, "state")
			state(t, word, ca, subjects[i], &lists, &options)
			drawn = append(drawn, word)
		}
		lists = rapid.Permutation(lists).Draw(r, "order")
		reason, position := model(drawn, options.Revocation)
		_, err := newVerifier(t, h.bundle(), lists, options).Verify(leaf.Chain, now)
		var refused *RefusedError
		switch {
		case err == nil && reason != "":
			r.Fatalf("%v in mode %s: accepted, want %s at position %d", drawn, options.Revocation, reason, position)
		case errors.As(err, &refused) && (refused.Reason != reason || refused.Position != position):
			r.Fatalf("%v in mode %s: got %v, want %q at position %d", drawn, options.Revocation, err, reason, position)
		}
	})
}

func model(states []string, mode Mode) (Reason, int) {
	if mode == ModeOff {
		return "", 0
	}
	for i, state := range states {
		if state == listRevokes || state == listStaleHit {
			return ReasonRevoked, i
		}
	}
	for i, state := range states {
		missing := state == listMissing && (mode == ModeRequire || mode == ModeRequireLeaf && i == 0)
		if missing || slices.Contains([]string{listStale, listRefused, listFuture}, state) {
			return ReasonRevocationUnavailable, i
		}
	}
	return "", 0
}

// A client passes under exactly those lists that do not name its serial
// number, whatever else is on them.
func TestRevokedSerialProperty(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	rapid.Check(t, func(r *rapid.T) {
		serial := big.NewInt(rapid.Int64Range(1, 20).Draw(r, "serial"))
		listed := rapid.SliceOfDistinct(rapid.Int64Range(-20, 20), func(n int64) int64 { return n }).Draw(r, "listed")
		leaf := h.issuing.Issue(t, "laptop-1", func(c *x509.Certificate) { c.SerialNumber = serial })
		var revoked []*x509.Certificate
		for _, n := range listed {
			revoked = append(revoked, &x509.Certificate{SerialNumber: big.NewInt(n)})
		}
		lists := []*crl.Index{listOf(t, h.issuing, revoked...), listOf(t, h.root)}
		_, err := newVerifier(t, h.bundle(), lists, Options{}).Verify(leaf.Chain, now)
		expected := slices.Contains(listed, serial.Int64())
		if hasReason(err, ReasonRevoked) != expected || !expected && err != nil {
			r.Fatalf("serial %s, listed %v: got %v", serial, listed, err)
		}
	})
}

// No bytes but those of a certificate that the CA issued are ever accepted.
func FuzzVerify(f *testing.F) {
	h := newHouse(f)
	genuine := []*x509.Certificate{h.client.Cert, h.issuing.Issue(f, "laptop-2").Cert, h.root.Issue(f, "laptop-3").Cert}
	for _, cert := range genuine {
		f.Add(cert.Raw, h.issuing.Cert.Raw)
	}
	f.Add(h.issuing.Cert.Raw, h.root.Cert.Raw)
	f.Add(selfMadeSeed(f), h.root.Cert.Raw)
	strict := newVerifier(f, h.bundle(), h.lists(f), Options{})
	lenient := newVerifier(f, h.bundle(), nil, Options{Profile: ProfileRFC5280, Usage: UsageAny, Revocation: ModeOff})
	f.Fuzz(func(t *testing.T, leafDER, issuerDER []byte) {
		leaf, err := x509.ParseCertificate(leafDER)
		if err != nil {
			return
		}
		presented := []*x509.Certificate{leaf}
		issuer, err := x509.ParseCertificate(issuerDER)
		if err == nil {
			presented = append(presented, issuer)
		}
		for _, verifier := range []*Verifier{strict, lenient} {
			identity, err := verifier.Verify(presented, now)
			var refused *RefusedError
			if err != nil && !errors.As(err, &refused) {
				t.Fatalf("got error %v, want a *RefusedError", err)
			}
			ours := slices.ContainsFunc(append(genuine, h.bundle()...), leaf.Equal)
			if err == nil && (!ours || !identity.Leaf.Equal(leaf)) {
				t.Fatalf("accepted a certificate that nobody issued: %x", leafDER)
			}
		}
	})
}

func selfMadeSeed(f *testing.F) []byte {
	return pkitest.NewCA(f, "laptop-1").Cert.Raw
}
