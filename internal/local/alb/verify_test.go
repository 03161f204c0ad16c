package alb

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"net/http"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/pkitest"
)

// property makes a client with one property and says what becomes of it; an
// empty code means that it is let in.
type property struct {
	name   string
	make   func(*testing.T, *site) *pkitest.Leaf
	code   Code
	reason Reason
	detail string
}

func properties() []property {
	return append(certificateProperties(), pathProperties()...)
}

func certificateProperties() []property {
	issued := func(edit func(*x509.Certificate)) func(*testing.T, *site) *pkitest.Leaf {
		return func(t *testing.T, s *site) *pkitest.Leaf { return s.issuing.Issue(t, "client", edit) }
	}
	return []property{
		{name: "valid", make: issued(func(*x509.Certificate) {})},
		{name: "no certificate", make: func(*testing.T, *site) *pkitest.Leaf { return nil },
			code: CodeUnmapped, reason: ReasonNoCertificate},
		{name: "expired", make: issued(func(c *x509.Certificate) { c.NotAfter = pkitest.Epoch.Add(-time.Second) }),
			code: CodeExpired, reason: ReasonExpired, detail: "ended at 2026-06-01T11:59:59Z"},
		{name: "last second", make: issued(func(c *x509.Certificate) { c.NotAfter = pkitest.Epoch })},
		{name: "not yet valid", make: issued(func(c *x509.Certificate) { c.NotBefore = pkitest.Epoch.Add(time.Second) }),
			code: CodeNotYetValid, reason: ReasonNotYetValid, detail: "begins at 2026-06-01T12:00:01Z"},
		{name: "server authentication only", make: issued(func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth} }),
			code: CodePurposeInvalid, reason: ReasonPurpose},
		{name: "key encipherment only", make: issued(func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageKeyEncipherment }),
			code: CodePurposeInvalid, reason: ReasonPurpose},
		{name: "no key usage at all", make: issued(func(c *x509.Certificate) { c.KeyUsage = 0 })},
		{name: "no extended key usage at all", make: issued(func(c *x509.Certificate) { c.ExtKeyUsage = nil })},
		{name: "unknown critical extension", make: issued(func(c *x509.Certificate) {
			c.ExtraExtensions = []pkix.Extension{{Id: []int{1, 2, 3, 4}, Critical: true, Value: []byte{5, 0}}}
		}), code: CodeInvalid, reason: ReasonExtension},
		{name: "version 1", make: func(t *testing.T, s *site) *pkitest.Leaf {
			leaf := s.issuing.Issue(t, "client")
			leaf.Chain[0] = version1(t, s.issuing, leaf.Cert)
			return leaf
		}, code: CodeTypeUnsupported, reason: ReasonVersion, detail: "extendedKeyUsage=clientAuth"},
		{name: "SHA-1 signature", make: func(t *testing.T, s *site) *pkitest.Leaf {
			leaf := s.issuing.Issue(t, "client")
			leaf.Chain[0] = sha1Signed(t, s.issuing, leaf.Cert)
			return leaf
		}, code: CodeTypeUnsupported, reason: ReasonSignature, detail: "ECDSA-SHA1"},
		{name: "Ed25519 key", make: withKey(func(t *testing.T) any { return ed25519Key(t) }),
			code: CodeTypeUnsupported, reason: ReasonKey, detail: "Ed25519"},
		{name: "RSA-1024 key", make: withKey(func(t *testing.T) any { return rsaKey(t, 1024) }),
			code: CodeTypeUnsupported, reason: ReasonKey, detail: "RSA"},
		{name: "RSA-2048 key", make: withKey(func(t *testing.T) any { return rsaKey(t, 2048) })},
		{name: "P-384 key", make: withKey(func(t *testing.T) any { return ecKey(t, elliptic.P384()) })},
		{name: "P-521 key", make: withKey(func(t *testing.T) any { return ecKey(t, elliptic.P521()) })},
	}
}

