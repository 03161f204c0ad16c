package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/x509"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/clientcert"
	"github.com/sekisho/sekisho/internal/pkitest"
)

// post is a CA with its files and a verifier that serves over them.
type post struct {
	dir           string
	root, issuing *pkitest.CA
	address       string
	log           *lockedBuffer
	stop          func() error
}

// lockedBuffer is a log that may be read while it is written.
type lockedBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// today makes a certificate valid now: a server has the real clock.
func today(c *x509.Certificate) {
	c.NotBefore, c.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
}

func newPost(t *testing.T) *post {
	t.Helper()
	p := &post{dir: t.TempDir(), root: pkitest.NewCA(t, "root", today), log: &lockedBuffer{}}
	p.issuing = p.root.ChildCA(t, "issuing", today)
	p.write(t, "ca.pem", pkitest.PEM(p.root.Cert, p.issuing.Cert))
	p.write(t, "root.crl", todaysList(t, p.root, 1))
	p.write(t, "issuing.crl", todaysList(t, p.issuing, 1))
	return p
}

const postFiles = `"files":{"caBundle":["ca.pem"],"lists":["root.crl","issuing.crl"]`

func todaysList(t *testing.T, ca *pkitest.CA, number int64, revoked ...*big.Int) []byte {
	t.Helper()
	return ca.CRLWith(t, func(l *x509.RevocationList) {
		l.Number, l.ThisUpdate, l.NextUpdate = big.NewInt(number), time.Now().Add(-time.Minute), time.Now().Add(time.Hour)
		for _, serial := range revoked {
			l.RevokedCertificateEntries = append(l.RevokedCertificateEntries, x509.RevocationListEntry{SerialNumber: serial, RevocationTime: l.ThisUpdate})
		}
	})
}

func (p *post) write(t *testing.T, name string, content []byte) string {
	t.Helper()
	err := os.WriteFile(filepath.Join(p.dir, name), content, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(p.dir, name)
}

// open starts the server as the command does, with a configuration.
func (p *post) open(t *testing.T, config string, change func(*serveFlags)) {
	t.Helper()
	flags := serveFlags{listen: "127.0.0.1:0", config: p.write(t, "config.json", []byte(config))}
	if change != nil {
		change(&flags)
	}
	server, err := flags.server(t.Context(), p.log)
	if err != nil {
		t.Fatal(err)
	}
	p.address = server.listener.Addr().String()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- server.run(ctx) }()
	p.stop = sync.OnceValue(func() error { cancel(); return <-ended })
	t.Cleanup(func() { _ = p.stop() })
}

// ask sends a request as it stands, with the chain of a client where there is
// one, and returns status and body.
func (p *post) ask(t *testing.T, text string, leaf *pkitest.Leaf) (int, string, http.Header) {
	t.Helper()
	conn, err := net.Dial("tcp", p.address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if leaf != nil {
		text += "\r\n" + clientcert.DefaultHeader + ": " + clientcert.Encode(leaf.Chain)
	}
	_, err = io.WriteString(conn, text+"\r\nHost: h\r\nConnection: close\r\n\r\n")
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return 0, err.Error(), nil
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body), response.Header
}

func (p *post) want(t *testing.T, text string, leaf *pkitest.Leaf, status int, part string) {
	t.Helper()
	got, body, _ := p.ask(t, text, leaf)
	if got != status || !strings.Contains(body, part) {
		t.Errorf("%.60q: got %d %s, want %d with %s; log: %s", text, got, body, status, part, p.log.String())
	}
}

// eventually repeats until the answer is the one that is wanted.
func (p *post) eventually(t *testing.T, text string, leaf *pkitest.Leaf, status int, part string) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		got, body, _ := p.ask(t, text, leaf)
		if got == status && strings.Contains(body, part) {
			return
		}
	}
	p.want(t, text, leaf, status, part)
}

