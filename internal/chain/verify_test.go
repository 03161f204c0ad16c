package chain

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"net"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sekisho/sekisho/internal/pkitest"
)

// Each case presents one chain to a verifier that trusts Root and Issuing CA
// and does not look at lists.
func TestVerify(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	other := pkitest.NewCA(t, "Other Root")
	lookalike := pkitest.NewCA(t, "Root")
	lookalikeIssuing := lookalike.ChildCA(t, "Issuing CA")
	late := func(c *x509.Certificate) { c.NotBefore = now.Add(time.Second) }
	over := func(c *x509.Certificate) { c.NotAfter = now.Add(-time.Second) }
	unknownCritical := func(c *x509.Certificate) {
		c.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 55738, 1}, Critical: true, Value: []byte{5, 0}}}
	}
	chainOf := func(ca *pkitest.CA, edits ...edit) []*x509.Certificate {
		return ca.Issue(t, "laptop-1", edits...).Chain
	}
	below := func(edits ...edit) *pkitest.CA { return h.issuing.ChildCA(t, "Sub CA", edits...) }
	swapped := h.issuing.Issue(t, "laptop-1")

	cases := []struct {
		name      string
		presented []*x509.Certificate
		now       time.Time
		want      want
	}{
		{"leaf and issuer", h.client.Chain, now, want{}},
		{"leaf alone, the issuer is in the bundle", h.client.Chain[:1], now, want{}},
		{"the root presented as well", append(slices.Clone(h.client.Chain), h.root.Cert), now, want{}},
		{"a CA that only the client has", chainOf(below()), now, want{}},
		{"issued by the anchor", chainOf(h.root), now, want{}},
		{"a stray certificate behind", append(slices.Clone(h.client.Chain), other.Cert), now, want{}},
		{"issuers out of order", []*x509.Certificate{chainOf(below())[0], h.issuing.Cert, below().Cert}, now,
			want{ReasonUntrusted, 0, "no CA certificate of the bundle vouches"}},
		{"at the last second", h.client.Chain, h.client.Cert.NotAfter, want{}},
		{"at the first second", h.client.Chain, h.client.Cert.NotBefore, want{}},

		{"nothing", nil, now, want{ReasonNoCertificate, 0, "no certificate"}},
		{"of another CA", chainOf(other), now, want{ReasonUntrusted, 0, `its issuer is "CN=Other Root"`}},
		{"of another CA that is presented too", append(chainOf(other), other.Cert), now, want{ReasonUntrusted, 1, "vouches"}},
		{"of a CA of the same name", chainOf(lookalikeIssuing)[:1], now, want{ReasonUntrusted, 0, "vouches"}},
		{"of a CA of the same name, presented", chainOf(lookalikeIssuing), now, want{ReasonUntrusted, 1, "vouches"}},
		{"of a root of the same name", append(chainOf(lookalikeIssuing), lookalike.Cert), now, want{ReasonUntrusted, 2, "vouches"}},
		{"self-made with the right subject", []*x509.Certificate{selfMade(t, "laptop-1")}, now, want{ReasonUntrusted, 0, "vouches"}},
		{"self-made before a genuine chain", append([]*x509.Certificate{selfMade(t, "laptop-1")}, h.client.Chain...), now, want{ReasonUntrusted, 0, "vouches"}},
		{"signature of another certificate", []*x509.Certificate{withSignatureOf(t, h.client.Cert, swapped.Cert)}, now, want{ReasonUntrusted, 0, "vouches"}},
		{"expired", chainOf(h.issuing, over), now, want{ReasonExpired, 0, "expired at 2026-06-01T12:59:59Z, now is 2026-06-01T13:00:00Z"}},
		{"a second after the last", h.client.Chain, h.client.Cert.NotAfter.Add(time.Second), want{ReasonExpired, 0, "expired at"}},
		{"not yet valid", chainOf(h.issuing, late), now, want{ReasonNotYetValid, 0, "valid from 2026-06-01T13:00:01Z"}},
		{"a second before the first", h.client.Chain, h.client.Cert.NotBefore.Add(-time.Second), want{ReasonNotYetValid, 0, "valid from"}},
		{"no time at all", h.client.Chain, time.Time{}, want{ReasonNotYetValid, 0, "valid from"}},
		{"issuer expired", chainOf(below(over)), now, want{ReasonExpired, 1, "expired at"}},
		{"issuer not yet valid", chainOf(below(late)), now, want{ReasonNotYetValid, 1, "valid from"}},
		{"anchor expired", longLived(t, h), pkitest.Epoch.AddDate(11, 0, 0), want{ReasonExpired, 1, "expired at"}},
		{"server authentication only", chainOf(h.issuing, usages(x509.ExtKeyUsageServerAuth)), now, want{ReasonUsage, 0, "not meant for this use"}},
		{"no extended key usage", chainOf(h.issuing, usages()), now, want{}},
		{"any extended key usage", chainOf(h.issuing, usages(x509.ExtKeyUsageAny)), now, want{}},
		{"several usages", chainOf(h.issuing, usages(x509.ExtKeyUsageEmailProtection, x509.ExtKeyUsageClientAuth)), now, want{}},
		{"CA for servers only", chainOf(below(usages(x509.ExtKeyUsageServerAuth))), now, want{ReasonUsage, 0, "not meant for this use"}},
		{"critical extension in the leaf", chainOf(h.issuing, unknownCritical), now, want{ReasonCriticalExtension, 0, "1.3.6.1.4.1.55738.1"}},
		{"critical extension in the issuer", chainOf(below(unknownCritical)), now, want{ReasonCriticalExtension, 1, "1.3.6.1.4.1.55738.1"}},
		{"a client that issues", chainOf(clientAsCA(t, h)), now, want{ReasonNotACA, 1, "may not issue"}},
		{"a CA without basic constraints", chainOf(below(func(c *x509.Certificate) { c.BasicConstraintsValid = false })), now, want{ReasonNotACA, 1, "may not issue"}},
		{"a CA that may not sign certificates", chainOf(below(keyUsage(x509.KeyUsageCRLSign))), now, want{ReasonNotACA, 1, "may not issue"}},
		{"a CA presented as a client", []*x509.Certificate{h.issuing.Cert}, now, want{ReasonLeafIsCA, 0, "of a CA, not of a client"}},
		{"the anchor presented as a client", []*x509.Certificate{h.root.Cert}, now, want{ReasonLeafIsCA, 0, "of a CA"}},
		{"five presented", slices.Repeat(h.client.Chain[:1], 5), now, want{ReasonChainTooLong, 4, "5 certificates were presented, at most 4"}},
		{"five with the anchor", chainOf(below().ChildCA(t, "Sub Sub CA")), now, want{ReasonChainTooLong, 4, "the path has 5 certificates, at most 4"}},
		{"no more CAs allowed below", chainOf(h.root.ChildCA(t, "Flat CA", flat).ChildCA(t, "Sub CA")), now, want{ReasonPathLength, 2, "it allows 0 CAs below it, there are 1"}},
		{"the allowed number of CAs below", chainOf(h.root.ChildCA(t, "Flat CA", flat)), now, want{}},
		{"policies that nobody asserts", chainOf(below(explicitPolicy)), now, want{ReasonPolicy, 0, "certificate policies"}},
	}
	verifier := newVerifier(t, h.bundle(), nil, Options{Revocation: ModeOff})
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			identity, err := verifier.Verify(c.presented, c.now)
			c.want.check(t, err)
			if (identity == nil) == (err == nil) {
				t.Errorf("got identity %v beside error %v", identity, err)
			}
			if err == nil && !identity.Leaf.Equal(c.presented[0]) {
				t.Error("the identity is not that of the first certificate")
			}
		})
	}
}

