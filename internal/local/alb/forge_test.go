package alb

import (
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"testing"

	"github.com/sekisho/sekisho/internal/pkitest"
)

// tbsCertificate is RFC 5280 section 4.1, as far as a test changes it.
type tbsCertificate struct {
	Version            int `asn1:"optional,explicit,default:0,tag:0"`
	SerialNumber       *big.Int
	SignatureAlgorithm pkix.AlgorithmIdentifier
	Issuer             asn1.RawValue
	Validity           asn1.RawValue
	Subject            asn1.RawValue
	PublicKey          asn1.RawValue
	Extensions         []pkix.Extension `asn1:"omitempty,optional,explicit,tag:3"`
}

type certificate struct {
	TBS                asn1.RawValue
	SignatureAlgorithm pkix.AlgorithmIdentifier
	Signature          asn1.BitString
}

// version1 turns an X.509 v3 certificate of ca into a v1 one, which has no
// extensions: what "openssl x509 -req" makes without an extension file.
func version1(tb testing.TB, ca *pkitest.CA, cert *x509.Certificate) *x509.Certificate {
	tb.Helper()
	return resign(tb, ca, cert, crypto.SHA256, func(tbs *tbsCertificate) {
		tbs.Version, tbs.Extensions = 0, nil
	})
}

// sha1Signed signs the certificate of ca again with SHA-1, which crypto/x509
// refuses to do.
func sha1Signed(tb testing.TB, ca *pkitest.CA, cert *x509.Certificate) *x509.Certificate {
	tb.Helper()
	return resign(tb, ca, cert, crypto.SHA1, func(tbs *tbsCertificate) {
		tbs.SignatureAlgorithm.Algorithm = asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 1} // ecdsa-with-SHA1
	})
}

// resign changes a certificate of ca, whose key is ECDSA, and signs it again.
func resign(tb testing.TB, ca *pkitest.CA, cert *x509.Certificate, hash crypto.Hash, edit func(*tbsCertificate)) *x509.Certificate {
	tb.Helper()
	changed, err := x509.ParseCertificate(resignDER(tb, ca, cert, hash, edit))
	if err != nil {
		tb.Fatalf("parsing a changed certificate: %v", err)
	}
	return changed
}

// resignDER is resign for what crypto/x509 cannot parse.
func resignDER(tb testing.TB, ca *pkitest.CA, cert *x509.Certificate, hash crypto.Hash, edit func(*tbsCertificate)) []byte {
	tb.Helper()
	var tbs tbsCertificate
	_, err := asn1.Unmarshal(cert.RawTBSCertificate, &tbs)
	if err != nil {
		tb.Fatalf("taking a certificate apart: %v", err)
	}
	edit(&tbs)
	raw := marshal(tb, tbs)
	hashed := hash.New()
	hashed.Write(raw)
	signature, err := ca.Key.Sign(rand.Reader, hashed.Sum(nil), hash)
	if err != nil {
		tb.Fatalf("signing: %v", err)
	}
	return marshal(tb, certificate{
		TBS:                asn1.RawValue{FullBytes: raw},
		SignatureAlgorithm: tbs.SignatureAlgorithm,
		Signature:          asn1.BitString{Bytes: signature, BitLength: 8 * len(signature)},
	})
}

func marshal(tb testing.TB, value any) []byte {
	tb.Helper()
	der, err := asn1.Marshal(value)
	if err != nil {
		tb.Fatalf("encoding: %v", err)
	}
	return der
}
