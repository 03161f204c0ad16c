package ca

import (
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestClientCertificate(t *testing.T) {
	t.Parallel()
	c, _ := newCA(t)
	credential, err := c.Issue(Request{
		Name: "laptop-1", Days: 7,
		DNSNames: []string{"laptop-1.example"}, Emails: []string{"a@example.com"},
		URIs: []*url.URL{{Scheme: "spiffe", Host: "example", Path: "/laptop"}}, IPs: []net.IP{net.IPv4(192, 0, 2, 1).To4()},
	})
	if err != nil {
		t.Fatal(err)
	}
	leaf := credential.Certificate
	if leaf.Version != 3 || leaf.Subject.String() != "CN=laptop-1" || leaf.IsCA || leaf.KeyUsage != x509.KeyUsageDigitalSignature {
		t.Errorf("got version %d, subject %s, CA %v, usage %v", leaf.Version, leaf.Subject, leaf.IsCA, leaf.KeyUsage)
	}
	if !slices.Equal(leaf.ExtKeyUsage, []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}) {
		t.Errorf("got extended usage %v, want client authentication alone", leaf.ExtKeyUsage)
	}
	if !slices.Equal(leaf.CRLDistributionPoints, []string{"http://127.0.0.1:8081/issuing.crl"}) || !slices.Equal(leaf.IssuingCertificateURL, []string{"http://127.0.0.1:8081/issuing.crt"}) {
		t.Errorf("got list at %v, issuer at %v", leaf.CRLDistributionPoints, leaf.IssuingCertificateURL)
	}
	if !leaf.NotAfter.Equal(epoch.AddDate(0, 0, 7)) || !leaf.NotBefore.Before(epoch) {
		t.Errorf("valid from %s to %s, want about %s and 7 days", leaf.NotBefore, leaf.NotAfter, epoch)
	}
	if len(leaf.DNSNames)+len(leaf.EmailAddresses)+len(leaf.URIs)+len(leaf.IPAddresses) != 4 {
		t.Errorf("got alternative names %v %v %v %v", leaf.DNSNames, leaf.EmailAddresses, leaf.URIs, leaf.IPAddresses)
	}
	if leaf.SerialNumber.Sign() <= 0 || leaf.SerialNumber.BitLen() > 159 {
		t.Errorf("serial number %v is not positive and of at most 20 octets", leaf.SerialNumber)
	}
}

func TestCACertificates(t *testing.T) {
	t.Parallel()
	c, _ := newCA(t)
	root, issuing := c.Certificate(Root), c.Certificate(Issuing)
	for _, ca := range []*x509.Certificate{root, issuing} {
		if ca.Version != 3 || !ca.IsCA || ca.KeyUsage != x509.KeyUsageCertSign|x509.KeyUsageCRLSign || len(ca.SubjectKeyId) == 0 {
			t.Errorf("%s: version %d, CA %v, usage %v, key identifier %x", ca.Subject, ca.Version, ca.IsCA, ca.KeyUsage, ca.SubjectKeyId)
		}
	}
	if issuing.MaxPathLen != 0 || !issuing.MaxPathLenZero {
		t.Error("the issuing CA may have CAs below it")
	}
	if !slices.Equal(issuing.CRLDistributionPoints, []string{c.ListURL(Root)}) || !slices.Equal(issuing.IssuingCertificateURL, []string{c.CertificateURL(Root)}) {
		t.Errorf("the issuing CA points to %v and %v", issuing.CRLDistributionPoints, issuing.IssuingCertificateURL)
	}
	if len(root.CRLDistributionPoints) != 0 {
		t.Errorf("the root points to %v: nobody could revoke it there", root.CRLDistributionPoints)
	}
}

// The standard library verifies the chain for each kind of key, and what goes
// to files reads back as the same pair.
func TestChainOfEachKeyKind(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		kind KeyKind
		size int
	}{{RSA2048, 2048}, {RSA4096, 4096}, {P256, 256}, {P384, 384}} {
		t.Run(string(test.kind), func(t *testing.T) {
			t.Parallel()
			c := mustOpen(t, t.TempDir(), Options{KeyKind: test.kind, Now: newClock().Now})
			credential := mustIssue(t, c, "laptop-1")
			roots, intermediates := x509.NewCertPool(), x509.NewCertPool()
			roots.AddCert(c.Certificate(Root))
			intermediates.AddCert(c.Certificate(Issuing))
			_, err := credential.Certificate.Verify(x509.VerifyOptions{
				Roots: roots, Intermediates: intermediates, CurrentTime: epoch, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
			})
			if err != nil || keySize(credential.Certificate.PublicKey) != test.size || keySize(c.Certificate(Root).PublicKey) != test.size {
				t.Errorf("verifying: %v, keys of %d and %d bits; want %d", err, keySize(credential.Certificate.PublicKey), keySize(c.Certificate(Root).PublicKey), test.size)
			}
			key, err := credential.KeyPEM()
			if err != nil {
				t.Fatal(err)
			}
			pair, err := tls.X509KeyPair(credential.ChainPEM(), key)
			if err != nil || len(pair.Certificate) != 2 {
				t.Errorf("reading the pair back: %d certificates, %v; want 2", len(pair.Certificate), err)
			}
		})
	}
}

