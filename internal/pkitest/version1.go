package pkitest

import (
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"testing"
	"time"
)

// version1 is the part of an X.509 version 1 certificate that is signed: no
// version, no extensions.
type version1 struct {
	Serial    *big.Int
	Algorithm pkix.AlgorithmIdentifier
	Issuer    asn1.RawValue
	Validity  struct{ NotBefore, NotAfter time.Time }
	Subject   pkix.RDNSequence
	PublicKey asn1.RawValue
}

// IssueVersion1 makes a version 1 certificate, as `openssl x509 -req` does
// when it is given no extensions. The standard library does not make any.
func (ca *CA) IssueVersion1(tb testing.TB, cn string) *Leaf {
	tb.Helper()
	key := NewKey(tb)
	leaf := &Leaf{Key: key, Cert: ca.signVersion1(tb, cn, key.Public())}
	leaf.Chain = []*x509.Certificate{leaf.Cert}
	for at := ca; at.parent != nil; at = at.parent {
		leaf.Chain = append(leaf.Chain, at.Cert)
	}
	return leaf
}

// ChildVersion1 makes an intermediate CA with a version 1 certificate, which
// cannot say that it is one.
func (ca *CA) ChildVersion1(tb testing.TB, name string) *CA {
	tb.Helper()
	key := NewKey(tb)
	return &CA{Cert: ca.signVersion1(tb, name, key.Public()), Key: key, parent: ca, serial: 100}
}

func (ca *CA) signVersion1(tb testing.TB, cn string, public crypto.PublicKey) *x509.Certificate {
	tb.Helper()
	spki, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		tb.Fatalf("encoding the key of %s: %v", cn, err)
	}
	ecdsaWithSHA256 := pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}}
	tbs := version1{
		Serial:    ca.nextSerial(),
		Algorithm: ecdsaWithSHA256,
		Issuer:    asn1.RawValue{FullBytes: ca.Cert.RawSubject},
		Subject:   pkix.Name{CommonName: cn}.ToRDNSequence(),
		PublicKey: asn1.RawValue{FullBytes: spki},
	}
	tbs.Validity.NotBefore, tbs.Validity.NotAfter = Epoch.AddDate(0, 0, -1), Epoch.AddDate(1, 0, 0)
	signed := marshal(tb, tbs)
	digest := sha256.Sum256(signed)
	signature, err := ca.Key.Sign(rand.Reader, digest[:], crypto.SHA256)
	if err != nil {
		tb.Fatalf("signing the certificate of %s: %v", cn, err)
	}
	cert, err := x509.ParseCertificate(marshal(tb, struct {
		TBS       asn1.RawValue
		Algorithm pkix.AlgorithmIdentifier
		Signature asn1.BitString
	}{asn1.RawValue{FullBytes: signed}, ecdsaWithSHA256, asn1.BitString{Bytes: signature, BitLength: len(signature) * 8}}))
	if err != nil {
		tb.Fatalf("parsing the certificate of %s: %v", cn, err)
	}
	return cert
}

func marshal(tb testing.TB, value any) []byte {
	tb.Helper()
	der, err := asn1.Marshal(value)
	if err != nil {
		tb.Fatalf("encoding a certificate: %v", err)
	}
	return der
}
