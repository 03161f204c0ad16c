package crlhttp

import (
	"context"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/refresh"
)

var now = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

const (
	caURL    = "http://ca.test/ca.crl"
	tag      = `"abc"`
	modified = "Mon, 01 Jun 2026 10:00:00 GMT"
)

func held(age time.Duration) refresh.Validators {
	return refresh.Validators{URL: caURL, ETag: tag, LastModified: modified, Whole: now.Add(-age)}
}

func TestCondition(t *testing.T) {
	t.Parallel()
	with := func(edit func(*refresh.Validators)) refresh.Validators {
		validators := held(time.Minute)
		edit(&validators)
		return validators
	}
	tests := []struct {
		name       string
		held       refresh.Validators
		match, mod string
	}{
		{"nothing held", refresh.Validators{}, "", ""},
		{"fetched a minute ago", held(time.Minute), tag, modified},
		{"fetched just now", held(0), tag, modified},
		{"fetched almost ten minutes ago", held(10*time.Minute - 1), tag, modified},
		{"fetched ten minutes ago", held(10 * time.Minute), "", ""},
		{"fetched in the future", held(-time.Second), "", ""},
		{"nobody knows when", with(func(v *refresh.Validators) { v.Whole = time.Time{} }), "", ""},
		{"from another URL", with(func(v *refresh.Validators) { v.URL = "http://ca.test/other.crl" }), "", ""},
		{"tag only", with(func(v *refresh.Validators) { v.LastModified = "" }), tag, ""},
		{"weak tag", with(func(v *refresh.Validators) { v.ETag, v.LastModified = `W/"x"`, "" }), `W/"x"`, ""},
		{"date only", with(func(v *refresh.Validators) { v.ETag = "" }), "", modified},
		{"tag that would split the header", with(func(v *refresh.Validators) { v.ETag = "\"a\r\nX: y\"" }), "", modified},
		{"date that would split the header", with(func(v *refresh.Validators) { v.LastModified = modified + "\r\nX: y" }), tag, ""},
		{"neither is any good", with(func(v *refresh.Validators) { v.ETag, v.LastModified = "abc", "yesterday" }), "", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			header := http.Header{}
			conditional := condition(header, refresh.Request{Held: test.held, Now: now}, caURL)
			if header.Get("If-None-Match") != test.match || header.Get("If-Modified-Since") != test.mod {
				t.Errorf("got %v, want %q and %q", header, test.match, test.mod)
			}
			if conditional != (len(header) > 0) {
				t.Errorf("got conditional %v for headers %v", conditional, header)
			}
		})
	}
}

func TestValidators(t *testing.T) {
	t.Parallel()
	const (
		date      = "Mon, 01 Jun 2026 12:00:00 GMT"
		second    = "Mon, 01 Jun 2026 11:59:59 GMT"
		twoBefore = "Mon, 01 Jun 2026 11:59:58 GMT"
		threeGone = "Mon, 01 Jun 2026 11:59:57 GMT"
	)
	tests := []struct {
		name                 string
		etag, modified, date string
		wantETag, wantMod    string
	}{
		{"none", "", "", date, "", ""},
		{"both", tag, modified, date, tag, modified},
		{"date, settled", "", threeGone, date, "", threeGone},
		{"date of two seconds before", "", twoBefore, date, "", ""},
		{"date of the same second", "", date, date, "", ""},
		{"date later than the answer", "", date, second, "", ""},
		{"date without a clock to compare", "", modified, "", "", ""},
		{"date that is none", "", "yesterday", date, "", ""},
		{"tag without a date", tag, "", date, tag, ""},
		{"tag with a date of the same second", tag, second, date, tag, ""},
		{"weak tag without a date", `W/"x"`, "", date, `W/"x"`, ""},
		{"weak tag with a settled date", `W/"x"`, modified, date, `W/"x"`, modified},
		{"weak tag with a date of the same second", `W/"x"`, second, date, "", ""},
		{"tag without quotes", "abc", "", date, "", ""},
		{"tag with half of its quotes", `"abc`, "", date, "", ""},
		{"tag with a quote inside", `"a"b"`, "", date, "", ""},
		{"tag with a space", `"a b"`, "", date, "", ""},
		{"tag that is one quote", `"`, "", date, "", ""},
		{"empty tag", `""`, "", date, `""`, ""},
		{"tag of any length", `"` + strings.Repeat("a", maxValidator) + `"`, "", date, "", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			header := http.Header{}
			header.Set("ETag", test.etag)
			header.Set("Last-Modified", test.modified)
			header.Set("Date", test.date)
			got := validators(header, caURL, now)
			want := refresh.Validators{}
			if test.wantETag != "" || test.wantMod != "" {
				want = refresh.Validators{URL: caURL, ETag: test.wantETag, LastModified: test.wantMod, Whole: now}
			}
			if got != want {
				t.Errorf("got %+v, want %+v", got, want)
			}
		})
	}
	long := http.Header{"Etag": {tag}}
	if got := validators(long, "http://ca.test/"+strings.Repeat("a", maxValidator), now); got != (refresh.Validators{}) {
		t.Errorf("a URL of any length: got %+v, want none", got)
	}
}