func usages(usages ...x509.ExtKeyUsage) edit {
	return func(c *x509.Certificate) { c.ExtKeyUsage = usages }
}

func keyUsage(usage x509.KeyUsage) edit {
	return func(c *x509.Certificate) { c.KeyUsage = usage }
}

func flat(c *x509.Certificate) { c.MaxPathLenZero = true }

// explicitPolicy adds policy constraints with requireExplicitPolicy 0.
func explicitPolicy(c *x509.Certificate) {
	c.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 36}, Critical: true, Value: []byte{0x30, 3, 0x80, 1, 0}}}
}

func selfMade(t *testing.T, name string) *x509.Certificate {
	return pkitest.NewCA(t, name, func(c *x509.Certificate) {
		c.IsCA, c.KeyUsage, c.ExtKeyUsage = false, x509.KeyUsageDigitalSignature, []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	}).Cert
}

// withSignatureOf is cert with the signature of another: both genuine, and
// together a forgery.
func withSignatureOf(t *testing.T, cert, other *x509.Certificate) *x509.Certificate {
	t.Helper()
	der := slices.Concat(cert.RawTBSCertificate, other.Raw[4+len(other.RawTBSCertificate):])
	forged, err := x509.ParseCertificate(slices.Concat([]byte{0x30, 0x82, byte(len(der) >> 8), byte(len(der))}, der))
	if err != nil {
		t.Fatal(err)
	}
	return forged
}

// longLived is a client of the root that outlives it.
func longLived(t *testing.T, h house) []*x509.Certificate {
	return h.root.Issue(t, "laptop-1", func(c *x509.Certificate) { c.NotAfter = pkitest.Epoch.AddDate(20, 0, 0) }).Chain
}