func pathProperties() []property {
	return []property{
		{name: "leaf alone, intermediate in the bundle", make: func(t *testing.T, s *site) *pkitest.Leaf {
			leaf := s.issuing.Issue(t, "client")
			leaf.Chain = leaf.Chain[:1]
			return leaf
		}},
		{name: "issued by the root", make: func(t *testing.T, s *site) *pkitest.Leaf { return s.root.Issue(t, "client") }},
		{name: "another CA", make: func(t *testing.T, _ *site) *pkitest.Leaf {
			return pkitest.NewCA(t, "Other Root").Issue(t, "client")
		}, code: CodeUntrusted, reason: ReasonUntrusted},
		{name: "self-made with the same subject", make: func(t *testing.T, s *site) *pkitest.Leaf {
			root := pkitest.NewCA(t, "Test Root")
			return root.ChildCA(t, "Test Issuing").Issue(t, "client")
		}, code: CodeUntrusted, reason: ReasonUntrusted},
		{name: "self-signed", make: func(t *testing.T, _ *site) *pkitest.Leaf {
			ca := pkitest.NewCA(t, "client")
			return &pkitest.Leaf{Cert: ca.Cert, Key: ca.Key, Chain: []*x509.Certificate{ca.Cert}}
		}, code: CodeUntrusted, reason: ReasonUntrusted},
		{name: "4 deep", make: func(t *testing.T, s *site) *pkitest.Leaf {
			return s.issuing.ChildCA(t, "Below").Issue(t, "client")
		}},
		{name: "5 deep with the root from the bundle", make: func(t *testing.T, s *site) *pkitest.Leaf {
			return s.issuing.ChildCA(t, "Below").ChildCA(t, "Far below").Issue(t, "client")
		}, code: CodeMaxChainDepthExceeded, reason: ReasonTooDeep, detail: "path to the trust anchor has 5"},
		{name: "5 presented", make: func(t *testing.T, s *site) *pkitest.Leaf {
			leaf := s.issuing.Issue(t, "client")
			leaf.Chain = append(leaf.Chain, s.root.Cert, s.root.Cert, s.root.Cert)
			return leaf
		}, code: CodeMaxChainDepthExceeded, reason: ReasonTooDeep, detail: "5 certificates were presented"},
		{name: "more than 64 K presented", make: func(t *testing.T, s *site) *pkitest.Leaf {
			return s.issuing.Issue(t, "client", func(c *x509.Certificate) {
				c.ExtraExtensions = []pkix.Extension{{Id: []int{1, 2, 3, 4}, Value: make([]byte, 65<<10)}}
			})
		}, code: CodeMaxSizeExceeded, reason: ReasonTooLarge},
		{name: "intermediate expired", make: below(func(c *x509.Certificate) { c.NotAfter = pkitest.Epoch.Add(-time.Second) }),
			code: CodeExpired, reason: ReasonExpired, detail: "CN=Below"},
		{name: "intermediate not a CA", make: below(func(c *x509.Certificate) { c.IsCA = false }),
			code: CodeUntrusted, reason: ReasonUntrusted},
		{name: "intermediate may not sign certificates", make: below(func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageCRLSign }),
			code: CodeUntrusted, reason: ReasonUntrusted},
		{name: "intermediate for servers only", make: below(func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth} }),
			code: CodePurposeInvalid, reason: ReasonPurpose},
		{name: "intermediate with SHA-1 signature", make: func(t *testing.T, s *site) *pkitest.Leaf {
			leaf := s.issuing.ChildCA(t, "Below").Issue(t, "client")
			leaf.Chain[1] = sha1Signed(t, s.issuing, leaf.Chain[1])
			return leaf
		}, code: CodeTypeUnsupported, reason: ReasonSignature, detail: "CN=Below"},
		{name: "intermediate of version 1", make: func(t *testing.T, s *site) *pkitest.Leaf {
			leaf := s.issuing.ChildCA(t, "Below").Issue(t, "client")
			leaf.Chain[1] = version1(t, s.issuing, leaf.Chain[1])
			return leaf
		}, code: CodeTypeUnsupported, reason: ReasonVersion, detail: "CN=Below"},
		{name: "intermediate with RSA-1024 key", make: func(t *testing.T, s *site) *pkitest.Leaf {
			weak := *s.issuing.ChildCA(t, "Below")
			key := rsaKey(t, 1024)
			weak.Cert = resign(t, s.issuing, weak.Cert, crypto.SHA256, func(tbs *tbsCertificate) {
				spki, err := x509.MarshalPKIXPublicKey(key.Public())
				if err != nil {
					t.Fatalf("encoding a key: %v", err)
				}
				tbs.PublicKey = asn1.RawValue{FullBytes: spki}
			})
			weak.Key = key
			return weak.Issue(t, "client", func(c *x509.Certificate) { c.SignatureAlgorithm = x509.SHA256WithRSA })
		}, code: CodeTypeUnsupported, reason: ReasonKey, detail: "CN=Below"},
		{name: "stranger's certificate after a good chain", make: func(t *testing.T, s *site) *pkitest.Leaf {
			leaf := s.issuing.Issue(t, "client")
			leaf.Chain = append(leaf.Chain, pkitest.NewCA(t, "Other Root").Cert)
			return leaf
		}},
	}
}

