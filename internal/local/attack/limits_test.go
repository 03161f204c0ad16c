package attack

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/pkitest"
)

// misused are certificates of the right CA that are out of date, or meant for
// something else.
func misused(t *testing.T, h *house) []presented {
	now := time.Now()
	dates := func(from, to time.Duration) func(*x509.Certificate) {
		return func(c *x509.Certificate) { c.NotBefore, c.NotAfter = now.Add(from), now.Add(to) }
	}
	usages := func(usages ...x509.ExtKeyUsage) func(*x509.Certificate) {
		return func(c *x509.Certificate) { c.ExtKeyUsage = usages }
	}
	issued := func(edits ...func(*x509.Certificate)) credential {
		return of(h.issuing.Issue(t, "good", append([]func(*x509.Certificate){current}, edits...)...))
	}
	below := func(edits ...func(*x509.Certificate)) credential {
		ca := h.root.ChildCA(t, "Sub", append([]func(*x509.Certificate){current}, edits...)...)
		return of(ca.Issue(t, "good", current))
	}
	named := func(ca *pkitest.CA, edit func(*x509.Certificate)) credential {
		return of(ca.Issue(t, "good", current, edit))
	}
	return []presented{
		{"expired", issued(dates(-48*time.Hour, -time.Minute)), refused("expired")},
		{"not yet valid", issued(dates(time.Hour, 48*time.Hour)), refused("not-yet-valid")},
		{"valid until before it begins", issued(dates(time.Hour, -time.Hour)), refused("not-yet-valid")},
		{"below an expired CA", below(dates(-48*time.Hour, -time.Minute)), refused("expired")},
		{"below a CA not yet valid", below(dates(time.Hour, 48*time.Hour)), refused("not-yet-valid")},
		{"server authentication only", issued(usages(x509.ExtKeyUsageServerAuth)), refused("usage")},
		{"code signing only", issued(usages(x509.ExtKeyUsageCodeSigning)), refused("usage")},
		{"below a CA for servers only", below(usages(x509.ExtKeyUsageServerAuth)), refused("usage")},
		{"key usage without signatures", issued(func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageKeyEncipherment }), refused("usage")},
		{"key usage that allows nothing", issued(extension(2, 5, 29, 15)(3, 1, 0)), refused("usage")},
		{"extended key usage that names none", issued(usages(), extension(2, 5, 29, 37)(0x30, 0)), refused("certificate-syntax")},
		{"critical extension that nobody knows", issued(extension(1, 2, 3, 4)(5, 0)), refused("critical-extension")},
		{"below a CA with such an extension", below(extension(1, 2, 3, 4)(5, 0)), refused("critical-extension")},
		{"name outside of the CA's constraints", named(h.constrained, domain("example.org")), refused("name-constraints")},
		{"name that only ends like a permitted one", named(h.constrained, domain("badexample.com")), refused("name-constraints")},
		{"name that only begins like a permitted one", named(h.constrained, domain("example.com.example.org")), refused("name-constraints")},
		{"e-mail address outside of the constraints", named(h.constrained, func(c *x509.Certificate) { c.EmailAddresses = []string{"a@example.org"} }), refused("name-constraints")},
		{"e-mail address hidden in the subject", named(h.constrained, emailInSubject), refused("name-constraints")},
	}
}

// weaklings are certificates of the right CA whose key or signature, or whose
// CA's, proves little.
func weaklings(t *testing.T, h *house) []presented {
	byKey := func(key crypto.Signer) credential { return of(h.issuing.IssueFor(t, key, "good", current)) }
	_, edwards, _ := ed25519.GenerateKey(rand.Reader)
	p224, _ := ecdsa.GenerateKey(elliptic.P224(), rand.Reader)
	small := rsaKey(t, 1024)
	sha1 := otherwise(h.good, resigned(t, h.issuing, h.good.Cert, crypto.SHA1, func(part *signedPart) { part.Algorithm.Algorithm = ecdsaWithSHA1 }))
	old, older := h.issuing.IssueVersion1(t, "good"), h.root.ChildVersion1(t, "Version 1")
	return []presented{
		{"version 1", of(old), refused("certificate-version")},
		{"below a CA of version 1", of(older.Issue(t, "good", current)), refused("certificate-version")},
		{"RSA of 1024 bits", byKey(small), refused("certificate-key")},
		{"P-224", byKey(p224), refused("certificate-key").unproven()},
		{"Ed25519", byKey(edwards), refused("certificate-key")},
		{"SHA-1", sha1, refused("certificate-signature-algorithm")},
		{"below a CA with RSA of 1024 bits", belowKey(t, h.root, small), refused("certificate-key")},
		{"below a CA with Ed25519", belowKey(t, h.root, edwards), refused("certificate-signature-algorithm")},
		{"RSA with the exponent 1", byKey(exponent{rsaKey(t, 2048), 1}), refused("certificate-key").unproven()},
	}
}

// belowKey is a client of a CA, below parent, that has this key.
func belowKey(t *testing.T, parent *pkitest.CA, key crypto.Signer) credential {
	t.Helper()
	cert := parent.IssueFor(t, key, "Weak", current, func(c *x509.Certificate) {
		c.IsCA, c.BasicConstraintsValid, c.KeyUsage, c.ExtKeyUsage = true, true, x509.KeyUsageCertSign, nil
	}).Cert
	leaf := (&pkitest.CA{Cert: cert, Key: key}).Issue(t, "good", current)
	return show(leaf.Key, leaf.Cert, cert)
}

// exponent is an RSA key of which the certificate tells another exponent.
type exponent struct {
	*rsa.PrivateKey
	e int
}

func (k exponent) Public() crypto.PublicKey { return &rsa.PublicKey{N: k.N, E: k.e} }

func rsaKey(t *testing.T, bits int) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// extension adds a critical extension with that content.
func extension(oid ...int) func(...byte) func(*x509.Certificate) {
	return func(content ...byte) func(*x509.Certificate) {
		return func(c *x509.Certificate) {
			c.ExtraExtensions = append(c.ExtraExtensions, pkix.Extension{Id: asn1.ObjectIdentifier(oid), Critical: true, Value: content})
		}
	}
}

func domain(name string) func(*x509.Certificate) {
	return func(c *x509.Certificate) { c.DNSNames = []string{name} }
}

func emailInSubject(c *x509.Certificate) {
	c.Subject.ExtraNames = []pkix.AttributeTypeAndValue{{Type: asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 1}, Value: "a@example.org"}}
}
