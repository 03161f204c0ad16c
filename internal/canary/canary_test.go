package canary

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sekisho/sekisho/internal/metrics"
	"github.com/sekisho/sekisho/internal/pkitest"
)

var noon = pkitest.Epoch

// gate is a listener that treats each client as a test says, and notes who
// asked.
type gate struct {
	good, revoked Sight
	revokedSerial string
	asked         []string
}

func (g *gate) Try(_ context.Context, listener Listener, client tls.Certificate) Sight {
	if serialOf(client) == g.revokedSerial {
		g.asked = append(g.asked, listener.Name+" revoked")
		return g.revoked
	}
	g.asked = append(g.asked, listener.Name+" good")
	return g.good
}

type entries struct {
	entry Entry
	err   error
}

func (e entries) Find(context.Context, []*x509.Certificate) (Entry, error) { return e.entry, e.err }

// flock is a canary with two certificates.
type flock struct {
	gate          *gate
	canary        *Canary
	good, revoked tls.Certificate
	now           time.Time
}

func newFlock(t *testing.T) *flock {
	t.Helper()
	ca := pkitest.NewCA(t, "ca")
	f := &flock{good: pair(ca.Issue(t, "good")), revoked: pair(ca.Issue(t, "revoked")), now: noon}
	f.gate = &gate{good: Sight{Served, "HTTP 200"}, revoked: Sight{Refused, "revoked"}, revokedSerial: serialOf(f.revoked)}
	f.canary = &Canary{
		Dial: f.gate, Lists: entries{entry: Entry{RevokedAt: noon.Add(-time.Minute)}}, Clock: func() time.Time { return f.now },
		Listeners: []Listener{{Name: Verify, URL: "https://gate/"}},
	}
	return f
}

func pair(leaf *pkitest.Leaf) tls.Certificate {
	client := tls.Certificate{PrivateKey: leaf.Key}
	for _, cert := range leaf.Chain {
		client.Certificate = append(client.Certificate, cert.Raw)
	}
	return client
}

func (f *flock) round() Result {
	return f.canary.Round(context.Background(), f.good, f.revoked)[0]
}

func TestVerdict(t *testing.T) {
	t.Parallel()
	served, refused, silent := Sight{Served, "HTTP 200"}, Sight{Refused, "alert"}, Sight{Undecided, "no route to host"}
	for _, c := range []struct {
		name    string
		edit    func(*flock)
		want    Verdict
		says    string
		refused any // the metric; nil for none
	}{
		{"good served, revoked refused", func(*flock) {}, Right, "", 1.0},
		{"both served", func(f *flock) { f.gate.revoked = served }, Wrong, "the revoked client was served", 0.0},
		{"only the revoked one served", func(f *flock) { f.gate.good, f.gate.revoked = refused, served }, Wrong, "the revoked client was served", 0.0},
		{"revoked served, nobody knows the list", func(f *flock) { f.gate.revoked, f.canary.Lists = served, entries{err: errors.New("no bucket")} }, Wrong, "was served", 0.0},
		{"both refused", func(f *flock) { f.gate.good = refused }, Unknown, "the good client was not served either (alert)", nil},
		{"gate down", func(f *flock) { f.gate.good, f.gate.revoked = silent, silent }, Unknown, "the revoked client: no route to host", nil},
		{"gate down between the two", func(f *flock) { f.gate.revoked = silent }, Unknown, "no route to host", nil},
		{"good one expired", func(f *flock) { f.now = expiry(f.good).Add(time.Second) }, Unknown, "expired on", nil},
		{"revoked one not valid yet", func(f *flock) { f.now = noon.AddDate(-10, 0, 0) }, Unknown, "is not valid before", nil},
		{"serial on no list", func(f *flock) { f.canary.Lists = entries{} }, Unknown, "on no list in force", nil},
		{"list cannot be read", func(f *flock) { f.canary.Lists = entries{err: errors.New("no bucket")} }, Unknown, "looking for the list in force: no bucket", nil},
		{"no revoked certificate", func(f *flock) { f.revoked = tls.Certificate{} }, Unknown, "there is none", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := newFlock(t)
			c.edit(f)
			if f.revoked.Certificate == nil {
				f.gate.revokedSerial = ""
			}
			got := f.round()
			if got.Verdict != c.want || !strings.Contains(got.Why, c.says) || c.says == "" && got.Why != "" {
				t.Errorf("got %s: %s, want %s: %s", got.Verdict, got.Why, c.want, c.says)
			}
			values := got.Line("gate").Values
			value, published := values[metrics.RevokedRefused]
			if published != (c.refused != nil) || published && value != c.refused || values[metrics.Unknown] != oneIf(c.want == Unknown) {
				t.Errorf("published %v", values)
			}
			_, err := got.Line("gate").Encode(noon)
			if err != nil {
				t.Error(err)
			}
		})
	}
}

