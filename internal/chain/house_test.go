package chain

import (
	"crypto/x509"
	"errors"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/crl"
	"github.com/sekisho/sekisho/internal/pkitest"
)

// now is the moment at which everything of pkitest is current.
var now = pkitest.Epoch.Add(time.Hour)

// edit changes a certificate before it is signed.
type edit = func(*x509.Certificate)

// house is a root, an issuing CA below it, and one client.
type house struct {
	root, issuing *pkitest.CA
	client        *pkitest.Leaf
}

func newHouse(tb testing.TB) house {
	tb.Helper()
	root := pkitest.NewCA(tb, "Root")
	issuing := root.ChildCA(tb, "Issuing CA")
	return house{root: root, issuing: issuing, client: issuing.Issue(tb, "laptop-1")}
}

func (h house) bundle() []*x509.Certificate {
	return []*x509.Certificate{h.root.Cert, h.issuing.Cert}
}

// lists are those of both CAs, with nothing on them.
func (h house) lists(tb testing.TB) []*crl.Index {
	tb.Helper()
	return []*crl.Index{listOf(tb, h.root), listOf(tb, h.issuing)}
}

// listOf is the index of a list of ca that revokes the given certificates.
func listOf(tb testing.TB, ca *pkitest.CA, revoked ...*x509.Certificate) *crl.Index {
	tb.Helper()
	var serials []*big.Int
	for _, cert := range revoked {
		serials = append(serials, cert.SerialNumber)
	}
	return indexOf(tb, ca, ca.CRL(tb, serials...))
}

// listWith is listOf with the list edited before it is signed.
func listWith(tb testing.TB, ca *pkitest.CA, change func(*x509.RevocationList)) *crl.Index {
	tb.Helper()
	return indexOf(tb, ca, ca.CRLWith(tb, change))
}

func indexOf(tb testing.TB, ca *pkitest.CA, der []byte) *crl.Index {
	tb.Helper()
	list, builder, err := crl.Parse(der)
	if err != nil {
		tb.Fatal(err)
	}
	index, err := builder.Build(list, ca.Cert)
	if err != nil {
		tb.Fatal(err)
	}
	return index
}

func newVerifier(tb testing.TB, bundle []*x509.Certificate, lists []*crl.Index, options Options) *Verifier {
	tb.Helper()
	verifier, err := New(bundle, lists, options)
	if err != nil {
		tb.Fatal(err)
	}
	return verifier
}

// want is a refusal; the zero value wants none.
type want struct {
	reason   Reason
	position int
	text     string
}

func (w want) check(t *testing.T, err error) {
	t.Helper()
	if w.reason == "" {
		if err != nil {
			t.Errorf("got %v, want it accepted", err)
		}
		return
	}
	var refused *RefusedError
	if !errors.As(err, &refused) {
		t.Fatalf("got error %v, want a *RefusedError with reason %q", err, w.reason)
	}
	if refused.Reason != w.reason || refused.Position != w.position {
		t.Errorf("got %q at position %d, want %q at position %d (%v)", refused.Reason, refused.Position, w.reason, w.position, err)
	}
	if !strings.Contains(err.Error(), w.text) {
		t.Errorf("got error %q, want it to contain %q", err, w.text)
	}
	if refused.Code != codeOf(refused.Reason) {
		t.Errorf("got code %q, want %q", refused.Code, codeOf(refused.Reason))
	}
}
