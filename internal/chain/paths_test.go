package chain

import (
	"crypto/x509"
	"sync"
	"testing"

	"github.com/sekisho/sekisho/internal/crl"
	"github.com/sekisho/sekisho/internal/pkitest"
)

// What one client presents is no help to the next.
func TestVerifierForgets(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	leaf := h.issuing.ChildCA(t, "Sub CA").Issue(t, "laptop-1")
	verifier := newVerifier(t, h.bundle(), nil, Options{Revocation: ModeOff})
	_, err := verifier.Verify(leaf.Chain, now)
	want{}.check(t, err)
	_, err = verifier.Verify(leaf.Chain[:1], now)
	want{ReasonUntrusted, 0, "vouches"}.check(t, err)
}

// Of two paths that fail, the one that could not be decided is told: another
// list may let this client in.
func TestUndecidedPathIsTold(t *testing.T) {
	t.Parallel()
	root, direct := pkitest.NewCA(t, "Root"), pkitest.NewCA(t, "Direct Root")
	long := root.ChildCA(t, "A").ChildCA(t, "B").ChildCA(t, "Issuing CA")
	short := direct.CrossSign(t, long)
	leaf := long.Issue(t, "laptop-1")
	above := leaf.Chain[2:] // B, A
	bundle := append([]*x509.Certificate{root.Cert, direct.Cert}, above...)
	lists := []*crl.Index{listOf(t, long)}
	for _, presented := range [][]*x509.Certificate{{leaf.Cert, long.Cert, short.Cert}, {leaf.Cert, short.Cert, long.Cert}} {
		_, err := newVerifier(t, bundle, lists, Options{}).Verify(presented, now)
		want{ReasonRevocationUnavailable, 1, `its issuer "CN=Direct Root"`}.check(t, err)
	}
	_, err := newVerifier(t, bundle, lists, Options{}).Verify([]*x509.Certificate{leaf.Cert, long.Cert}, now)
	want{ReasonChainTooLong, 4, "the path has 5"}.check(t, err)
}

// Several clients at once, some of them refused.
func TestVerifierIsConcurrent(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	revoked := h.issuing.Issue(t, "laptop-2")
	lists := []*crl.Index{listOf(t, h.issuing, revoked.Cert), listOf(t, h.root)}
	refused := []RefusedList{{RawIssuer: h.root.Cert.RawSubject, Why: "an older one"}}
	verifier := newVerifier(t, h.bundle(), lists, Options{Refused: refused})
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 20 {
				_, err := verifier.Verify(h.client.Chain, now)
				want{}.check(t, err)
				_, err = verifier.Verify(revoked.Chain, now)
				if !hasReason(err, ReasonRevoked) {
					t.Errorf("got %v, want it revoked", err)
				}
			}
		})
	}
	all.Wait()
}

// A client that is new, under a CA of the bundle: two signatures, two lists.
func BenchmarkVerify(b *testing.B) {
	h := newHouse(b)
	verifier := newVerifier(b, h.bundle(), h.lists(b), Options{})
	b.ReportAllocs()
	for b.Loop() {
		_, err := verifier.Verify(h.client.Chain, now)
		if err != nil {
			b.Fatal(err)
		}
	}
}
