package crlhttp

import (
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/refresh"
)

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