func keySize(public any) int {
	switch key := public.(type) {
	case *rsa.PublicKey:
		return key.N.BitLen()
	case *ecdsa.PublicKey:
		return key.Curve.Params().BitSize
	}
	return 0
}

func TestIssueRefuses(t *testing.T) {
	t.Parallel()
	c, clock := newCA(t)
	for _, test := range []struct {
		name    string
		request Request
		want    string
	}{
		{"empty", Request{}, "name is empty"},
		{"spaces", Request{Name: "  "}, "name is empty"},
		{"not-utf8", Request{Name: "\xff"}, "not UTF-8"},
		{"too-long", Request{Name: strings.Repeat("a", 65)}, "more than 64"},
		{"slash", Request{Name: "../etc"}, "slash"},
		{"dot", Request{Name: ".hidden"}, "dot"},
		{"dash", Request{Name: "-rf"}, "dash"},
		{"control", Request{Name: "a\nb"}, "cannot be printed"},
		{"negative-days", Request{Name: "a", Days: -1}, "-1 days"},
		{"outlives-the-ca", Request{Name: "a", Days: 11 * 366}, "outlive the CA"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := c.Issue(test.request)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want an error with %q", err, test.want)
			}
		})
	}
	clock.advance(time.Hour)
	_, err := c.Issue(Request{Name: "関所 1"})
	if err != nil {
		t.Errorf("a name beyond ASCII: %v, want none", err)
	}
}

// A browser or curl that trusts the server CA reaches the listeners by each of
// their names; the client CA bundle does not help it, nor the other way round.
func TestServerCertificate(t *testing.T) {
	t.Parallel()
	c, _ := newCA(t)
	certificate, err := c.IssueServer()
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(c.server.certificate)
	for _, host := range []string{"localhost", "127.0.0.1", "::1"} {
		_, err := certificate.Leaf.Verify(x509.VerifyOptions{DNSName: host, Roots: roots, CurrentTime: epoch})
		if err != nil {
			t.Errorf("as %s: %v", host, err)
		}
	}
	clients := x509.NewCertPool()
	clients.AppendCertsFromPEM(c.Bundle())
	_, err = certificate.Leaf.Verify(x509.VerifyOptions{DNSName: "localhost", Roots: clients, CurrentTime: epoch})
	if err == nil {
		t.Error("the client CA bundle verifies the server certificate")
	}
	if certificate.Leaf.NotAfter.Sub(certificate.Leaf.NotBefore) > 398*24*time.Hour {
		t.Errorf("valid for %s, longer than browsers take", certificate.Leaf.NotAfter.Sub(certificate.Leaf.NotBefore))
	}
}

func TestParseKeyKind(t *testing.T) {
	t.Parallel()
	for _, kind := range []KeyKind{RSA2048, RSA4096, P256, P384} {
		got, err := ParseKeyKind(string(kind))
		if err != nil || got != kind {
			t.Errorf("got %q, %v; want %q", got, err, kind)
		}
	}
	_, err := ParseKeyKind("ed25519")
	if err == nil || !strings.Contains(err.Error(), "p256") {
		t.Errorf("got %v, want an error that names the kinds", err)
	}
}

func TestSpanOfAClientCertificate(t *testing.T) {
	t.Parallel()
	c, clock := newCA(t)
	from, until := clock.Now().Add(-48*time.Hour), clock.Now().Add(-24*time.Hour)
	credential, err := c.Issue(Request{Name: "expired", From: from, Until: until})
	if err != nil {
		t.Fatal(err)
	}
	if got := credential.Certificate; !got.NotBefore.Equal(from) || !got.NotAfter.Equal(until) {
		t.Errorf("got %s to %s, want %s to %s", got.NotBefore, got.NotAfter, from, until)
	}
	_, err = c.Issue(Request{Name: "turned", From: until, Until: from})
	if err == nil || !strings.Contains(err.Error(), "begin before it ends") {
		t.Errorf("a span the wrong way round: got %v", err)
	}
}
