package settings

import (
	"net/url"
	"regexp"
	"strings"
)

var sourceName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,47}$`)

// sources checks each source, and that no two of them are the same thing.
func (p *problems) sources(key string, sources []Source) {
	named := map[string]string{}
	fetched := map[string]string{}
	for i, source := range sources {
		path := at(key, i)
		p.source(path, source)
		other, taken := named[source.Name]
		if taken && source.Name != "" {
			p.add(below(path, "name"), "%q is the name of %s too: give each source its own", source.Name, other)
		}
		named[source.Name] = path
		for j, address := range source.URLs {
			p.repeated(at(below(path, "urls"), j), address, fetched)
		}
	}
}

func (p *problems) source(path string, source Source) {
	if !sourceName.MatchString(source.Name) {
		p.add(below(path, "name"), "%q: write a letter or digit, then letters, digits, dots, hyphens or underscores, at most 48 in all", source.Name)
	}
	if len(source.URLs) == 0 {
		p.add(below(path, "urls"), "none: name at least one URL of the list")
	}
	for j, address := range source.URLs {
		p.listURL(at(below(path, "urls"), j), address)
	}
	if source.MaxBytes < 0 {
		p.add(below(path, "maxBytes"), "%d is negative", source.MaxBytes)
	}
}

func (p *problems) repeated(key, address string, fetched map[string]string) {
	other, taken := fetched[address]
	if taken {
		p.add(key, "the same URL as %s: one list belongs to one source", other)
		return
	}
	fetched[address] = key
}

// listURL refuses what no list could be fetched from.
func (p *problems) listURL(key, address string) {
	parsed, err := url.Parse(address)
	if err != nil {
		p.add(key, "not a URL: write it like http://ca.example.com/ca.crl")
		return
	}
	switch strings.ToLower(parsed.Scheme) {
	case "http", "https":
		p.webURL(key, parsed)
	case "s3":
		p.objectURL(key, parsed)
	case "ldap", "ldaps":
		p.add(key, "LDAP is not fetched: use the CA's HTTP distribution point, or have the CA's host copy the list into a bucket and name it as s3://bucket/key")
	case "":
		p.add(key, "%q has no scheme: write it like http://ca.example.com/ca.crl", address)
	default:
		p.add(key, "the scheme %q is not fetched: use http, https or s3", parsed.Scheme)
	}
}

func (p *problems) webURL(key string, parsed *url.URL) {
	if parsed.Hostname() == "" {
		p.add(key, "no host: write it like http://ca.example.com/ca.crl")
	}
	if parsed.User != nil {
		p.add(key, "a user name or password in the URL: it would stand in logs; publish the list without one, a list is no secret")
	}
	if parsed.Fragment != "" {
		p.add(key, "the part after # never reaches a server: leave it out")
	}
}

func (p *problems) objectURL(key string, parsed *url.URL) {
	if parsed.Hostname() == "" || strings.Trim(parsed.Path, "/") == "" {
		p.add(key, "want s3://bucket/key")
	}
	if parsed.RawQuery != "" || parsed.Fragment != "" || parsed.User != nil || parsed.Port() != "" {
		p.add(key, "only a bucket and a key: percent-encode ? and # in the key")
	}
}
