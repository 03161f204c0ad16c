package alb

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"net/netip"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/pkitest"
)

// documented is the pattern that AWS gives for its connection logs (Athena user
// guide, "Query Application Load Balancer logs"), with the optional end that
// it has for fields to come.
var documented = regexp.MustCompile(`^([^ ]*) ([^ ]*) ([0-9]*) ([0-9]*) ([A-Za-z0-9.-]*) ([^ ]*) ([-.0-9]*) "([^"]*)" ([^ ]*) ([^ ]*) ([^ ]*) ?([^ ]*)?( .*)?$`)

func TestConnectionLogGolden(t *testing.T) {
	t.Parallel()
	leaf := fixtureChain(t)[0]
	established := Entry{
		Time:   time.Date(2026, 6, 1, 12, 0, 0, 514108000, time.UTC),
		Client: netip.MustParseAddrPort("203.0.113.1:36280"), Node: netip.MustParseAddrPort("127.0.0.1:443"),
		Latency: 4036 * time.Microsecond, TraceID: "TID_3180a73013c8ca4bac2f731159d4b0fe", LoadBalancer: "app/twin/1",
	}
	established.describeTLS(tls.ConnectionState{Version: tls.VersionTLS12, CipherSuite: tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, CurveID: tls.X25519, PeerCertificates: []*x509.Certificate{leaf}})
	without := established
	without.Subject, without.Validity, without.Serial = "", "", ""
	refused := established
	refused.describeFailure(fmt.Errorf("handshake: %w", refuse(CodeCRLHit, ReasonRevoked, "serial number 03A5B1 of %s is on list 3", `CN="x"`)))
	silent := Entry{Time: established.Time, Client: established.Client, Node: established.Node, TraceID: established.TraceID}
	silent.describeFailure(errors.New("read tcp: connection reset\nby peer"))
	var text bytes.Buffer
	log := NewLog(&text, 0, nil)
	for _, entry := range []Entry{established, without, refused, silent} {
		log.record(entry)
	}
	for line := range strings.Lines(text.String()) {
		if !documented.MatchString(strings.TrimSuffix(line, "\n")) {
			t.Errorf("AWS's own pattern does not fit: %s", line)
		}
	}
	golden(t, "connection-log.txt", text.Bytes())
}

// TestLogInjection: a certificate may hold anything in its names, and still
// makes one line of the documented shape.
func TestLogInjection(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	evil := "x\" Success\n2026-01-01T00:00:00.000000Z 1.2.3.4 1 443 - - - \"CN=admin\" - - Success\r\x00\u2028"
	leaf := pkitest.NewCA(t, evil).Issue(t, evil, func(c *x509.Certificate) {
		c.Subject.ExtraNames = []pkix.AttributeTypeAndValue{{Type: oid("1.2.840.113549.1.9.1"), Value: evil}}
	})
	_, _, err := get(s.client(t, leaf), s.verify(t))
	if err == nil {
		t.Fatal("let in, want it refused")
	}
	s.lastEntry(t, 1)
	text := s.log.String()
	if strings.Count(text, "\n") != 1 || strings.ContainsAny(strings.TrimSuffix(text, "\n"), "\r\n\x00\u2028") {
		t.Fatalf("got %q, want one line", text)
	}
	fields := documented.FindStringSubmatch(strings.TrimSuffix(text, "\n"))
	if fields == nil || fields[11] != "Failed:ClientCertUntrusted" {
		t.Errorf("got fields %q", fields)
	}
	contains(t, "subject", fields[8], `x\22 Success\0A2026`)
}

func TestLogLast(t *testing.T) {
	t.Parallel()
	var seen []string
	log := NewLog(&bytes.Buffer{}, 3, func(e Entry) { seen = append(seen, e.TraceID) })
	for _, id := range []string{"a", "b", "c", "d", "e"} {
		log.record(Entry{TraceID: id})
	}
	tests := map[int]string{-1: "", 0: "", 1: "e", 2: "de", 3: "cde", 9: "cde"}
	for n, want := range tests {
		got := ""
		for _, entry := range log.Last(n) {
			got += entry.TraceID
		}
		if got != want {
			t.Errorf("last %d: got %q, want %q", n, got, want)
		}
	}
	if got := strings.Join(seen, ""); got != "abcde" {
		t.Errorf("observed: got %q, want every entry in order", got)
	}
	none := NewLog(&bytes.Buffer{}, 0, nil)
	none.record(Entry{})
	if got := len(none.Last(1)); got != 0 {
		t.Errorf("keeping none: got %d entries", got)
	}
}

func TestCodesOfTLSErrors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text   string
		code   Code
		reason Reason
	}{
		{"tls: failed to parse client certificate: x509: x", CodeInvalid, ReasonUnreadable},
		{"tls: client certificate contains an unsupported public key of type *dsa.PublicKey", CodeTypeUnsupported, ReasonKey},
		{"tls: client sent certificate containing RSA key larger than 8192 bits", CodeTypeUnsupported, ReasonKey},
		{"tls: client didn't provide a certificate", CodeUnmapped, ReasonNoCertificate},
		{"EOF", CodeUnmapped, ReasonHandshake},
	}
	for _, test := range tests {
		got := handshakeRefusal(errors.New(test.text))
		if got.Code != test.code || got.Reason != test.reason {
			t.Errorf("%s: got %s (%s), want %s (%s)", test.text, got.Code, got.Reason, test.code, test.reason)
		}
	}
}

// TestTLSErrorTexts: crypto/tls has no types for these errors; this fails when
// a new version of Go words them in another way.
func TestTLSErrorTexts(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		chain  func(*site) [][]byte
		code   Code
		reason Reason
	}{
		{"not a certificate", func(*site) [][]byte { return [][]byte{{0x30, 0x00}} }, CodeInvalid, ReasonUnreadable},
		{"DSA key", func(s *site) [][]byte {
			return [][]byte{dsaCertificate(t, s)}
		}, CodeTypeUnsupported, ReasonKey},
	}
	for _, test := range tests {
		s := newSite(t)
		config := s.clientTLS(nil)
		config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			return &tls.Certificate{Certificate: test.chain(s), PrivateKey: pkitest.NewKey(t)}, nil
		}
		conn, err := tls.Dial("tcp", s.verify(t), config)
		if err == nil {
			_ = conn.Close()
		}
		entry := s.lastEntry(t, 1)
		if entry.Code != test.code || entry.Reason != test.reason {
			t.Errorf("%s: got %s", test.name, entry)
		}
	}
}

func TestCipherNames(t *testing.T) {
	t.Parallel()
	tests := map[uint16]string{
		0:                          "",
		tls.TLS_AES_128_GCM_SHA256: "TLS_AES_128_GCM_SHA256",
		tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256:         "ECDHE-RSA-AES128-GCM-SHA256",
		tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384:       "ECDHE-ECDSA-AES256-GCM-SHA384",
		tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256:   "ECDHE-RSA-CHACHA20-POLY1305",
		tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256: "ECDHE-ECDSA-CHACHA20-POLY1305",
		tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA:            "ECDHE-RSA-AES128-SHA",
		tls.TLS_RSA_WITH_AES_256_GCM_SHA384:               "AES256-GCM-SHA384",
	}
	for id, want := range tests {
		if got := cipherName(id); got != want {
			t.Errorf("%s: got %q, want %q", tls.CipherSuiteName(id), got, want)
		}
	}
}
