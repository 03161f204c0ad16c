package gate

import (
	"bufio"
	"context"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sekisho/sekisho/internal/clientcert"
	"github.com/sekisho/sekisho/internal/pkitest"
)

// seen is what an upstream got.
type seen struct {
	method, uri, host, body string
	header, trailer         http.Header
}

// application is an upstream that remembers and answers 201.
func application(t *testing.T) (string, chan seen) {
	t.Helper()
	all := make(chan seen, 100)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		all <- seen{r.Method, r.RequestURI, r.Host, string(body), r.Header, r.Trailer}
		w.Header().Set("X-Answer", "yes")
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, "made")
	}))
	t.Cleanup(server.Close)
	return server.URL, all
}

// serve is the handler behind a real server, so that requests are as clients
// write them.
func serve(t *testing.T, handler http.Handler) string {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.Config.DisableGeneralOptionsHandler = true // it would answer OPTIONS * by itself
	server.Start()
	t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

// exchange sends text as it stands and reads one answer.
func exchange(t *testing.T, address, text string) *http.Response {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	_, err = io.WriteString(conn, text)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	return response
}

func (w *world) upstream(options UpstreamOptions) http.Handler {
	w.tb.Helper()
	handler, err := w.gate.Upstream(options)
	if err != nil {
		w.tb.Fatal(err)
	}
	return handler
}

func TestAcceptedRequestGoesOnWithAnIdentity(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	target, all := application(t)
	address := serve(t, w.upstream(UpstreamOptions{URL: target}))
	leaf := w.issuing.Issue(t, "", func(c *x509.Certificate) {
		c.Subject = pkix.Name{CommonName: "関, 100%\r\nX-Evil: 1", Organization: []string{"Example"}}
		c.DNSNames, c.EmailAddresses = []string{"a.example"}, []string{"a@example.com"}
		c.IPAddresses = []net.IP{net.IPv4(192, 0, 2, 1)}
		c.URIs = []*url.URL{{Scheme: "urn", Opaque: "a,dns:evil.example"}}
	})
	response := exchange(t, address, "POST /a%2Fb//c|d?x=1;y=%zz&z HTTP/1.1\r\nHost: app.example\r\nX-Own: kept\r\nX-Forwarded-For: 192.0.2.7\r\nX-Forwarded-Proto: https\r\n"+
		clientcert.DefaultHeader+": "+clientcert.Encode(leaf.Chain)+"\r\nContent-Length: 4\r\n\r\nbody")
	body, _ := io.ReadAll(response.Body)
	if response.StatusCode != http.StatusCreated || response.Header.Get("X-Answer") != "yes" || string(body) != "made" {
		t.Fatalf("got %d %v %q, want the application's answer; log: %s", response.StatusCode, response.Header, body, w.log.String())
	}
	got := <-all
	if got.method != "POST" || got.uri != "/a%2Fb//c%7Cd?x=1;y=%zz&z" || got.host != "app.example" || got.body != "body" {
		t.Errorf("got %+v, want the request as it was sent", got)
	}
	want := http.Header{
		"Client-Cert":           {":" + base64.StdEncoding.EncodeToString(leaf.Cert.Raw) + ":"},
		"X-Sekisho-Subject":     {`CN=%E9%96%A2\, 100%25%0D%0AX-Evil: 1,O=Example`},
		"X-Sekisho-Issuer":      {"CN=issuing"},
		"X-Sekisho-Serial":      {"65"},
		"X-Sekisho-Fingerprint": {hexSHA256(leaf.Cert.Raw)},
		"X-Sekisho-San":         {"dns:a.example, email:a@example.com, uri:urn:a%2Cdns:evil.example, ip:192.0.2.1"},
		"X-Own":                 {"kept"},
		"X-Forwarded-For":       {"192.0.2.7"},
		"X-Forwarded-Proto":     {"https"},
		"Content-Length":        {"4"},
	}
	delete(got.header, "Accept-Encoding")
	delete(got.header, "User-Agent")
	diff := cmp.Diff(want, got.header)
	if diff != "" {
		t.Errorf("headers (-want +got):\n%s", diff)
	}
}

// What a client says about itself never arrives, however it is written.
func TestClaimsOfTheClientAreRemoved(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *Config) { c.Header = "X-Renamed-9f3a" })
	target, all := application(t)
	address := serve(t, w.upstream(UpstreamOptions{URL: target}))
	leaf := w.issuing.Issue(t, "laptop")
	claims := []string{
		"X-Sekisho-Subject: CN=admin", "x-sekisho-subject: CN=admin", "X_Sekisho_Subject: CN=admin", "X-Sekisho_Subject: CN=admin",
		"X.Sekisho.Subject: CN=admin", "X-Sekisho-Anything: CN=admin", "X-Sekisho-San: dns:CN=admin", "X-Sekisho-Serial: CN=admin",
		"Client-Cert: :CN=admin:", "client_cert: CN=admin", "Client-Cert-Chain: CN=admin", "X-Amzn-Mtls-Clientcert: CN=admin",
		"X-Amzn-Mtls-Clientcert-Subject: CN=admin", "X_Renamed_9f3a: CN=admin", "X-Forwarded-Client-Cert: CN=admin",
		"X-Forwarded-Tls-Client-Cert-Info: CN=admin", "X-Client-Cert-Dn: CN=admin", "X-SSL-Client-S-DN: CN=admin", "Ssl-Client-Cert: CN=admin", "X-ARR-ClientCert: CN=admin",
		"X~Sekisho~Subject: CN=admin", "X!Sekisho-Subject: CN=admin", "Remote-Groups: CN=admin", "X-Remote-Group: CN=admin", "X-Forwarded-Email: CN=admin",
		"X-Forwarded-Preferred-Username: CN=admin", "X-Forwarded-Uri: /CN=admin", "X-Forwarded-Prefix: /CN=admin", "X-Amzn-Oidc-Identity: CN=admin",
		"Remote-User: CN=admin", "REMOTE_USER: CN=admin", "X-Remote-User: CN=admin", "X-Forwarded-User: CN=admin", "X-Auth-Request-Email: CN=admin",
		"X-Client-Verified: CN=admin", "X-Original-URI: /CN=admin", "X-Original-Method: CN=admin", "X-Original-URL: /CN=admin", "X-Rewrite-URL: /CN=admin", "X-HTTP-Method-Override: CN=admin", "X_HTTP_Method: CN=admin",
		"Connection: X-Sekisho-Subject, Client-Cert, X-Sekisho-San, X-Forwarded-For, close",
	}
	for _, claim := range claims {
		t.Run(claim, func(t *testing.T) {
			exchange(t, address, "GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 192.0.2.7\r\n"+claim+"\r\n"+w.gate.config.Header+": "+clientcert.Encode(leaf.Chain)+"\r\n\r\n")
			got := <-all
			var text strings.Builder
			_ = got.header.Write(&text)
			if strings.Contains(text.String(), "admin") || strings.Contains(strings.ToLower(text.String()), "renamed") {
				t.Errorf("the application got %s", text.String())
			}
			if got.header.Get("X-Sekisho-Subject") != "CN=laptop" || len(got.header["X-Sekisho-Subject"]) != 1 || got.header.Get("X-Forwarded-For") != "192.0.2.7" {
				t.Errorf("the application got %v, want who was verified, once", got.header)
			}
		})
	}
}

