package crl

import (
	"bytes"
	"encoding/asn1"
	"errors"
	"testing"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
	"pgregory.net/rapid"

	"github.com/sekisho/sekisho/internal/crl/crltest"
)

func TestMeasure(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name            string
		in              []byte
		header, content int
		want            error
	}{
		{"nothing", nil, 0, 0, nil},
		{"a tag", []byte{0x30}, 0, 0, nil},
		{"empty", []byte{0x30, 0}, 2, 0, nil},
		{"127 bytes", []byte{0x30, 0x7f}, 2, 127, nil},
		{"128 bytes", []byte{0x30, 0x81, 0x80}, 3, 128, nil},
		{"128 bytes, cut", []byte{0x30, 0x81}, 0, 0, nil},
		{"127 bytes in two", []byte{0x30, 0x81, 0x7f}, 0, 0, faultMinimal},
		{"0 bytes in two", []byte{0x30, 0x81, 0}, 0, 0, faultMinimal},
		{"255 bytes in three", []byte{0x30, 0x82, 0, 0xff}, 0, 0, faultMinimal},
		{"256 bytes", []byte{0x30, 0x82, 1, 0}, 4, 256, nil},
		{"256 bytes, cut", []byte{0x30, 0x82, 1}, 0, 0, nil},
		{"65536 bytes", []byte{0x30, 0x83, 1, 0, 0}, 5, 65536, nil},
		{"65535 bytes in four", []byte{0x30, 0x83, 0, 0xff, 0xff}, 0, 0, faultMinimal},
		{"four gigabytes", []byte{0x30, 0x84, 0xff, 0xff, 0xff, 0xff}, 6, 1<<32 - 1, nil},
		{"five bytes of length", []byte{0x30, 0x85, 1, 0, 0, 0, 0}, 0, 0, faultForm},
		{"indefinite", []byte{0x30, 0x80, 0, 0}, 0, 0, faultForm},
		{"reserved", []byte{0x30, 0xff}, 0, 0, faultForm},
	} {
		header, content, err := measure(test.in)
		if header != test.header || content != test.content || !errors.Is(err, test.want) {
			t.Errorf("%s: got %d, %d, %v, want %d, %d, %v", test.name, header, content, err, test.header, test.content, test.want)
		}
	}
}

func TestCut(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name          string
		in            []byte
		content, rest []byte
		want          error
	}{
		{"an element", []byte{0x04, 1, 7}, []byte{7}, nil, nil},
		{"an element and more", []byte{0x04, 1, 7, 9, 9}, []byte{7}, []byte{9, 9}, nil},
		{"an empty element", []byte{0x04, 0, 9}, nil, []byte{9}, nil},
		{"nothing", nil, nil, nil, faultShort},
		{"a tag", []byte{0x04}, nil, nil, faultShort},
		{"too little content", []byte{0x04, 2, 7}, nil, nil, faultShort},
		{"another tag", []byte{0x05, 1, 7}, nil, nil, faultTag},
		{"another tag and nothing else", []byte{0x05}, nil, nil, faultTag},
		{"a long length for a short content", []byte{0x04, 0x81, 1, 7}, nil, nil, faultMinimal},
	} {
		content, rest, err := cut(test.in, tagOctetString)
		if !bytes.Equal(content, test.content) || !bytes.Equal(rest, test.rest) || !errors.Is(err, test.want) {
			t.Errorf("%s: got %x, %x, %v, want %x, %x, %v", test.name, content, rest, err, test.content, test.rest, test.want)
		}
	}
}

// TestCutAgreesWithCryptobyte: the same elements, from any bytes.
func TestCutAgreesWithCryptobyte(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := append([]byte{tagSequence}, rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(t, "in")...)
		content, rest, err := cut(in, tagSequence)
		s, want := cryptobyte.String(in), cryptobyte.String(nil)
		if s.ReadASN1(&want, cbasn1.SEQUENCE) != (err == nil) {
			t.Fatalf("got %v for %x", err, in)
		}
		if err == nil && (!bytes.Equal(content, want) || !bytes.Equal(rest, s)) {
			t.Fatalf("got %x and %x for %x", content, rest, in)
		}
	})
}