func expiry(client tls.Certificate) time.Time {
	chain, err := chainOf(client)
	if err != nil {
		return time.Time{}
	}
	return chain[0].NotAfter
}

// TestGoodIsTriedRightBeforeRevoked: at each listener, not at all of them first.
func TestGoodIsTriedRightBeforeRevoked(t *testing.T) {
	t.Parallel()
	f := newFlock(t)
	f.canary.Listeners = []Listener{{Name: Verify}, {Name: Passthrough}}
	f.canary.Round(t.Context(), f.good, f.revoked)
	want := []string{"verify good", "verify revoked", "passthrough good", "passthrough revoked"}
	if diff := cmp.Diff(want, f.gate.asked); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestEnforcementIsTimedOnce: by the round that first sees the client refused
// that an earlier one saw served.
func TestEnforcementIsTimedOnce(t *testing.T) {
	t.Parallel()
	f := newFlock(t)
	if got := f.round(); got.Enforced != 0 {
		t.Errorf("nobody saw it take effect: got %s", got.Enforced)
	}
	f.gate.revoked = Sight{Served, "HTTP 200"}
	f.round()
	f.gate.revoked = Sight{Undecided, "timeout"}
	f.round()
	f.gate.revoked = Sight{Refused, "alert"}
	f.now = noon.Add(30 * time.Second)
	got := f.round()
	if got.Enforced != 90*time.Second || got.Line("gate").Values[metrics.SecondsToEnforcement] != 90 {
		t.Errorf("got %s, want 90s: %v", got.Enforced, got.Line("gate").Values)
	}
	_, published := f.round().Line("gate").Values[metrics.SecondsToEnforcement]
	if published {
		t.Error("the same revocation is timed again")
	}
}

// TestAnotherCertificateIsAnotherRevocation: what was seen of the one before
// says nothing.
func TestAnotherCertificateIsAnotherRevocation(t *testing.T) {
	t.Parallel()
	f := newFlock(t)
	f.gate.revoked = Sight{Served, "HTTP 200"}
	f.round()
	f.revoked = pair(pkitest.NewCA(t, "other").Issue(t, "revoked", func(c *x509.Certificate) { c.SerialNumber.SetInt64(777) }))
	f.gate.revoked, f.gate.revokedSerial = Sight{Refused, "alert"}, serialOf(f.revoked)
	if got := f.round(); got.Enforced != 0 {
		t.Errorf("got %s for a certificate that nobody saw served", got.Enforced)
	}
}

func TestWorst(t *testing.T) {
	t.Parallel()
	of := func(verdicts ...Verdict) []Result {
		var all []Result
		for _, verdict := range verdicts {
			all = append(all, Result{Verdict: verdict})
		}
		return all
	}
	for _, c := range []struct {
		results []Result
		want    Verdict
	}{{of(), Unknown}, {of(Right, Right), Right}, {of(Right, Unknown), Unknown}, {of(Unknown, Wrong), Wrong}, {of(Wrong, Right), Wrong}} {
		if got := Worst(c.results); got != c.want {
			t.Errorf("%v: got %s, want %s", c.results, got, c.want)
		}
	}
}
