package doctor

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"math/big"
	"time"
)

// impostorOf is a certificate that says all that the given one says: subject,
// serial number, names, dates, and the issuer's name and key identifier. But
// keys made just now have signed it.
func impostorOf(leaf *x509.Certificate) (*tls.Certificate, error) {
	if leaf == nil {
		return nil, errors.New("making a self-made certificate: the good client's cannot be read")
	}
	caKey, errCA := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	key, errLeaf := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	err := errors.Join(errCA, errLeaf)
	if err != nil {
		return nil, fmt.Errorf("making a self-made certificate: %w", err)
	}
	authority := &x509.Certificate{
		SerialNumber: big.NewInt(1), RawSubject: leaf.RawIssuer, SubjectKeyId: leaf.AuthorityKeyId,
		NotBefore: leaf.NotBefore, NotAfter: leaf.NotAfter.Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	authorityDER, err := x509.CreateCertificate(rand.Reader, authority, authority, caKey.Public(), caKey)
	if err != nil {
		return nil, fmt.Errorf("making a self-made certificate: %w", err)
	}
	der, err := x509.CreateCertificate(rand.Reader, imitation(leaf), authority, key.Public(), caKey)
	if err != nil {
		return nil, fmt.Errorf("making a self-made certificate: %w", err)
	}
	return &tls.Certificate{Certificate: [][]byte{der, authorityDER}, PrivateKey: key}, nil
}

func imitation(leaf *x509.Certificate) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber: leaf.SerialNumber, RawSubject: leaf.RawSubject,
		NotBefore: leaf.NotBefore, NotAfter: leaf.NotAfter,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
		DNSNames: leaf.DNSNames, EmailAddresses: leaf.EmailAddresses, IPAddresses: leaf.IPAddresses, URIs: leaf.URIs,
		CRLDistributionPoints: leaf.CRLDistributionPoints, IssuingCertificateURL: leaf.IssuingCertificateURL,
	}
}

// chainOf are a client's certificates, as far as they can be read.
func chainOf(client *tls.Certificate) []*x509.Certificate {
	var chain []*x509.Certificate
	for _, der := range client.Certificate {
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			break
		}
		chain = append(chain, cert)
	}
	return chain
}