// TestVerifyByProperty plays each client against a real listener, with both
// protocol versions, and reads what the log says.
func TestVerifyByProperty(t *testing.T) {
	t.Parallel()
	for _, p := range properties() {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			address := s.verify(t)
			leaf := p.make(t, s)
			for at, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
				status, _, err := get(s.client(t, leaf, only(version)), address)
				p.check(t, s.lastEntry(t, at+1), status, err)
			}
		})
	}
}

func (p property) check(t *testing.T, entry Entry, status int, err error) {
	t.Helper()
	if entry.Code != p.code || entry.Reason != p.reason {
		t.Errorf("%s: log: got %q (%q), want %q (%q)", entry.Protocol, entry.Code, entry.Reason, p.code, p.reason)
	}
	contains(t, "detail", entry.Detail, p.detail)
	letIn := err == nil && status == http.StatusOK
	if letIn != (p.code == "") {
		t.Errorf("%s: got status %d and error %v", entry.Protocol, status, err)
	}
}

func only(version uint16) func(*http.Transport) {
	return func(transport *http.Transport) {
		transport.TLSClientConfig.MinVersion = version
		transport.TLSClientConfig.MaxVersion = version
	}
}

// below issues from a further CA, changed, below the issuing one.
func below(edit func(*x509.Certificate)) func(*testing.T, *site) *pkitest.Leaf {
	return func(t *testing.T, s *site) *pkitest.Leaf {
		return s.issuing.ChildCA(t, "Below", edit).Issue(t, "client")
	}
}

func withKey(make func(*testing.T) any) func(*testing.T, *site) *pkitest.Leaf {
	return func(t *testing.T, s *site) *pkitest.Leaf {
		switch key := make(t).(type) {
		case *rsa.PrivateKey:
			return s.issuing.IssueFor(t, key, "client")
		case *ecdsa.PrivateKey:
			return s.issuing.IssueFor(t, key, "client")
		case ed25519.PrivateKey:
			return s.issuing.IssueFor(t, key, "client")
		default:
			t.Fatalf("no such key: %T", key)
			return nil
		}
	}
}

func rsaKey(tb testing.TB, bits int) *rsa.PrivateKey {
	tb.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		tb.Fatalf("making a key: %v", err)
	}
	return key
}

func ecKey(tb testing.TB, curve elliptic.Curve) *ecdsa.PrivateKey {
	tb.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		tb.Fatalf("making a key: %v", err)
	}
	return key
}

func ed25519Key(tb testing.TB) ed25519.PrivateKey {
	tb.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		tb.Fatalf("making a key: %v", err)
	}
	return key
}
