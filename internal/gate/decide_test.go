package gate

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/json"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sekisho/sekisho/internal/chain"
	"github.com/sekisho/sekisho/internal/clientcert"
	"github.com/sekisho/sekisho/internal/pkitest"
)

func TestAcceptedClientIsToldWhoItIs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	leaf := w.issuing.Issue(t, "laptop-1", func(c *x509.Certificate) {
		c.SerialNumber = big.NewInt(0x3A5B1)
		c.DNSNames = []string{"laptop-1.example"}
		c.EmailAddresses = []string{"one@example.com"}
		c.URIs = []*url.URL{{Scheme: "urn", Opaque: "one"}}
		c.IPAddresses = []net.IP{net.IPv4(192, 0, 2, 1)}
	})
	got := w.show(leaf)
	if got.status != http.StatusOK || got.header.Get("Content-Type") != "application/json" || got.header.Get("Cache-Control") != "no-store" {
		t.Fatalf("got %+v, want 200 in JSON that nobody keeps", got)
	}
	want := map[string]any{
		"subject":           "CN=laptop-1",
		"issuer":            "CN=issuing",
		"serial":            "03A5B1",
		"sha256Fingerprint": hexSHA256(leaf.Cert.Raw),
		"subjectAlternativeNames": map[string]any{
			"dns": []any{"laptop-1.example"}, "email": []any{"one@example.com"}, "uri": []any{"urn:one"}, "ip": []any{"192.0.2.1"},
		},
		"validity": map[string]any{"notBefore": "2026-05-31T12:00:00Z", "notAfter": "2027-06-01T12:00:00Z"},
	}
	var body map[string]any
	err := json.Unmarshal([]byte(got.body), &body)
	if err != nil {
		t.Fatal(err)
	}
	diff := cmp.Diff(want, body)
	if diff != "" {
		t.Errorf("identity (-want +got):\n%s", diff)
	}
}

func TestDecision(t *testing.T) {
	t.Parallel()
	w := newUnpublishedWorld(t)
	good := w.issuing.Issue(t, "good", func(c *x509.Certificate) { c.SerialNumber = big.NewInt(7777) })
	revoked := w.issuing.Issue(t, "revoked")
	// Another CA of the bundle has revoked the serial number of the good client.
	w.publish(revoke(w.root, t, 1, good.Cert.SerialNumber), revoke(w.issuing, t, 1, revoked.Cert.SerialNumber))
	stranger := pkitest.NewCA(t, "issuing")
	value := clientcert.Encode
	cases := []struct {
		name   string
		values []string
		status int
		reason string
	}{
		{"good client", []string{value(good.Chain)}, 200, ""},
		{"good client without its intermediate", []string{value(good.Chain[:1])}, 200, ""},
		{"no header", nil, 401, "no-certificate"},
		{"empty header", []string{""}, 401, "no-certificate"},
		{"two headers", []string{value(good.Chain), value(good.Chain)}, 403, "several-headers"},
		{"two headers, one empty", []string{value(good.Chain), ""}, 403, "several-headers"},
		{"junk", []string{"laptop-1"}, 403, "pem-syntax"},
		{"junk before the certificate", []string{"x" + value(good.Chain)}, 403, "pem-syntax"},
		{"encoded twice", []string{url.PathEscape(value(good.Chain))}, 403, "pem-syntax"},
		{"NUL", []string{value(good.Chain) + "%00"}, 403, "header-encoding"},
		{"oversize", []string{strings.Repeat("A", clientcert.MaxBytes+1)}, 403, "header-too-large"},
		{"five certificates", []string{strings.Repeat(value(good.Chain[:1]), 5)}, 403, "too-many-certificates"},
		{"revoked", []string{value(revoked.Chain)}, 403, "revoked"},
		{"same names from another CA", []string{value(stranger.Issue(t, "good").Chain)}, 403, "untrusted"},
		{"self-made with the right subject", []string{value(selfMade(t, "good"))}, 403, "untrusted"},
		{"expired", []string{value(w.issuing.Issue(t, "old", until(noon.Add(-time.Second))).Chain)}, 403, "expired"},
		{"not yet valid", []string{value(w.issuing.Issue(t, "new", from(noon.Add(time.Second))).Chain)}, 403, "not-yet-valid"},
		{"for servers only", []string{value(w.issuing.Issue(t, "server", forServers).Chain)}, 403, "usage"},
		{"a CA as client", []string{value([]*x509.Certificate{w.issuing.Cert})}, 403, "leaf-is-ca"},
		{"leaf behind its CA", []string{value([]*x509.Certificate{w.issuing.Cert, good.Cert})}, 403, "leaf-is-ca"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := w.ask(c.values...)
			w.want(got, c.status, c.reason)
			if c.status != 200 && strings.Contains(got.body, "good") {
				t.Errorf("a refusal tells of a client: %s", got.body)
			}
		})
	}
}

func TestRevokedIntermediate(t *testing.T) {
	t.Parallel()
	w := newUnpublishedWorld(t)
	w.publish(revoke(w.root, t, 1, w.issuing.Cert.SerialNumber), w.issuing.CRL(t))
	w.want(w.show(w.issuing.Issue(t, "laptop")), 403, "revoked")
}

func TestHeaderIsTheConfiguredOneOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *Config) { c.Header = "X-Renamed-9f3a" })
	value := clientcert.Encode(w.issuing.Issue(t, "laptop").Chain)
	w.want(w.ask(value), 401, "no-certificate")
	renamed := request()
	renamed.Header["x-renamed-9F3A"] = []string{value}
	w.want(w.send(renamed), 200, "")
	both := request()
	both.Header["x-renamed-9F3A"] = []string{value}
	both.Header["X-Renamed-9f3a"] = []string{value}
	w.want(w.send(both), 403, "several-headers")
}

func TestAnswersThatAreNoIdentity(t *testing.T) {
	t.Parallel()
	w := newUnpublishedWorld(t)
	missing := w.ask()
	if missing.header.Get("WWW-Authenticate") == "" || missing.header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("401: got headers %v, want a challenge and a problem", missing.header)
	}
	want := `{"title":"Unauthorized","status":401,"reason":"no-certificate","hint":"present a client certificate when you connect"}` + "\n"
	if missing.body != want {
		t.Errorf("401: got %s, want %s", missing.body, want)
	}
	undecided := w.show(w.issuing.Issue(t, "laptop"))
	if undecided.header.Get("Retry-After") == "" {
		t.Errorf("503: got headers %v, want Retry-After", undecided.header)
	}
	want = `{"title":"Service Unavailable","status":503,"reason":"snapshot-unavailable"}` + "\n"
	if undecided.body != want {
		t.Errorf("503: got %s, want %s", undecided.body, want)
	}
}

func TestListThatCannotBeReliedOn(t *testing.T) {
	t.Parallel()
	grace := func(c *Config) { c.Chain.Grace = time.Hour }
	cases := []struct {
		name   string
		edit   func(*Config)
		after  time.Duration // since the list was due
		status int
		reason string
	}{
		{"current to its last second", func(*Config) {}, -time.Second, 200, ""},
		{"overdue", func(*Config) {}, time.Second, 503, "revocation-unavailable"},
		{"overdue within its grace", grace, time.Hour - time.Second, 200, ""},
		{"overdue beyond its grace", grace, time.Hour + time.Second, 503, "revocation-unavailable"},
		{"overdue and not looked at", func(c *Config) { c.Chain.Revocation = chain.ModeOff }, time.Hour, 200, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, c.edit)
			w.clock.move(pkitest.Epoch.AddDate(0, 0, 7).Sub(noon) + c.after)
			w.want(w.show(w.issuing.Issue(t, "laptop")), c.status, c.reason)
		})
	}
}

func TestNoListForACA(t *testing.T) {
	t.Parallel()
	for mode, status := range map[chain.Mode]int{chain.ModeRequire: 503, chain.ModeRequireLeaf: 200} {
		w := newUnpublishedWorld(t, func(c *Config) { c.Chain.Revocation = mode })
		w.publish(w.issuing.CRL(t)) // none of the root
		if got := w.show(w.issuing.Issue(t, "laptop")); got.status != status {
			t.Errorf("%s: got %d, want %d", mode, got.status, status)
		}
	}
}

func TestHealthCheck(t *testing.T) {
	t.Parallel()
	w := newUnpublishedWorld(t, func(c *Config) { c.Expected = Expected{TargetGroup: "arn:x/", Port: 443} })
	for _, r := range []*http.Request{
		httptest.NewRequest(http.MethodGet, "/healthz", nil),
		httptest.NewRequest(http.MethodPost, "/healthz?x=1", strings.NewReader("body")),
	} {
		r.Header.Set(clientcert.DefaultHeader, "anything")
		got := w.send(r)
		if got.status != 200 || got.body != "ok\n" {
			t.Errorf("%s: got %d %q, want the fixed answer", r.URL, got.status, got.body)
		}
	}
	asked, _ := w.bucket.count()
	if asked != 0 || w.log.String() != "" {
		t.Errorf("a health check read the bucket %d times and logged %q, want nothing", asked, w.log.String())
	}
}

func TestForgedHealthCheck(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, path := range []string{"/", "/healthz/", "/healthz/x", "/Healthz", "/%68ealthz", "/x/../healthz", "//healthz"} {
		r := request()
		r.URL = &url.URL{Path: path}
		parsed, err := url.ParseRequestURI(path)
		if err == nil {
			r.URL = parsed
		}
		r.Header.Set("User-Agent", "ELB-HealthChecker/2.0")
		w.want(w.send(r), 401, "no-certificate")
	}
}

func selfMade(t *testing.T, cn string) []*x509.Certificate {
	t.Helper()
	ca := pkitest.NewCA(t, cn, func(c *x509.Certificate) {
		c.IsCA, c.KeyUsage, c.ExtKeyUsage = false, x509.KeyUsageDigitalSignature, []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	})
	return []*x509.Certificate{ca.Cert}
}

func until(end time.Time) func(*x509.Certificate) {
	return func(c *x509.Certificate) { c.NotAfter = end }
}

func from(begin time.Time) func(*x509.Certificate) {
	return func(c *x509.Certificate) { c.NotBefore = begin }
}

func forServers(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth} }

func twoCommonNames(first, second string) pkix.Name {
	cn := asn1.ObjectIdentifier{2, 5, 4, 3}
	return pkix.Name{ExtraNames: []pkix.AttributeTypeAndValue{{Type: cn, Value: first}, {Type: cn, Value: second}}}
}