// tagged serves the list with a tag and honours conditions.
func tagged(etag string) func(net.Conn) {
	return web(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", etag)
		if r.Header.Get("If-None-Match") == etag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		serveList(w, r)
	})
}

func TestNotModified(t *testing.T) {
	bubble(t, func(t *testing.T) {
		n := newNetwork()
		n.add("ca.test", tagged(tag))
		fetcher := newTestFetcher(t, n, Options{})
		ask := func(at time.Time, held refresh.Validators) refresh.Fetched {
			fetched, err := fetcher.Fetch(context.Background(), refresh.Request{URLs: []string{caURL}, Now: at, Held: held})
			if err != nil {
				t.Fatalf("got error %v, want an answer", err)
			}
			return fetched
		}
		first := ask(now, refresh.Validators{})
		if first.NotModified || first.Validators.Whole != now {
			t.Fatalf("got %+v, want the list as of now", first)
		}
		second := ask(now.Add(5*time.Minute), first.Validators)
		if !second.NotModified || second.Body != nil || second.Validators != first.Validators || second.URL != caURL {
			t.Errorf("got %+v, want the same validators: the list was fetched whole when it was", second)
		}
		third := ask(now.Add(10*time.Minute), second.Validators)
		if third.NotModified || third.Validators.Whole != now.Add(10*time.Minute) {
			t.Errorf("got %+v, want the whole list after ten minutes", third)
		}
	})
}

// A condition speaks of one URL. Behind a redirect it is the target's.
func TestNotModifiedBehindARedirect(t *testing.T) {
	bubble(t, func(t *testing.T) {
		n := newNetwork()
		unasked := false
		n.add("ca.test", web(func(w http.ResponseWriter, r *http.Request) {
			unasked = r.Header.Get("If-None-Match") == ""
			http.Redirect(w, r, "http://cdn.test/ca.crl", http.StatusMovedPermanently)
		}))
		n.add("cdn.test", tagged(tag))
		fetcher := newTestFetcher(t, n, Options{})
		first, err := fetcher.Fetch(context.Background(), refresh.Request{URLs: []string{caURL}, Now: now})
		if err != nil || first.Validators.URL != "http://cdn.test/ca.crl" || first.URL != caURL {
			t.Fatalf("got %+v and error %v, want the target's validators and the mirror's URL", first, err)
		}
		second, err := fetcher.Fetch(context.Background(), refresh.Request{URLs: []string{caURL}, Now: now, Held: first.Validators})
		if err != nil || !second.NotModified || !unasked {
			t.Errorf("got %+v and error %v, want the condition put to the target alone", second, err)
		}
	})
}

// The list of one mirror says nothing about another mirror's.
func TestConditionStaysWithItsMirror(t *testing.T) {
	bubble(t, func(t *testing.T) {
		n := newNetwork()
		n.add("ca.test", nil)
		n.add("mirror.test", tagged(tag))
		fetched, err := newTestFetcher(t, n, Options{}).Fetch(context.Background(),
			refresh.Request{URLs: []string{caURL, "http://mirror.test/"}, Now: now, Held: held(time.Minute)})
		if err != nil || fetched.NotModified || len(fetched.Body) == 0 {
			t.Errorf("got %+v and error %v, want the mirror's list whole", fetched, err)
		}
	})
}

func TestWholeAnswerToACondition(t *testing.T) {
	bubble(t, func(t *testing.T) {
		n := newNetwork()
		n.add("ca.test", tagged(`"new"`))
		fetched, err := newTestFetcher(t, n, Options{}).Fetch(context.Background(),
			refresh.Request{URLs: []string{caURL}, Now: now, Held: held(time.Minute)})
		want := refresh.Validators{URL: caURL, ETag: `"new"`, Whole: now}
		if err != nil || fetched.NotModified || fetched.Validators != want {
			t.Errorf("got %+v and error %v, want the new list and %+v", fetched.Validators, err, want)
		}
	})
}
