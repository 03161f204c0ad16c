package gate

import (
	"crypto/x509"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/chain"
	"github.com/sekisho/sekisho/internal/clientcert"
	"github.com/sekisho/sekisho/internal/pkitest"
)

// trust is what decisions are made from at the moment.
func (w *world) trust() *trust { return w.gate.holder.held.Load().basis.trust }

func (w *world) remembers(leaf *pkitest.Leaf) bool {
	_, there := w.trust().memory.clients.get(clientcert.Encode(leaf.Chain))
	return there
}

func TestOnlyTheVerifiedAreRemembered(t *testing.T) {
	t.Parallel()
	w := newUnpublishedWorld(t)
	good, revoked := w.issuing.Issue(t, "good"), w.issuing.Issue(t, "revoked")
	w.publish(w.root.CRL(t), revoke(w.issuing, t, 1, revoked.Cert.SerialNumber))
	old := w.issuing.Issue(t, "old", until(noon.Add(-time.Second)))
	stranger := pkitest.NewCA(t, "issuing").Issue(t, "good")
	for range 2 {
		w.want(w.show(good), 200, "")
		w.want(w.show(revoked), 403, "revoked")
		w.want(w.show(old), 403, "expired")
		w.want(w.show(stranger), 403, "untrusted")
		w.want(w.ask("junk"), 403, "pem-syntax")
	}
	if !w.remembers(good) || w.remembers(revoked) || w.remembers(old) || w.remembers(stranger) || len(w.trust().memory.clients.young) != 1 {
		t.Errorf("got %d remembered, want the one that was verified", len(w.trust().memory.clients.young))
	}
}

// Whoever is remembered is not let in by that when time has passed, in either
// direction.
func TestRememberedUntilSomethingExpires(t *testing.T) {
	t.Parallel()
	due := pkitest.Epoch.AddDate(0, 0, 7)
	cases := []struct {
		name   string
		edit   func(*x509.Certificate)
		start  time.Time
		moves  time.Duration
		status int
		reason string
	}{
		{"still valid", until(noon.Add(3 * time.Second)), noon, 3 * time.Second, 200, ""},
		{"expired", until(noon.Add(3 * time.Second)), noon, 3*time.Second + 1, 403, "expired"},
		{"list still current", until(due.Add(time.Hour)), due.Add(-time.Second), time.Second, 200, ""},
		{"list overdue", until(due.Add(time.Hour)), due.Add(-time.Second), time.Second + 1, 503, "revocation-unavailable"},
		{"clock set back before its time", from(noon.Add(-time.Second)), noon, -time.Second - 1, 403, "not-yet-valid"},
		{"clock set back before the list", from(noon.AddDate(0, 0, -1)), noon, -2 * time.Hour, 503, "revocation-unavailable"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.clock.move(c.start.Sub(noon))
			leaf, second := w.issuing.Issue(t, "laptop", c.edit), w.issuing.Issue(t, "second", c.edit)
			w.want(w.show(leaf), 200, "")
			w.want(w.show(second), 200, "")
			before := w.trust()
			w.clock.move(c.moves)
			w.want(w.show(leaf), c.status, c.reason)
			w.want(w.show(second), c.status, c.reason)
			if w.trust() != before {
				t.Error("the snapshot is another one, so nothing was shown")
			}
		})
	}
}

func TestNewSnapshotForgets(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	leaf, second := w.issuing.Issue(t, "laptop"), w.issuing.Issue(t, "second")
	w.want(w.show(leaf), 200, "")
	w.want(w.show(second), 200, "")
	w.publish(revoke(w.root, t, 2, w.issuing.Cert.SerialNumber), w.issuing.CRL(t))
	w.clock.move(5 * time.Second)
	w.want(w.show(leaf), 403, "revoked")
	w.want(w.show(w.issuing.Issue(t, "third")), 403, "revoked")
	w.publish(w.root.CRL(t), revoke(w.issuing, t, 3, second.Cert.SerialNumber))
	w.clock.move(5 * time.Second)
	w.want(w.show(leaf), 200, "")
	w.want(w.show(second), 403, "revoked")
}