func TestClaimsInTrailersAreRemoved(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	target, all := application(t)
	address := serve(t, w.upstream(UpstreamOptions{URL: target}))
	exchange(t, address, "POST / HTTP/1.1\r\nHost: h\r\nTrailer: X-Sekisho-Subject\r\nTransfer-Encoding: chunked\r\n"+
		clientcert.DefaultHeader+": "+clientcert.Encode(w.issuing.Issue(t, "laptop").Chain)+"\r\n\r\n4\r\nbody\r\n0\r\nX-Sekisho-Subject: CN=admin\r\n\r\n")
	got := <-all
	if len(got.trailer) > 0 || got.body != "body" {
		t.Errorf("got trailer %v and body %q, want the body alone", got.trailer, got.body)
	}
}

// Whoever is not accepted does not get as far as the application.
func TestRefusedRequestsDoNotGoOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.putPolicy(rule("r", "laptop", "/public"))
	target, all := application(t)
	address := serve(t, w.upstream(UpstreamOptions{URL: target}))
	good, stranger := clientcert.Encode(w.issuing.Issue(t, "laptop").Chain), clientcert.Encode(pkitest.NewCA(t, "issuing").Issue(t, "laptop").Chain)
	for name, c := range map[string]struct {
		line, header string
		status       int
	}{
		"no certificate":     {"GET /public", "", 401},
		"another CA":         {"GET /public", clientcert.DefaultHeader + ": " + stranger + "\r\n", 403},
		"two headers":        {"GET /public", strings.Repeat(clientcert.DefaultHeader+": "+good+"\r\n", 2), 403},
		"no rule":            {"GET /admin", clientcert.DefaultHeader + ": " + good + "\r\n", 403},
		"path trick":         {"GET /public/%2e%2e/admin", clientcert.DefaultHeader + ": " + good + "\r\n", 403},
		"health check":       {"GET /healthz", clientcert.DefaultHeader + ": " + good + "\r\n", 200},
		"asterisk":           {"OPTIONS *", clientcert.DefaultHeader + ": " + good + "\r\n", 403},
		"authority":          {"CONNECT h:1", clientcert.DefaultHeader + ": " + good + "\r\n", 403},
		"claims, no more":    {"GET /public", "X-Sekisho-Subject: CN=laptop\r\nClient-Cert: :AA==:\r\n", 401},
		"another URL inside": {"GET /public?url=/admin", "X-Original-URL: /public\r\n", 401},
	} {
		response := exchange(t, address, c.line+" HTTP/1.1\r\nHost: h\r\n"+c.header+"\r\n")
		if response.StatusCode != c.status {
			t.Errorf("%s: got %d, want %d", name, response.StatusCode, c.status)
		}
	}
	if len(all) > 0 {
		t.Errorf("the application got %+v", <-all)
	}
}

