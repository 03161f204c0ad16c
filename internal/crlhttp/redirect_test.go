package crlhttp

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/pem"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/refresh"
)

func TestRedirectsFollowed(t *testing.T) {
	t.Parallel()
	for _, code := range []int{301, 302, 303, 307, 308} {
		t.Run(http.StatusText(code), func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				n := newNetwork()
				n.add("a.test", web(func(w http.ResponseWriter, r *http.Request) {
					switch r.URL.String() {
					case "/a":
						w.Header().Set("Location", "b/../c#part")
						w.WriteHeader(code)
					case "/c":
						w.Header().Set("Location", "//private.test/d")
						w.WriteHeader(code)
					}
				}))
				// CAs of a company publish on its own network.
				n.addAt("private.test", redirectTo("http://good.test/"), "10.1.2.3")
				fetched, err := fetch(t, n, "http://a.test/a")
				if err != nil || fetched.URL != "http://a.test/a" || n.dials() != 4 {
					t.Errorf("got %q after %d connections and error %v, want the list after three redirects", fetched.URL, n.dials(), err)
				}
			})
		})
	}
}

// The local twin's CA is on this machine and may point to itself; nobody else
// may point there.
func TestRedirectsOnThisMachine(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		// to are the redirects of three servers; the first is configured.
		at, to  [3]string
		allowed bool
	}{
		{"the configured server is this machine", [3]string{"127.0.0.1"}, [3]string{}, true},
		{"from this machine to this machine", [3]string{"127.0.0.1", "127.0.0.2"}, [3]string{"http://b.test/"}, true},
		{"from this machine to this machine in IPv6", [3]string{"127.0.0.1", "::1"}, [3]string{"http://b.test/"}, true},
		{"from this machine to the metadata service", [3]string{"127.0.0.1", "169.254.169.254"}, [3]string{"http://b.test/"}, false},
		{"from this machine to no address", [3]string{"127.0.0.1", "0.0.0.0"}, [3]string{"http://b.test/"}, false},
		{"from this machine away", [3]string{"127.0.0.1", "203.0.113.7"}, [3]string{"http://b.test/"}, true},
		{"from this machine away and back", [3]string{"127.0.0.1", "203.0.113.7", "127.0.0.1"}, [3]string{"http://b.test/", "http://c.test/"}, false},
		{"from elsewhere to this machine", [3]string{"203.0.113.7", "127.0.0.1"}, [3]string{"http://b.test/"}, false},
		{"from a private network to this machine", [3]string{"10.0.0.1", "127.0.0.1"}, [3]string{"http://b.test/"}, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				n := newNetwork()
				for i, name := range []string{"a.test", "b.test", "c.test"} {
					serve := web(serveList)
					if test.to[i] != "" {
						serve = redirectTo(test.to[i])
					}
					n.addAt(name, serve, test.at[i])
				}
				_, err := fetch(t, n, "http://a.test/")
				if test.allowed && err != nil {
					t.Errorf("got error %v, want the list", err)
				}
				if !test.allowed {
					wantReason(t, err, RedirectRefused)
				}
			})
		})
	}
}

// A name with a good and a bad address is reached at the good one, as
// net.Dialer goes on after an address that is refused.
func TestGuardAsTheDialerAsksIt(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		hop     hop
		address string
		allowed bool
	}{
		{"configured", hop{}, "127.0.0.1:80", true},
		{"configured metadata service", hop{}, "169.254.169.254:80", true},
		{"redirected", hop{redirected: true}, "203.0.113.1:80", true},
		{"redirected here", hop{redirected: true}, "127.0.0.1:80", false},
		{"redirected here in IPv6", hop{redirected: true}, "[::1]:80", false},
		{"redirected to a link-local address with a zone", hop{redirected: true}, "[fe80::1%eth0]:80", false},
		{"redirected here from here", hop{redirected: true, fromLoopback: true}, "127.0.0.1:80", true},
		{"redirected to a proxy here", hop{redirected: true, proxied: true}, "127.0.0.1:3128", true},
		{"redirected to no address at all", hop{redirected: true}, "unknown", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			err := guard(withHop(context.Background(), test.hop), "tcp", test.address, nil)
			if (err == nil) != test.allowed {
				t.Errorf("got error %v, want allowed: %v", err, test.allowed)
			}
		})
	}
	if err := guard(context.Background(), "tcp", "127.0.0.1:80", nil); err != nil {
		t.Errorf("without a hop: got error %v, want none", err)
	}
}

