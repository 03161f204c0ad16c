package chain

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
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
// where there is more than one path, or more than one certificate of the name
// of the issuer.
func (v *Verifier) Shortcut(presented []*x509.Certificate, now time.Time) *Shortcut {
	accepted, err := v.Verify(presented, now)
	if err != nil || v.rules.allAnchors {
		return nil
	}
	above, candidates := accepted.Path[1:], v.candidates(presented)
	if len(above) == 0 || !plain(above) || namesakes(candidates, above[0]) > 1 {
		return nil
	}
	paths, err := v.paths(presented, now)
	if err != nil || len(paths) != 1 {
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

// fits says whether nothing in the certificate itself asks for more than its
// signature and its dates.
func (s *Shortcut) fits(leaf *x509.Certificate) bool {
	if !bytes.Equal(leaf.RawIssuer, s.above[0].RawSubject) || len(leaf.UnhandledCriticalExtensions) > 0 {
		return false
	}
	if hasAny(leaf, pathExtensions()) || !meantFor(leaf, s.verifier.rules.usages) {
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
		if hasAny(cert, pathExtensions()) || hasExtension(cert, oidExtKeyUsage) {
			return false
		}
		if below > 0 && cert.BasicConstraintsValid && cert.MaxPathLen >= 0 && cert.MaxPathLen <= below {
			return false
		}
	}
	return true
}

// pathExtensions are those whose effect on a path depends on other
// certificates of it: policy mappings, policy constraints, inhibit any-policy
// and name constraints (RFC 5280, sections 4.2.1.5, 10, 11 and 14).
func pathExtensions() []asn1.ObjectIdentifier {
	return []asn1.ObjectIdentifier{{2, 5, 29, 33}, {2, 5, 29, 36}, {2, 5, 29, 54}, oidNameConstraints}
}

func hasAny(cert *x509.Certificate, oids []asn1.ObjectIdentifier) bool {
	return slices.ContainsFunc(oids, func(oid asn1.ObjectIdentifier) bool { return hasExtension(cert, oid) })
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

// namesakes counts the certificates of the name of ca.
func namesakes(candidates []*x509.Certificate, ca *x509.Certificate) int {
	var found []*x509.Certificate
	for _, candidate := range candidates {
		if bytes.Equal(candidate.RawSubject, ca.RawSubject) && !slices.ContainsFunc(found, candidate.Equal) {
			found = append(found, candidate)
		}
	}
	return len(found)
}
