package chain

import (
	"crypto/x509"
	"encoding/asn1"
)

// The extensions that are looked at beside crypto/x509.
var (
	oidKeyUsage        = asn1.ObjectIdentifier{2, 5, 29, 15}
	oidNameConstraints = asn1.ObjectIdentifier{2, 5, 29, 30}
	oidExtKeyUsage     = asn1.ObjectIdentifier{2, 5, 29, 37}
)

// sound checks a path for what crypto/x509 lets pass although it makes a
// restriction ineffective: an empty one, or one that it does not compare.
func sound(path []*x509.Certificate) error {
	for position, cert := range path {
		err := evenlySigned(position, cert)
		if err != nil {
			return err
		}
		err = meaningful(position, cert)
		if err != nil {
			return err
		}
		err = constraints(position, cert, path[:position])
		if err != nil {
			return err
		}
	}
	return nil
}

// meaningful refuses fields that RFC 5280 wants filled. crypto/x509 takes an
// extension without content for an absent one, and so for no restriction.
func meaningful(position int, cert *x509.Certificate) error {
	if cert.KeyUsage == 0 && hasExtension(cert, oidKeyUsage) {
		return refuse(ReasonSyntax, position, "its key usage extension allows nothing (RFC 5280, section 4.2.1.3)")
	}
	if len(cert.ExtKeyUsage) == 0 && len(cert.UnknownExtKeyUsage) == 0 && hasExtension(cert, oidExtKeyUsage) {
		return refuse(ReasonSyntax, position, "its extended key usage extension names none (RFC 5280, section 4.2.1.12)")
	}
	if emptyName(cert.RawIssuer) {
		return refuse(ReasonSyntax, position, "its issuer has no name (RFC 5280, section 4.1.2.4)")
	}
	return nil
}

// emptyName says whether a name in DER is a sequence without content.
func emptyName(raw []byte) bool {
	return len(raw) <= 2
}

func extension(cert *x509.Certificate, oid asn1.ObjectIdentifier) []byte {
	for _, ext := range cert.Extensions {
		if ext.Id.Equal(oid) {
			return ext.Value
		}
	}
	return nil
}

func hasExtension(cert *x509.Certificate, oid asn1.ObjectIdentifier) bool {
	return extension(cert, oid) != nil
}
