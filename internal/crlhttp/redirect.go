package crlhttp

import (
	"net/http"
	"net/url"
)

// maxRedirects is how often a server may point on.
const maxRedirects = 3

func isRedirect(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	default:
		return false
	}
}

// redirectTarget is where an answer points to. The address is looked at when
// it is dialled; what can be refused before is refused here.
func redirectTarget(from *url.URL, header http.Header) (*url.URL, error) {
	location := header.Get("Location")
	if location == "" {
		return nil, because(RedirectRefused, "the redirect leads nowhere: it has no Location")
	}
	to, err := from.Parse(location)
	if err != nil || to.Hostname() == "" {
		return nil, because(RedirectRefused, "the redirect leads to %s, which is not a URL", quoted(location))
	}
	switch {
	case to.Scheme != "http" && to.Scheme != "https":
		return nil, because(RedirectRefused, "the redirect leads to the scheme %s", quoted(to.Scheme))
	case from.Scheme == "https" && to.Scheme == "http":
		return nil, because(RedirectRefused, "the redirect leads from https to http")
	case to.User != nil:
		return nil, because(RedirectRefused, "the redirect carries a user name or password")
	}
	return to, nil
}
