package chain

import (
	"bytes"
	"crypto/x509"
	"crypto/x509/pkix"
	"slices"
	"time"
)

// Shortcut is the way from the CA that issued a verified client to a trust
// anchor. For another client of the same CA only its own certificate is left to
// verify: one signature instead of one for each certificate.
//
// It accepts only what the verifier would accept with the same identity, and
// refuses nobody: whom it does not accept the verifier has to decide about. It
// does not change and may be used concurrently.
type Shortcut struct {
	verifier   *Verifier
	above      []*x509.Certificate // the path without its leaf
	presented  []*x509.Certificate // what the client presented beside its own
	candidates []*x509.Certificate
	issuer     string // name of the CA, for people
	from       time.Time
	until      time.Time
}

// Shortcut makes a shortcut for clients that present the same certificates
// beside their own as these, which it verifies. It is nil when they do not pass,
// and where something above the client depends on who that is: with name constraints,
// extended key usages, certificate policies that are demanded or mapped, or a
// path length that leaves no room for another CA, anywhere on the path; and
// where the path is not the only one for every client, because there is more
// than one certificate of the name of a CA on it.
func (v *Verifier) Shortcut(presented []*x509.Certificate, now time.Time) *Shortcut {
	accepted, err := v.Verify(presented, now)
	if err != nil || v.rules.allAnchors {
		return nil
	}
	above, candidates := accepted.Path[1:], v.candidates(presented)
	if len(above) == 0 || !plain(above) || !unambiguous(above, candidates) {
		return nil
	}
	return &Shortcut{
		verifier:   v,
		above:      above,
		presented:  presented[1:],
		candidates: candidates,
		issuer:     accepted.Issuer,
		from:       now,
		until:      v.Until(presented[1:], now),
	}
}

// Verify accepts the client whose certificate this is, or says that the
// verifier has to decide.
func (s *Shortcut) Verify(leaf *x509.Certificate, now time.Time) (*Identity, bool) {
	if now.Before(s.from) || !now.Before(s.until) || !s.fits(leaf) {
		return nil, false
	}
	presented := append([]*x509.Certificate{leaf}, s.presented...)
	rules := s.verifier.rules
	if rules.admit(presented) != nil || comparisons(presented, s.verifier.bundle) != nil || current(0, leaf, now) != nil {
		return nil, false
	}
	if evenlySigned(0, leaf) != nil || meaningful(0, leaf) != nil || leaf.CheckSignatureFrom(s.above[0]) != nil {
		return nil, false
	}
	path := append([]*x509.Certificate{leaf}, s.above...)
	if s.verifier.revocation.mode != ModeOff && s.verifier.revocation.one(0, path, s.candidates, now) != nil {
		return nil, false
	}
	return identifyBelow(path, s.issuer), true
}

// SameIssuer says whether both are for the clients of one CA.
func (s *Shortcut) SameIssuer(other *Shortcut) bool {
	return bytes.Equal(s.above[0].RawSubject, other.above[0].RawSubject)
}

// Until says, of a client that Verify accepted at now, how long that holds.
func (s *Shortcut) Until(leaf *x509.Certificate, now time.Time) time.Time {
	end := horizon{now: now, until: s.until}
	end.certificate(leaf)
	return end.until
}

// fits says whether nothing in the certificate itself asks for more than its
// signature and its dates.
func (s *Shortcut) fits(leaf *x509.Certificate) bool {
	if !bytes.Equal(leaf.RawIssuer, s.above[0].RawSubject) || len(leaf.UnhandledCriticalExtensions) > 0 {
		return false
	}
	if bindsPaths(leaf) || !meantFor(leaf, s.verifier.rules.usages) {
		return false
	}
	// crypto/x509 does not build a path through a CA of the same name and key,
	// and one of a single certificate where that is an anchor.
	for _, cert := range s.above {
		if bytes.Equal(cert.RawSubject, leaf.RawSubject) {
			return false
		}
	}
	return !slices.ContainsFunc(s.verifier.bundle, leaf.Equal)
}

// plain says whether what stands above a client is the same for all clients.
func plain(above []*x509.Certificate) bool {
	for below, cert := range above {
		if bindsPaths(cert) || hasExtension(cert, oidExtKeyUsage) {
			return false
		}
		if below > 0 && cert.BasicConstraintsValid && cert.MaxPathLen >= 0 && cert.MaxPathLen <= below {
			return false
		}
	}
	return true
}

// bindsPaths says whether a certificate has an extension whose effect depends
// on other certificates of the path: name constraints, policy mappings, policy
// constraints or inhibit any-policy (RFC 5280, sections 4.2.1.10, 5, 11 and 14).
func bindsPaths(cert *x509.Certificate) bool {
	return slices.ContainsFunc(cert.Extensions, func(ext pkix.Extension) bool {
		id := ext.Id
		if len(id) != 4 || id[0] != 2 || id[1] != 5 || id[2] != 29 {
			return false
		}
		return id[3] == 30 || id[3] == 33 || id[3] == 36 || id[3] == 54
	})
}

// meantFor is what crypto/x509 demands of the extended key usages of a leaf:
// one of those that are wanted, where there are any (RFC 5280, section 4.2.1.12).
func meantFor(leaf *x509.Certificate, wanted []x509.ExtKeyUsage) bool {
	if slices.Contains(wanted, x509.ExtKeyUsageAny) || len(leaf.ExtKeyUsage)+len(leaf.UnknownExtKeyUsage) == 0 {
		return true
	}
	return slices.ContainsFunc(leaf.ExtKeyUsage, func(usage x509.ExtKeyUsage) bool {
		return usage == x509.ExtKeyUsageAny || slices.Contains(wanted, usage)
	})
}

// unambiguous says whether no other path can go through a CA of above: not one
// that was left aside for this client, because of name constraints say, and
// counts for the next.
func unambiguous(above, candidates []*x509.Certificate) bool {
	for _, ca := range above {
		if namesakes(candidates, ca.RawSubject) > 1 {
			return false
		}
	}
	anchor := above[len(above)-1]
	return selfIssued(anchor) || namesakes(candidates, anchor.RawIssuer) == 0
}

// namesakes counts the certificates of one name.
func namesakes(candidates []*x509.Certificate, name []byte) int {
	var found []*x509.Certificate
	for _, candidate := range candidates {
		if bytes.Equal(candidate.RawSubject, name) && !slices.ContainsFunc(found, candidate.Equal) {
			found = append(found, candidate)
		}
	}
	return len(found)
}