// The second client of a CA takes a shortcut, and is judged as strictly.
func TestSecondClientOfACA(t *testing.T) {
	t.Parallel()
	w := newUnpublishedWorld(t)
	revoked := w.issuing.Issue(t, "revoked")
	w.publish(w.root.CRL(t), revoke(w.issuing, t, 1, revoked.Cert.SerialNumber))
	w.want(w.show(w.issuing.Issue(t, "first")), 200, "")
	ways, _ := w.trust().memory.shortcuts.get(strings.TrimPrefix(clientcert.Encode(revoked.Chain), clientcert.Encode(revoked.Chain[:1])))
	if len(ways) != 1 {
		t.Fatalf("got %d shortcuts, want one", len(ways))
	}
	second := w.issuing.Issue(t, "second")
	_, ok := ways[0].Verify(second.Cert, noon)
	if !ok {
		t.Error("the shortcut does not take the second client")
	}
	w.want(w.show(second), 200, "")
	w.want(w.ask(clientcert.Encode(second.Chain[:1])), 200, "")
	w.want(w.show(revoked), 403, "revoked")
	w.want(w.show(w.issuing.Issue(t, "old", until(noon.Add(-time.Second)))), 403, "expired")
	w.want(w.show(w.issuing.Issue(t, "server", forServers)), 403, "usage")
	forged := pkitest.NewCA(t, "root").ChildCA(t, "issuing").Issue(t, "second")
	w.want(w.ask(clientcert.Encode([]*x509.Certificate{forged.Cert, w.issuing.Cert})), 403, "untrusted")
	w.want(w.ask(clientcert.Encode([]*x509.Certificate{second.Cert, second.Cert, w.issuing.Cert})), 200, "")
	w.want(w.ask(clientcert.Encode([]*x509.Certificate{w.issuing.Cert, second.Cert})), 403, "leaf-is-ca")
}

// A CA whose constraints depend on the client is asked about each of them.
func TestSecondClientOfAConstrainedCA(t *testing.T) {
	t.Parallel()
	named := func(name string) func(*x509.Certificate) {
		return func(c *x509.Certificate) { c.DNSNames = []string{name} }
	}
	cases := []struct {
		name   string
		ca     func(*x509.Certificate)
		second func(*x509.Certificate)
		reason string
	}{
		{"name constraints", func(c *x509.Certificate) { c.PermittedDNSDomains = []string{"example.com"} }, named("a.example.org"), "name-constraints"},
		{"excluded names", func(c *x509.Certificate) { c.ExcludedDNSDomains = []string{"example.org"} }, named("a.example.org"), "name-constraints"},
		{"key usages", func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} }, forServers, "usage"},
		{"e-mail constraints", func(c *x509.Certificate) { c.PermittedEmailAddresses = []string{"example.com"} },
			func(c *x509.Certificate) { c.EmailAddresses = []string{"a@example.org"} }, "name-constraints"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, func(c *Config) { c.Chain.Revocation = chain.ModeOff })
			sub := w.issuing.ChildCA(t, "sub", c.ca)
			w.want(w.show(sub.Issue(t, "first", named("a.example.com"))), 200, "")
			w.want(w.show(sub.Issue(t, "second", c.second)), 403, c.reason)
			w.want(w.show(sub.Issue(t, "third", named("b.example.com"))), 200, "")
		})
	}
}

// A CA has one shortcut for each way in which its clients present it.
func TestShortcutsAreNotHeapedUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *Config) { c.Chain.Revocation = chain.ModeOff })
	below, beside := w.issuing.Issue(t, "laptop"), w.root.Issue(t, "laptop")
	w.want(w.show(below), 200, "")
	for range 3 {
		w.trust().learn("", below.Chain[:1], noon)
		w.trust().learn("", beside.Chain, noon)
	}
	ways, _ := w.trust().memory.shortcuts.get("")
	if len(ways) != 2 {
		t.Errorf("got %d shortcuts, want one for each of two CAs", len(ways))
	}
}

// What a client adds to its own certificates is not kept: it may be large, and
// another at every request.
func TestNothingIsKeptOfJunkBeside(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	leaf := w.issuing.Issue(t, "laptop")
	junk := w.root.Issue(t, "junk", func(c *x509.Certificate) { c.DNSNames = []string{"a.example", "b.example"} })
	for _, presented := range [][]*x509.Certificate{{leaf.Cert, junk.Cert}, {leaf.Cert, w.issuing.Cert, junk.Cert}} {
		value := clientcert.Encode(presented)
		w.want(w.ask(value), 200, "")
		_, there := w.trust().memory.shortcuts.get(strings.TrimPrefix(value, clientcert.Encode(presented[:1])))
		if there {
			t.Errorf("a shortcut is kept for %d certificates, one of which is on no path", len(presented))
		}
	}
	w.want(w.show(leaf), 200, "")
	if len(w.trust().memory.shortcuts.young) != 1 {
		t.Errorf("got %d shortcuts, want that of what belongs to the path", len(w.trust().memory.shortcuts.young))
	}
}

