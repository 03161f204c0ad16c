package doctor

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/crl"
	"github.com/sekisho/sekisho/internal/pkitest"
)

var today = func() time.Time { return pkitest.Epoch.Add(time.Hour) }

// client is a leaf as crypto/tls takes it.
func client(leaf *pkitest.Leaf) *tls.Certificate {
	pair := &tls.Certificate{PrivateKey: leaf.Key, Leaf: leaf.Cert}
	for _, cert := range leaf.Chain {
		pair.Certificate = append(pair.Certificate, cert.Raw)
	}
	return pair
}

// gateOf is a server that asks for certificates in its own way.
func gateOf(t *testing.T, auth tls.ClientAuthType, handler http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.Config.ErrorLog = nil
	server.TLS = &tls.Config{ClientAuth: auth}
	server.StartTLS()
	t.Cleanup(server.Close)
	return server.URL
}

func find(t *testing.T, checks []Check, id string) Check {
	t.Helper()
	for _, check := range checks {
		if check.ID == id {
			return check
		}
	}
	t.Fatalf("there is no check %s", id)
	return Check{}
}

func word(check Check) string {
	switch {
	case check.OK == nil:
		return "skipped"
	case *check.OK:
		return "good"
	default:
		return "wrong"
	}
}

func answer(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// A gate that lets nobody in refuses everybody who should be refused. That
// shows nothing.
func TestRefusalsShowNothingWhereNobodyIsServed(t *testing.T) {
	t.Parallel()
	ca := pkitest.NewCA(t, "ca")
	closed := gateOf(t, tls.RequestClientCert, answer(http.StatusForbidden, `{"reason":"revoked"}`))
	gate := Gate{Verify: closed, Passthrough: closed, Now: today, Good: client(ca.Issue(t, "a")), Revoked: client(ca.Issue(t, "b"))}
	checks := Run(t.Context(), gate, nil)
	for id, want := range map[string]string{
		"good-verify": "wrong", "good-passthrough": "wrong", "reachable": "good",
		"nobody-verify": "skipped", "nobody-passthrough": "skipped", "revoked-verify": "skipped", "revoked-passthrough": "skipped",
		"self-made-verify": "skipped", "self-made-passthrough": "skipped", "forged-header": "skipped", "open-connections": "skipped",
	} {
		if got := find(t, checks, id); word(got) != want {
			t.Errorf("%s: %s (%s), want %s", id, word(got), got.Detail, want)
		}
	}
}

// A gate that lets everybody in is found out by each check of its own.
func TestOpenGateIsFoundOut(t *testing.T) {
	t.Parallel()
	ca := pkitest.NewCA(t, "ca")
	open := gateOf(t, tls.RequestClientCert, answer(http.StatusOK, "come in"))
	gate := Gate{Verify: open, Passthrough: open, Now: today, Good: client(ca.Issue(t, "a")), Revoked: client(ca.Issue(t, "b"))}
	checks := Run(t.Context(), gate, nil)
	for _, id := range []string{"nobody-verify", "nobody-passthrough", "revoked-verify", "revoked-passthrough", "self-made-verify", "self-made-passthrough"} {
		if got := find(t, checks, id); word(got) != "wrong" || got.Fix == "" {
			t.Errorf("%s: %s (%s), want wrong, and what to do", id, word(got), got.Detail)
		}
	}
}

func TestRefusalForAnotherReasonDoesNotCount(t *testing.T) {
	t.Parallel()
	ca := pkitest.NewCA(t, "ca")
	good, revoked := client(ca.Issue(t, "a")), client(ca.Issue(t, "b"))
	for reason, want := range map[string]string{"revoked": "good", "expired": "skipped", "": "good"} {
		url := gateOf(t, tls.RequestClientCert, func(w http.ResponseWriter, r *http.Request) {
			if len(r.TLS.PeerCertificates) > 0 && bytes.Equal(r.TLS.PeerCertificates[0].Raw, revoked.Leaf.Raw) {
				answer(http.StatusForbidden, fmt.Sprintf(`{"reason":%q}`, reason))(w, r)
			}
		})
		got := find(t, Run(t.Context(), Gate{Passthrough: url, Now: today, Good: good, Revoked: revoked}, nil), "revoked-passthrough")
		if word(got) != want {
			t.Errorf("refused as %q: %s (%s), want %s", reason, word(got), got.Detail, want)
		}
	}
}

func TestClientsThatShowNothingAreNotUsed(t *testing.T) {
	t.Parallel()
	ca := pkitest.NewCA(t, "ca")
	url := gateOf(t, tls.RequestClientCert, answer(http.StatusOK, ""))
	old := client(ca.Issue(t, "old"))
	later := func() time.Time { return old.Leaf.NotAfter.Add(time.Hour) }
	revoked := find(t, Run(t.Context(), Gate{Verify: url, Now: later, Good: old, Revoked: old}, nil), "revoked-verify")
	if word(revoked) != "skipped" || !strings.Contains(revoked.Detail, "out of date") {
		t.Errorf("revoked client out of date: %+v", revoked)
	}
	expired := find(t, Run(t.Context(), Gate{Verify: url, Now: today, Good: old, Expired: old}, nil), "expired-verify")
	if word(expired) != "skipped" || !strings.Contains(expired.Detail, "is not") {
		t.Errorf("expired client that is not: %+v", expired)
	}
}

func TestHandshakeThatIsRefused(t *testing.T) {
	t.Parallel()
	url := gateOf(t, tls.RequireAnyClientCert, answer(http.StatusOK, ""))
	for range 20 {
		seen := ask(t.Context(), url, nil, nil)
		if !seen.turnedAway || !seen.asked || !seen.reached || seen.served() {
			t.Fatalf("got %+v, want a refused handshake", seen)
		}
	}
	seen := ask(t.Context(), url, client(pkitest.NewCA(t, "ca").Issue(t, "a")), nil)
	if !seen.served() || seen.date.IsZero() {
		t.Errorf("got %+v, want to be served", seen)
	}
}

// Silence is neither: whoever does not answer has not refused anybody.
func TestSilenceIsNoRefusal(t *testing.T) {
	t.Parallel()
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	seen := ask(ctx, "https://"+silent.Addr().String(), nil, nil)
	if seen.turnedAway || seen.reached || seen.err == nil {
		t.Errorf("got %+v, want an error and no refusal", seen)
	}
	if got := refusedByHandshake(seen, "fix"); got.ok != nil {
		t.Errorf("got %v, want it skipped", *got.ok)
	}
}

func TestWhatCountsAsARefusal(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		err  error
		want bool
	}{
		{"alert", tls.AlertError(42), true},
		{"alert of an older kind", &net.OpError{Op: "remote error", Err: errors.New("tls: bad certificate")}, true},
		{"reset", &net.OpError{Op: "read", Err: syscall.ECONNRESET}, true},
		{"closed while the request was sent", errors.Join(io.EOF, syscall.EPIPE), true},
		{"end", io.EOF, true},
		{"nobody there", &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}, false},
		{"time-out", context.DeadlineExceeded, false},
		{"unknown name", &net.DNSError{Err: "no such host"}, false},
	} {
		if got := turnedAway(fmt.Errorf("asking: %w", c.err)); got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

func TestImpostorSaysTheSameAndIsSignedByNobody(t *testing.T) {
	t.Parallel()
	ca := pkitest.NewCA(t, "ca")
	good := ca.Issue(t, "laptop")
	pair, err := impostorOf(good.Cert)
	if err != nil {
		t.Fatal(err)
	}
	chain := chainOf(pair)
	if len(chain) != 2 || !bytes.Equal(chain[0].RawSubject, good.Cert.RawSubject) || chain[0].SerialNumber.Cmp(good.Cert.SerialNumber) != 0 ||
		!bytes.Equal(chain[0].RawIssuer, good.Cert.RawIssuer) || !bytes.Equal(chain[0].AuthorityKeyId, good.Cert.AuthorityKeyId) {
		t.Errorf("it does not say the same")
	}
	if chain[0].CheckSignatureFrom(ca.Cert) == nil {
		t.Error("the real CA has signed it")
	}
	err = chain[0].CheckSignatureFrom(chain[1])
	if err != nil {
		t.Errorf("its own CA has not signed it: %v", err)
	}
}

// shelf is a trust store that holds what it says.
type shelf struct {
	holdings Holdings
	err      error
}

func (s shelf) Holdings(context.Context) (Holdings, error) { return s.holdings, s.err }

func TestQuotaCountsTheMomentOfAChange(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		held Holdings
		want string
	}{
		{"empty", Holdings{EntryQuota: 100, ListQuota: 30}, "good"},
		{"most of it", Holdings{Entries: 40, Largest: 39, EntryQuota: 100, ListQuota: 30}, "good"},
		{"too much", Holdings{Entries: 40, Largest: 40, EntryQuota: 100, ListQuota: 30}, "wrong"},
		{"lists", Holdings{Lists: 7, EntryQuota: 100, ListQuota: 10}, "wrong"},
		{"fewer lists", Holdings{Lists: 6, EntryQuota: 100, ListQuota: 10}, "good"},
		{"no quota", Holdings{Lists: 6}, "skipped"},
	} {
		e := newExamination(Gate{TrustStore: shelf{holdings: c.held}, Now: today})
		f := e.quota(t.Context())
		if got := word(Check{OK: f.ok}); got != c.want {
			t.Errorf("%s: %s (%s), want %s", c.name, got, f.detail, c.want)
		}
	}
	e := newExamination(Gate{TrustStore: shelf{err: errors.New("access denied")}, Now: today})
	if f := e.quota(t.Context()); f.ok != nil || f.detail != "access denied" {
		t.Errorf("no access: %+v, want it skipped", f)
	}
}

