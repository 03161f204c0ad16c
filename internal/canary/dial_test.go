package canary

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/sekisho/sekisho/internal/pkitest"
)

// serve is a listener that demands a certificate of ca and turns away the one
// with this common name, and then answers with handler.
func serve(t *testing.T, ca *pkitest.CA, revoked string, handler http.HandlerFunc) (Dialer, string) {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	clients := x509.NewCertPool()
	clients.AddCert(ca.Cert)
	server.TLS = &tls.Config{
		ClientAuth: tls.RequireAnyClientCert, ClientCAs: clients,
		VerifyPeerCertificate: func(raw [][]byte, _ [][]*x509.Certificate) error {
			leaf, err := x509.ParseCertificate(raw[0])
			if err == nil && leaf.Subject.CommonName == revoked {
				return fmt.Errorf("%s is revoked", revoked)
			}
			return err
		},
	}
	server.Config.ErrorLog = nil
	server.StartTLS()
	t.Cleanup(server.Close)
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	return Dialer{Roots: roots}, server.URL
}

func TestTry(t *testing.T) {
	t.Parallel()
	ca := pkitest.NewCA(t, "ca")
	good, revoked := pair(ca.Issue(t, "good")), pair(ca.Issue(t, "revoked"))
	answer := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Accept") != "application/json" {
				status = http.StatusNotAcceptable
			}
			w.Header().Set("Location", "https://elsewhere.invalid/")
			w.WriteHeader(status)
			fmt.Fprint(w, body)
		}
	}
	for _, c := range []struct {
		name     string
		listener string
		client   tls.Certificate
		handler  http.HandlerFunc
		want     Treatment
		says     string
	}{
		{"served", Verify, good, answer(200, "hello"), Served, "HTTP 200"},
		{"served by a backend that has nothing there", Verify, good, answer(404, ""), Served, "HTTP 404"},
		{"redirected", Verify, good, answer(302, ""), Served, "HTTP 302"},
		{"backend that turns away is behind the listener", Verify, good, answer(403, `{"reason":"revoked"}`), Served, "HTTP 403"},
		{"refused in the handshake", Verify, revoked, answer(200, ""), Refused, "tls: bad certificate"},
		{"verified", Passthrough, good, answer(200, "{}"), Served, "HTTP 200"},
		{"revoked", Passthrough, good, answer(403, `{"reason":"revoked","title":"Forbidden"}`), Refused, "HTTP 403, revoked"},
		{"refused for something else", Passthrough, good, answer(403, `{"reason":"policy"}`), Undecided, "HTTP 403, policy"},
		{"refused by somebody else", Passthrough, good, answer(403, "<html>"), Undecided, "HTTP 403"},
		{"no certificate", Passthrough, good, answer(401, `{"reason":"no-certificate"}`), Undecided, "no-certificate"},
		{"cannot decide", Passthrough, good, answer(503, `{"reason":"snapshot-unavailable"}`), Undecided, "snapshot-unavailable"},
		{"connection closed", Verify, good, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, Refused, "closed"},
		{"long word", Passthrough, good, answer(403, `{"reason":"`+strings.Repeat("a", 65)+`"}`), Undecided, "HTTP 403"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dial, url := serve(t, ca, "revoked", c.handler)
			got := dial.Try(t.Context(), Listener{c.listener, url + "/"}, c.client)
			if got.Treatment != c.want || !strings.Contains(got.Detail, c.says) {
				t.Errorf("got %+v, want %s: %s", got, c.want, c.says)
			}
		})
	}
}

func TestNobodyThere(t *testing.T) {
	t.Parallel()
	ca := pkitest.NewCA(t, "ca")
	client := pair(ca.Issue(t, "good"))
	_, url := serve(t, ca, "", func(http.ResponseWriter, *http.Request) {})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	gone := "https://" + listener.Addr().String()
	listener.Close()
	for name, address := range map[string]string{
		"nobody listens": gone, "no such name": "https://gate.invalid/", "somebody else's certificate": url, "no address": "https://\x00",
	} {
		got := Dialer{}.Try(t.Context(), Listener{Verify, address}, client)
		if got.Treatment != Undecided || got.Detail == "" {
			t.Errorf("%s: got %+v, want undecided", name, got)
		}
	}
}

// TestEachTryIsAConnectionOfItsOwn: a connection that was opened before a
// revocation outlives it.
func TestEachTryIsAConnectionOfItsOwn(t *testing.T) {
	t.Parallel()
	ca := pkitest.NewCA(t, "ca")
	seen := map[string]bool{}
	dial, url := serve(t, ca, "", func(_ http.ResponseWriter, r *http.Request) { seen[r.RemoteAddr] = r.Close })
	for range 3 {
		dial.Try(t.Context(), Listener{Verify, url}, pair(ca.Issue(t, "good")))
	}
	if len(seen) != 3 {
		t.Errorf("%d connections for three tries", len(seen))
	}
	for address, closed := range seen {
		if !closed {
			t.Errorf("the connection from %s stays open", address)
		}
	}
}
