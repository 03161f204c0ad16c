package alb

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/pkitest"
)

// fakeStore is a trust store in memory. It fails the test when a view changes
// without a new generation.
type fakeStore struct {
	mu   sync.Mutex
	view View
}

func (s *fakeStore) View() View {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.view
}

func (s *fakeStore) setLists(lists ...List) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.view.Generation++
	s.view.Lists = lists
}

func (s *fakeStore) setBundle(bundle ...*x509.Certificate) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.view.Generation++
	s.view.Bundle = bundle
}

// serials is a set of serial numbers by their text.
type serials map[string]bool

func (s serials) Revokes(serial *big.Int) bool { return s[serial.String()] }

// listOf is a list of ca that is in force at pkitest.Epoch.
func listOf(id int64, ca *pkitest.CA, revoked ...*x509.Certificate) List {
	set := serials{}
	for _, cert := range revoked {
		set[cert.SerialNumber.String()] = true
	}
	return List{
		ID:         id,
		RawIssuer:  ca.Cert.RawSubject,
		IssuerKey:  ca.Cert.RawSubjectPublicKeyInfo,
		NextUpdate: pkitest.Epoch.AddDate(0, 0, 7),
		Serials:    set,
	}
}

// clock is a time that stands still until it is moved.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

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

// site is a PKI of two levels, a server certificate and a trust store.
type site struct {
	root, issuing *pkitest.CA
	server        tls.Certificate
	serverCAs     *x509.CertPool
	serverRoot    *x509.Certificate
	store         *fakeStore
	clock         *clock
	log           *bytes.Buffer
	entries       *Log
}

func newSite(tb testing.TB) *site {
	tb.Helper()
	root := pkitest.NewCA(tb, "Test Root")
	issuing := root.ChildCA(tb, "Test Issuing")
	s := &site{root: root, issuing: issuing, store: &fakeStore{}, clock: &clock{now: pkitest.Epoch}, log: &bytes.Buffer{}}
	s.store.setBundle(root.Cert, issuing.Cert)
	s.entries = NewLog(s.log, 100, nil)
	s.makeServer(tb)
	return s
}

func (s *site) makeServer(tb testing.TB) {
	tb.Helper()
	ca := pkitest.NewCA(tb, "Server Root", realTime)
	leaf := ca.Issue(tb, "localhost", realTime, func(c *x509.Certificate) {
		c.DNSNames = []string{"localhost"}
		c.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1)}
		c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	})
	s.server = tls.Certificate{Certificate: [][]byte{leaf.Cert.Raw}, PrivateKey: leaf.Key}
	s.serverRoot = ca.Cert
	s.serverCAs = x509.NewCertPool()
	s.serverCAs.AddCert(ca.Cert)
}

// realTime makes a certificate that curl and openssl, which have no test clock,
// take for valid too.
func realTime(c *x509.Certificate) {
	c.NotBefore = time.Now().Add(-time.Hour)
	c.NotAfter = time.Now().Add(24 * time.Hour)
}

func (s *site) config(name string) Config {
	return Config{
		Name:         name,
		Certificate:  s.server,
		Now:          s.clock.Now,
		LoadBalancer: "app/twin/1",
		Log:          s.entries,
		ErrorLog:     log.New(io.Discard, "", 0),
	}
}

// verify starts a verify listener and returns its address.
func (s *site) verify(tb testing.TB, edits ...func(*VerifyConfig)) string {
	tb.Helper()
	config := VerifyConfig{Config: s.config("verify"), TrustStore: s.store}
	for _, edit := range edits {
		edit(&config)
	}
	listener, err := NewVerify(config)
	if err != nil {
		tb.Fatalf("making a verify listener: %v", err)
	}
	return start(tb, listener)
}

// passthrough starts a passthrough listener and returns its address.
func (s *site) passthrough(tb testing.TB, invoke Invoke, edits ...func(*PassthroughConfig)) string {
	tb.Helper()
	config := PassthroughConfig{Config: s.config("passthrough"), Invoke: invoke, TargetGroupARN: testTargetGroup}
	for _, edit := range edits {
		edit(&config)
	}
	listener, err := NewPassthrough(config)
	if err != nil {
		tb.Fatalf("making a passthrough listener: %v", err)
	}
	return start(tb, listener)
}

const testTargetGroup = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/verify/73e2d6bc24d8a067"

// start serves on a free loopback port until the test ends.
func start(tb testing.TB, listener *Listener) string {
	tb.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatalf("listening: %v", err)
	}
	served := make(chan error, 1)
	go func() { served <- listener.Serve(ln) }()
	tb.Cleanup(func() { stop(tb, listener, served) })
	return ln.Addr().String()
}

func stop(tb testing.TB, listener *Listener, served <-chan error) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	_ = listener.Shutdown(ctx) // a client's idle connection may outlast ctx
	err := <-served
	if err != nil {
		tb.Errorf("serving: got %v, want nil after Shutdown", err)
	}
}

// clientTLS sends leaf's chain whatever CA names the server advertises; nil
// sends no certificate.
func (s *site) clientTLS(leaf *pkitest.Leaf) *tls.Config {
	return &tls.Config{
		RootCAs:    s.serverCAs,
		ServerName: "localhost",
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			return tlsCertificate(leaf), nil
		},
	}
}

func tlsCertificate(leaf *pkitest.Leaf) *tls.Certificate {
	if leaf == nil {
		return &tls.Certificate{}
	}
	cert := &tls.Certificate{PrivateKey: leaf.Key}
	for _, c := range leaf.Chain {
		cert.Certificate = append(cert.Certificate, c.Raw)
	}
	return cert
}

// client is an HTTP client with leaf's certificate, over HTTP/1.1 unless edited.
func (s *site) client(tb testing.TB, leaf *pkitest.Leaf, edits ...func(*http.Transport)) *http.Client {
	tb.Helper()
	transport := &http.Transport{TLSClientConfig: s.clientTLS(leaf), DisableCompression: true}
	for _, edit := range edits {
		edit(transport)
	}
	tb.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: 30 * time.Second}
}

func overHTTP2(t *http.Transport) { t.ForceAttemptHTTP2 = true }

// get returns status and body, or the error of the connection.
func get(client *http.Client, address string) (int, string, error) {
	response, err := client.Get("https://" + address + "/")
	if err != nil {
		return 0, "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return response.StatusCode, string(body), err
}

// lastEntry waits until the log has count entries and returns the last: a
// TLS 1.3 client may come back before the server has written its line.
func (s *site) lastEntry(tb testing.TB, count int) Entry {
	tb.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for time.Now().Before(deadline) {
		entries := s.entries.Last(1000)
		if len(entries) >= count {
			return entries[len(entries)-1]
		}
		time.Sleep(time.Millisecond)
	}
	tb.Fatalf("waiting for %d log entries: got %d", count, len(s.entries.Last(1000)))
	return Entry{}
}

func contains(tb testing.TB, what, got, want string) {
	tb.Helper()
	if !strings.Contains(got, want) {
		tb.Errorf("%s: got %q, want it to contain %q", what, got, want)
	}
}
