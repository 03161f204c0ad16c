// Package pkitest is a tiny certification authority for tests: it makes
// chains and revocation lists in memory, one property changed at a time.
//
// It is imported by tests only. Every method fails the test instead of
// returning an error.
package pkitest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"sync/atomic"
	"testing"
	"time"
)

// Epoch is the moment around which everything here is valid: certificates
// from a day before it to a year after it, lists for a week from it.
var Epoch = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// CA is a certification authority: a certificate and its key. Several tests may
// use it at once.
type CA struct {
	Cert *x509.Certificate
	Key  crypto.Signer

	parent *CA
	serial int64
}

// Leaf is an end-entity certificate, its key and the chain a client sends:
// the leaf first, then every CA below the root.
type Leaf struct {
	Cert  *x509.Certificate
	Key   crypto.Signer
	Chain []*x509.Certificate
}

// NewCA makes a self-signed root named name. Each edit changes the template
// before it is signed.
func NewCA(tb testing.TB, name string, edits ...func(*x509.Certificate)) *CA {
	tb.Helper()
	key := NewKey(tb)
	ca := &CA{Key: key, serial: 100}
	template := caTemplate(name)
	for _, edit := range edits {
		edit(template)
	}
	ca.Cert = sign(tb, template, template, key.Public(), key)
	return ca
}

// ChildCA makes an intermediate CA below ca.
func (ca *CA) ChildCA(tb testing.TB, name string, edits ...func(*x509.Certificate)) *CA {
	tb.Helper()
	template := caTemplate(name)
	template.SerialNumber = ca.nextSerial()
	for _, edit := range edits {
		edit(template)
	}
	key := NewKey(tb)
	return &CA{Cert: sign(tb, template, ca.Cert, key.Public(), ca.Key), Key: key, parent: ca, serial: 100}
}

// CrossSign makes another certificate for the name and key of other, issued by
// ca.
func (ca *CA) CrossSign(tb testing.TB, other *CA, edits ...func(*x509.Certificate)) *CA {
	tb.Helper()
	template := caTemplate(other.Cert.Subject.CommonName)
	template.SerialNumber = ca.nextSerial()
	for _, edit := range edits {
		edit(template)
	}
	return &CA{Cert: sign(tb, template, ca.Cert, other.Key.Public(), ca.Key), Key: other.Key, parent: ca, serial: 500}
}

// Issue makes a client certificate with the common name cn.
func (ca *CA) Issue(tb testing.TB, cn string, edits ...func(*x509.Certificate)) *Leaf {
	tb.Helper()
	return ca.IssueFor(tb, NewKey(tb), cn, edits...)
}

// IssueFor is Issue for a key that the test brings, for example an RSA key.
func (ca *CA) IssueFor(tb testing.TB, key crypto.Signer, cn string, edits ...func(*x509.Certificate)) *Leaf {
	tb.Helper()
	template := &x509.Certificate{
		SerialNumber: ca.nextSerial(),
		Subject:      pkix.Name{CommonName: cn},
		NotBefore:    Epoch.AddDate(0, 0, -1),
		NotAfter:     Epoch.AddDate(1, 0, 0),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	for _, edit := range edits {
		edit(template)
	}
	leaf := &Leaf{Cert: sign(tb, template, ca.Cert, key.Public(), ca.Key), Key: key}
	leaf.Chain = []*x509.Certificate{leaf.Cert}
	for at := ca; at.parent != nil; at = at.parent {
		leaf.Chain = append(leaf.Chain, at.Cert)
	}
	return leaf
}

// CRL makes a DER revocation list of ca with number 1, valid from Epoch for a
// week, that revokes the given serials a minute before Epoch. Use CRLWith for
// anything else.
func (ca *CA) CRL(tb testing.TB, revoked ...*big.Int) []byte {
	tb.Helper()
	return ca.CRLWith(tb, func(list *x509.RevocationList) {
		for _, serial := range revoked {
			list.RevokedCertificateEntries = append(list.RevokedCertificateEntries,
				x509.RevocationListEntry{SerialNumber: serial, RevocationTime: Epoch.Add(-time.Minute)})
		}
	})
}

// CRLWith is CRL with the template edited before it is signed.
func (ca *CA) CRLWith(tb testing.TB, edit func(*x509.RevocationList)) []byte {
	tb.Helper()
	list := &x509.RevocationList{
		Number:     big.NewInt(1),
		ThisUpdate: Epoch,
		NextUpdate: Epoch.AddDate(0, 0, 7),
	}
	edit(list)
	der, err := x509.CreateRevocationList(rand.Reader, list, ca.Cert, ca.Key)
	if err != nil {
		tb.Fatalf("creating a revocation list of %s: %v", ca.Cert.Subject, err)
	}
	return der
}

// NewKey makes a P-256 key.
func NewKey(tb testing.TB) *ecdsa.PrivateKey {
	tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		tb.Fatalf("making a key: %v", err)
	}
	return key
}

// PEM is the given certificates as one PEM text with LF line ends.
func PEM(certs ...*x509.Certificate) []byte {
	var text []byte
	for _, cert := range certs {
		text = append(text, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw})...)
	}
	return text
}

func caTemplate(name string) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{CommonName: name},
		NotBefore:             Epoch.AddDate(0, 0, -1),
		NotAfter:              Epoch.AddDate(10, 0, 0),
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		BasicConstraintsValid: true,
		IsCA:                  true,
	}
}

func (ca *CA) nextSerial() *big.Int {
	return big.NewInt(atomic.AddInt64(&ca.serial, 1))
}

func sign(tb testing.TB, template, parent *x509.Certificate, public crypto.PublicKey, key crypto.Signer) *x509.Certificate {
	tb.Helper()
	der, err := x509.CreateCertificate(rand.Reader, template, parent, public, key)
	if err != nil {
		tb.Fatalf("creating the certificate of %s: %v", template.Subject, err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		tb.Fatalf("parsing the certificate of %s: %v", template.Subject, err)
	}
	return cert
}
