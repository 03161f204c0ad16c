package crlhttp

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/pem"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/refresh"
)

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

func TestNewRefusesCAsThatAreNone(t *testing.T) {
	t.Parallel()
	_, err := New(Options{RootCAs: []byte("-----BEGIN NOTHING-----")})
	if err == nil || !strings.Contains(err.Error(), "no certificate found") {
		t.Errorf("got error %v, want that there is no certificate", err)
	}
}