func TestServeAnswersWithTheIdentity(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	p.open(t, `{`+postFiles+`},"gate":{"port":443,"proto":"https"}}`, nil)
	leaf := p.issuing.Issue(t, "laptop", today)
	const origin = "\r\nX-Forwarded-Port: 443\r\nX-Forwarded-Proto: https"
	p.want(t, "GET / HTTP/1.1"+origin, leaf, 200, `"subject":"CN=laptop"`)
	p.want(t, "GET / HTTP/1.1"+origin, nil, 401, "no-certificate")
	p.want(t, "GET / HTTP/1.1"+origin, pkitest.NewCA(t, "issuing", today).Issue(t, "laptop", today), 403, "untrusted")
	p.want(t, "GET / HTTP/1.1", leaf, 403, "listener-port")
	p.want(t, "GET / HTTP/1.1"+origin+"\r\nX-Forwarded-Port: 80", leaf, 403, "listener-port")
	p.want(t, "GET /healthz HTTP/1.1", nil, 200, "ok")
	p.want(t, "OPTIONS * HTTP/1.1"+origin, nil, 401, "no-certificate")
	p.want(t, "GET /auth HTTP/1.1"+origin, nil, 401, "no-certificate")
	status, body, header := p.ask(t, "GET /auth HTTP/1.1"+origin, leaf)
	if status != 200 || header.Get("X-Sekisho-Subject") != "CN=laptop" || body != "" {
		t.Errorf("/auth: got %d %v %q, want the identity in headers", status, header, body)
	}
	p.want(t, "GET / HTTP/1.1\r\nX-Padding: "+strings.Repeat("x", headerBytes+8<<10), leaf, 431, "")
}

func TestServePassesOn(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%s as %s", r.RequestURI, r.Header["X-Sekisho-Subject"])
	}))
	t.Cleanup(app.Close)
	policy := `{"format":1,"rules":[{"name":"r","paths":["/public"],"who":[{"subjectCn":"laptop"}]}]}`
	p.write(t, "policy.json", []byte(policy))
	p.open(t, `{`+postFiles+`,"policy":"policy.json"},"proxy":"nginx"}`, func(f *serveFlags) { f.upstream = app.URL })
	leaf, other := p.issuing.Issue(t, "laptop", today), p.issuing.Issue(t, "other", today)
	p.want(t, "GET /public/a?b HTTP/1.1\r\nX-Sekisho-Subject: CN=admin", leaf, 200, "/public/a?b as [CN=laptop]")
	p.want(t, "GET /public HTTP/1.1", other, 403, "no-rule")
	p.want(t, "GET /public/../admin HTTP/1.1", leaf, 403, "ambiguous-path")
	p.want(t, "GET /auth HTTP/1.1\r\nX-Original-Method: GET\r\nX-Original-URI: /public", leaf, 200, "")
	p.want(t, "GET /auth HTTP/1.1\r\nX-Original-Method: GET\r\nX-Original-URI: /admin", leaf, 403, "no-rule")
	p.want(t, "GET /auth/ HTTP/1.1", leaf, 403, "no-rule")
	p.want(t, "GET /public HTTP/1.1", nil, 401, "no-certificate")
	if !strings.Contains(p.log.String(), `"rule":"r"`) {
		t.Errorf("log: got %s, want the rule", p.log.String())
	}
}

