package chain

import (
	"crypto/x509"
	"encoding/asn1"

	"golang.org/x/crypto/cryptobyte"
	asn1tag "golang.org/x/crypto/cryptobyte/asn1"
)

// maxComparisons bounds the names of a chain times the name constraints that
// may apply to them. crypto/x509 no longer keeps to its own bound.
const maxComparisons = 250_000

var oidEmailAddress = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 1}

// constraints checks the name constraints of cert, which stands above below
// on a path (RFC 5280, section 4.2.1.10). Comparing is left to crypto/x509;
// here is refused what it does not compare.
func constraints(position int, cert *x509.Certificate, below []*x509.Certificate) error {
	value := extension(cert, oidNameConstraints)
	if value == nil {
		return nil
	}
	if !cert.IsCA {
		return refuse(ReasonNameConstraints, position, "name constraints in the certificate of no CA")
	}
	if !comparableSubtrees(value) {
		return refuse(ReasonNameConstraints, position, "name constraints on other names than DNS, e-mail, URI and IP address cannot be checked here")
	}
	if len(cert.PermittedEmailAddresses)+len(cert.ExcludedEmailAddresses) == 0 {
		return nil
	}
	for i, constrained := range below {
		if len(constrained.EmailAddresses) == 0 && emailInSubject(constrained) {
			return refuse(ReasonNameConstraints, i, "an e-mail address in the subject cannot be checked against the constraints above it: put it into the subject alternative name")
		}
	}
	return nil
}

// comparableSubtrees says whether crypto/x509 applies every constraint of the
// extension: the four forms that it knows, without minimum and maximum.
func comparableSubtrees(extension cryptobyte.String) bool {
	var both cryptobyte.String
	if !extension.ReadASN1(&both, asn1tag.SEQUENCE) {
		return false
	}
	for !both.Empty() {
		var subtrees cryptobyte.String
		var tag asn1tag.Tag
		if !both.ReadAnyASN1(&subtrees, &tag) {
			return false
		}
		for !subtrees.Empty() {
			var subtree, base cryptobyte.String
			var form asn1tag.Tag
			if !subtrees.ReadASN1(&subtree, asn1tag.SEQUENCE) || !subtree.ReadAnyASN1(&base, &form) {
				return false
			}
			if !comparableForm(form) || !subtree.Empty() {
				return false
			}
		}
	}
	return true
}

func comparableForm(form asn1tag.Tag) bool {
	switch form {
	case asn1tag.Tag(1).ContextSpecific(), // e-mail
		asn1tag.Tag(2).ContextSpecific(), // DNS
		asn1tag.Tag(6).ContextSpecific(), // URI
		asn1tag.Tag(7).ContextSpecific(): // IP address
		return true
	}
	return false
}

func emailInSubject(cert *x509.Certificate) bool {
	for _, attribute := range cert.Subject.Names {
		if attribute.Type.Equal(oidEmailAddress) {
			return true
		}
	}
	return false
}

// comparisons bounds what checking name constraints may cost.
func comparisons(presented, bundle []*x509.Certificate) error {
	names, limits := 0, 0
	for _, cert := range presented {
		names += len(cert.DNSNames) + len(cert.EmailAddresses) + len(cert.URIs) + len(cert.IPAddresses)
		limits += constraintCount(cert)
	}
	for _, cert := range bundle {
		limits += constraintCount(cert)
	}
	if names*limits > maxComparisons {
		return refuse(ReasonTooComplex, 0, "%d names under %d name constraints", names, limits)
	}
	return nil
}

func constraintCount(c *x509.Certificate) int {
	return len(c.PermittedDNSDomains) + len(c.ExcludedDNSDomains) +
		len(c.PermittedEmailAddresses) + len(c.ExcludedEmailAddresses) +
		len(c.PermittedURIDomains) + len(c.ExcludedURIDomains) +
		len(c.PermittedIPRanges) + len(c.ExcludedIPRanges)
}
