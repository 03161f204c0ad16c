package cabundle_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/cabundle"
	"github.com/sekisho/sekisho/internal/pkitest"
)

// Each row breaks one property of a certificate.
func TestNormaliseRefusesCertificates(t *testing.T) {
	t.Parallel()
	ca := pkitest.NewCA(t, "Root")
	weak := generateRSA(t, 1024)
	strong := generateRSA(t, 2048)
	const keys = "an Application Load Balancer takes RSA of 2048 to 8192 bits and ECDSA on P-256, P-384 or P-521"
	now := pkitest.Epoch
	edited := func(edit func(*x509.Certificate)) []byte { return pkitest.NewCA(t, "Odd", edit).Cert.Raw }
	large := edited(padded(16 << 10))
	oversize := func(der []byte) string {
		return fmt.Sprintf("a.pem: certificate 1 (CN=Odd): %d bytes as PEM: a trust store takes 16384 for one certificate",
			len(pkitest.PEM(&x509.Certificate{Raw: der})))
	}
	hopeless := edited(func(c *x509.Certificate) {
		c.IsCA, c.NotAfter = false, now.Add(-time.Hour)
		padded(16 << 10)(c)
	})
	keyed := func(public any) []byte { return certify(t, ca.Cert, ca.Cert, public, ca.Key, named("Odd")).Raw }

	for name, test := range map[string]struct {
		data []byte
		now  time.Time
		want []string
	}{
		"a leaf":               {ca.Issue(t, "laptop").Cert.Raw, now, []string{"a.pem: certificate 1 (CN=laptop): not a CA certificate but a leaf: name the CA that issued it instead"}},
		"CA flag false":        {edited(func(c *x509.Certificate) { c.IsCA = false }), now, []string{"a.pem: certificate 1 (CN=Odd): not a CA certificate but a leaf: name the CA that issued it instead"}},
		"no basic constraints": {edited(func(c *x509.Certificate) { c.BasicConstraintsValid, c.IsCA = false, false }), now, []string{"a.pem: certificate 1 (CN=Odd): not a CA certificate but a leaf: name the CA that issued it instead"}},
		"may sign lists only":  {edited(func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageCRLSign }), now, []string{"a.pem: certificate 1 (CN=Odd): its key usage does not let it sign certificates: name the CA that does"}},
		"expired":              {ca.Cert.Raw, ca.Cert.NotAfter.Add(time.Second), []string{"a.pem: certificate 1 (CN=Root): expired on 2036-06-01T12:00:00Z: remove it, or replace it by its renewal"}},
		"RSA of 1024 bits":     {keyed(weak.Public()), now, []string{"a.pem: certificate 1 (CN=Odd): an RSA key of 1024 bits: " + keys}},
		"RSA of 8200 bits":     {keyed(hugeRSA()), now, []string{"a.pem: certificate 1 (CN=Odd): an RSA key of 8200 bits: " + keys}},
		"ECDSA on P-224":       {keyed(generateECDSA(t, elliptic.P224()).Public()), now, []string{"a.pem: certificate 1 (CN=Odd): an ECDSA key on P-224: " + keys}},
		"Ed25519":              {keyed(ed25519.PublicKey(make([]byte, 32))), now, []string{"a.pem: certificate 1 (CN=Odd): a key of type Ed25519: " + keys}},
		"signed with SHA-1":    {oldFashioned(t, strong, true), now, []string{"a.pem: certificate 1 (CN=Old): signed with SHA1-RSA: an Application Load Balancer takes SHA-256, SHA-384 or SHA-512 with RSA, RSA-PSS or ECDSA"}},
		"version 1": {oldFashioned(t, strong, false), now, []string{
			"a.pem: certificate 1 (CN=Old): X.509 version 1, an Application Load Balancer takes version 3 only: issue the CA again with extensions (basicConstraints, keyUsage)",
			"a.pem: certificate 1 (CN=Old): signed with SHA1-RSA: an Application Load Balancer takes SHA-256, SHA-384 or SHA-512 with RSA, RSA-PSS or ECDSA",
		}},
		"oversize": {large, now, []string{oversize(large)}},
		"everything at once": {hopeless, now, []string{
			"a.pem: certificate 1 (CN=Odd): not a CA certificate but a leaf: name the CA that issued it instead",
			"a.pem: certificate 1 (CN=Odd): expired on 2026-06-01T11:00:00Z: remove it, or replace it by its renewal",
			oversize(hopeless),
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := cabundle.Normalise(files(test.data), test.now)
			expect(t, complaints(t, err), test.want)
		})
	}
}

