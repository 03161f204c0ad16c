package settings

import (
	"net/url"
	"strings"
)

// listURL refuses what no list could be fetched from. Of a URL only the scheme
// is repeated in a message: there may be a password in it.
func (p *problems) listURL(key, address string) {
	parsed, err := url.Parse(address)
	if err != nil || parsed.String() == "" {
		p.add(key, "not a URL: write it like http://ca.example.com/ca.crl")
		return
	}
	switch parsed.Scheme {
	case "http", "https":
		p.webURL(key, parsed)
	case "s3":
		p.objectURL(key, parsed)
	case "ldap", "ldaps":
		p.add(key, "LDAP is not fetched: use the CA's HTTP distribution point, or have the CA's host copy the list into a bucket and name it as s3://bucket/key")
	case "":
		p.add(key, "no scheme: write it like http://ca.example.com/ca.crl")
	default:
		p.add(key, "the scheme %q is not fetched: use http, https or s3", parsed.Scheme)
	}
}

func (p *problems) webURL(key string, parsed *url.URL) {
	if parsed.Hostname() == "" {
		p.add(key, "no host: write it like http://ca.example.com/ca.crl")
	}
	if parsed.User != nil {
		p.add(key, "a user name or password in the URL would stand in logs: publish the list without one, a revocation list is no secret")
	}
	if parsed.Fragment != "" {
		p.add(key, "what stands behind # never reaches a server: leave it out")
	}
}

func (p *problems) objectURL(key string, parsed *url.URL) {
	if parsed.Hostname() == "" || strings.Trim(parsed.Path, "/") == "" {
		p.add(key, "an object is named as s3://bucket/key")
	}
	if parsed.RawQuery != "" || parsed.Fragment != "" || parsed.User != nil || parsed.Port() != "" {
		p.add(key, "an object is named by bucket and key alone: percent-encode ? and # in the key")
	}
}

// plainURL is for the servers that requests are passed to.
func (p *problems) plainURL(key, address, example string, schemes ...string) {
	if address == "" {
		return
	}
	parsed, err := url.Parse(address)
	known := false
	for _, scheme := range schemes {
		known = known || err == nil && parsed.Scheme == scheme
	}
	switch {
	case !known || parsed.Hostname() == "":
		p.add(key, "write it like %s", example)
	case parsed.User != nil:
		p.add(key, "a password in the URL would stand in the function's environment: let the address decide who may connect")
	}
}
