package alb

import (
	"bytes"
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"encoding/asn1"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/pkitest"
)

func tooManyFiles() error { return &net.OpError{Op: "accept", Err: syscall.EMFILE} }

// dsaCertificate has a key that crypto/x509 reads and crypto/tls does not take.
func dsaCertificate(tb testing.TB, s *site) []byte {
	tb.Helper()
	return resignDER(tb, s.issuing, s.issuing.Issue(tb, "client").Cert, crypto.SHA256, func(tbs *tbsCertificate) {
		dsa := struct {
			Algorithm struct {
				ID         asn1.ObjectIdentifier
				Parameters struct{ P, Q, G *big.Int }
			}
			Key asn1.BitString
		}{}
		dsa.Algorithm.ID = asn1.ObjectIdentifier{1, 2, 840, 10040, 4, 1}
		dsa.Algorithm.Parameters = struct{ P, Q, G *big.Int }{big.NewInt(23), big.NewInt(11), big.NewInt(4)}
		y := marshal(tb, big.NewInt(8))
		dsa.Key = asn1.BitString{Bytes: y, BitLength: 8 * len(y)}
		tbs.PublicKey = asn1.RawValue{FullBytes: marshal(tb, dsa)}
	})
}

func TestVerifyHeadersReachTheTarget(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	leaf := s.issuing.Issue(t, "laptop-1", func(c *x509.Certificate) { c.SerialNumber = big.NewInt(0x03A5B1) })
	want := http.Header{
		"X-Amzn-Mtls-Clientcert-Serial-Number": {"03A5B1"},
		"X-Amzn-Mtls-Clientcert-Issuer":        {"CN=Test Issuing"},
		"X-Amzn-Mtls-Clientcert-Subject":       {"CN=laptop-1"},
		"X-Amzn-Mtls-Clientcert-Validity":      {"NotBefore=2026-05-31T12:00:00Z;NotAfter=2027-06-01T12:00:00Z"},
		"X-Amzn-Mtls-Clientcert-Leaf":          {encodeChain(leaf.Chain[:1])},
	}
	for _, sent := range []ClientSentHeader{HeaderReplaced, HeaderKept, HeaderAppended} {
		var got http.Header
		address := s.verify(t, func(c *VerifyConfig) {
			c.Switches.ClientSentHeader = sent
			c.Target = http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.Header.Clone() })
		})
		for _, forged := range []bool{false, true} {
			request, _ := http.NewRequest(http.MethodGet, "https://"+address+"/", nil)
			for name := range want {
				if forged {
					request.Header.Set(name, "forged")
				}
			}
			do(t, s.client(t, leaf), request)
			for name, own := range want {
				values := own
				if forged && sent == HeaderKept {
					values = []string{"forged"}
				}
				if forged && sent == HeaderAppended {
					values = []string{"forged", own[0]}
				}
				if !slices.Equal(got[name], values) {
					t.Errorf("%s, forged %v: %s: got %q, want %q", sent, forged, name, got[name], values)
				}
			}
		}
	}
}

func TestRenamedVerifyHeaders(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	var got http.Header
	address := s.verify(t, func(c *VerifyConfig) {
		c.Headers = HeaderNames{Subject: "X-Who", Issuer: "x-by", SerialNumber: "X-Number", Validity: "X-When", Leaf: "X-Leaf"}
		c.Target = http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.Header.Clone() })
	})
	status, _, err := get(s.client(t, s.issuing.Issue(t, "laptop-1")), address)
	if err != nil || status != 200 {
		t.Fatalf("got %d %v", status, err)
	}
	if got.Get("X-Who") != "CN=laptop-1" || got.Get("X-By") != "CN=Test Issuing" {
		t.Errorf("got %v", got)
	}
	for name := range got {
		if strings.HasPrefix(name, "X-Amzn-Mtls") {
			t.Errorf("header %s under its default name", name)
		}
	}
}

func TestForwardedHeaders(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	var got http.Header
	address := s.verify(t, func(c *VerifyConfig) {
		c.Target = http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.Header.Clone() })
	})
	request, _ := http.NewRequest(http.MethodGet, "https://"+address+"/", nil)
	request.Header["X-Forwarded-For"] = []string{"203.0.113.9", "203.0.113.10"}
	request.Header.Set("X-Forwarded-Proto", "http")
	request.Header.Set("X-Forwarded-Port", "80")
	do(t, s.client(t, s.issuing.Issue(t, "client")), request)
	_, port, _ := net.SplitHostPort(address)
	want := http.Header{
		"X-Forwarded-For":   {"203.0.113.9, 203.0.113.10, 127.0.0.1"},
		"X-Forwarded-Proto": {"https"},
		"X-Forwarded-Port":  {port},
	}
	for name, values := range want {
		if !slices.Equal(got[name], values) {
			t.Errorf("%s: got %q, want %q", name, got[name], values)
		}
	}
	trace := got.Get("X-Amzn-Trace-Id")
	if !strings.HasPrefix(trace, fmt.Sprintf("Root=1-%08x-", pkitest.Epoch.Unix())) || len(trace) != len("Root=1-67891233-abcdef012345678912345678") {
		t.Errorf("trace: got %q", trace)
	}
}

