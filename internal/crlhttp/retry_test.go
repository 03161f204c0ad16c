package crlhttp

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/refresh"
)

// A mirror that swallows its whole time leaves the other one its own.
func TestSlowMirrorLeavesTimeForTheNext(t *testing.T) {
	bubble(t, func(t *testing.T) {
		n := newNetwork()
		n.add("slow.test", drip(ok("Content-Length: 50000000"), make([]byte, minProgress), 9*time.Second))
		start := time.Now()
		fetched, err := newTestFetcher(t, n, Options{}).Fetch(context.Background(), refresh.Request{
			URLs: []string{"http://slow.test/", "http://good.test/"}, Now: time.Now(), Timeout: 2 * time.Minute,
		})
		if err != nil || fetched.URL != "http://good.test/" || time.Since(start) != 2*time.Minute {
			t.Errorf("got %q and error %v after %v, want the second mirror after the first one's two minutes", fetched.URL, err, time.Since(start))
		}
	})
}

// failingAt answers with faults first and then with the list.
func failingAt(faults ...func(net.Conn)) func(net.Conn) {
	return func(c net.Conn) {
		if len(faults) == 0 {
			web(serveList)(c)
			return
		}
		next := faults[0]
		faults = faults[1:]
		next(c)
	}
}

func TestRetries(t *testing.T) {
	t.Parallel()
	busyFor := func(header string) func(net.Conn) {
		return status(503, "", header, "Date: Sat, 01 Jan 2000 00:00:00 GMT")
	}
	tests := []struct {
		name   string
		faults []func(net.Conn)
		took   time.Duration
	}{
		{"at once", nil, 0},
		{"after one pause", []func(net.Conn){status(500, "")}, time.Second},
		{"after two pauses", []func(net.Conn){closing, status(502, "")}, 3 * time.Second},
		{"after a truncated answer", []func(net.Conn){text(ok("Content-Length: 9") + "0")}, time.Second},
		{"after a silence", []func(net.Conn){silent}, headerTimeout + time.Second},
		{"when the server says", []func(net.Conn){busyFor("Retry-After: 7")}, 7 * time.Second},
		{"at the date the server says", []func(net.Conn){busyFor("Retry-After: Sat, 01 Jan 2000 00:00:09 GMT")}, 9 * time.Second},
		{"not sooner than by itself", []func(net.Conn){busyFor("Retry-After: 0")}, time.Second},
		{"not as late as the server says", []func(net.Conn){busyFor("Retry-After: 4000")}, longestPause},
		{"unmoved by nonsense", []func(net.Conn){busyFor("Retry-After: -soon")}, time.Second},
		{"unmoved by the past", []func(net.Conn){busyFor("Retry-After: Fri, 31 Dec 1999 00:00:00 GMT")}, time.Second},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				n := newNetwork()
				n.add("ca.test", failingAt(test.faults...))
				start := time.Now()
				_, err := fetch(t, n, "http://ca.test/")
				if err != nil || time.Since(start) != test.took {
					t.Errorf("got error %v after %v, want the list after %v", err, time.Since(start), test.took)
				}
			})
		})
	}
}

func TestPausesAreSpread(t *testing.T) {
	bubble(t, func(t *testing.T) {
		n := newNetwork()
		n.add("ca.test", failingAt(closing, closing))
		fetcher := newTestFetcher(t, n, Options{})
		fetcher.jitter = func() float64 { return 1 }
		start := time.Now()
		_, err := fetcher.Fetch(context.Background(), refresh.Request{URLs: []string{"http://ca.test/"}, Now: start})
		if err != nil || time.Since(start) != 1500*time.Millisecond {
			t.Errorf("got error %v after %v, want the list after half of 1 s and of 2 s", err, time.Since(start))
		}
	})
}

func TestFetchEndsWithItsContext(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		serve func(net.Conn)
	}{
		{"while it connects", nil},
		{"while it waits for an answer", silent},
		{"while it reads", drip(ok("Content-Length: 3000"), []byte{0x30}, time.Second)},
		{"while it reads gzip", drip(ok("Content-Encoding: gzip")+string(packed(theList)[:15]), nil, time.Second)},
		{"while it pauses", status(503, "", "Retry-After: 10")},
	}
	for _, test := range tests {
		t.Run(test.name+", out of time", func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				n := newNetwork()
				n.add("ca.test", test.serve)
				ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
				defer cancel()
				start := time.Now()
				_, err := newTestFetcher(t, n, Options{}).Fetch(ctx, refresh.Request{URLs: []string{"http://ca.test/"}, Now: start})
				if err == nil || time.Since(start) != 3*time.Second {
					t.Errorf("got error %v after %v, want one after 3s", err, time.Since(start))
				}
				if test.name != "while it pauses" {
					wantReason(t, err, TimedOut)
				}
			})
		})
		t.Run(test.name+", cancelled", func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				n := newNetwork()
				n.add("ca.test", test.serve)
				ctx, cancel := context.WithCancel(context.Background())
				time.AfterFunc(3*time.Second, cancel)
				start := time.Now()
				_, err := newTestFetcher(t, n, Options{}).Fetch(ctx, refresh.Request{URLs: []string{"http://ca.test/"}, Now: start})
				if err == nil || time.Since(start) != 3*time.Second {
					t.Errorf("got error %v after %v, want one after 3s", err, time.Since(start))
				}
				if test.name != "while it pauses" {
					wantReason(t, err, Cancelled)
				}
			})
		})
	}
}

// Out of time, a mirror that was not asked has not failed.
func TestNoMirrorIsBlamedUnasked(t *testing.T) {
	bubble(t, func(t *testing.T) {
		n := newNetwork()
		n.add("ca.test", silent)
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_, err := newTestFetcher(t, n, Options{}).Fetch(ctx, refresh.Request{URLs: []string{"http://ca.test/", "http://good.test/"}, Now: now})
		var failure *Error
		if !errors.As(err, &failure) || len(failure.Others) != 0 || n.dials() != 1 {
			t.Errorf("got error %v after %d connections, want one of the first mirror alone", err, n.dials())
		}
	})
}