func TestNormaliseAccepts(t *testing.T) {
	t.Parallel()
	ca := pkitest.NewCA(t, "Root")
	now := pkitest.Epoch
	for name, test := range map[string]struct {
		cert *x509.Certificate
		now  time.Time
	}{
		"valid up to its last second": {ca.Cert, ca.Cert.NotAfter},
		"not valid yet":               {ca.Cert, ca.Cert.NotBefore.Add(-time.Hour)},
		"no key usage":                {pkitest.NewCA(t, "Root", func(c *x509.Certificate) { c.KeyUsage = 0 }).Cert, now},
		"RSA of 2048 bits":            {certify(t, ca.Cert, ca.Cert, generateRSA(t, 2048).Public(), ca.Key), now},
		"P-384":                       {certify(t, ca.Cert, ca.Cert, generateECDSA(t, elliptic.P384()).Public(), ca.Key), now},
		"P-521":                       {certify(t, ca.Cert, ca.Cert, generateECDSA(t, elliptic.P521()).Public(), ca.Key), now},
		"just below the size limit":   {pkitest.NewCA(t, "Root", padded(11500)).Cert, now},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := cabundle.Normalise(files(test.cert.Raw), test.now)
			if err != nil {
				t.Errorf("got error %v", err)
			}
		})
	}
}

func TestNormaliseRefusesBundles(t *testing.T) {
	t.Parallel()
	root := pkitest.NewCA(t, "Root").Cert
	a, b := pkitest.NewCA(t, "A"), pkitest.NewCA(t, "B")
	aByB := certify(t, a.Cert, b.Cert, a.Key.Public(), b.Key)
	bByA := certify(t, b.Cert, a.Cert, b.Key.Public(), a.Key)
	many := manyCAs(t, 26)
	long := wordyCAs(t)

	for name, test := range map[string]struct {
		files  []cabundle.File
		quotas cabundle.Quotas
		want   []string
	}{
		"no file":                {nil, cabundle.Quotas{}, []string{"no CA certificate: name the file that holds the CA that issues the clients' certificates"}},
		"duplicate in a file":    {files(pkitest.PEM(root, root)), cabundle.Quotas{}, []string{"a.pem: certificate 2 (CN=Root): the same certificate as a.pem, certificate 1: remove one of them"}},
		"duplicate across files": {files(pkitest.PEM(a.Cert, root), root.Raw), cabundle.Quotas{}, []string{"b.pem: certificate 1 (CN=Root): the same certificate as a.pem, certificate 2: remove one of them"}},
		"one too many":           {files(pkitest.PEM(many...)), cabundle.Quotas{}, []string{"26 certificates, a trust store takes 25: leave out what issues no clients, or have AWS raise the quota L-43FE5A42 and set the limit"}},
		"one too many, raised":   {files(pkitest.PEM(many...)), cabundle.Quotas{Certificates: 24}, []string{"26 certificates, a trust store takes 24: leave out what issues no clients, or have AWS raise the quota L-43FE5A42 and set the limit"}},
		"subjects too large":     {files(pkitest.PEM(long...)), cabundle.Quotas{}, []string{"the subjects of all certificates take 10042 bytes, a trust store takes 10000: leave out what issues no clients, or have AWS raise the quota L-F31E307C and set the limit"}},
		"no anchor":              {files(pkitest.PEM(aByB, bByA)), cabundle.Quotas{}, []string{"no trust anchor: each certificate is issued by another one of the bundle; add the root"}},
		"several files, each with its own": {files([]byte("nothing"), pkitest.PEM(root, root), nil), cabundle.Quotas{}, []string{
			"a.pem: no certificate in it, neither as PEM nor as DER",
			"c.pem: the file is empty",
			"b.pem: certificate 2 (CN=Root): the same certificate as b.pem, certificate 1: remove one of them",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := cabundle.NormaliseWithin(test.files, test.quotas, pkitest.Epoch)
			expect(t, complaints(t, err), test.want)
		})
	}
}

