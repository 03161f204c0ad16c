package crl

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"slices"
	"testing"

	"github.com/sekisho/sekisho/internal/crl/crltest"
	"github.com/sekisho/sekisho/internal/pkitest"
)

const pointURI = "http://ca.example/1.crl"

// atPoints is a certificate with these distribution points, each the DER of
// one. crypto/x509 would refuse to parse some of them.
func atPoints(cert *x509.Certificate, each ...[]byte) *x509.Certificate {
	changed := *cert
	point := pkix.Extension{Id: asn1.ObjectIdentifier{2, 5, 29, 31}, Value: crltest.Sequence(each...)}
	changed.Extensions = append(slices.Clone(cert.Extensions), point)
	return &changed
}

// relative is the name OU=Point 1 relative to the issuer.
func relative() []byte {
	ou := crltest.Sequence(crltest.OID("55040b"), crltest.TLV(0x0c, []byte("Point 1")))
	return crltest.TLV(0xa0, crltest.TLV(0xa1, ou))
}

// inFull is that name behind the issuer's.
func inFull(tb testing.TB, ca *pkitest.CA) []byte {
	tb.Helper()
	base, err := only(ca.Cert.RawSubject, tagSequence)
	if err != nil {
		tb.Fatal(err)
	}
	ou := crltest.Sequence(crltest.OID("55040b"), crltest.TLV(0x0c, []byte("Point 1")))
	return crltest.TLV(0xa0, crltest.TLV(0xa0, crltest.TLV(0xa4, crltest.Sequence(base, crltest.TLV(0x31, ou)))))
}

func TestScopeCovers(t *testing.T) {
	t.Parallel()
	ca := pkitest.NewCA(t, "Root")
	user := ca.Issue(t, "user").Cert
	below := ca.ChildCA(t, "Intermediate").Cert
	issue := func(each ...[]byte) *x509.Certificate { return atPoints(user, each...) }
	point := crltest.Sequence(crltest.Point(pointURI))
	for _, test := range []struct {
		name  string
		scope [][]byte
		cert  *x509.Certificate
		want  bool
	}{
		{"everything, user", nil, user, true},
		{"everything, CA", nil, below, true},
		{"users, user", [][]byte{crltest.Flag(0x81)}, user, true},
		{"users, CA", [][]byte{crltest.Flag(0x81)}, below, false},
		{"CAs, user", [][]byte{crltest.Flag(0x82)}, user, false},
		{"CAs, CA", [][]byte{crltest.Flag(0x82)}, below, true},
		{"point, certificate without one", [][]byte{crltest.Point(pointURI)}, user, false},
		{"point, the same", [][]byte{crltest.Point(pointURI)}, issue(point), true},
		{"point, the second of two", [][]byte{crltest.Point(pointURI)}, issue(crltest.Sequence(crltest.Point("http://ca.example/2.crl")), point), true},
		{"point, another", [][]byte{crltest.Point(pointURI)}, issue(crltest.Sequence(crltest.Point("http://ca.example/2.crl"))), false},
		{"point, the same for some reasons", [][]byte{crltest.Point(pointURI)}, issue(crltest.Sequence(crltest.Point(pointURI), crltest.TLV(0x81, []byte{6, 0x40}))), false},
		{"point, the same of another issuer", [][]byte{crltest.Point(pointURI)}, issue(crltest.Sequence(crltest.Point(pointURI), crltest.TLV(0xa2, crltest.TLV(0x82, []byte("other"))))), false},
		{"point, damaged", [][]byte{crltest.Point(pointURI)}, issue(crltest.Sequence(crltest.Point(pointURI)), []byte{0x30, 5}), false},
		{"relative point, relative", [][]byte{relative()}, issue(crltest.Sequence(relative())), true},
		{"relative point, in full", [][]byte{relative()}, issue(crltest.Sequence(inFull(t, ca))), true},
		{"point in full, relative", [][]byte{inFull(t, ca)}, issue(crltest.Sequence(relative())), true},
		{"relative point, URI", [][]byte{relative()}, issue(point), false},
		{"users of a point, CA of that point", [][]byte{crltest.Point(pointURI), crltest.Flag(0x81)}, atPoints(below, point), false},
		{"some reasons", [][]byte{crltest.TLV(0x83, []byte{6, 0x40})}, user, false},
		{"indirect", [][]byte{crltest.Flag(0x84)}, user, false},
		{"attribute certificates", [][]byte{crltest.Flag(0x85)}, user, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			list := read(t, signed(t, ca, func(d *crltest.Draft) {
				if test.scope != nil {
					d.Extensions = append(d.Extensions, crltest.IssuingPoint(test.scope...))
				}
			}))
			if list.Scope.Whole() != (test.scope == nil) {
				t.Errorf("whole: got %v", list.Scope.Whole())
			}
			if got := list.Scope.Covers(test.cert); got != test.want {
				t.Errorf("got %v, want %v: %v", got, test.want, list.Scope)
			}
		})
	}
}

