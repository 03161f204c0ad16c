package chain

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"math/big"
	"slices"
	"testing"

	"github.com/sekisho/sekisho/internal/pkitest"
)

func TestAllowsKey(t *testing.T) {
	t.Parallel()
	rsaKey := func(bits uint) any {
		return &rsa.PublicKey{N: new(big.Int).Lsh(big.NewInt(1), bits-1), E: 65537}
	}
	exponent := func(e int) any {
		return &rsa.PublicKey{N: new(big.Int).Lsh(big.NewInt(1), 2047), E: e}
	}
	cases := []struct {
		name    string
		key     any
		alb     bool
		rfc5280 bool
	}{
		{"RSA 1024", rsaKey(1024), false, true},
		{"RSA 2047", rsaKey(2047), false, true},
		{"RSA 2048", rsaKey(2048), true, true},
		{"RSA 8192", rsaKey(8192), true, true},
		{"RSA 8193", rsaKey(8193), false, true},
		{"RSA 16384", rsaKey(16384), false, true},
		{"RSA 16385", rsaKey(16385), false, false},
		{"RSA with the exponent 3", exponent(3), true, true},
		{"RSA with the exponent 2", exponent(2), false, false},
		{"RSA with the exponent 1", exponent(1), false, false},
		{"RSA with an even exponent", exponent(65536), false, false},
		{"P-224", &ecdsa.PublicKey{Curve: elliptic.P224()}, false, true},
		{"P-256", &ecdsa.PublicKey{Curve: elliptic.P256()}, true, true},
		{"P-384", &ecdsa.PublicKey{Curve: elliptic.P384()}, true, true},
		{"P-521", &ecdsa.PublicKey{Curve: elliptic.P521()}, true, true},
		{"Ed25519", ed25519.PublicKey{}, false, true},
		{"unknown", nil, false, true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := albRules().allowsKey(c.key); got != c.alb {
				t.Errorf("alb: got %v, want %v", got, c.alb)
			}
			if got := rfc5280Rules().allowsKey(c.key); got != c.rfc5280 {
				t.Errorf("rfc5280: got %v, want %v", got, c.rfc5280)
			}
		})
	}
}

func TestSignatureAlgorithms(t *testing.T) {
	t.Parallel()
	taken := []x509.SignatureAlgorithm{
		x509.SHA256WithRSA, x509.SHA384WithRSA, x509.SHA512WithRSA,
		x509.ECDSAWithSHA256, x509.ECDSAWithSHA384, x509.ECDSAWithSHA512,
		x509.SHA256WithRSAPSS, x509.SHA384WithRSAPSS, x509.SHA512WithRSAPSS,
	}
	key := &pkitest.NewKey(t).PublicKey
	for algorithm := x509.UnknownSignatureAlgorithm; algorithm <= x509.PureEd25519; algorithm++ {
		cert := &x509.Certificate{PublicKey: key, SignatureAlgorithm: algorithm}
		var expected want
		if !slices.Contains(taken, algorithm) {
			expected = want{ReasonSignatureAlgorithm, 2, algorithm.String()}
		}
		expected.check(t, albRules().algorithms(2, cert, false))
		want{}.check(t, albRules().algorithms(2, cert, true))
		want{}.check(t, rfc5280Rules().algorithms(2, cert, false))
	}
}

// What is refused before anything is verified, and what comes first.
func TestAdmit(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	leaf, issuing := h.client.Cert, h.issuing.Cert
	version := func(cert *x509.Certificate, version int) *x509.Certificate {
		changed := *cert
		changed.Version = version
		return &changed
	}
	signed := func(cert *x509.Certificate, algorithm x509.SignatureAlgorithm) *x509.Certificate {
		changed := *cert
		changed.SignatureAlgorithm = algorithm
		return &changed
	}
	keyed := func(cert *x509.Certificate, key any) *x509.Certificate {
		changed := *cert
		changed.PublicKey = key
		return &changed
	}
	small := &rsa.PublicKey{N: big.NewInt(1 << 40), E: 3}
	cases := []struct {
		name      string
		presented []*x509.Certificate
		alb       want
		rfc5280   want
	}{
		{"genuine", h.client.Chain, want{}, want{}},
		{"version 1", []*x509.Certificate{version(leaf, 1)}, want{ReasonVersion, 0, "extendedKeyUsage=clientAuth"}, want{}},
		{"version 2", []*x509.Certificate{version(leaf, 2)}, want{ReasonVersion, 0, "version 2"}, want{}},
		{"issuer of version 1", []*x509.Certificate{leaf, version(issuing, 1)}, want{ReasonVersion, 1, "version 1"}, want{}},
		{"version before key", []*x509.Certificate{keyed(version(leaf, 1), small)}, want{ReasonVersion, 0, ""}, want{}},
		{"version of the issuer before key of the leaf", []*x509.Certificate{keyed(leaf, small), version(issuing, 1)}, want{ReasonVersion, 1, ""}, want{}},
		{"small key", []*x509.Certificate{keyed(leaf, small)}, want{ReasonKey, 0, "key is of a kind or size"}, want{}},
		{"small key of the issuer", []*x509.Certificate{leaf, keyed(issuing, small)}, want{ReasonKey, 1, "kind or size"}, want{}},
		{"SHA-1", []*x509.Certificate{signed(leaf, x509.ECDSAWithSHA1)}, want{ReasonSignatureAlgorithm, 0, "ECDSA-SHA1"}, want{}},
		{"SHA-1 of the issuer", []*x509.Certificate{leaf, signed(issuing, x509.SHA1WithRSA)}, want{ReasonSignatureAlgorithm, 1, "SHA1-RSA"}, want{}},
		{"SHA-1 of the root", []*x509.Certificate{leaf, issuing, signed(h.root.Cert, x509.SHA1WithRSA)}, want{}, want{}},
		{"a CA as a client", []*x509.Certificate{issuing}, want{ReasonLeafIsCA, 0, "of a CA"}, want{}},
		{"four", slices.Repeat(h.client.Chain[:1], 4), want{}, want{}},
		{"five", slices.Repeat(h.client.Chain[:1], 5), want{ReasonChainTooLong, 4, "at most 4"}, want{}},
		{"five of version 1", slices.Repeat([]*x509.Certificate{version(leaf, 1)}, 5), want{ReasonChainTooLong, 4, "at most 4"}, want{}},
		{"twenty", slices.Repeat(h.client.Chain[:1], 20), want{ReasonChainTooLong, 4, "at most 4"}, want{}},
		{"twenty-one", slices.Repeat(h.client.Chain[:1], 21), want{ReasonChainTooLong, 4, "at most 4"}, want{ReasonChainTooLong, 20, "at most 20"}},
		{"none", nil, want{ReasonNoCertificate, 0, ""}, want{ReasonNoCertificate, 0, ""}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.alb.check(t, albRules().admit(c.presented))
			c.rfc5280.check(t, rfc5280Rules().admit(c.presented))
		})
	}
}