// What one client presents is no help to the next, however it is spelled.
func TestShortcutNeedsTheSameBeside(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *Config) { c.Chain.Revocation = chain.ModeOff })
	sub := w.issuing.ChildCA(t, "sub")
	first, second := sub.Issue(t, "first"), sub.Issue(t, "second")
	value := clientcert.Encode(first.Chain[:2])
	w.want(w.ask(value), 200, "")
	w.want(w.ask(strings.Replace(value, "-----END", "%2D----END", 1)), 200, "")
	w.want(w.ask(clientcert.Encode(second.Chain[:2])), 200, "")
	w.want(w.ask(clientcert.Encode(second.Chain[:1])), 403, "untrusted")
}

func TestLengthCountsAsAWhole(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.want(w.show(w.issuing.Issue(t, "first")), 200, "")
	leaf := w.issuing.Issue(t, "second")
	room := clientcert.MaxBytes - len(clientcert.Encode(leaf.Chain))
	w.want(w.ask(strings.Repeat("%20", room/3)+clientcert.Encode(leaf.Chain)), 200, "")
	w.want(w.ask(strings.Repeat("%20", room/3+1)+clientcert.Encode(leaf.Chain)), 403, "header-too-large")
}

// An issuer that expires takes its clients with it, those that are remembered
// and those that would have taken the shortcut.
func TestIssuerExpires(t *testing.T) {
	t.Parallel()
	w := newUnpublishedWorld(t, func(c *Config) { c.Chain.Revocation = chain.ModeOff })
	brief := w.root.ChildCA(t, "issuing", until(noon.Add(3*time.Second)))
	w.publish(w.root.CRL(t))
	leaf, second := brief.Issue(t, "laptop"), brief.Issue(t, "second")
	w.want(w.show(leaf), 200, "")
	w.clock.move(3*time.Second + 1)
	w.want(w.show(leaf), 403, "expired")
	w.want(w.show(second), 403, "expired")
}

// Other spellings of a value are other texts; they are read in full.
func TestOtherSpellings(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	leaf := w.issuing.Issue(t, "laptop")
	value := clientcert.Encode(leaf.Chain)
	for name, spelling := range map[string]string{
		"small letters": strings.ReplaceAll(value, "%0A", "%0a"), "CRLF": strings.ReplaceAll(value, "%0A", "%0D%0A"),
		"escaped plus": strings.ReplaceAll(value, "+", "%2B"), "escaped dashes": strings.ReplaceAll(value, "-----END", "%2D----END"),
		"white space around": "%20" + value + "%0A%0A", "white space between": strings.Replace(value, leafEnd, leafEnd+"%0A%20", 1),
	} {
		for range 2 {
			got := w.ask(spelling)
			if got.status != 200 {
				t.Errorf("%s: got %d %s, want 200", name, got.status, got.reason)
			}
		}
	}
}

// Reading the first certificate and then the rest is reading the whole.
func FuzzSplitValue(f *testing.F) {
	root := pkitest.NewCA(f, "root")
	leaf := root.ChildCA(f, "issuing").Issue(f, "laptop")
	value, one := clientcert.Encode(leaf.Chain), clientcert.Encode(leaf.Chain[:1])
	for _, seed := range []string{"", value, one, value + value, one + "x", "x" + one, one + "%0A" + one, leafEnd + one, one + "%", strings.ReplaceAll(value, "%0A", "%0D%0A")} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		first, beside, split := splitValue(value)
		if !split {
			return
		}
		whole, err := clientcert.Decode(value)
		rest, restErr := clientcert.Decode(beside)
		if strings.Trim(beside, " \t") == "" {
			restErr = nil
		}
		if err == nil && (!whole[0].Equal(first) || len(whole)-1 != len(rest)) {
			t.Errorf("%q: the whole holds %d certificates, the rest %d", value, len(whole), len(rest))
		}
		if err != nil && restErr == nil && len(rest) < clientcert.MaxCertificates {
			t.Errorf("%q: refused as a whole (%v), and taken in two parts", value, err)
		}
	})
}

func TestKnownClientCostsNoMemory(t *testing.T) {
	w := newWorld(t)
	w.putPolicy(rule("r", "laptop", "/"))
	w.putDeny(denying(t, w.issuing.Issue(t, "other")))
	short := request(clientcert.Encode(w.issuing.Issue(t, "laptop").Chain))
	long := request(clientcert.Encode(w.issuing.Issue(t, "laptop", func(c *x509.Certificate) {
		c.DNSNames = make([]string, 200)
		for i := range c.DNSNames {
			c.DNSNames[i] = strings.Repeat("a", 50) + ".example"
		}
	}).Chain))
	for _, r := range []*http.Request{short, long} {
		w.want(w.send(r), 200, "")
		allocated := testing.AllocsPerRun(100, func() { w.gate.decide(r, requested(r)) })
		if allocated != 0 {
			t.Errorf("a header of %d bytes: %v allocations, want none", len(r.Header.Get(clientcert.DefaultHeader)), allocated)
		}
	}
}
