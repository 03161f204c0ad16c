package chain

import (
	"crypto/x509"
	"errors"
	"math/big"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/sekisho/sekisho/internal/crl"
	"github.com/sekisho/sekisho/internal/pkitest"
)

// hours is a moment some hours before or after now.
func hours(t *rapid.T, label string, from, to int) time.Time {
	return now.Add(time.Duration(rapid.IntRange(from, to).Draw(t, label)) * time.Hour)
}

// rarely keeps what is odd from hiding everything else.
func rarely(t *rapid.T, label string) bool { return rapid.IntRange(0, 9).Draw(t, label) == 9 }

// dated makes a certificate whose dates are near.
func dated(t *rapid.T) edit {
	begin, end := hours(t, "begin", -6, 0), hours(t, "end", 1, 6)
	if rarely(t, "not current") {
		begin, end = hours(t, "begin", -6, 1), hours(t, "end", 0, 1)
	}
	return func(c *x509.Certificate) { c.NotBefore, c.NotAfter = begin, end }
}

// town is a random hierarchy with lists, near the edges of everything.
type town struct {
	bundle   []*x509.Certificate
	issuing  *pkitest.CA
	verifier *Verifier
}

func newTown(tb testing.TB, t *rapid.T) town {
	tb.Helper()
	oddities := []edit{
		usages(x509.ExtKeyUsageClientAuth), usages(x509.ExtKeyUsageServerAuth), usages(x509.ExtKeyUsageAny),
		constrain(true, permitted, dnsSubtree), constrain(false, excluded, dnsSubtree),
		func(c *x509.Certificate) { c.MaxPathLenZero = true }, func(c *x509.Certificate) { c.MaxPathLen = 1 }, func(c *x509.Certificate) { c.MaxPathLen = 2 },
	}
	odd := func(label string) edit {
		if !rarely(t, label+" is odd") {
			return func(*x509.Certificate) {}
		}
		return rapid.SampledFrom(oddities).Draw(t, label)
	}
	root := pkitest.NewCA(tb, "Root", dated(t), odd("root"))
	issuing := root.ChildCA(tb, "Issuing CA", dated(t), odd("issuing"))
	cas := []*pkitest.CA{root, issuing}
	bundle := []*x509.Certificate{root.Cert, issuing.Cert}
	switch rapid.IntRange(0, 7).Draw(t, "shape") {
	case 0:
		crossed := root.CrossSign(tb, issuing, dated(t), odd("crossed"))
		bundle = append(bundle, crossed.Cert)
	case 1:
		other := pkitest.NewCA(tb, "Other", dated(t))
		bundle = append(bundle, other.Cert, other.CrossSign(tb, issuing, dated(t)).Cert)
		cas = append(cas, other)
	case 2:
		issuing = issuing.ChildCA(tb, "Sub CA", dated(t), odd("sub"))
		cas = append(cas, issuing)
	case 3:
		bundle = bundle[:1]
	}
	var lists []*crl.Index
	for _, ca := range cas {
		if !rarely(t, "has no list") {
			lists = append(lists, datedList(tb, t, ca, cas))
		}
	}
	mode := rapid.SampledFrom([]Mode{ModeRequire, ModeRequireLeaf, ModeAllowMissing, ModeOff}).Draw(t, "mode")
	grace := time.Duration(rapid.IntRange(0, 2).Draw(t, "grace")) * time.Hour
	return town{bundle, issuing, newVerifier(tb, bundle, lists, Options{Revocation: mode, Grace: grace})}
}

func datedList(tb testing.TB, t *rapid.T, ca *pkitest.CA, cas []*pkitest.CA) *crl.Index {
	tb.Helper()
	from, to := hours(t, "this update", -4, 0), hours(t, "next update", 1, 6)
	if rarely(t, "not current") {
		from, to = hours(t, "this update", -4, 1), hours(t, "next update", -1, 1)
	}
	serial := big.NewInt(int64(rapid.IntRange(700, 702).Draw(t, "revoked")))
	if rarely(t, "revokes a CA") {
		serial = cas[rapid.IntRange(0, len(cas)-1).Draw(t, "which CA")].Cert.SerialNumber
	}
	return listWith(tb, ca, func(l *x509.RevocationList) {
		l.ThisUpdate, l.NextUpdate = from, to
		if to.Before(from) {
			l.NextUpdate = from.Add(time.Hour)
		}
		l.RevokedCertificateEntries = []x509.RevocationListEntry{{SerialNumber: serial, RevocationTime: from}}
	})
}