func TestNewestListAndItsDates(t *testing.T) {
	t.Parallel()
	ca := pkitest.NewCA(t, "ca")
	der := ca.CRLWith(t, func(l *x509.RevocationList) { l.Number = big.NewInt(1) })
	list, err := crl.ReadBytes(der, crl.Output{})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(der) }))
	defer server.Close()
	hash := fmt.Sprintf("%x", list.SHA256)
	for _, c := range []struct {
		name          string
		now           time.Time
		held          []string
		fresh, newest string
	}{
		{"in force", list.ThisUpdate.Add(time.Hour), []string{"other", hash}, "good", "good"},
		{"not in force", list.ThisUpdate.Add(time.Hour), []string{"other"}, "good", "wrong"},
		{"not in force yet", list.ThisUpdate.Add(time.Minute), nil, "good", "skipped"},
		{"past its date and in force", list.NextUpdate.Add(time.Second), []string{hash}, "wrong", "good"},
		{"past its date and not in force", list.NextUpdate.Add(time.Second), nil, "wrong", "skipped"},
		{"before its date", list.ThisUpdate.Add(-time.Hour), []string{hash}, "wrong", "good"},
	} {
		e := newExamination(Gate{
			Lists: []string{server.URL}, Lag: 3 * time.Minute, TrustStore: shelf{holdings: Holdings{SHA256: c.held}},
			Now: func() time.Time { return c.now },
		})
		fresh, newest := e.listsFresh(t.Context()), e.newestList(t.Context())
		if got := word(Check{OK: fresh.ok}); got != c.fresh {
			t.Errorf("%s: fresh: %s (%s), want %s", c.name, got, fresh.detail, c.fresh)
		}
		if got := word(Check{OK: newest.ok}); got != c.newest {
			t.Errorf("%s: newest: %s (%s), want %s", c.name, got, newest.detail, c.newest)
		}
	}
}

func TestListsThatAreNone(t *testing.T) {
	t.Parallel()
	page := httptest.NewServer(answer(http.StatusOK, "<html>"))
	defer page.Close()
	gone := httptest.NewServer(answer(http.StatusNotFound, ""))
	defer gone.Close()
	for url, says := range map[string]string{page.URL: "", gone.URL: "HTTP 404"} {
		e := newExamination(Gate{Lists: []string{url}, Now: today})
		f := e.listsReachable(t.Context())
		if f.ok == nil || *f.ok || !strings.Contains(f.detail, says) {
			t.Errorf("%+v, want it wrong with %q", f, says)
		}
		if fresh := e.listsFresh(t.Context()); fresh.ok != nil {
			t.Errorf("fresh: %v of what was not seen", *fresh.ok)
		}
	}
}