func TestTraceHeader(t *testing.T) {
	t.Parallel()
	tests := []struct {
		client  string
		headers int
		want    string
	}{
		{"", 0, "Root=own"},
		{"Root=1-r", 0, "Self=own;Root=1-r"},
		{"Root=1-r;CalledFrom=app", 0, "Self=own;Root=1-r;CalledFrom=app"},
		{"Self=1-s;Root=1-r", 0, "Self=own;Root=1-r"},
		{"CalledFrom=app", 0, "Root=own;CalledFrom=app"},
		{"Root=1-r", 7 << 10, "Self=own;Root=1-r"},
		{"Root=1-r", 7<<10 + 1, "Root=own"},
	}
	for _, test := range tests {
		if got := traceHeader(test.client, "own", test.headers); got != test.want {
			t.Errorf("%q with %d bytes: got %q, want %q", test.client, test.headers, got, test.want)
		}
	}
}

// TestAdvertisedCANames: the names follow the trust store, and can be left out.
func TestAdvertisedCANames(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	leaf := s.issuing.Issue(t, "client")
	shown, hidden := s.verify(t), s.verify(t, func(c *VerifyConfig) { c.HideCANames = true })
	asked := func(address string) [][]byte {
		var names [][]byte
		config := s.clientTLS(leaf)
		config.GetClientCertificate = func(info *tls.CertificateRequestInfo) (*tls.Certificate, error) {
			names = info.AcceptableCAs
			return tlsCertificate(leaf), nil
		}
		conn, err := tls.Dial("tcp", address, config)
		if err != nil {
			t.Fatalf("connecting: %v", err)
		}
		_ = conn.Close()
		return names
	}
	both := [][]byte{s.root.Cert.RawSubject, s.issuing.Cert.RawSubject}
	if got := asked(shown); !slices.EqualFunc(got, both, bytes.Equal) {
		t.Errorf("got %q, want root and intermediate", got)
	}
	if got := asked(hidden); len(got) != 0 {
		t.Errorf("hidden: got %q, want none", got)
	}
	s.store.setBundle(s.root.Cert)
	if got := asked(shown); len(got) != 1 {
		t.Errorf("after a new bundle: got %d names, want 1", len(got))
	}
}

// TestNoSessionResumption: a client that would resume makes a full handshake
// every time, so that a revocation cannot be passed by with an old ticket.
func TestNoSessionResumption(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	leaf := s.issuing.Issue(t, "client")
	for _, address := range []string{s.verify(t), s.passthrough(t, ok().invoke)} {
		for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
			cache := &ticketCounter{ClientSessionCache: tls.NewLRUClientSessionCache(8)}
			client := s.client(t, leaf, only(version), noKeepAlive, func(transport *http.Transport) {
				transport.TLSClientConfig.ClientSessionCache = cache
			})
			for range 3 {
				response, _ := do(t, client, mustRequest(t, address))
				if response.TLS.DidResume {
					t.Errorf("%s: resumed", protocolName(version))
				}
			}
			if cache.tickets != 0 {
				t.Errorf("%s: got %d tickets, want none", protocolName(version), cache.tickets)
			}
		}
	}
}

// ticketCounter counts the session tickets that a client was given.
type ticketCounter struct {
	tls.ClientSessionCache
	tickets int
}

func (c *ticketCounter) Put(key string, session *tls.ClientSessionState) {
	if session != nil {
		c.tickets++
	}
	c.ClientSessionCache.Put(key, session)
}

func mustRequest(tb testing.TB, address string) *http.Request {
	tb.Helper()
	request, err := http.NewRequest(http.MethodGet, "https://"+address+"/", nil)
	if err != nil {
		tb.Fatalf("making a request: %v", err)
	}
	return request
}

func TestOldProtocolsAreRefused(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	_, _, err := get(s.client(t, s.issuing.Issue(t, "client"), only(tls.VersionTLS11)), s.verify(t))
	if err == nil {
		t.Error("TLS 1.1: let in")
	}
	entry := s.lastEntry(t, 1)
	if entry.Code != CodeUnmapped || entry.Protocol != "" {
		t.Errorf("log: got %s", entry)
	}
}