// client is somebody of this town with one thing or another about them.
func (w town) client(tb testing.TB, t *rapid.T, label string) []*x509.Certificate {
	tb.Helper()
	number := big.NewInt(int64(rapid.IntRange(700, 707).Draw(t, label)))
	change := rapid.SampledFrom([]edit{
		func(*x509.Certificate) {}, func(*x509.Certificate) {}, func(*x509.Certificate) {},
		func(c *x509.Certificate) { c.DNSNames = []string{"a.example.com"} },
		func(c *x509.Certificate) { c.DNSNames = []string{"a.example.org"} },
		usages(x509.ExtKeyUsageServerAuth), usages(x509.ExtKeyUsageAny), usages(),
		func(c *x509.Certificate) { c.Subject = w.issuing.Cert.Subject },
	}).Draw(t, label+" is special")
	leaf := w.issuing.Issue(tb, label, dated(t), change, func(c *x509.Certificate) { c.SerialNumber = number })
	if rapid.Bool().Draw(t, "CAs presented") {
		return leaf.Chain
	}
	return leaf.Chain[:1]
}

// A shortcut lets nobody pass whom the verifier refuses, and says of whom it
// does what the verifier says.
func TestShortcutProperty(t *testing.T) {
	t.Parallel()
	accepted := 0
	rapid.Check(t, func(r *rapid.T) {
		w := newTown(t, r)
		first := w.client(t, r, "first")
		shortcut := w.verifier.Shortcut(first, now)
		if shortcut == nil {
			return
		}
		for range 8 {
			second := append(w.client(t, r, "second")[:1:1], first[1:]...)
			at := hours(r, "at", 0, 6)
			got, ok := shortcut.Verify(second[0], at)
			if !ok {
				continue
			}
			accepted++
			want, err := w.verifier.Verify(second, at)
			if err != nil {
				r.Fatalf("accepted whom the verifier refuses: %v", err)
			}
			if got.Subject != want.Subject || got.Issuer != want.Issuer || got.Fingerprint != want.Fingerprint || !slices.EqualFunc(got.Path, want.Path, (*x509.Certificate).Equal) {
				r.Fatalf("got %+v, want %+v", got, want)
			}
		}
	})
	t.Logf("%d accepted", accepted)
	if accepted == 0 {
		t.Error("nobody was accepted, so nothing was compared")
	}
}

// Before the moment that Until names, the answer does not change.
func TestUntilProperty(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		w := newTown(t, r)
		presented := w.client(t, r, "client")
		from := hours(r, "from", -7, 7).Add(time.Duration(rapid.IntRange(-1, 1).Draw(r, "nanoseconds")))
		until := w.verifier.Until(presented, from)
		if until.Before(from) {
			r.Fatalf("got %s, which is before %s", until, from)
		}
		if until.Equal(from) {
			return // it holds for this moment alone
		}
		span := min(until.Sub(from), 10*time.Hour)
		at := from.Add(time.Duration(rapid.Int64Range(0, int64(span)-1).Draw(r, "later")))
		if rapid.Bool().Draw(r, "at the very end") {
			at = from.Add(span - 1)
		}
		want, got := outcome(w.verifier.Verify(presented, from)), outcome(w.verifier.Verify(presented, at))
		if got != want {
			r.Fatalf("at %s: %s; at %s: %s; it should hold until %s", from, want, at, got, until)
		}
	})
}

func outcome(_ *Identity, err error) string {
	var refused *RefusedError
	if errors.As(err, &refused) {
		return string(refused.Reason)
	}
	return "accepted"
}
