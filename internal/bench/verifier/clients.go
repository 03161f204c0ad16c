package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"time"

	"github.com/sekisho/sekisho/internal/clientcert"
)

// kinds of keys, by which all certificates of a chain are named.
func kinds() map[string]func() (crypto.Signer, error) {
	return map[string]func() (crypto.Signer, error){
		"RSA-2048": func() (crypto.Signer, error) { return rsa.GenerateKey(rand.Reader, 2048) },
		"RSA-4096": func() (crypto.Signer, error) { return rsa.GenerateKey(rand.Reader, 4096) },
		"P-256":    func() (crypto.Signer, error) { return ecdsa.GenerateKey(elliptic.P256(), rand.Reader) },
	}
}

// makeClients writes, for each kind, KIND.header with what a load balancer
// forwards of a client and its CA, and KIND.pem with the root.
func makeClients(directory string) error {
	for kind, newKey := range kinds() {
		_, err := os.Stat(filepath.Join(directory, kind+".header"))
		if err == nil {
			continue
		}
		err = makeClient(directory, kind, newKey)
		if err != nil {
			return fmt.Errorf("making a client with %s: %w", kind, err)
		}
	}
	return nil
}

func makeClient(directory, kind string, newKey func() (crypto.Signer, error)) error {
	var keys [3]crypto.Signer
	for i := range keys {
		key, err := newKey()
		if err != nil {
			return err
		}
		keys[i] = key
	}
	root, err := certify(authority("Root"), nil, keys[0], keys[0])
	if err != nil {
		return err
	}
	issuing, err := certify(authority("Issuing"), root, keys[1], keys[0])
	if err != nil {
		return err
	}
	leaf, err := certify(client(big.NewInt(4242)), issuing, keys[2], keys[1])
	if err != nil {
		return err
	}
	err = os.WriteFile(filepath.Join(directory, kind+".pem"), encoded(root), 0o600)
	if err != nil {
		return err
	}
	value := clientcert.Encode([]*x509.Certificate{leaf, issuing})
	return os.WriteFile(filepath.Join(directory, kind+".header"), []byte(value), 0o600)
}

func encoded(cert *x509.Certificate) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw})
}

func authority(name string) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{Organization: []string{"Sekisho benchmark"}, CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(10, 0, 0),
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign, BasicConstraintsValid: true, IsCA: true,
	}
}

func client(serial *big.Int) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{Organization: []string{"Sekisho benchmark"}, CommonName: "laptop-1"},
		DNSNames:  []string{"laptop-1.example.com"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(9, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
		CRLDistributionPoints: []string{"http://crl.example.com/issuing.crl"},
	}
}

// certify signs a certificate; without a parent it signs itself.
func certify(template, parent *x509.Certificate, key, by crypto.Signer) (*x509.Certificate, error) {
	if parent == nil {
		parent = template
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), by)
	if err != nil {
		return nil, fmt.Errorf("signing a certificate: %w", err)
	}
	return x509.ParseCertificate(der)
}
