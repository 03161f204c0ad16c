package chain

import (
	"bytes"
	"crypto/x509"
	"errors"
)

// isAnchor says whether paths end at cert, a certificate of bundle.
func (r rules) isAnchor(cert *x509.Certificate, bundle []*x509.Certificate) bool {
	if r.allAnchors || issued(cert, cert) {
		return true
	}
	for _, issuer := range bundle {
		if issued(issuer, cert) {
			return false
		}
	}
	return true
}

// issued says whether issuer signed cert, by name and key. Where a signature
// cannot be verified for its algorithm the name has to do: taking the issuer
// for somebody else would make an anchor of a certificate with a weak
// signature.
func issued(issuer, cert *x509.Certificate) bool {
	if !bytes.Equal(issuer.RawSubject, cert.RawIssuer) {
		return false
	}
	err := issuer.CheckSignature(cert.SignatureAlgorithm, cert.RawTBSCertificate, cert.Signature)
	var insecure x509.InsecureAlgorithmError
	return err == nil || errors.Is(err, x509.ErrUnsupportedAlgorithm) || errors.As(err, &insecure)
}

// selfIssued says whether subject and issuer are the same (RFC 5280, section
// 3.2): a root, or a CA that certifies its own new key.
func selfIssued(cert *x509.Certificate) bool {
	return bytes.Equal(cert.RawSubject, cert.RawIssuer)
}
