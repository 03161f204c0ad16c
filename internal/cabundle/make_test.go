package cabundle_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/cabundle"
	"github.com/sekisho/sekisho/internal/pkitest"
)

// normalise makes a bundle of certificates that are known to be good.
func normalise(t *testing.T, certificates ...*x509.Certificate) cabundle.Bundle {
	t.Helper()
	bundle, err := cabundle.Normalise(files(pkitest.PEM(certificates...)), pkitest.Epoch)
	if err != nil {
		t.Fatalf("normalising: %v", err)
	}
	return bundle
}

func files(data ...[]byte) []cabundle.File {
	var all []cabundle.File
	for i, d := range data {
		all = append(all, cabundle.File{Name: string(rune('a'+i)) + ".pem", Data: d})
	}
	return all
}

func certs(all ...*x509.Certificate) []*x509.Certificate { return all }

func subjects(all []*x509.Certificate) []string {
	var names []string
	for _, cert := range all {
		names = append(names, cabundle.Subject(cert))
	}
	return names
}

// certify makes another certificate like template, for any key and signer.
func certify(t *testing.T, template, parent *x509.Certificate, public crypto.PublicKey, signer crypto.Signer, edits ...func(*x509.Certificate)) *x509.Certificate {
	t.Helper()
	edited := *template
	edited.SerialNumber = big.NewInt(7)
	edited.RawSubject, edited.AuthorityKeyId, edited.SubjectKeyId = nil, nil, nil
	edited.SignatureAlgorithm = 0
	for _, edit := range edits {
		edit(&edited)
	}
	der, err := x509.CreateCertificate(rand.Reader, &edited, parent, public, signer)
	if err != nil {
		t.Fatalf("creating a certificate: %v", err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatalf("parsing a certificate: %v", err)
	}
	return cert
}

func validLonger(template *x509.Certificate) { template.NotAfter = template.NotAfter.AddDate(10, 0, 0) }

func named(name string) func(*x509.Certificate) {
	return func(template *x509.Certificate) { template.Subject = pkix.Name{CommonName: name} }
}

// tbs is a certificate as the standard library does not make one: before
// version 3, or signed with SHA-1 (RFC 5280, section 4.1).
type tbs struct {
	Version   int `asn1:"optional,explicit,default:0,tag:0"`
	Serial    *big.Int
	Algorithm pkix.AlgorithmIdentifier
	Issuer    asn1.RawValue
	Validity  struct{ NotBefore, NotAfter time.Time }
	Subject   asn1.RawValue
	Public    asn1.RawValue
	Rest      asn1.RawValue `asn1:"optional"`
}

// oldFashioned makes a self-signed certificate signed with SHA-1, of version 3
// when model has extensions to keep and of version 1 otherwise.
func oldFashioned(t *testing.T, key *rsa.PrivateKey, keepExtensions bool) []byte {
	t.Helper()
	ca := pkitest.NewCA(t, "Old")
	model := certify(t, ca.Cert, ca.Cert, key.Public(), ca.Key)
	var fields tbs
	unmarshal(t, model.RawTBSCertificate, &fields)
	fields.Algorithm = pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 5}, Parameters: asn1.NullRawValue}
	if !keepExtensions {
		fields.Version, fields.Rest = 0, asn1.RawValue{}
	}
	body := marshal(t, fields)
	digest := sha1.Sum(body)
	signature, err := rsa.SignPKCS1v15(nil, key, crypto.SHA1, digest[:])
	if err != nil {
		t.Fatalf("signing: %v", err)
	}
	return marshal(t, struct {
		Body      asn1.RawValue
		Algorithm pkix.AlgorithmIdentifier
		Signature asn1.BitString
	}{asn1.RawValue{FullBytes: body}, fields.Algorithm, asn1.BitString{Bytes: signature, BitLength: 8 * len(signature)}})
}

func marshal(t *testing.T, value any) []byte {
	t.Helper()
	der, err := asn1.Marshal(value)
	if err != nil {
		t.Fatalf("encoding: %v", err)
	}
	return der
}

func unmarshal(t *testing.T, der []byte, into any) {
	t.Helper()
	rest, err := asn1.Unmarshal(der, into)
	if err != nil || len(rest) > 0 {
		t.Fatalf("decoding: %v, %d bytes left", err, len(rest))
	}
}
