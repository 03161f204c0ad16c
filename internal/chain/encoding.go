package chain

import (
	"crypto/x509"

	"golang.org/x/crypto/cryptobyte"
	asn1tag "golang.org/x/crypto/cryptobyte/asn1"
)

// evenlySigned refuses a signature that does not fill its bit string, or behind
// which something stands. Every signature is a row of octets, and the last thing
// in a certificate (RFC 5280, section 4.1); crypto/x509 moves the bits of one
// that was shifted back into place, and passes over what comes after it. None
// of that is signed: so anybody could make a second certificate out of one,
// with another fingerprint and the same signature.
func evenlySigned(position int, cert *x509.Certificate) error {
	signature, rest := signatureField(cert)
	if len(signature) == 0 || signature[0] != 0 {
		return refuse(ReasonSyntax, position, "its signature is not a whole number of octets")
	}
	if len(rest) > 0 {
		return refuse(ReasonSyntax, position, "something stands behind its signature")
	}
	return nil
}

// signatureField is the content of the bit string of the signature, which
// begins with the number of bits to leave out, and what stands behind it. The
// certificate was parsed, so that nothing here can fail.
func signatureField(cert *x509.Certificate) (cryptobyte.String, cryptobyte.String) {
	input := cryptobyte.String(cert.Raw)
	var whole, signature cryptobyte.String
	if !input.ReadASN1(&whole, asn1tag.SEQUENCE) ||
		!whole.SkipASN1(asn1tag.SEQUENCE) || !whole.SkipASN1(asn1tag.SEQUENCE) ||
		!whole.ReadASN1(&signature, asn1tag.BIT_STRING) {
		return nil, nil
	}
	return signature, whole
}