// testTLS is a server certificate for example.com and the CA to trust for it.
// It is valid at any time a bubble may have.
func testTLS(t *testing.T) (*tls.Config, []byte) {
	t.Helper()
	server := httptest.NewTLSServer(nil)
	defer server.Close()
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	return &tls.Config{Certificates: server.TLS.Certificates}, ca
}

// secure serves over TLS.
func secure(config *tls.Config, serve func(net.Conn)) func(net.Conn) {
	return func(c net.Conn) { serve(tls.Server(c, config)) }
}

func TestTLS(t *testing.T) {
	t.Parallel()
	config, ca := testTLS(t)
	old := config.Clone()
	old.MaxVersion = tls.VersionTLS11
	old.MinVersion = tls.VersionTLS10
	tests := []struct {
		name   string
		serve  func(net.Conn)
		url    string
		roots  []byte
		reason string // "" is success
		says   string
	}{
		{"CA given", secure(config, web(serveList)), "https://example.com/", ca, "", ""},
		{"CA not given", secure(config, web(serveList)), "https://example.com/", nil, TLS, "give the CA that issued it"},
		{"certificate of another name", secure(config, web(serveList)), "https://other.test/", ca, TLS, "not other.test"},
		{"TLS 1.1", secure(old, web(serveList)), "https://example.com/", ca, TLS, "protocol version"},
		{"redirect from http to https", redirectTo("https://example.com/"), "http://start.test/", ca, "", ""},
		{"redirect from https to http", secure(config, redirectTo("http://good.test/")), "https://example.com/", ca, RedirectRefused, "from https to http"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				n := newNetwork()
				n.add("example.com", secure(config, web(serveList)))
				at, _ := url.Parse(test.url)
				n.add(at.Hostname(), test.serve)
				fetcher := newTestFetcher(t, n, Options{RootCAs: test.roots})
				_, err := fetcher.Fetch(context.Background(), refresh.Request{URLs: []string{test.url}, Now: time.Now()})
				if test.reason == "" && err != nil {
					t.Errorf("got error %v, want the list", err)
				}
				if test.reason == "" {
					return
				}
				wantReason(t, err, test.reason)
				if err == nil || !strings.Contains(err.Error(), test.says) {
					t.Errorf("got error %v, want it to contain %q", err, test.says)
				}
			})
		})
	}
}

// proxy is an HTTP proxy on this machine that asks over n.
func proxy(t *testing.T, n *network) func(net.Conn) {
	transport := &http.Transport{DialContext: n.dial, DisableKeepAlives: true}
	return func(c net.Conn) {
		defer c.Close()
		asking, err := http.ReadRequest(bufio.NewReader(c))
		if err != nil {
			return
		}
		asking.RequestURI = ""
		answer, err := transport.RoundTrip(asking)
		if err != nil {
			t.Errorf("the proxy got error %v", err)
			return
		}
		defer answer.Body.Close()
		_ = answer.Write(c)
	}
}

func TestProxy(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		serve  func(net.Conn)
		reason string
	}{
		{"plain", web(serveList), ""},
		{"redirected", redirectTo("http://good.test/"), ""},
		{"redirected to the metadata service", redirectTo("http://169.254.169.254/"), RedirectRefused},
		// That the proxy is on this machine does not make its answers come
		// from here.
		{"redirected to this machine", redirectTo("http://127.0.0.1/"), RedirectRefused},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				n := newNetwork()
				n.add("ca.test", test.serve)
				n.addAt("proxy.test", proxy(t, n), "127.0.0.1")
				fetcher := newTestFetcher(t, n, Options{Proxy: func(*http.Request) (*url.URL, error) {
					return url.Parse("http://me:hush@proxy.test:3128")
				}})
				_, err := fetcher.Fetch(context.Background(), refresh.Request{URLs: []string{"http://ca.test/"}, Now: time.Now()})
				if test.reason == "" && err != nil {
					t.Errorf("got error %v, want the list", err)
				}
				if test.reason != "" {
					wantReason(t, err, test.reason)
				}
				if n.dialled[0] != "proxy.test:3128" {
					t.Errorf("got a connection to %s, want one to the proxy", n.dialled[0])
				}
			})
		})
	}
}

