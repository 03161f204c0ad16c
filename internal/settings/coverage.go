package settings

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/sekisho/sekisho/internal/cabundle"
)

// coverage is what is known, before anything was fetched, about whose lists
// the sources deliver: a source may say so itself, or its URL may be the one
// that a certificate of the bundle names as its distribution point. Of the
// others each delivers the list of one CA, nobody knows which. What they
// really deliver is checked by the refresher, with [cabundle.Bundle.Uncovered].
type coverage struct {
	bundle  cabundle.Bundle
	covered []*x509.Certificate
	// unattributed counts the sources of which nothing is known.
	unattributed int
}

// covers adds up the sources and reports an issuer that is no CA of the bundle.
func (p *problems) covers(bundle cabundle.Bundle, keys []string, sources []Source) coverage {
	c := coverage{bundle: bundle}
	for i, source := range sources {
		var issuers []*x509.Certificate
		for j, text := range source.Issuers {
			issuers = append(issuers, p.issuer(at(below(keys[i], "issuers"), j), bundle, text)...)
		}
		if len(source.Issuers) == 0 {
			issuers = c.pointedAt(source.URLs)
		}
		if len(issuers)+len(source.Issuers) == 0 {
			c.unattributed++
		}
		c.covered = append(c.covered, issuers...)
	}
	return c
}

// uncovered reports the CAs that no source can cover.
func (p *problems) uncovered(c coverage) {
	missing := c.bundle.Uncovered(c.covered)
	var certain []*x509.Certificate
	for _, ca := range missing {
		if len(c.pointsOf(ca)) > 0 {
			certain = append(certain, ca)
		}
	}
	switch {
	case len(missing) <= c.unattributed:
	case c.unattributed == 0:
		p.eachUncovered(c, missing)
	case len(missing)-len(certain) <= c.unattributed:
		p.eachUncovered(c, certain)
	default:
		p.add("caBundle", "%d of the CAs have no source of their own (%s), and %s: name a source for each of them, with \"issuers\" where it delivers the lists of several, or set \"revocation\": \"require-leaf\"",
			len(missing), strings.Join(subjects(missing), "; "), others(c.unattributed))
	}
}

func (p *problems) eachUncovered(c coverage, missing []*x509.Certificate) {
	for _, ca := range missing {
		p.add("caBundle", "no source delivers the revocation list of %s%s: add one, or set \"revocation\": \"require-leaf\"", cabundle.Subject(ca), c.advice(ca))
	}
}

// advice is where the list of a CA is, as far as a certificate tells.
func (c coverage) advice(ca *x509.Certificate) string {
	points := c.pointsOf(ca)
	if len(points) == 0 {
		return ""
	}
	return fmt.Sprintf(" (a certificate of the bundle says that it is at %s)", strings.Join(points, " or "))
}

// pointedAt are the CAs whose lists lie at one of the URLs, as far as the
// certificates that they issued tell (RFC 5280, section 4.2.1.13).
func (c coverage) pointedAt(urls []string) []*x509.Certificate {
	var cas []*x509.Certificate
	for _, ca := range c.bundle.Authorities() {
		if slices.ContainsFunc(c.pointsOf(ca), func(point string) bool { return slices.Contains(urls, point) }) {
			cas = append(cas, ca)
		}
	}
	return cas
}

// pointsOf are the distribution points of a CA's list that can be fetched.
func (c coverage) pointsOf(ca *x509.Certificate) []string {
	var points []string
	for _, cert := range c.bundle.Certificates {
		issuer := c.bundle.Issuer(cert)
		if issuer == nil || !cabundle.SameAuthority(issuer, ca) {
			continue
		}
		for _, point := range cert.CRLDistributionPoints {
			if strings.HasPrefix(point, "http") && !slices.Contains(points, point) {
				points = append(points, point)
			}
		}
	}
	return points
}

// issuer finds the CA that a source names.
func (p *problems) issuer(key string, bundle cabundle.Bundle, text string) []*x509.Certificate {
	var found []*x509.Certificate
	for _, ca := range bundle.Authorities() {
		if text != "" && slices.Contains([]string{ca.Subject.CommonName, ca.Subject.String(), keyHash(ca)}, text) {
			found = append(found, ca)
		}
	}
	if len(found) == 0 {
		p.add(key, "%q is no CA of the bundle, which holds %s", text, strings.Join(subjects(bundle.Authorities()), "; "))
	}
	if len(found) > 1 {
		p.add(key, "%q is the name of %d CAs of the bundle: name one by its public key, %s", text, len(found), strings.Join(keyHashes(found), " or "))
	}
	return found
}

func keyHash(ca *x509.Certificate) string {
	sum := sha256.Sum256(ca.RawSubjectPublicKeyInfo)
	return "sha256:" + hex.EncodeToString(sum[:])
}

func keyHashes(cas []*x509.Certificate) []string {
	var all []string
	for _, ca := range cas {
		all = append(all, keyHash(ca))
	}
	return all
}

func subjects(cas []*x509.Certificate) []string {
	var all []string
	for _, ca := range cas {
		all = append(all, cabundle.Subject(ca))
	}
	return all
}

func others(count int) string {
	if count == 1 {
		return "there is one source besides, which delivers one list"
	}
	return fmt.Sprintf("there are %d sources besides, which deliver one list each", count)
}
