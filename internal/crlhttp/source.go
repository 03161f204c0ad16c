package crlhttp

import (
	"net/url"
	"strings"
)

// parseSource reads the URL of a list. Messages never repeat it: it could hold
// a password.
func parseSource(text string) (*url.URL, error) {
	parsed, err := url.Parse(text)
	if err != nil {
		return nil, because(UnusableURL, "it is not a URL: write it like http://ca.example.com/ca.crl")
	}
	if parsed.User != nil {
		return nil, because(UnusableURL, "it holds a user name or password: publish the list without one, a list is no secret")
	}
	switch strings.ToLower(parsed.Scheme) {
	case "http", "https", "s3":
		return checkPlace(parsed)
	case "ldap", "ldaps":
		return nil, because(UnsupportedScheme, "LDAP is not fetched: use the CA's HTTP distribution point, or have the list copied into a bucket and name it as s3://bucket/key")
	default:
		return nil, because(UnsupportedScheme, "the scheme %s is not fetched: use http, https or s3", quoted(parsed.Scheme))
	}
}

func checkPlace(parsed *url.URL) (*url.URL, error) {
	if parsed.Hostname() == "" {
		return nil, because(UnusableURL, "it names no host: write it like http://ca.example.com/ca.crl")
	}
	if parsed.Scheme == "s3" && strings.Trim(parsed.Path, "/") == "" {
		return nil, because(UnusableURL, "it names no object: write it like s3://bucket/key")
	}
	return parsed, nil
}

// shown is a URL as it may stand in a log: without what could be a password
// or a signature.
func shown(text string) string {
	parsed, err := url.Parse(text)
	if err != nil {
		return "the list"
	}
	parsed.User, parsed.Fragment, parsed.RawFragment = nil, "", ""
	if parsed.RawQuery != "" {
		parsed.RawQuery = "..."
	}
	return cut(printable(parsed.String()), maxShownURL)
}
