package alb

import (
	"bufio"
	"bytes"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"flag"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares got with a file in testdata.
func golden(tb testing.TB, name string, got []byte) {
	tb.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		err := os.WriteFile(path, got, 0o644)
		if err != nil {
			tb.Fatalf("writing a golden file: %v", err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		tb.Fatalf("reading a golden file: %v", err)
	}
	diff := cmp.Diff(string(want), string(got))
	if diff != "" {
		tb.Errorf("%s differs (-want +got):\n%s", name, diff)
	}
}

// fixtureChain is a leaf and its issuer, made once: testdata/chain.pem.
func fixtureChain(tb testing.TB) []*x509.Certificate {
	tb.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "chain.pem"))
	if err != nil {
		tb.Fatalf("reading the fixture: %v", err)
	}
	var chain []*x509.Certificate
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			tb.Fatalf("parsing the fixture: %v", err)
		}
		chain = append(chain, cert)
	}
	return chain
}

func TestPassthroughHeaderGolden(t *testing.T) {
	t.Parallel()
	value := encodeChain(fixtureChain(t))
	golden(t, "passthrough-header.txt", []byte(value+"\n"))
	// The golden file itself must hold what the guide says of the encoding.
	for _, piece := range []string{"+", "=", "/", "-----BEGIN%20CERTIFICATE-----%0A", "%0A-----END%20CERTIFICATE-----%0A"} {
		contains(t, "header", value, piece)
	}
	for _, piece := range []string{" ", "\n", "%2B", "%3D", "%2F", "%2D"} {
		if strings.Contains(value, piece) {
			t.Errorf("header: got %q in it", piece)
		}
	}
	plain, err := url.PathUnescape(value)
	if err != nil {
		t.Fatalf("decoding: %v", err)
	}
	text, _ := os.ReadFile(filepath.Join("testdata", "chain.pem"))
	if plain != string(text) {
		t.Error("decoding the header does not give the PEM back")
	}
}

func TestVerifyHeadersGolden(t *testing.T) {
	t.Parallel()
	h := http.Header{}
	addVerified(h, HeaderNames{}.orDefault(), fixtureChain(t)[0], HeaderReplaced)
	var text bytes.Buffer
	_ = h.Write(&text) // a buffer takes everything
	golden(t, "verify-headers.txt", bytes.ReplaceAll(text.Bytes(), []byte("\r\n"), []byte("\n")))
}

// TestEventGolden pins the events, in both shapes, for requests as a client
// would write them.
func TestEventGolden(t *testing.T) {
	t.Parallel()
	chain := fixtureChain(t)
	tests := []struct {
		name    string
		request string
		body    string
		chain   []*x509.Certificate
	}{
		{name: "get", request: "GET /a%2Fb/?x=1%202&y=+&x=3&flag&=v HTTP/1.1\r\nHost: twin.example\r\nUser-Agent: test\r\nAccept: */*\r\nX-Two: 1\r\nx-two: 2\r\nCookie: a=b\r\n\r\n", chain: chain},
		{name: "no-certificate", request: "GET / HTTP/1.1\r\nHost: twin.example\r\nX-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Port: 1\r\nX-Forwarded-Proto: http\r\nX-Amzn-Trace-Id: Root=1-67891233-abcdef012345678912345678;CalledFrom=app\r\n\r\n"},
		{name: "json-body", request: "POST /api HTTP/1.1\r\nHost: twin.example\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: 9\r\n\r\n", body: `{"a":"é"}`},
		{name: "binary-body", request: "POST /api HTTP/1.1\r\nHost: twin.example\r\nContent-Type: application/octet-stream\r\nContent-Length: 3\r\n\r\n", body: "\x00\x01\xff"},
		{name: "encoded-body", request: "POST / HTTP/1.1\r\nHost: twin.example\r\nContent-Type: text/plain\r\nContent-Encoding: identity\r\n\r\n", body: "text"},
		{name: "untyped-body", request: "POST / HTTP/1.1\r\nHost: twin.example\r\n\r\n", body: "text"},
		{name: "latin-body", request: "POST / HTTP/1.1\r\nHost: twin.example\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\r\n", body: "caf\xe9"},
		{name: "absolute-target", request: "OPTIONS https://twin.example/p%20q?z HTTP/1.1\r\nHost: twin.example\r\n\r\n"},
	}
	for _, test := range tests {
		for _, single := range []bool{false, true} {
			r := parseRequest(t, test.request)
			addForwarded(r.Header, testConnection(), "1-6a1d6f40-00112233445566778899aabb")
			addPresented(r.Header, "X-Amzn-Mtls-Clientcert", test.chain, Switches{})
			event, err := newEvent(r, []byte(test.body), testTargetGroup, single)
			if err != nil {
				t.Fatalf("%s: %v", test.name, err)
			}
			var indented bytes.Buffer
			_ = json.Indent(&indented, event, "", "  ") // it was just encoded
			indented.WriteByte('\n')
			shape := map[bool]string{false: "multi", true: "single"}[single]
			golden(t, "event-"+test.name+"-"+shape+".json", indented.Bytes())
		}
	}
}

// parseRequest reads a request as net/http's server does.
func parseRequest(tb testing.TB, text string) *http.Request {
	tb.Helper()
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(text)))
	if err != nil {
		tb.Fatalf("reading a request: %v", err)
	}
	return r
}

func testConnection() *connection {
	return &connection{
		opened:   time.Unix(0, 0),
		client:   netip.MustParseAddrPort("198.51.100.7:50123"),
		listener: netip.MustParseAddrPort("127.0.0.1:8444"),
	}
}
