package chain

import (
	"crypto/x509"

	"golang.org/x/crypto/cryptobyte"
	asn1tag "golang.org/x/crypto/cryptobyte/asn1"
)

// evenlySigned refuses a signature that does not fill its bit string. Every
// signature is a row of octets, and crypto/x509 moves the bits of one that was
// shifted back into place: so anybody could make a second certificate out of
// one, with another fingerprint and the same signature.
func evenlySigned(position int, cert *x509.Certificate) error {
	if paddingBits(cert) != 0 {
		return refuse(ReasonSyntax, position, "its signature is not a whole number of octets")
	}
	return nil
}

// paddingBits is what the bit string of the signature says to leave out; the
// certificate was parsed, so that nothing here can fail.
func paddingBits(cert *x509.Certificate) byte {
	input := cryptobyte.String(cert.Raw)
	var whole, signature cryptobyte.String
	if !input.ReadASN1(&whole, asn1tag.SEQUENCE) ||
		!whole.SkipASN1(asn1tag.SEQUENCE) || !whole.SkipASN1(asn1tag.SEQUENCE) ||
		!whole.ReadASN1(&signature, asn1tag.BIT_STRING) || len(signature) == 0 {
		return 1
	}
	return signature[0]
}
