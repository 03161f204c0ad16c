package settings

import "regexp"

var sourceName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,47}$`)

// sourceCheck checks sources one by one, and that no two are the same thing.
type sourceCheck struct {
	*problems
	// named and fetched say under which key a name or a URL was seen first.
	named, fetched map[string]string
}

func (p *problems) newSourceCheck() sourceCheck {
	return sourceCheck{p, map[string]string{}, map[string]string{}}
}

// sources checks those of an environment variable.
func (p *problems) sources(key string, sources []Source) {
	if sources != nil && len(sources) == 0 {
		p.add(key, "empty: there is nothing to refresh")
	}
	check := p.newSourceCheck()
	for i, source := range sources {
		check.source(at(key, i), source)
	}
}

func (c sourceCheck) source(path string, source Source) {
	c.name(below(path, "name"), source.Name)
	if len(source.URLs) == 0 {
		c.add(below(path, "urls"), "none: name at least one URL of the list")
	}
	for j, address := range source.URLs {
		c.address(at(below(path, "urls"), j), address)
	}
	if source.MaxBytes < 0 {
		c.add(below(path, "maxBytes"), "%d is negative", source.MaxBytes)
	}
	c.guards(below(path, "guards"), source.Guards)
}

func (c sourceCheck) name(key, name string) {
	other, taken := c.named[name]
	switch {
	case name == "":
		c.add(key, "none: give the source a name, it stands in logs and metrics")
	case !sourceName.MatchString(name):
		c.add(key, "%q: write a letter or digit, then letters, digits, dots, hyphens or underscores, at most 48 in all", name)
	case taken:
		c.add(key, "%q is taken by %s: give each source its own name", name, other)
	default:
		c.named[name] = key
	}
}

func (c sourceCheck) address(key, address string) {
	c.listURL(key, address)
	other, taken := c.fetched[address]
	if taken {
		c.add(key, "the same URL as %s: remove one of them", other)
		return
	}
	c.fetched[address] = key
}
