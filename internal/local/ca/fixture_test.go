package ca

import (
	"bytes"
	"crypto/x509"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"
)

// epoch is when the tests begin.
var epoch = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// clock is a clock that a test moves.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: epoch} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(by time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(by)
}

func mustOpen(tb testing.TB, dir string, options Options) *CA {
	tb.Helper()
	if options.BaseURL == "" {
		options.BaseURL = "http://127.0.0.1:8081"
	}
	c, err := Open(dir, options)
	if err != nil {
		tb.Fatalf("opening the CA: %v", err)
	}
	return c
}

// newCA is a new CA in a directory of its own, and its clock.
func newCA(tb testing.TB) (*CA, *clock) {
	tb.Helper()
	clock := newClock()
	return mustOpen(tb, tb.TempDir(), Options{Now: clock.Now}), clock
}

func mustIssue(tb testing.TB, c *CA, name string) *Credential {
	tb.Helper()
	credential, err := c.Issue(Request{Name: name})
	if err != nil {
		tb.Fatalf("issuing to %s: %v", name, err)
	}
	return credential
}

func mustRevoke(tb testing.TB, c *CA, target string) []Revoked {
	tb.Helper()
	revoked, err := c.Revoke(target, Revocation{})
	if err != nil {
		tb.Fatalf("revoking %s: %v", target, err)
	}
	return revoked
}

// mustList is the published list of an authority, its signature checked.
func mustList(tb testing.TB, c *CA, of Authority) *x509.RevocationList {
	tb.Helper()
	list, err := c.List(of)
	if err != nil {
		tb.Fatalf("the list of the %s CA: %v", of, err)
	}
	parsed, err := x509.ParseRevocationList(list.DER)
	if err != nil {
		tb.Fatalf("parsing the list of the %s CA: %v", of, err)
	}
	issuer := c.Certificate(of)
	err = parsed.CheckSignatureFrom(issuer)
	if err != nil || !bytes.Equal(parsed.RawIssuer, issuer.RawSubject) || !bytes.Equal(parsed.AuthorityKeyId, issuer.SubjectKeyId) {
		tb.Fatalf("the list is not the %s CA's: %v", of, err)
	}
	return parsed
}

func revokes(list *x509.RevocationList, serial *big.Int) bool {
	for _, entry := range list.RevokedCertificateEntries {
		if entry.SerialNumber.Cmp(serial) == 0 {
			return true
		}
	}
	return false
}

func serveCA(tb testing.TB, c *CA) string {
	tb.Helper()
	server := httptest.NewServer(c)
	tb.Cleanup(server.Close)
	return server.URL
}

// ask sends a request with some header fields and gives the answer and its body.
func ask(tb testing.TB, method, url string, header map[string]string) (*http.Response, []byte, error) {
	tb.Helper()
	request, err := http.NewRequestWithContext(tb.Context(), method, url, nil)
	if err != nil {
		tb.Fatal(err)
	}
	for name, value := range header {
		request.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return response, body, err
}

func mustAsk(tb testing.TB, method, url string, header map[string]string) (*http.Response, []byte) {
	tb.Helper()
	response, body, err := ask(tb, method, url, header)
	if err != nil {
		tb.Fatalf("%s %s: %v", method, url, err)
	}
	return response, body
}
