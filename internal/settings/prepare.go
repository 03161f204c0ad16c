package settings

import (
	"errors"
	"reflect"
	"slices"
	"time"

	"github.com/sekisho/sekisho/internal/cabundle"
)

// Prepared is a configuration that was checked, with the files that it names.
type Prepared struct {
	Settings
	// Bundle is the CA bundle; zero when the trust store is an existing one.
	Bundle cabundle.Bundle
	// HTTPSCA is what HTTPS distribution points are trusted by; zero when only
	// the public CAs are.
	HTTPSCA cabundle.Bundle
}

// ReadFile reads the file of that name, such as [os.ReadFile].
type ReadFile func(name string) ([]byte, error)

// Prepare reads the files and checks everything that the twin and the stack
// have in common: who is trusted, and whose lists are fetched. The error joins
// a [*Problem] for everything that is wrong.
func (s Settings) Prepare(files ReadFile, now time.Time) (Prepared, error) {
	var p problems
	prepared := p.prepare(s, files, now)
	err := p.join()
	if err != nil {
		return Prepared{}, err
	}
	return prepared, nil
}

func (p *problems) prepare(s Settings, files ReadFile, now time.Time) Prepared {
	p.words("", reflect.ValueOf(s))
	p.limits("limits", s.Limits)
	prepared := Prepared{Settings: s}
	if s.TrustStoreARN == "" {
		prepared.Bundle = p.bundleOf(s, files, now)
	}
	prepared.HTTPSCA = p.httpsCAOf(s, files)
	keys := p.sourcesOf(s)
	p.lists(prepared, keys)
	return prepared
}

// bundleOf is empty when anything is wrong with it.
func (p *problems) bundleOf(s Settings, files ReadFile, now time.Time) cabundle.Bundle {
	if len(s.CABundle) == 0 {
		p.add("caBundle", "none: name the files with the certificates of the CAs that issue the clients' certificates")
		return cabundle.Bundle{}
	}
	read, complete := p.read("caBundle", s.CABundle, files)
	quotas := cabundle.Quotas{Certificates: s.Limits.CACertificates, SubjectBytes: s.Limits.CASubjectBytes}
	bundle, err := cabundle.NormaliseWithin(read, quotas, now)
	p.unreadable("caBundle", s.CABundle, err, complete)
	if !complete {
		return cabundle.Bundle{}
	}
	return bundle
}

func (p *problems) httpsCAOf(s Settings, files ReadFile) cabundle.Bundle {
	if len(s.HTTPSCA) == 0 {
		return cabundle.Bundle{}
	}
	read, complete := p.read("httpsCa", s.HTTPSCA, files)
	bundle, err := cabundle.Read(read)
	p.unreadable("httpsCa", s.HTTPSCA, err, complete)
	return bundle
}

func (p *problems) read(key string, names []string, files ReadFile) ([]cabundle.File, bool) {
	var read []cabundle.File
	for i, name := range names {
		data, err := files(name)
		if err != nil {
			p.add(at(key, i), "reading the file: %s", err)
			continue
		}
		read = append(read, cabundle.File{Name: name, Data: data})
	}
	return read, len(read) == len(names)
}

// unreadable reports what is wrong with files, each problem under the key of
// its file. What is missing from the whole says nothing while a file is.
func (p *problems) unreadable(key string, names []string, err error, complete bool) {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return
	}
	for _, one := range joined.Unwrap() {
		var problem *cabundle.Problem
		switch {
		case errors.As(one, &problem) && problem.File != "":
			p.add(at(key, slices.Index(names, problem.File)), "%s", one)
		case complete:
			p.add(key, "%s", one)
		}
	}
}

// sourcesOf checks the sources, and returns the key of each.
func (p *problems) sourcesOf(s Settings) []string {
	var keys []string
	check := p.newSourceCheck()
	for i, source := range s.Sources {
		keys = append(keys, at("sources", i))
		check.source(keys[i], source)
	}
	for i, address := range s.CRLURLs {
		keys = append(keys, at("crlUrls", i))
		check.address(at("crlUrls", i), address)
	}
	if len(keys) == 0 {
		p.add("crlUrls", "none: name the URL of at least one revocation list, here or under \"sources\"")
	}
	if limit := s.Limits.withDefaults().Lists; len(keys) > limit {
		p.add("sources", "%d sources, a trust store takes %d lists: have AWS raise the quota L-332EE142 and set \"limits.lists\"", len(keys), limit)
	}
	return keys
}

// lists checks whose lists are fetched against the bundle, where it is known.
func (p *problems) lists(prepared Prepared, keys []string) {
	if len(prepared.Bundle.Certificates) == 0 || len(keys) == 0 {
		return
	}
	c := p.covers(prepared.Bundle, keys, prepared.AllSources())
	if prepared.Revocation == RevocationRequire {
		p.mute(prepared.Bundle)
		p.uncovered(c)
	}
}

// mute reports the CAs of which there can be no list.
func (p *problems) mute(bundle cabundle.Bundle) {
	for _, ca := range bundle.Authorities() {
		if !cabundle.SignsLists(ca) {
			p.add("caBundle", "%s may not sign revocation lists (its key usage lacks cRLSign), so that no source can cover it: have it issued again with cRLSign, or set \"revocation\": \"require-leaf\"", cabundle.Subject(ca))
		}
	}
}