// TestTheMomentOfTheCertificateCounts: a client that opens its connection,
// waits, and is revoked meanwhile, is refused.
func TestTheMomentOfTheCertificateCounts(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	leaf := s.issuing.Issue(t, "client")
	config := s.clientTLS(leaf)
	config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
		s.store.setLists(listOf(1, s.issuing, leaf.Cert)) // in the middle of the handshake
		return tlsCertificate(leaf), nil
	}
	conn, err := tls.Dial("tcp", s.verify(t), config)
	if err == nil {
		_ = conn.Close()
	}
	entry := s.lastEntry(t, 1)
	if entry.Code != CodeCRLHit {
		t.Errorf("got %s, want %s", entry.Status(), CodeCRLHit)
	}
}

func TestSilentClientIsDropped(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	address := s.verify(t, func(c *VerifyConfig) { c.HandshakeTimeout = time.Millisecond })
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatalf("connecting: %v", err)
	}
	defer conn.Close()
	_, _ = readAll(conn) // until the listener closes it
	entry := s.lastEntry(t, 1)
	if entry.Code != CodeUnmapped || entry.Reason != ReasonHandshake {
		t.Errorf("log: got %s", entry)
	}
}

func TestPlainHTTPIsTold(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	conn, err := net.Dial("tcp", s.verify(t))
	if err != nil {
		t.Fatalf("connecting: %v", err)
	}
	defer conn.Close()
	_, _ = conn.Write([]byte("GET / HTTP/1.1\r\n"))
	text, _ := readAll(conn)
	contains(t, "answer", text, "HTTP/1.1 400 Bad Request")
	contains(t, "answer", text, "plain HTTP request was sent to HTTPS port")
}

func TestWelcomePage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	address := s.verify(t)
	client := s.client(t, s.issuing.Issue(t, "<b>laptop"))
	request := mustRequest(t, address)
	response, body := do(t, client, request)
	contains(t, "type", response.Header.Get("Content-Type"), "text/plain")
	contains(t, "text", body, `subject:  CN=\<b\>laptop`)
	request = mustRequest(t, address)
	request.Header.Set("Accept", "text/html,*/*;q=0.8")
	response, body = do(t, client, request)
	contains(t, "type", response.Header.Get("Content-Type"), "text/html")
	contains(t, "page", body, `<dd>CN=\&lt;b\&gt;laptop</dd>`)
}

func TestHTTP2(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	leaf := s.issuing.Issue(t, "client")
	verify := ok()
	for _, address := range []string{s.verify(t), s.passthrough(t, verify.invoke)} {
		response, _ := do(t, s.client(t, leaf, overHTTP2), mustRequest(t, address))
		if response.ProtoMajor != 2 || response.StatusCode != 200 {
			t.Errorf("got HTTP/%d, %s", response.ProtoMajor, response.Status)
		}
	}
	if got := verify.headers(t)[certHeader]; !slices.Equal(got, []string{encodeChain(leaf.Chain)}) {
		t.Errorf("header over HTTP/2: got %v", got)
	}
}

// TestDefaults pins what is left out.
func TestDefaults(t *testing.T) {
	t.Parallel()
	c := Config{}.orDefault()
	if c.ClientKeepAlive != 300*time.Second || c.IdleTimeout != 60*time.Second || c.HandshakeTimeout != 10*time.Second {
		t.Errorf("got %v, %v, %v", c.ClientKeepAlive, c.IdleTimeout, c.HandshakeTimeout)
	}
	if c.Now().IsZero() || c.Log == nil || c.Headers.Clientcert != "X-Amzn-Mtls-Clientcert" {
		t.Errorf("got %+v", c)
	}
}

// TestImports: the gate must be able to contradict the product, so it uses none
// of its rooms, directly or through others.
func TestImports(t *testing.T) {
	t.Parallel()
	output, err := exec.Command(installed(t, "go"), "list", "-deps", ".").Output()
	if err != nil {
		t.Fatalf("listing the imports: %v", err)
	}
	for path := range strings.Lines(string(output)) {
		own, found := strings.CutPrefix(strings.TrimSpace(path), "github.com/sekisho/sekisho/")
		if found && own != "internal/local/alb" && own != "internal/local/elbv2" {
			t.Errorf("imports %s", own)
		}
	}
}

func TestSerialNumber(t *testing.T) {
	t.Parallel()
	tests := map[int64]string{0: "00", 1: "01", 0x80: "80", 0x03A5B1: "03A5B1", -0x0F: "-0F"}
	for serial, want := range tests {
		got := serialNumber(&x509.Certificate{SerialNumber: big.NewInt(serial)})
		if got != want {
			t.Errorf("%d: got %q, want %q", serial, got, want)
		}
	}
}
