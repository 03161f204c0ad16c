package crl

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"math/big"
	"sync"
	"testing"

	"github.com/sekisho/sekisho/internal/crl/crltest"
	"github.com/sekisho/sekisho/internal/pkitest"
)

var rsaKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

func newRSAKey(tb testing.TB) *rsa.PrivateKey {
	tb.Helper()
	key, err := rsaKey()
	if err != nil {
		tb.Fatal(err)
	}
	return key
}

func newECKey(tb testing.TB, curve elliptic.Curve) *ecdsa.PrivateKey {
	tb.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	return key
}

// caWith makes a CA whose key is of the given kind.
func caWith(tb testing.TB, key crypto.Signer) *pkitest.CA {
	tb.Helper()
	template := pkitest.NewCA(tb, "Root").Cert
	template.SignatureAlgorithm, template.PublicKey = x509.UnknownSignatureAlgorithm, key.Public() // let the key decide
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		tb.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		tb.Fatal(err)
	}
	return &pkitest.CA{Cert: cert, Key: key}
}

func TestAlgorithmsOfTheGate(t *testing.T) {
	t.Parallel()
	rsaCA := caWith(t, newRSAKey(t))
	p256, p384, p521 := caWith(t, newECKey(t, elliptic.P256())), caWith(t, newECKey(t, elliptic.P384())), caWith(t, newECKey(t, elliptic.P521()))
	ca := map[x509.SignatureAlgorithm]*pkitest.CA{
		x509.SHA256WithRSA: rsaCA, x509.SHA384WithRSA: rsaCA, x509.SHA512WithRSA: rsaCA,
		x509.SHA256WithRSAPSS: rsaCA, x509.SHA384WithRSAPSS: rsaCA, x509.SHA512WithRSAPSS: rsaCA,
		x509.ECDSAWithSHA256: p256, x509.ECDSAWithSHA384: p384, x509.ECDSAWithSHA512: p521,
	}
	for _, algorithm := range GateAlgorithms() {
		t.Run(algorithm.String(), func(t *testing.T) {
			t.Parallel()
			signer, other := ca[algorithm], pkitest.NewCA(t, "Root")
			der := signer.CRLWith(t, func(list *x509.RevocationList) { list.SignatureAlgorithm = algorithm })
			list := read(t, der)
			if list.SignatureAlgorithm != algorithm {
				t.Errorf("got %v", list.SignatureAlgorithm)
			}
			_, err := Check(list, []*x509.Certificate{signer.Cert}, nil, Policy{}, hour)
			if err != nil {
				t.Error(err)
			}
			impostor := *other.Cert
			impostor.SubjectKeyId = signer.Cert.SubjectKeyId
			_, err = Check(list, []*x509.Certificate{&impostor}, nil, Policy{}, hour)
			refused(t, err, ReasonBadSignature, "did not sign it")
			list.signature[len(list.signature)-1] ^= 1
			_, err = Check(list, []*x509.Certificate{signer.Cert}, nil, Policy{}, hour)
			refused(t, err, ReasonBadSignature, "did not sign it")
		})
	}
}

// TestKeyOfAnotherKind: an algorithm for RSA verifies with no other key, nor
// the other way round, even where the bytes would fit.
func TestKeyOfAnotherKind(t *testing.T) {
	t.Parallel()
	rsaCA, ecCA := caWith(t, newRSAKey(t)), pkitest.NewCA(t, "Root")
	for _, test := range []struct {
		name      string
		algorithm x509.SignatureAlgorithm
		by        *pkitest.CA
		issuer    *pkitest.CA
	}{
		{"RSA for ECDSA", x509.SHA256WithRSA, rsaCA, ecCA},
		{"ECDSA for RSA", x509.ECDSAWithSHA256, ecCA, rsaCA},
	} {
		list := read(t, test.by.CRLWith(t, func(l *x509.RevocationList) { l.SignatureAlgorithm = test.algorithm }))
		issuer := *test.issuer.Cert
		issuer.SubjectKeyId = nil
		_, err := Check(list, []*x509.Certificate{&issuer}, nil, Policy{}, hour)
		refused(t, err, ReasonBadSignature, "did not sign it")
	}
}

// pssParameters are RSASSA-PSS-params (RFC 4055, section 3.1).
type pssParameters struct {
	hash, mgfHash       string
	saltLength, trailer int64
}

const (
	oidSHA256Digits = "608648016503040201"
	oidSHA384Digits = "608648016503040202"
	oidSHA1Digits   = "2b0e03021a"
)

func (p pssParameters) algorithm() []byte {
	hash := crltest.Sequence(crltest.OID(p.hash), asn1.NullBytes)
	mgf := crltest.Sequence(crltest.OID("2a864886f70d010108"), crltest.Sequence(crltest.OID(p.mgfHash), asn1.NullBytes))
	fields := [][]byte{crltest.TLV(0xa0, hash), crltest.TLV(0xa1, mgf), crltest.TLV(0xa2, crltest.Integer(big.NewInt(p.saltLength)))}
	if p.trailer != 1 {
		fields = append(fields, crltest.TLV(0xa3, crltest.Integer(big.NewInt(p.trailer))))
	}
	return crltest.Sequence(crltest.OID("2a864886f70d01010a"), crltest.Sequence(fields...))
}