func TestRaisedQuotas(t *testing.T) {
	t.Parallel()
	data := pkitest.PEM(append(manyCAs(t, 24), wordyCAs(t)...)...)
	_, err := cabundle.NormaliseWithin(files(data), cabundle.Quotas{Certificates: 26, SubjectBytes: 11_000}, pkitest.Epoch)
	if err != nil {
		t.Errorf("got error %v", err)
	}
}

// A problem says in which file, at which place and for which certificate, so
// that a caller can say at which setting.
func TestProblemKnowsItsPlace(t *testing.T) {
	t.Parallel()
	leaf := pkitest.NewCA(t, "Root").Issue(t, "laptop").Cert
	_, err := cabundle.Normalise(files(pkitest.PEM(pkitest.NewCA(t, "Root").Cert), pkitest.PEM(pkitest.NewCA(t, "Other").Cert, leaf)), pkitest.Epoch)
	var problem *cabundle.Problem
	if !errors.As(err, &problem) {
		t.Fatalf("got error %v, want a problem", err)
	}
	if problem.File != "b.pem" || problem.Position != 2 || problem.Subject != "CN=laptop" {
		t.Errorf("got %+v, want it at certificate 2 of b.pem, CN=laptop", problem)
	}
}

// complaints are the messages of the joined problems; no error is a failure.
func complaints(t *testing.T, err error) []string {
	t.Helper()
	if err == nil {
		t.Fatal("got no error")
	}
	var all []string
	for _, one := range err.(interface{ Unwrap() []error }).Unwrap() {
		var problem *cabundle.Problem
		if !errors.As(one, &problem) {
			t.Errorf("got %T, want a problem", one)
		}
		all = append(all, one.Error())
	}
	return all
}

func expect(t *testing.T, got, want []string) {
	t.Helper()
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

// padded makes a certificate larger by an extension of the given size.
func padded(size int) func(*x509.Certificate) {
	return func(template *x509.Certificate) {
		template.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 32473, 1}, Value: make([]byte, size)}}
	}
}

func manyCAs(t *testing.T, count int) []*x509.Certificate {
	t.Helper()
	var all []*x509.Certificate
	for i := range count {
		all = append(all, pkitest.NewCA(t, fmt.Sprintf("CA %d", i)).Cert)
	}
	return all
}

// wordyCAs have the longest names that still fit into their certificates.
func wordyCAs(t *testing.T) []*x509.Certificate {
	t.Helper()
	name := strings.Repeat("x", 5000)
	return certs(pkitest.NewCA(t, name).Cert, pkitest.NewCA(t, name).Cert)
}

func generateRSA(t *testing.T, bits int) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatalf("making a key: %v", err)
	}
	return key
}

func generateECDSA(t *testing.T, curve elliptic.Curve) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		t.Fatalf("making a key: %v", err)
	}
	return key
}

// hugeRSA is a public key that nobody has the private one of.
func hugeRSA() *rsa.PublicKey {
	modulus := new(big.Int).Lsh(big.NewInt(1), 8199)
	return &rsa.PublicKey{N: modulus.Add(modulus, big.NewInt(1)), E: 65537}
}
