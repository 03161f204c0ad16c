// This program makes chain.pem. It needs to run only when the fixture must
// change; run it from the directory of the package.
package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"log"
	"math/big"
	"os"
	"time"
)

func main() {
	caKey, key := newKey(), newKey()
	ca := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{Country: []string{"JP"}, Organization: []string{"Example KK"}, CommonName: "Issuing CA"},
		NotBefore:             time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
		NotAfter:              time.Date(2046, 1, 1, 0, 0, 0, 0, time.UTC),
		BasicConstraintsValid: true,
		IsCA:                  true,
		KeyUsage:              x509.KeyUsageCertSign,
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(0x03A5B1),
		Subject: pkix.Name{
			Country:      []string{"JP"},
			Organization: []string{`Example, "KK"`},
			CommonName:   "laptop-1 é",
			ExtraNames:   []pkix.AttributeTypeAndValue{{Type: asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 1}, Value: "a@example.com"}},
		},
		NotBefore:   time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
		NotAfter:    time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC),
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	file, err := os.Create("testdata/chain.pem")
	check(err)
	write(file, leaf, ca, &key.PublicKey, caKey)
	write(file, ca, ca, &caKey.PublicKey, caKey)
	check(file.Close())
}

func newKey() *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(err)
	return key
}

func write(file *os.File, template, parent *x509.Certificate, public *ecdsa.PublicKey, signer *ecdsa.PrivateKey) {
	der, err := x509.CreateCertificate(rand.Reader, template, parent, public, signer)
	check(err)
	check(pem.Encode(file, &pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