func TestPSSParameters(t *testing.T) {
	t.Parallel()
	ca := pkitest.NewCA(t, "Root")
	for _, test := range []struct {
		name  string
		p     pssParameters
		known bool
	}{
		{"as they should be", pssParameters{oidSHA256Digits, oidSHA256Digits, 32, 1}, true},
		{"another hash in the mask", pssParameters{oidSHA256Digits, oidSHA384Digits, 32, 1}, false},
		{"salt too short", pssParameters{oidSHA256Digits, oidSHA256Digits, 20, 1}, false},
		{"salt too long", pssParameters{oidSHA256Digits, oidSHA256Digits, 48, 1}, false},
		{"another trailer", pssParameters{oidSHA256Digits, oidSHA256Digits, 32, 2}, false},
		{"SHA-1", pssParameters{oidSHA1Digits, oidSHA1Digits, 20, 1}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			list := read(t, signed(t, ca, func(d *crltest.Draft) { d.Inner, d.Outer = test.p.algorithm(), test.p.algorithm() }))
			reason := ReasonBadSignature // it is not a PSS signature at all
			if !test.known {
				reason = ReasonSignatureAlgorithm
			}
			_, err := Check(list, []*x509.Certificate{ca.Cert}, nil, Policy{}, hour)
			refused(t, err, reason, "")
		})
	}
}

func TestNULLIsNoParameter(t *testing.T) {
	t.Parallel()
	ca := pkitest.NewCA(t, "Root")
	algorithm := crltest.Sequence(crltest.OID("2a8648ce3d040302"), asn1.NullBytes)
	list := read(t, signed(t, ca, func(d *crltest.Draft) { d.Inner, d.Outer = algorithm, algorithm }))
	_, err := Check(list, []*x509.Certificate{ca.Cert}, nil, Policy{}, hour)
	if err != nil {
		t.Error(err)
	}
}

// TestKeysOfOneName: after a CA changed its key, the bundle has two
// certificates of its name; the right one is found with or without the help of
// the key identifier.
func TestKeysOfOneName(t *testing.T) {
	t.Parallel()
	before, after := pkitest.NewCA(t, "Root"), pkitest.NewCA(t, "Root")
	bundle := []*x509.Certificate{before.Cert, after.Cert}
	for name, edit := range map[string]func(*crltest.Draft){
		"with a key identifier":    func(*crltest.Draft) {},
		"without a key identifier": func(d *crltest.Draft) { d.Extensions = d.Extensions[1:] },
	} {
		for _, ca := range []*pkitest.CA{before, after} {
			issuer, err := Check(read(t, signed(t, ca, edit)), bundle, nil, Policy{}, hour)
			if err != nil || issuer != ca.Cert {
				t.Errorf("%s: got %v, %v", name, issuer, err)
			}
		}
	}
}

func TestCertificatesBeforeVersion3MaySign(t *testing.T) {
	t.Parallel()
	ca := pkitest.NewCA(t, "Root")
	old := *ca.Cert
	old.Version, old.BasicConstraintsValid, old.IsCA, old.KeyUsage = 1, false, false, 0
	list := read(t, signed(t, ca))
	_, err := Check(list, []*x509.Certificate{&old}, nil, Policy{}, hour)
	if err != nil {
		t.Error(err)
	}
	old.Version = 3
	_, err = Check(list, []*x509.Certificate{&old}, nil, Policy{}, hour)
	refused(t, err, ReasonIssuerMayNotSign, "not a CA's")
}

func TestNobodyIsAnUnknownIssuer(t *testing.T) {
	t.Parallel()
	ca := pkitest.NewCA(t, "Root")
	_, err := Check(read(t, signed(t, ca)), nil, nil, Policy{}, hour)
	refused(t, err, ReasonUnknownIssuer, `"CN=Root"`)
}

// TestUsualAlgorithmsAreWhatTheirNumbersSay: what is known by heart is what
// crypto/x509 reads.
func TestUsualAlgorithmsAreWhatTheirNumbersSay(t *testing.T) {
	t.Parallel()
	null := []byte{5, 0}
	for _, test := range []struct {
		oid        asn1.ObjectIdentifier
		parameters []byte
		want       x509.SignatureAlgorithm
	}{
		{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 11}, null, x509.SHA256WithRSA},
		{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 12}, null, x509.SHA384WithRSA},
		{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 13}, null, x509.SHA512WithRSA},
		{asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}, nil, x509.ECDSAWithSHA256},
		{asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 3}, nil, x509.ECDSAWithSHA384},
		{asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 4}, nil, x509.ECDSAWithSHA512},
	} {
		oid, err := asn1.Marshal(test.oid)
		if err != nil {
			t.Fatal(err)
		}
		raw := wrap(tagSequence, oid, test.parameters)
		parsed, err := emptyOutline(raw).parse()
		if err != nil {
			t.Fatal(err)
		}
		if got := usualAlgorithm(raw); got != test.want || parsed.SignatureAlgorithm != test.want {
			t.Errorf("%v: got %v, crypto/x509 says %v, want %v", test.oid, got, parsed.SignatureAlgorithm, test.want)
		}
		for i := range raw {
			other := bytes.Clone(raw)
			other[i] ^= 0x40
			if got := usualAlgorithm(other); got != x509.UnknownSignatureAlgorithm {
				t.Errorf("%x: got %v", other, got)
			}
		}
	}
}