// Without rules the path is not looked at, but it has to be one.
func TestRequestWithoutAPath(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	target, all := application(t)
	address := serve(t, w.upstream(UpstreamOptions{URL: target}))
	header := clientcert.DefaultHeader + ": " + clientcert.Encode(w.issuing.Issue(t, "laptop").Chain) + "\r\n"
	for _, line := range []string{"OPTIONS *", "CONNECT h:1"} {
		response := exchange(t, address, line+" HTTP/1.1\r\nHost: h\r\n"+header+"\r\n")
		if response.StatusCode != 400 {
			t.Errorf("%s: got %d, want 400", line, response.StatusCode)
		}
	}
	response := exchange(t, address, "GET http://elsewhere.example/a HTTP/1.1\r\nHost: h\r\n"+header+"\r\n")
	got := <-all
	if response.StatusCode != http.StatusCreated || got.uri != "/a" {
		t.Errorf("whole URL: got %d and %+v, want it at the upstream", response.StatusCode, got)
	}
}

func TestUpstreamThatFails(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	t.Cleanup(func() { close(release) })
	broken := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/slow":
			select {
			case <-release:
			case <-r.Context().Done():
			}
		case "/cut":
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, "half")
		case "/long":
			_, _ = io.WriteString(w, strings.Repeat("x", 1001))
		case "/fits":
			_, _ = io.WriteString(w, strings.Repeat("x", 1000))
		}
	}))
	gone, _ := net.Listen("tcp", "127.0.0.1:0")
	gone.Close()
	for _, c := range []struct {
		name, address, path string
		status              int
		reason              string
	}{
		{"nobody there", gone.Addr().String(), "/", 502, "upstream-unreachable"},
		{"slow", broken, "/slow", 504, "upstream-too-slow"},
		{"cut short", broken, "/cut", 502, "upstream-unreachable"},
		{"too long", broken, "/long", 502, "upstream-unreachable"},
		{"just fits", broken, "/fits", 200, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			handler := w.upstream(UpstreamOptions{URL: "http://" + c.address, WholeBytes: 1000})
			r := request(clientcert.Encode(w.issuing.Issue(t, "laptop").Chain))
			r.URL.Path = c.path
			ctx, cancel := context.WithTimeout(r.Context(), spareTime+5*time.Second)
			defer cancel()
			if c.path == "/slow" {
				ctx, cancel = context.WithTimeout(r.Context(), spareTime+50*time.Millisecond)
				defer cancel()
			}
			recorder := httptest.NewRecorder()
			handler.ServeHTTP(recorder, r.WithContext(ctx))
			if recorder.Code != c.status || !strings.Contains(recorder.Body.String(), c.reason) || recorder.Header().Get("Content-Type") == "" {
				t.Errorf("got %d %s, want %d %s", recorder.Code, recorder.Body, c.status, c.reason)
			}
			if c.reason != "" && !strings.Contains(w.log.String(), c.reason) {
				t.Errorf("log: got %s, want %s", w.log.String(), c.reason)
			}
		})
	}
}

func TestUpstreamThatIsNoURL(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, text := range []string{"", "app:8080", "ftp://app", "http://", "/app", "http://a b", "http://app/path", "http://app?x", "http://u:p@app"} {
		_, err := w.gate.Upstream(UpstreamOptions{URL: text})
		if err == nil {
			t.Errorf("%q: got no error", text)
		}
	}
}