func TestOnlyWantsNothingBehind(t *testing.T) {
	t.Parallel()
	content, err := only([]byte{4, 1, 7}, tagOctetString)
	if err != nil || !bytes.Equal(content, []byte{7}) {
		t.Errorf("got %x, %v", content, err)
	}
	_, err = only([]byte{4, 1, 7, 0}, tagOctetString)
	if !errors.Is(err, faultMore) {
		t.Errorf("got %v, want %v", err, faultMore)
	}
	err = onlyAny(nil)
	if !errors.Is(err, faultShort) {
		t.Errorf("got %v, want %v", err, faultShort)
	}
}

// TestWrapIsUndoneByCut, and writes what the encoder of the tests writes.
func TestWrapIsUndoneByCut(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 1, 127, 128, 255, 256, 65535, 65536, 1 << 20} {
		content := bytes.Repeat([]byte{7}, size)
		element := wrap(tagOctetString, content[:size/2], content[size/2:])
		back, err := only(element, tagOctetString)
		if err != nil || !bytes.Equal(back, content) || !bytes.Equal(element, crltest.OctetString(content)) {
			t.Errorf("%d bytes: got %d, %v", size, len(back), err)
		}
	}
}

func TestMinimalInteger(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		in   []byte
		fine bool
	}{
		{nil, false}, {[]byte{0}, true}, {[]byte{0xff}, true}, {[]byte{0x7f}, true}, {[]byte{0, 0x80}, true},
		{[]byte{0, 0x7f}, false}, {[]byte{0, 0}, false}, {[]byte{0xff, 0x7f}, true}, {[]byte{0xff, 0x80}, false},
		{[]byte{0xff, 0xff}, false}, {[]byte{1, 0, 0}, true}, {[]byte{0, 0x80, 0}, true},
	} {
		err := minimalInteger(test.in)
		if (err == nil) != test.fine {
			t.Errorf("%x: got %v", test.in, err)
		}
	}
}

// TestObjectIdentifiers are those that cryptobyte reads.
func TestObjectIdentifiers(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		content := rapid.SliceOfN(rapid.SampledFrom([]byte{0, 1, 0x55, 0x7f, 0x80, 0x81, 0x87, 0x88, 0x90, 0xff}), 0, 8).Draw(t, "content")
		s := cryptobyte.String(crltest.TLV(tagOID, content))
		var want asn1.ObjectIdentifier
		fine := s.ReadASN1ObjectIdentifier(&want)
		err := validOID(content)
		if (err == nil) && !fine {
			t.Fatalf("%x passed, and cryptobyte refuses it", content)
		}
		if err == nil && dotted(content) != want.String() {
			t.Fatalf("%x: got %s, want %s", content, dotted(content), want)
		}
	})
	for _, content := range [][]byte{{0x55, 0x1d, 0x15}, {0x2a, 0x03, 0x04}, {0x2b, 0x06, 0x01, 0x04, 0x01, 0x83, 0xb2, 0x0a}} {
		err := validOID(content)
		if err != nil {
			t.Errorf("%x: %v", content, err)
		}
	}
}

func TestTypeThatCannotBePrinted(t *testing.T) {
	t.Parallel()
	if got := dotted([]byte{0x80}); got != "of an unprintable type" {
		t.Errorf("got %q", got)
	}
}

func TestStrictElements(t *testing.T) {
	t.Parallel()
	deep := []byte{5, 0}
	for range maxDepth {
		deep = wrap(tagSequence, deep)
	}
	for _, test := range []struct {
		name string
		in   []byte
		want error
	}{
		{"nothing", nil, nil},
		{"one", []byte{5, 0}, nil},
		{"two", []byte{5, 0, 5, 0}, nil},
		{"a constructed one", []byte{0x30, 2, 5, 0}, nil},
		{"a primitive one is not looked into", []byte{4, 1, 5}, nil},
		{"a constructed one, damaged inside", []byte{0x30, 1, 5}, faultShort},
		{"damaged behind", []byte{5, 0, 5}, faultShort},
		{"a long length inside", []byte{0xa0, 4, 4, 0x81, 1, 7}, faultMinimal},
		{"as deep as allowed", deep[2:], nil},
		{"too deep", wrap(tagSequence, deep), fault("elements are nested too deeply")},
	} {
		err := strictElements(test.in)
		if !errors.Is(err, test.want) {
			t.Errorf("%s: got %v, want %v", test.name, err, test.want)
		}
	}
}
