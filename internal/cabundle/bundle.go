// Package cabundle makes one trust bundle out of the CA certificates that an
// operator has: files in PEM or DER, with whatever line ends and text around.
//
// [Normalise] is for what people write: it applies the documented limits of an
// Application Load Balancer's trust store and reports every problem at once.
// [Parse] is for what programs wrote: strict in form, without a judgement.
//
// The package reads no files, knows no clock and builds no paths: whether a
// client's certificate chains to a bundle is for the verifier to decide.
package cabundle

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
)

// Bundle is a set of CA certificates in the order in which they were given.
type Bundle struct {
	Certificates []*x509.Certificate
	// PEM is the certificates with LF line ends, no blank lines and no
	// comments: the form that a trust store takes (ALB guide,
	// mutual-authentication.html).
	PEM []byte
	// SHA256 is the hash of PEM in lower-case hex.
	SHA256 string
}

func newBundle(certs []*x509.Certificate) Bundle {
	var text []byte
	for _, cert := range certs {
		text = append(text, encode(cert)...)
	}
	sum := sha256.Sum256(text)
	return Bundle{Certificates: certs, PEM: text, SHA256: hex.EncodeToString(sum[:])}
}

// Anchors are the certificates at which a path may end: those whose issuer is
// not in the bundle, and those that are self-signed.
//
// The issuer must be there by name and by key. A name alone could make an
// intermediate of a foreign CA of the same name unusable; a key alone says
// nothing about who vouches.
func (b Bundle) Anchors() []*x509.Certificate {
	var anchors []*x509.Certificate
	for _, cert := range b.Certificates {
		if b.Issuer(cert) == nil {
			anchors = append(anchors, cert)
		}
	}
	return anchors
}

// Issuer is the certificate of the bundle that signed cert, or nil when it is
// self-signed or its issuer is not in the bundle.
func (b Bundle) Issuer(cert *x509.Certificate) *x509.Certificate {
	if signed(cert, cert) {
		return nil
	}
	for _, candidate := range b.Certificates {
		if signed(candidate, cert) {
			return candidate
		}
	}
	return nil
}

// Authorities is the bundle with one certificate for each CA: a CA that was
// renewed or cross-signed has several certificates with one name and one key,
// and a revocation list of one of them speaks for all.
func (b Bundle) Authorities() []*x509.Certificate {
	var authorities []*x509.Certificate
	for _, cert := range b.Certificates {
		if !contains(authorities, cert) {
			authorities = append(authorities, cert)
		}
	}
	return authorities
}

// SameAuthority says whether two certificates are of one CA: the same name and
// the same key, which is what a revocation list is bound to.
func SameAuthority(a, b *x509.Certificate) bool {
	return bytes.Equal(a.RawSubject, b.RawSubject) &&
		bytes.Equal(a.RawSubjectPublicKeyInfo, b.RawSubjectPublicKeyInfo)
}

func contains(certs []*x509.Certificate, cert *x509.Certificate) bool {
	for _, candidate := range certs {
		if SameAuthority(candidate, cert) {
			return true
		}
	}
	return false
}

// signed says whether issuer signed cert, by name and by signature. Whether
// issuer may sign certificates is not asked: the bundle's owner trusts it.
func signed(issuer, cert *x509.Certificate) bool {
	if !bytes.Equal(issuer.RawSubject, cert.RawIssuer) {
		return false
	}
	return issuer.CheckSignature(cert.SignatureAlgorithm, cert.RawTBSCertificate, cert.Signature) == nil
}

func encode(cert *x509.Certificate) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: certificateLabel, Bytes: cert.Raw})
}
