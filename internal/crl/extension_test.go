package crl

import (
	"errors"
	"strings"
	"testing"

	"github.com/sekisho/sekisho/internal/crl/crltest"
)

func TestNextExtension(t *testing.T) {
	t.Parallel()
	oid, value := crltest.OID(crltest.UnknownOID), crltest.OctetString([]byte{5, 0})
	for _, test := range []struct {
		name     string
		in       []byte
		critical bool
		text     string
	}{
		{"not critical", crltest.Sequence(oid, value), false, ""},
		{"critical", crltest.Sequence(oid, []byte{1, 1, 0xff}, value), true, ""},
		{"not critical, spelled out", crltest.Sequence(oid, []byte{1, 1, 0}, value), false, "a truth value"},
		{"critical in two bytes", crltest.Sequence(oid, []byte{1, 2, 0xff, 0xff}, value), false, "a truth value"},
		{"critical, cut", crltest.Sequence(oid, []byte{1, 1}), false, "a truth value"},
		{"without a value", crltest.Sequence(oid), false, "longer than what holds it"},
		{"without a type", crltest.Sequence(value), false, "another type"},
		{"with an empty type", crltest.Sequence([]byte{6, 0}, value), false, "an object identifier"},
		{"with a value of another type", crltest.Sequence(oid, []byte{5, 0}), false, "another type"},
		{"with something behind the value", crltest.Sequence(oid, value, value), false, "something follows"},
		{"criticality behind the value", crltest.Sequence(oid, value, []byte{1, 1, 0xff}), false, "something follows"},
		{"no sequence", crltest.TLV(0x31, oid, value), false, "another type"},
	} {
		got, rest, err := nextExtension(append(test.in, 9))
		if test.text == "" {
			if err != nil || got.critical != test.critical || string(got.value) != "\x05\x00" || string(rest) != "\x09" || dotted(got.oid) != "1.2.3.4" {
				t.Errorf("%s: got %v, %x, %v", test.name, got, rest, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), test.text) {
			t.Errorf("%s: got %v, want …%s…", test.name, err, test.text)
		}
	}
}

func TestEachExtension(t *testing.T) {
	t.Parallel()
	one, two := crltest.Extension(crltest.UnknownOID, false, nil), crltest.Extension(crltest.ReasonCodeOID, true, nil)
	stop := errors.New("stop")
	for _, test := range []struct {
		name  string
		in    []byte
		visit error
		met   int
		text  string
	}{
		{"two", append(one[:len(one):len(one)], two...), nil, 2, ""},
		{"none", nil, nil, 0, "holds none"},
		{"the same twice", append(one[:len(one):len(one)], one...), nil, 1, "an extension stands twice"},
		{"the second damaged", append(one[:len(one):len(one)], 0x30), nil, 1, "longer than what holds it"},
		{"the visitor stops", append(one[:len(one):len(one)], two...), stop, 1, "stop"},
	} {
		met := 0
		err := eachExtension(test.in, func(extension) error {
			met++
			return test.visit
		})
		if met != test.met || (err == nil) != (test.text == "") || err != nil && !strings.Contains(err.Error(), test.text) {
			t.Errorf("%s: met %d, %v, want %d, …%s…", test.name, met, err, test.met, test.text)
		}
	}
}

func TestAsManyExtensionsAsAllowed(t *testing.T) {
	t.Parallel()
	var in []byte
	for i := range maxExtensions + 1 {
		err := eachExtension(append(in, crltest.Sequence(crltest.TLV(tagOID, []byte{0x2a, byte(i)}), crltest.OctetString(nil))...), func(extension) error { return nil })
		if (err == nil) != (i < maxExtensions) {
			t.Errorf("%d extensions: got %v", i+1, err)
		}
		in = append(in, crltest.Sequence(crltest.TLV(tagOID, []byte{0x2a, byte(i)}), crltest.OctetString(nil))...)
	}
}

func TestListNumber(t *testing.T) {
	t.Parallel()
	twenty := append([]byte{2, 20, 0x7f}, make([]byte, 19)...)
	for _, test := range []struct {
		name string
		in   []byte
		want string
		text string
	}{
		{"0", []byte{2, 1, 0}, "0", ""},
		{"128", []byte{2, 2, 0, 0x80}, "128", ""},
		{"20 bytes", twenty, "725041827894627619577609272480343529282435284992", ""},
		{"21 bytes", append([]byte{2, 21, 0x7f}, make([]byte, 20)...), "", "longer than 20 bytes"},
		{"negative", []byte{2, 1, 0x80}, "", "negative"},
		{"padded", []byte{2, 2, 0, 0x7f}, "", "fewest bytes"},
		{"empty", []byte{2, 0}, "", "without a byte"},
		{"another type", []byte{4, 1, 0}, "", "another type"},
		{"something behind", []byte{2, 1, 0, 0}, "", "something follows"},
	} {
		got, err := listNumber(test.in)
		if test.text != "" {
			if err == nil || !strings.Contains(err.Error(), test.text) || got != nil {
				t.Errorf("%s: got %v, %v, want …%s…", test.name, got, err, test.text)
			}
			continue
		}
		if err != nil || got.String() != test.want {
			t.Errorf("%s: got %v, %v, want %s", test.name, got, err, test.want)
		}
	}
}