func TestScopeGoesIntoTheIndex(t *testing.T) {
	t.Parallel()
	ca := pkitest.NewCA(t, "Root")
	der := signed(t, ca, func(d *crltest.Draft) {
		names := crltest.TLV(0xa0, crltest.TLV(0xa0, crltest.TLV(0x86, []byte(pointURI)), crltest.TLV(0x86, []byte("ldap://ca.example/"))))
		d.Extensions = append(d.Extensions, crltest.IssuingPoint(names, crltest.Flag(0x81)))
	})
	built := index(t, ca, der)
	if got := built.Scope().URIs(); !slices.Equal(got, []string{pointURI, "ldap://ca.example/"}) {
		t.Errorf("got %q", got)
	}
	const want = "user certificates of one distribution point (" + pointURI + ", ldap://ca.example/)"
	if got := built.Scope().String(); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if built.Identity() != read(t, der).Identity(ca.Cert) {
		t.Error("index and list have two identities")
	}
}

func TestScopeWithoutRestriction(t *testing.T) {
	t.Parallel()
	ca := pkitest.NewCA(t, "Root")
	list := read(t, signed(t, ca, func(d *crltest.Draft) { d.Extensions = append(d.Extensions, crltest.IssuingPoint()) }))
	if !list.Scope.Whole() || list.Scope.String() != "all certificates" {
		t.Errorf("got %v, %v", list.Scope.Whole(), list.Scope)
	}
}

// TestIdentity: what makes two lists replace each other, and what does not.
func TestIdentity(t *testing.T) {
	t.Parallel()
	ca, again, other := pkitest.NewCA(t, "Root"), pkitest.NewCA(t, "Root"), pkitest.NewCA(t, "Other")
	identity := func(ca *pkitest.CA, edits ...func(*crltest.Draft)) Identity {
		return read(t, signed(t, ca, edits...)).Identity(ca.Cert)
	}
	scoped := func(fields ...[]byte) func(*crltest.Draft) {
		return func(d *crltest.Draft) { d.Extensions = append(d.Extensions, crltest.IssuingPoint(fields...)) }
	}
	base := identity(ca)
	later := identity(ca, func(d *crltest.Draft) {
		d.ThisUpdate, d.Extensions[1] = crltest.UTCTime(hour), crltest.Number(entriesTwo)
	}, entries(numbered(3)...))
	if later != base || len(base) != 64 {
		t.Errorf("number, date or entries changed the identity from %s to %s", base, later)
	}
	seen := map[Identity]string{base: "the usual list"}
	for name, got := range map[string]Identity{
		"another key":      identity(again),
		"another name":     identity(other),
		"users only":       identity(ca, scoped(crltest.Flag(0x81))),
		"CAs only":         identity(ca, scoped(crltest.Flag(0x82))),
		"a point":          identity(ca, scoped(crltest.Point(pointURI))),
		"another point":    identity(ca, scoped(crltest.Point("http://ca.example/2.crl"))),
		"users of a point": identity(ca, scoped(crltest.Point(pointURI), crltest.Flag(0x81))),
		"a point relative": identity(ca, scoped(relative())),
	} {
		if seen[got] != "" {
			t.Errorf("%s has the identity of %s", name, seen[got])
		}
		seen[got] = name
	}
}