// clientAsCA lets a client issue.
func clientAsCA(t *testing.T, h house) *pkitest.CA {
	return h.issuing.ChildCA(t, "laptop-1", func(c *x509.Certificate) { c.IsCA = false })
}

func TestVerifyUsage(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	client := h.issuing.Issue(t, "a", usages(x509.ExtKeyUsageClientAuth)).Chain
	server := h.issuing.Issue(t, "b", usages(x509.ExtKeyUsageServerAuth)).Chain
	agreeing := h.issuing.Issue(t, "c", keyUsage(x509.KeyUsageKeyAgreement)).Chain
	cases := []struct {
		name      string
		usage     Usage
		profile   Profile
		presented []*x509.Certificate
		want      want
	}{
		{"unset means client", "", ProfileALB, server, want{ReasonUsage, 0, "not meant"}},
		{"client for client", UsageClient, ProfileALB, client, want{}},
		{"server for client", UsageClient, ProfileRFC5280, server, want{ReasonUsage, 0, "not meant"}},
		{"client for server", UsageServer, ProfileALB, client, want{ReasonUsage, 0, "not meant"}},
		{"server for server", UsageServer, ProfileALB, server, want{}},
		{"server for any", UsageAny, ProfileALB, server, want{}},
		{"a key that may not sign", UsageClient, ProfileALB, agreeing, want{ReasonUsage, 0, "digitalSignature"}},
		{"a key that may not sign, as RFC 5280 has it", UsageClient, ProfileRFC5280, agreeing, want{}},
		{"a key that may not sign, for any use", UsageAny, ProfileALB, agreeing, want{}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			verifier := newVerifier(t, h.bundle(), nil, Options{Usage: c.usage, Profile: c.profile, Revocation: ModeOff})
			_, err := verifier.Verify(c.presented, now)
			c.want.check(t, err)
		})
	}
}

func TestIdentity(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	leaf := h.issuing.Issue(t, "laptop-1", func(c *x509.Certificate) {
		c.SerialNumber = big.NewInt(0x3a5b1)
		c.RawSubject = nameDER(t)
		c.DNSNames = []string{"laptop-1.example.com"}
		c.EmailAddresses = []string{"a@example.com"}
		c.URIs = []*url.URL{{Scheme: "spiffe", Host: "example.com", Path: "/laptop-1"}}
		c.IPAddresses = []net.IP{net.IPv4(192, 0, 2, 1), net.ParseIP("2001:db8::1")}
	})
	got, err := newVerifier(t, h.bundle(), nil, Options{Revocation: ModeOff}).Verify(leaf.Chain, now)
	if err != nil {
		t.Fatal(err)
	}
	wantPath := []*x509.Certificate{leaf.Cert, h.issuing.Cert, h.root.Cert}
	if !slices.EqualFunc(got.Path, wantPath, (*x509.Certificate).Equal) {
		t.Errorf("got a path of %d certificates, want leaf, issuing CA and root", len(got.Path))
	}
	if len(got.Fingerprint) != 64 {
		t.Errorf("got fingerprint %q, want 64 hexadecimal digits", got.Fingerprint)
	}
	got.Path, got.Leaf, got.Fingerprint = nil, nil, ""
	expected := &Identity{
		Subject:   `SERIALNUMBER=u\,1+CN=laptop-1,O=Example,C=JP`,
		Issuer:    "CN=Issuing CA",
		Serial:    "03A5B1",
		DNSNames:  []string{"laptop-1.example.com"},
		Emails:    []string{"a@example.com"},
		URIs:      []string{"spiffe://example.com/laptop-1"},
		IPs:       []string{"192.0.2.1", "2001:db8::1"},
		NotBefore: leaf.Cert.NotBefore,
		NotAfter:  leaf.Cert.NotAfter,
	}
	if diff := cmp.Diff(expected, got); diff != "" {
		t.Errorf("identity differs (-want +got):\n%s", diff)
	}
}

// nameDER is C=JP, O=Example, CN=laptop-1 + serialNumber=u,1 with an order and a pair
// that pkix.Name would not keep.
func nameDER(t *testing.T) []byte {
	t.Helper()
	attribute := func(value string, oid ...int) pkix.AttributeTypeAndValue {
		return pkix.AttributeTypeAndValue{Type: oid, Value: value}
	}
	der, err := asn1.Marshal(pkix.RDNSequence{
		{attribute("JP", 2, 5, 4, 6)},
		{attribute("Example", 2, 5, 4, 10)},
		{attribute("laptop-1", 2, 5, 4, 3), attribute("u,1", 2, 5, 4, 5)},
	})
	if err != nil {
		t.Fatal(err)
	}
	return der
}
