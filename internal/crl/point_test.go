package crl

import (
	"bytes"
	"strings"
	"testing"

	"github.com/sekisho/sekisho/internal/crl/crltest"
)

// issuerName is CN=Root.
func issuerName() []byte {
	return crltest.Sequence(crltest.TLV(0x31, crltest.Sequence(crltest.OID("550403"), crltest.TLV(0x0c, []byte("Root")))))
}

func TestReadScope(t *testing.T) {
	t.Parallel()
	point, reasons := crltest.Point(pointURI), crltest.TLV(0x83, []byte{1, 0x7e})
	for _, test := range []struct {
		name   string
		fields [][]byte
		want   Scope
		text   string
	}{
		{name: "nothing"},
		{name: "users", fields: [][]byte{crltest.Flag(0x81)}, want: Scope{OnlyUserCerts: true}},
		{name: "CAs", fields: [][]byte{crltest.Flag(0x82)}, want: Scope{OnlyCACerts: true}},
		{name: "reasons", fields: [][]byte{reasons}, want: Scope{OnlySomeReasons: true}},
		{name: "indirect", fields: [][]byte{crltest.Flag(0x84)}, want: Scope{Indirect: true}},
		{name: "attributes", fields: [][]byte{crltest.Flag(0x85)}, want: Scope{OnlyAttributeCerts: true}},
		{name: "all that go together", fields: [][]byte{point, crltest.Flag(0x81), reasons, crltest.Flag(0x84)}, want: Scope{OnlyUserCerts: true, OnlySomeReasons: true, Indirect: true}},
		{name: "users and CAs", fields: [][]byte{crltest.Flag(0x81), crltest.Flag(0x82)}, text: "contradicts itself"},
		{name: "twice", fields: [][]byte{crltest.Flag(0x81), crltest.Flag(0x81)}, text: "unknown or out of order"},
		{name: "unknown", fields: [][]byte{crltest.Flag(0x86)}, text: "unknown or out of order"},
		{name: "point last", fields: [][]byte{crltest.Flag(0x81), point}, text: "unknown or out of order"},
		{name: "false", fields: [][]byte{crltest.TLV(0x84, []byte{0})}, text: "a truth value"},
		{name: "true as 1", fields: [][]byte{crltest.TLV(0x84, []byte{1})}, text: "a truth value"},
		{name: "an empty flag", fields: [][]byte{crltest.TLV(0x84)}, text: "a truth value"},
		{name: "no reasons", fields: [][]byte{crltest.TLV(0x83)}, text: "reasons of the scope"},
		{name: "reasons without bits", fields: [][]byte{crltest.TLV(0x83, []byte{0})}, text: "reasons of the scope"},
		{name: "reasons with nine unused bits", fields: [][]byte{crltest.TLV(0x83, []byte{9, 0})}, text: "reasons of the scope"},
		{name: "reasons with bits beyond their end", fields: [][]byte{crltest.TLV(0x83, []byte{1, 1})}, text: "reasons of the scope"},
		{name: "point without names", fields: [][]byte{crltest.TLV(0xa0, crltest.TLV(0xa0))}, text: "a distribution point has no name"},
		{name: "point with two choices", fields: [][]byte{crltest.TLV(0xa0, crltest.TLV(0xa0, crltest.TLV(0x86)), crltest.TLV(0xa1))}, text: "something follows"},
		{name: "point with a damaged name", fields: [][]byte{crltest.TLV(0xa0, crltest.TLV(0xa0, []byte{0x86, 9}))}, text: "longer than what holds it"},
		{name: "empty relative name", fields: [][]byte{crltest.TLV(0xa0, crltest.TLV(0xa1))}, text: "a part of a name is empty"},
		{name: "relative name with an attribute cut", fields: [][]byte{crltest.TLV(0xa0, crltest.TLV(0xa1, crltest.Sequence(crltest.OID("550403"))))}, text: "longer than what holds it"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := readScope(crltest.Sequence(test.fields...), issuerName())
			if test.text != "" {
				if err == nil || !strings.Contains(err.Error(), test.text) {
					t.Errorf("got %v, want …%s…", err, test.text)
				}
				return
			}
			if err != nil || got.flags() != test.want.flags() {
				t.Errorf("got %+v, %v, want %+v", got, err, test.want)
			}
			if scopeOf(got.flags(), got.DistributionPoint).String() != got.String() {
				t.Errorf("%v does not come back from its flags", got)
			}
		})
	}
}

func TestNamesOfAPoint(t *testing.T) {
	t.Parallel()
	uri, other := crltest.TLV(0x86, []byte(pointURI)), crltest.TLV(0x82, []byte("ca.example"))
	scope, err := readScope(crltest.Sequence(crltest.TLV(0xa0, crltest.TLV(0xa0, uri, other))), issuerName())
	if err != nil || len(scope.DistributionPoint) != 2 || !bytes.Equal(scope.DistributionPoint[0], uri) || !bytes.Equal(scope.DistributionPoint[1], other) {
		t.Errorf("got %x, %v", scope.DistributionPoint, err)
	}
	if uris := scope.URIs(); len(uris) != 1 || uris[0] != pointURI {
		t.Errorf("got %q", uris)
	}
}

// TestRelativeNameIsPutInFull: CN=Root and OU=Point 1 become one name.
func TestRelativeNameIsPutInFull(t *testing.T) {
	t.Parallel()
	scope, err := readScope(crltest.Sequence(relative()), issuerName())
	if err != nil || len(scope.DistributionPoint) != 1 {
		t.Fatalf("got %x, %v", scope.DistributionPoint, err)
	}
	ou := crltest.Sequence(crltest.OID("55040b"), crltest.TLV(0x0c, []byte("Point 1")))
	cn := crltest.Sequence(crltest.OID("550403"), crltest.TLV(0x0c, []byte("Root")))
	want := crltest.TLV(0xa4, crltest.Sequence(crltest.TLV(0x31, cn), crltest.TLV(0x31, ou)))
	if !bytes.Equal(scope.DistributionPoint[0], want) {
		t.Errorf("got %x, want %x", scope.DistributionPoint[0], want)
	}
}

func TestStrictName(t *testing.T) {
	t.Parallel()
	value := crltest.TLV(0x0c, []byte("Root"))
	attribute := crltest.Sequence(crltest.OID("550403"), value)
	for _, test := range []struct {
		name string
		in   []byte
		text string
	}{
		{"usual", issuerName(), ""},
		{"empty", crltest.Sequence(), ""},
		{"two attributes in a part", crltest.Sequence(crltest.TLV(0x31, attribute, attribute)), ""},
		{"something behind the name", append(issuerName(), 0), "something follows"},
		{"empty part", crltest.Sequence(crltest.TLV(0x31)), "a part of a name is empty"},
		{"part of another type", crltest.Sequence(crltest.Sequence(attribute)), "another type"},
		{"attribute without a value", crltest.Sequence(crltest.TLV(0x31, crltest.Sequence(crltest.OID("550403")))), "longer than what holds it"},
		{"attribute with two values", crltest.Sequence(crltest.TLV(0x31, crltest.Sequence(crltest.OID("550403"), value, value))), "something follows"},
		{"attribute without a type", crltest.Sequence(crltest.TLV(0x31, crltest.Sequence(value))), "another type"},
	} {
		err := strictName(test.in)
		if (err == nil) != (test.text == "") || err != nil && !strings.Contains(err.Error(), test.text) {
			t.Errorf("%s: got %v, want …%s…", test.name, err, test.text)
		}
	}
}