// The rules hold for what the bundle adds to a path, too.
func TestPermit(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	weak := *h.issuing.Cert
	weak.SignatureAlgorithm = x509.SHA1WithRSA
	old := *h.issuing.Cert
	old.Version = 1
	cases := []struct {
		name string
		path []*x509.Certificate
		want want
	}{
		{"genuine", []*x509.Certificate{h.client.Cert, h.issuing.Cert, h.root.Cert}, want{}},
		{"an anchor alone", []*x509.Certificate{h.root.Cert}, want{ReasonUntrusted, 0, "itself a trust anchor"}},
		{"five", slices.Repeat(h.client.Chain[:1], 5), want{ReasonChainTooLong, 4, "the path has 5"}},
		{"weak signature from the bundle", []*x509.Certificate{h.client.Cert, &weak, h.root.Cert}, want{ReasonSignatureAlgorithm, 1, "SHA1-RSA"}},
		{"weak signature on the anchor", []*x509.Certificate{h.client.Cert, &weak}, want{}},
		{"version 1 anchor", []*x509.Certificate{h.client.Cert, &old}, want{ReasonVersion, 1, "version 1"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.want.check(t, albRules().permit(c.path))
		})
	}
}

func TestProfileRFC5280(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	long := h.issuing
	for range 5 {
		long = long.ChildCA(t, "Sub "+long.Cert.Subject.CommonName)
	}
	verifier := newVerifier(t, h.bundle(), nil, Options{Profile: ProfileRFC5280, Revocation: ModeOff})
	cases := []struct {
		name      string
		presented []*x509.Certificate
		anchor    *x509.Certificate
	}{
		{"ends at the nearest certificate of the bundle", h.client.Chain, h.issuing.Cert},
		{"seven certificates", long.Issue(t, "laptop-1").Chain, h.issuing.Cert},
		{"a CA as a client", []*x509.Certificate{h.issuing.ChildCA(t, "Sub CA", usages(x509.ExtKeyUsageClientAuth)).Cert}, h.issuing.Cert},
		{"an anchor as a client", []*x509.Certificate{h.issuing.Cert}, h.issuing.Cert},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			identity, err := verifier.Verify(c.presented, now)
			if err != nil {
				t.Fatal(err)
			}
			if got := identity.Path[len(identity.Path)-1]; !got.Equal(c.anchor) {
				t.Errorf("got a path that ends at %q, want %q", got.Subject, c.anchor.Subject)
			}
		})
	}
}

func TestAnchors(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	sameName := pkitest.NewCA(t, "Root")
	sub := h.issuing.ChildCA(t, "Sub CA")
	weak := *h.issuing.Cert
	weak.SignatureAlgorithm = x509.MD5WithRSA
	cases := []struct {
		name   string
		bundle []*x509.Certificate
		want   []*x509.Certificate
	}{
		{"a root", []*x509.Certificate{h.root.Cert}, []*x509.Certificate{h.root.Cert}},
		{"root and issuing CA", h.bundle(), []*x509.Certificate{h.root.Cert}},
		{"an issuing CA alone", []*x509.Certificate{h.issuing.Cert}, []*x509.Certificate{h.issuing.Cert}},
		{"two below each other, no root", []*x509.Certificate{sub.Cert, h.issuing.Cert}, []*x509.Certificate{h.issuing.Cert}},
		{"grandchild without its issuer", []*x509.Certificate{h.root.Cert, sub.Cert}, []*x509.Certificate{h.root.Cert, sub.Cert}},
		{"two roots of one name", []*x509.Certificate{h.root.Cert, sameName.Cert}, []*x509.Certificate{h.root.Cert, sameName.Cert}},
		{"issuer of the right name and another key", []*x509.Certificate{sameName.Cert, h.issuing.Cert}, []*x509.Certificate{sameName.Cert, h.issuing.Cert}},
		{"a signature that cannot be verified", []*x509.Certificate{h.root.Cert, &weak}, []*x509.Certificate{h.root.Cert}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := newVerifier(t, c.bundle, nil, Options{}).anchors
			if !slices.EqualFunc(got, c.want, (*x509.Certificate).Equal) {
				t.Errorf("got %d anchors, want %d", len(got), len(c.want))
			}
			got = newVerifier(t, c.bundle, nil, Options{Profile: ProfileRFC5280}).anchors
			if len(got) != len(c.bundle) {
				t.Errorf("rfc5280: got %d anchors, want all %d", len(got), len(c.bundle))
			}
		})
	}
}