func TestProxyFailures(t *testing.T) {
	bubble(t, func(t *testing.T) {
		n := newNetwork()
		n.add("proxy.test", nil)
		proxies := map[string]func(*http.Request) (*url.URL, error){
			"no connection":  func(*http.Request) (*url.URL, error) { return url.Parse("http://me:hush@proxy.test:3128") },
			"proxy settings": func(*http.Request) (*url.URL, error) { return nil, io.ErrUnexpectedEOF },
		}
		for says, proxy := range proxies {
			_, err := newTestFetcher(t, n, Options{Proxy: proxy}).Fetch(context.Background(), refresh.Request{URLs: []string{"http://ca.test/"}, Now: time.Now()})
			wantReason(t, err, Unreachable)
			if err == nil || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "hush") {
				t.Errorf("got error %v, want it to contain %q and no password", err, says)
			}
		}
	})
}

// Over real sockets: what the twin does, and that the guard is in place.
func TestSystemDialer(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	mux.HandleFunc("/ca.crl", serveList)
	mux.Handle("/moved", http.RedirectHandler("/ca.crl", http.StatusFound))
	mux.Handle("/away", http.RedirectHandler("http://169.254.169.254/latest/", http.StatusFound))
	mux.Handle("/any", http.RedirectHandler("http://0.0.0.0:1/", http.StatusFound))
	server := httptest.NewUnstartedServer(mux)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.Start()
	t.Cleanup(server.Close)
	fetcher, err := New(Options{Version: "1"})
	if err != nil {
		t.Fatalf("got error %v, want a fetcher", err)
	}
	for path, reason := range map[string]string{"/ca.crl": "", "/moved": "", "/away": RedirectRefused, "/any": RedirectRefused, "/none": Status} {
		_, err := fetcher.Fetch(context.Background(), refresh.Request{URLs: []string{server.URL + path}, Now: now})
		if reason == "" && err != nil {
			t.Errorf("%s: got error %v, want the list", path, err)
		}
		if reason != "" {
			wantReason(t, err, reason)
		}
	}
}

// A server that resets the connection was reached.
func TestReset(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("got error %v, want a listener", err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			_, _ = io.ReadFull(conn, make([]byte, 1))
			_ = conn.(*net.TCPConn).SetLinger(0)
			_ = conn.Close()
		}
	}()
	fetcher, err := New(Options{})
	if err != nil {
		t.Fatalf("got error %v, want a fetcher", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	fetcher.jitter = func() float64 {
		// Instead of a pause.
		cancel()
		return 0
	}
	_, err = fetcher.Fetch(ctx, refresh.Request{URLs: []string{"http://" + listener.Addr().String()}, Now: now})
	wantReason(t, err, NotHTTP)
}

// The guard sits in the dialer itself: names are resolved before it is asked.
func TestSystemDialerGuardsNames(t *testing.T) {
	t.Parallel()
	dial := systemDial(time.Second)
	conn, err := dial(withHop(context.Background(), hop{redirected: true}), "tcp", "localhost:1")
	if err == nil {
		_ = conn.Close()
	}
	if err == nil || !strings.Contains(err.Error(), "the redirect leads to") {
		t.Errorf("got error %v, want the guard's", err)
	}
}

func TestNewRefusesCAsThatAreNone(t *testing.T) {
	t.Parallel()
	_, err := New(Options{RootCAs: []byte("-----BEGIN NOTHING-----")})
	if err == nil || !strings.Contains(err.Error(), "no certificate found") {
		t.Errorf("got error %v, want that there is no certificate", err)
	}
}
