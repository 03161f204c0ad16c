package ca

import (
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"time"
)

// Authority names one of the two CAs that publish a list.
type Authority string

// The authorities: the root's list covers the issuing CA, the issuing CA's
// list covers the clients.
const (
	Root    Authority = "root"
	Issuing Authority = "issuing"
)

const (
	rootName    = "Sekisho local root CA"
	issuingName = "Sekisho local issuing CA"
	serverName  = "Sekisho local server CA"

	rootYears    = 20
	issuingYears = 10
	// backdated is how far before the present a certificate begins, for
	// clocks that are a little slow.
	backdated = 5 * time.Minute
)

// signer is a CA certificate and its key.
type signer struct {
	certificate *x509.Certificate
	key         crypto.Signer
}

// found makes a self-signed CA.
func found(name string, kind KeyKind, now time.Time) (*signer, error) {
	key, err := kind.generate()
	if err != nil {
		return nil, err
	}
	template := caTemplate(name, now, rootYears)
	certificate, err := (&signer{certificate: template, key: key}).sign(template, key.Public())
	if err != nil {
		return nil, err
	}
	return &signer{certificate: certificate, key: key}, nil
}

// subordinate makes a CA below s that may issue end-entity certificates only.
func (s *signer) subordinate(name string, kind KeyKind, now time.Time, points points) (*signer, error) {
	key, err := kind.generate()
	if err != nil {
		return nil, err
	}
	template := caTemplate(name, now, issuingYears)
	template.MaxPathLenZero = true
	points.apply(template)
	certificate, err := s.sign(template, key.Public())
	if err != nil {
		return nil, err
	}
	return &signer{certificate: certificate, key: key}, nil
}

// sign gives the template a serial number and a signature. A serial number
// of our own has 127 random bits: positive, at most 16 octets, never repeated
// (RFC 5280, section 4.1.2.2).
func (s *signer) sign(template *x509.Certificate, public crypto.PublicKey) (*x509.Certificate, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, fmt.Errorf("choosing a serial number: %w", err)
	}
	template.SerialNumber = serial.Add(serial, big.NewInt(1))
	der, err := x509.CreateCertificate(rand.Reader, template, s.certificate, public, s.key)
	if err != nil {
		return nil, fmt.Errorf("signing the certificate of %q: %w", template.Subject.CommonName, err)
	}
	return x509.ParseCertificate(der)
}

func (s *signer) identity() (identity, error) {
	key, err := encodeKey(s.key)
	if err != nil {
		return identity{}, err
	}
	return identity{Certificate: string(encodeCertificates(s.certificate)), Key: string(key)}, nil
}

// signer reads an identity back and makes sure that its halves belong together.
func (i identity) signer() (*signer, error) {
	certificate, err := decodeCertificate(i.Certificate)
	if err != nil {
		return nil, err
	}
	key, err := decodeKey(i.Key)
	if err != nil {
		return nil, err
	}
	public, ok := key.Public().(interface{ Equal(crypto.PublicKey) bool })
	if !ok || !public.Equal(certificate.PublicKey) {
		return nil, fmt.Errorf("the key of %q is not the one in its certificate", certificate.Subject.CommonName)
	}
	return &signer{certificate: certificate, key: key}, nil
}

func caTemplate(name string, now time.Time, years int) *x509.Certificate {
	return &x509.Certificate{
		Subject:               pkix.Name{CommonName: name},
		NotBefore:             now.Add(-backdated),
		NotAfter:              now.AddDate(years, 0, 0),
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		BasicConstraintsValid: true,
		IsCA:                  true,
	}
}

// points are where the issuer of a certificate publishes.
type points struct{ list, certificate string }

// apply fills in the CRL distribution point and the authority information
// access (RFC 5280, sections 4.2.1.13 and 4.2.2.1).
func (p points) apply(template *x509.Certificate) {
	template.CRLDistributionPoints = []string{p.list}
	template.IssuingCertificateURL = []string{p.certificate}
}
