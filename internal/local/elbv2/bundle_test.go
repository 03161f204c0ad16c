package elbv2

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"math/big"
	"strings"
	"testing"

	"github.com/sekisho/sekisho/internal/pkitest"
)

// Whatever has no line of its own here is a rule of the ALB guide, Mutual
// authentication with TLS.
func TestBundleRefuses(t *testing.T) {
	t.Parallel()
	ca := pkitest.NewCA(t, "ca")
	good := string(pkitest.PEM(ca.Cert))
	leaf := pkitest.PEM(ca.Issue(t, "leaf").Cert)
	notCA := pkitest.PEM(ca.Issue(t, "not-ca", func(c *x509.Certificate) { c.BasicConstraintsValid = true }).Cert)
	for _, test := range []struct {
		name, file, want string
	}{
		{"empty", "", "no certificate"},
		{"comments-only", "# nothing\n", "no certificate"},
		{"blank-line-between", good + "\n" + good, "blank line"},
		{"blank-line-at-end", good + "\n", "blank line"},
		{"blank-line-inside", strings.Replace(good, "\n", "\n\n", 1), "line 2: blank line"},
		{"crlf", strings.ReplaceAll(good, "\n", "\r\n"), "line 1: ends in CR LF"},
		{"text-preamble", "Certificate:\n" + good, "line 1: text outside"},
		{"comment-with-dash", "# root - 2026\n" + good, "line 1: text outside"},
		{"comment-inside", strings.Replace(good, "\n", "\n# here\n", 1), "comment inside"},
		{"der", string(ca.Cert.Raw), "line 1"},
		{"no-end", strings.TrimSuffix(good, "-----END CERTIFICATE-----\n"), "has no end"},
		{"nested", strings.Replace(good, "\n", "\n-----BEGIN CERTIFICATE-----\n", 1), "boundary inside"},
		{"damaged", strings.Replace(good, "\nM", "\n*", 1), "certificate 1: damaged PEM"},
		{"other-block", strings.ReplaceAll(good, "CERTIFICATE", "X509 CRL"), "text outside"},
		{"leaf", good + string(leaf), `certificate 2: "CN=leaf" is not an X.509 v3 CA`},
		{"basic-constraints-false", string(notCA), `"CN=not-ca" is not an X.509 v3 CA`},
		{"ed25519", string(pkitest.PEM(ed25519CA(t))), "not supported"},
		{"rsa-1024", string(pkitest.PEM(rsaCA(t, 1024))), "not supported"},
		{"p224", string(pkitest.PEM(curveCA(t, elliptic.P224()))), "not supported"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := parseBundle([]byte(test.file), Quotas{}.withDefaults())
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want an error with %q", err, test.want)
			}
		})
	}
}

func TestBundleTakes(t *testing.T) {
	t.Parallel()
	root := pkitest.NewCA(t, "root")
	child := root.ChildCA(t, "child")
	two := pkitest.PEM(root.Cert, child.Cert)
	for _, test := range []struct {
		name string
		file []byte
		want int
	}{
		{"two", two, 2},
		{"comments", append([]byte("# the root of 2026\n"), two...), 2},
		{"no-newline-at-end", bytes.TrimSuffix(two, []byte("\n")), 2},
		{"rsa-2048", pkitest.PEM(rsaCA(t, 2048)), 1},
		{"p521", pkitest.PEM(curveCA(t, elliptic.P521())), 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			bundle, err := parseBundle(test.file, Quotas{}.withDefaults())
			if err != nil || len(bundle.certificates) != test.want {
				t.Fatalf("got %d certificates, %v; want %d", len(bundle.certificates), err, test.want)
			}
			if !bytes.Equal(bundle.pem, test.file) {
				t.Error("the copy is not the file")
			}
		})
	}
}

func TestBundleQuotas(t *testing.T) {
	t.Parallel()
	one := pkitest.NewCA(t, "one").Cert
	two := pkitest.PEM(one, pkitest.NewCA(t, "two").Cert)
	for _, test := range []struct {
		name   string
		quotas Quotas
		want   string
	}{
		{"certificates", Quotas{Certificates: 1}, "2 certificates, at most 1"},
		{"certificate-bytes", Quotas{CertificateBytes: len(one.Raw) - 1}, "bytes, at most"},
		{"subject-bytes", Quotas{SubjectBytes: 2*len(one.RawSubject) - 1}, "subjects together"},
		{"just-enough", Quotas{Certificates: 2, SubjectBytes: 2 * len(one.RawSubject)}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := parseBundle(two, test.quotas.withDefaults())
			if test.want == "" {
				if err != nil {
					t.Errorf("got %v, want none", err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want an error with %q", err, test.want)
			}
		})
	}
}

func FuzzParseBundle(f *testing.F) {
	good := pkitest.PEM(pkitest.NewCA(f, "ca").Cert)
	f.Add(good)
	f.Add(append([]byte("# comment\n"), good...))
	f.Add([]byte("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		bundle, err := parseBundle(file, Quotas{}.withDefaults())
		if err != nil {
			return
		}
		again, err := parseBundle(pkitest.PEM(bundle.certificates...), Quotas{}.withDefaults())
		if err != nil || len(again.certificates) != len(bundle.certificates) {
			t.Fatalf("what was taken is refused when it is written cleanly: %v", err)
		}
	})
}

func selfSigned(tb testing.TB, public, private any) *x509.Certificate {
	tb.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: pkitest.Epoch, NotAfter: pkitest.Epoch.AddDate(1, 0, 0),
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign, BasicConstraintsValid: true, IsCA: true,
	}
	template.Subject.CommonName = "odd"
	der, err := x509.CreateCertificate(rand.Reader, template, template, public, private)
	if err != nil {
		tb.Fatalf("creating a certificate: %v", err)
	}
	ca, err := x509.ParseCertificate(der)
	if err != nil {
		tb.Fatalf("parsing a certificate: %v", err)
	}
	return ca
}

func ed25519CA(tb testing.TB) *x509.Certificate {
	tb.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	return selfSigned(tb, public, private)
}

func rsaCA(tb testing.TB, bits int) *x509.Certificate {
	tb.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		tb.Fatal(err)
	}
	return selfSigned(tb, key.Public(), key)
}

func curveCA(tb testing.TB, curve elliptic.Curve) *x509.Certificate {
	tb.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	return selfSigned(tb, key.Public(), key)
}