// Lists, rules and denials act when their files change; damaged ones hold.
func TestServeTakesUpWhatChanges(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	leaf, other := p.issuing.Issue(t, "laptop", today), p.issuing.Issue(t, "other", today)
	p.write(t, "deny.json", []byte(`{"format":1,"deny":[]}`))
	p.open(t, `{`+postFiles+`,"deny":"deny.json"},"gate":{"maxSnapshotAge":"1ms","snapshotGrace":"0s"}}`, nil)
	p.want(t, "GET / HTTP/1.1", leaf, 200, "laptop")
	p.write(t, "deny.json", []byte(`{"format":1,"deny":[{"sha256Fingerprint":"`+hexSHA256(leaf.Cert.Raw)+`"}]}`))
	p.eventually(t, "GET / HTTP/1.1", leaf, 403, "denied")
	p.write(t, "deny.json", []byte(`{"format":1,"deny":[]}`))
	p.eventually(t, "GET / HTTP/1.1", leaf, 200, "laptop")

	p.write(t, "issuing.crl", todaysList(t, p.issuing, 2, leaf.Cert.SerialNumber))
	p.eventually(t, "GET / HTTP/1.1", leaf, 403, "revoked")
	p.want(t, "GET / HTTP/1.1", other, 200, "other")
	forged := todaysList(t, p.issuing, 3)
	forged[len(forged)-1] ^= 1
	p.write(t, "issuing.crl", forged)
	p.eventually(t, "GET / HTTP/1.1", other, 503, "snapshot-unavailable")
	p.want(t, "GET / HTTP/1.1", leaf, 503, "snapshot-unavailable")
	if !strings.Contains(p.log.String(), "a list cannot be relied on") {
		t.Errorf("log: got %s, want why", p.log.String())
	}
	p.write(t, "issuing.crl", todaysList(t, p.issuing, 4))
	p.eventually(t, "GET / HTTP/1.1", leaf, 200, "laptop")

	for _, name := range []string{"deny.json", "root.crl"} {
		whole, err := os.ReadFile(filepath.Join(p.dir, name))
		if err != nil {
			t.Fatal(err)
		}
		os.Remove(filepath.Join(p.dir, name))
		p.eventually(t, "GET / HTTP/1.1", leaf, 503, "snapshot-unavailable")
		p.write(t, name, whole)
		p.eventually(t, "GET / HTTP/1.1", leaf, 200, "laptop")
	}
}

func TestServeAnswersNoOtherPeer(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	p.open(t, `{`+postFiles+`}}`, func(f *serveFlags) { f.trusted = []string{"192.0.2.0/24", "2001:db8::/32"} })
	for range 3 {
		status, said, _ := p.ask(t, "GET /healthz HTTP/1.1", nil)
		if status != 0 {
			t.Errorf("got %d %s, want the connection closed", status, said)
		}
	}
	if strings.Count(p.log.String(), "not from a trusted proxy") != 1 {
		t.Errorf("log: got %s, want one line", p.log.String())
	}
}

func TestServeIsReachableThroughATrustedNetwork(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	p.open(t, `{`+postFiles+`}}`, func(f *serveFlags) { f.listen, f.trusted = "0.0.0.0:0", []string{"127.0.0.1/32"} })
	_, port, _ := net.SplitHostPort(p.address)
	p.address = net.JoinHostPort("127.0.0.1", port)
	p.want(t, "GET /healthz HTTP/1.1", nil, 200, "ok")
}

// Requests that are under way when it is told to stop are finished.
func TestServeStopsGracefully(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	arrived, release := make(chan struct{}), make(chan struct{})
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(arrived)
		<-release
		fmt.Fprint(w, "done")
	}))
	t.Cleanup(app.Close)
	p.open(t, `{`+postFiles+`}}`, func(f *serveFlags) { f.upstream = app.URL })
	leaf := p.issuing.Issue(t, "laptop", today)
	var client, server sync.WaitGroup
	client.Go(func() { p.want(t, "GET / HTTP/1.1", leaf, 200, "done") })
	<-arrived
	server.Go(func() {
		err := p.stop()
		if err != nil {
			t.Errorf("stopping: %v", err)
		}
	})
	for end := time.Now().Add(30 * time.Second); !strings.Contains(p.log.String(), "stopping") && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	close(release)
	client.Wait()
	server.Wait()
	_, err := net.Dial("tcp", p.address)
	if err == nil {
		t.Error("it still listens")
	}
}
