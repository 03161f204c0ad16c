package crlhttp

import (
	"net/http"
	"time"

	"github.com/sekisho/sekisho/internal/refresh"
)

const (
	// wholeEvery is how often a list is fetched without a condition, so that
	// a server or cache that says "not modified" wrongly is found out.
	wholeEvery = 10 * time.Minute
	// sameSecond is how near to its answer a list must not have changed for
	// Last-Modified, which counts whole seconds, to tell it from the next one
	// (RFC 9110, section 8.8.2.2).
	sameSecond = 2 * time.Second
	// maxValidator bounds what is kept of a server's validators, and of URLs.
	maxValidator = 1 << 10
)

// condition makes a request conditional, if the validators belong to this very
// URL and the list was fetched whole not long ago. It reports whether it did.
func condition(header http.Header, request refresh.Request, at string) bool {
	held := request.Held
	age := request.Now.Sub(held.Whole)
	if held.URL != at || held.Whole.IsZero() || age < 0 || age >= wholeEvery {
		return false
	}
	conditional := false
	if isTag(held.ETag) {
		header.Set("If-None-Match", held.ETag)
		conditional = true
	}
	if isDate(held.LastModified) {
		header.Set("If-Modified-Since", held.LastModified)
		conditional = true
	}
	return conditional
}

// validators are what to ask with the next time. Those that cannot tell this
// list from one published in the same second are left out.
func validators(header http.Header, at string, now time.Time) refresh.Validators {
	tag, modified := header.Get("ETag"), header.Get("Last-Modified")
	settled := isSettled(modified, header.Get("Date"))
	if !isTag(tag) || isWeak(tag) && modified != "" && !settled {
		tag = ""
	}
	if !settled {
		modified = ""
	}
	if tag == "" && modified == "" || len(at) > maxValidator {
		return refresh.Validators{}
	}
	return refresh.Validators{URL: at, ETag: tag, LastModified: modified, Whole: now}
}

// isSettled says that a list had last changed well before it was served.
func isSettled(modified, served string) bool {
	changed, err := http.ParseTime(modified)
	if err != nil {
		return false
	}
	sent, err := http.ParseTime(served)
	if err != nil {
		return false
	}
	return sent.Sub(changed) > sameSecond
}

// isTag says whether text is an entity tag (RFC 9110, section 8.8.3) of
// sensible length.
func isTag(text string) bool {
	if isWeak(text) {
		text = text[2:]
	}
	if len(text) < 2 || len(text) > maxValidator || text[0] != '"' || text[len(text)-1] != '"' {
		return false
	}
	for _, c := range []byte(text[1 : len(text)-1]) {
		if c <= ' ' || c == '"' || c == 0x7f {
			return false
		}
	}
	return true
}

// isWeak says whether a tag promises only that lists are as good as equal:
// servers make such tags while a file is younger than a second.
func isWeak(tag string) bool { return len(tag) > 2 && tag[:2] == "W/" }

func isDate(text string) bool {
	_, err := http.ParseTime(text)
	return err == nil
}
