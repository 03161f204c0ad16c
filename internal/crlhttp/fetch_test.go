package crlhttp

import (
	"bytes"
	"context"
	"encoding/pem"
	"errors"
	"io"
	"net"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sekisho/sekisho/internal/refresh"
)

// bubble runs a test in time that costs nothing.
func bubble(t *testing.T, run func(t *testing.T)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		run(t)
		// net/http lets a connection attempt that nobody waits for any more run
		// to its own end.
		time.Sleep(DefaultConnectTimeout)
	})
}

// fetch asks a fetcher over n for the list at some mirrors.
func fetch(t *testing.T, n *network, mirrors ...string) (refresh.Fetched, error) {
	t.Helper()
	return newTestFetcher(t, n, Options{}).Fetch(context.Background(), refresh.Request{URLs: mirrors, Now: time.Now()})
}

func wantReason(t *testing.T, err error, reason string) {
	t.Helper()
	var failure *Error
	if !errors.As(err, &failure) || failure.Reason() != reason {
		t.Errorf("got error %v, want reason %q", err, reason)
	}
}

func TestFetchGood(t *testing.T) {
	t.Parallel()
	armoured := pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: theList})
	tests := []struct {
		name  string
		serve func(net.Conn)
		want  []byte
	}{
		{"DER with a length", body(theList), theList},
		{"DER in chunks", text(ok("Transfer-Encoding: chunked") + "bb8\r\n" + string(theList) + "\r\n0\r\n\r\n"), theList},
		{"DER until the end of the connection", text("HTTP/1.0 200 OK\r\n\r\n" + string(theList)), theList},
		{"DER in gzip", body(packed(theList), "Content-Encoding: gzip"), theList},
		{"DER in gzip by its old name", body(packed(theList), "Content-Encoding: X-GZIP"), theList},
		{"DER as it is", body(theList, "Content-Encoding: identity"), theList},
		{"DER as text/html", body(theList, "Content-Type: text/html"), theList},
		{"PEM", body(armoured), armoured},
		{"PEM with text around it", body([]byte("Revoked:\r\n" + string(armoured) + "end\n")), []byte("Revoked:\r\n" + string(armoured) + "end\n")},
		{"a long list", body(aList(5_000_000)), aList(5_000_000)},
		{"a long list of unknown length", text("HTTP/1.0 200 OK\r\n\r\n" + string(aList(5_000_000))), aList(5_000_000)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				n := newNetwork()
				n.add("ca.test", test.serve)
				fetched, err := fetch(t, n, "http://ca.test/ca.crl#part")
				if err != nil || !bytes.Equal(fetched.Body, test.want) || fetched.NotModified {
					t.Errorf("got %d bytes and error %v, want the %d that were served", len(fetched.Body), err, len(test.want))
				}
				if fetched.URL != "http://ca.test/ca.crl#part" {
					t.Errorf("got URL %q, want the mirror as given", fetched.URL)
				}
			})
		})
	}
}

func TestFetchSendsItsHeaders(t *testing.T) {
	bubble(t, func(t *testing.T) {
		n := newNetwork()
		var seen *http.Request
		n.add("ca.test", web(func(w http.ResponseWriter, r *http.Request) {
			seen = r
			serveList(w, r)
		}))
		_, err := fetch(t, n, "http://ca.test/a%20b.crl?x=1#frag")
		if err != nil {
			t.Fatalf("got error %v, want the list", err)
		}
		want := http.Header{
			"User-Agent":      {"sekisho/test"},
			"Accept":          {"application/pkix-crl, */*;q=0.5"},
			"Accept-Encoding": {"identity"},
			"Cache-Control":   {"no-cache"},
			"Pragma":          {"no-cache"},
			"Connection":      {"close"},
		}
		for name := range want {
			if !slices.Equal(seen.Header[name], want[name]) {
				t.Errorf("got %s %q, want %q", name, seen.Header[name], want[name])
			}
		}
		if len(seen.Header) != len(want) {
			t.Errorf("got headers %v, want no others", seen.Header)
		}
		if seen.RequestURI != "/a%20b.crl?x=1" || seen.Method != "GET" {
			t.Errorf("got %s %s, want the URL as given", seen.Method, seen.RequestURI)
		}
	})
}

func TestMirrorsInOrder(t *testing.T) {
	bubble(t, func(t *testing.T) {
		n := newNetwork()
		n.add("down.test", nil)
		n.add("html.test", page("<html>"))
		fetched, err := fetch(t, n, "ldap://ca.test/", "http://down.test/", "http://html.test/", "http://good.test/", "http://unused.test/")
		if err != nil || fetched.URL != "http://good.test/" {
			t.Errorf("got %q and error %v, want the first mirror that is good", fetched.URL, err)
		}
		if got := strings.Join(n.dialled, " "); got != "down.test:80 html.test:80 good.test:80" {
			t.Errorf("got connections to %s, want the mirrors in order", got)
		}
	})
}

func TestAllMirrorsFail(t *testing.T) {
	bubble(t, func(t *testing.T) {
		n := newNetwork()
		n.add("html.test", page("<html>"))
		n.add("busy.test", status(503, ""))
		_, err := fetch(t, n, "http://html.test/a?token=hush", "http://busy.test/b", "ldap://c/")
		wantReason(t, err, NotAList)
		var failure *Error
		if !errors.As(err, &failure) || len(failure.Others) != 2 || failure.Others[0].Reason() != Status || failure.Others[1].Reason() != UnsupportedScheme {
			t.Fatalf("got error %v, want each mirror's reason", err)
		}
		for _, want := range []string{"http://html.test/a?...", "http://busy.test/b: status 503", "fetching ldap://c/"} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("got error %q, want it to contain %q", err, want)
			}
		}
		if strings.Contains(err.Error(), "hush") {
			t.Errorf("got error %q, which gives the token away", err)
		}
		// The page is what it is; only the busy mirror is worth two more tries.
		if got := strings.Join(n.dialled, " "); got != "html.test:80 busy.test:80 busy.test:80 busy.test:80" {
			t.Errorf("got connections to %s, want only the busy mirror asked again", got)
		}
	})
}

func TestNoMirrors(t *testing.T) {
	bubble(t, func(t *testing.T) {
		_, err := fetch(t, newNetwork())
		wantReason(t, err, UnusableURL)
	})
}

// Not parallel: it measures what the process allocates.
func TestAnHonestLengthIsAllocatedOnce(t *testing.T) {
	const size = 16_000_000
	list := aList(size)
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork()
		n.add("ca.test", raw(func(c client) {
			_, _ = io.WriteString(c, ok("Content-Length: "+strconv.Itoa(size)))
			_, _ = c.Write(list)
		}))
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		fetched, err := fetch(t, n, "http://ca.test/")
		runtime.ReadMemStats(&after)
		if err != nil || len(fetched.Body) != size || cap(fetched.Body) > size+size/16 {
			t.Errorf("got %d bytes in %d and error %v, want %d in little more", len(fetched.Body), cap(fetched.Body), err, size)
		}
		if allocated := after.TotalAlloc - before.TotalAlloc; allocated > size*8/5 {
			t.Errorf("got %d bytes allocated, want not much more than %d", allocated, size)
		}
	})
}

// The refresher takes it as it is.
var _ = refresh.Refresher{Fetcher: (*Fetcher)(nil)}
