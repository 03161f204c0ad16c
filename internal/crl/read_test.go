package crl

import (
	"bytes"
	"crypto/x509"
	"errors"
	"io"
	"math/big"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/sekisho/sekisho/internal/crl/crltest"
	"github.com/sekisho/sekisho/internal/pkitest"
)

var entriesTwo = big.NewInt(2)

func TestEveryShorterListIsRefused(t *testing.T) {
	t.Parallel()
	der := fixture(t, "good.der")
	for size := range der {
		list, _, err := Parse(der[:size])
		refused(t, err, ReasonUnreadable, "the list ends too early")
		if list != nil {
			t.Fatalf("%d of %d bytes: got a list", size, len(der))
		}
	}
}

func TestErrorsOfTheReaderComeBack(t *testing.T) {
	t.Parallel()
	ca := pkitest.NewCA(t, "Root")
	der := signed(t, ca, entries(numbered(10000)...))
	broken := errors.New("the connection is gone")
	for _, size := range []int{0, 1, 100, blockSize, blockSize + 1, len(der) - 1, len(der)} {
		reader := io.MultiReader(bytes.NewReader(der[:size]), iotest.ErrReader(broken))
		list, err := Read(reader, Output{})
		if !errors.Is(err, broken) || list != nil || !strings.Contains(err.Error(), "reading a revocation list: ") {
			t.Errorf("after %d bytes: got %v, %v", size, list, err)
		}
	}
}

// TestElementsLongerThanABlock are refused, wherever they stand.
func TestElementsLongerThanABlock(t *testing.T) {
	t.Parallel()
	ca := pkitest.NewCA(t, "Root")
	long := bytes.Repeat([]byte{'x'}, blockSize)
	for name, edit := range map[string]func(*crltest.Draft){
		"an entry": func(d *crltest.Draft) {
			d.Entries = [][]byte{crltest.Entry(entriesTwo, hour, crltest.Extension(crltest.UnknownOID, false, long))}
		},
		"an extension": func(d *crltest.Draft) {
			d.Extensions = append(d.Extensions, crltest.Extension(crltest.UnknownOID, false, long))
		},
		"the issuer": func(d *crltest.Draft) {
			d.Issuer = crltest.Sequence(crltest.TLV(0x31, crltest.Sequence(crltest.OID("550403"), crltest.TLV(0x0c, long))))
		},
		"the signature": func(d *crltest.Draft) { d.Signature = crltest.TLV(0x03, []byte{0}, long) },
	} {
		_, _, err := Parse(signed(t, ca, edit))
		refused(t, err, ReasonUnreadable, "longer than any list needs")
		if err == nil {
			t.Error(name)
		}
	}
	_, _, err := Parse(signed(t, ca, func(d *crltest.Draft) { d.Inner = crltest.Sequence(d.Inner, long[:1000]) }))
	refused(t, err, ReasonUnreadable, "the signature algorithm is longer than any known one")
}

// TestElementsAcrossBlocks moves everything that follows the entries, and the
// entries themselves, over the end of a block, byte by byte.
func TestElementsAcrossBlocks(t *testing.T) {
	t.Parallel()
	ca := pkitest.NewCA(t, "Root")
	for shift := range 400 {
		name := bytes.Repeat([]byte{'x'}, blockSize-600+shift)
		der := signed(t, ca, entries(numbered(3)...), func(d *crltest.Draft) {
			d.Issuer = crltest.Sequence(crltest.TLV(0x31, crltest.Sequence(crltest.OID("550403"), crltest.TLV(0x0c, name))))
		})
		list, builder, err := Parse(der)
		if err != nil {
			t.Fatalf("shifted by %d: %v", shift, err)
		}
		agrees(t, der, list, builder, ca.Cert)
	}
}

// TestLongLists agree with crypto/x509 as short ones do.
func TestLongLists(t *testing.T) {
	t.Parallel()
	ca := pkitest.NewCA(t, "Root")
	for _, count := range []int{1000, 3000, 30000} {
		der := signed(t, ca, entries(numbered(count)...))
		list, builder, err := Parse(der)
		if err != nil {
			t.Fatal(err)
		}
		agrees(t, der, list, builder, ca.Cert)
		_, err = Check(list, []*x509.Certificate{ca.Cert}, nil, Policy{}, hour)
		if err != nil {
			t.Error(err)
		}
	}
}

func TestDuplicatesAreCountedWithAnIndexOnly(t *testing.T) {
	t.Parallel()
	list, err := Read(bytes.NewReader(fixture(t, "serial-twice.der")), Output{})
	if err != nil || list.Duplicates != -1 {
		t.Errorf("got %v, %v, want -1", list.Duplicates, err)
	}
}

// TestDatesAreThoseOfTheStandardLibrary runs through every day of some years,
// and the edges of both encodings.
func TestDatesAreThoseOfTheStandardLibrary(t *testing.T) {
	t.Parallel()
	check := func(at time.Time, encoded []byte) {
		seconds, rest, err := timestamp(encoded)
		if err != nil || len(rest) != 0 || seconds != at.Unix() {
			t.Errorf("%s: got %d, %v, want %d", encoded[2:], seconds, err, at.Unix())
		}
	}
	for _, year := range []int{0, 1, 4, 100, 400, 1899, 1900, 1950, 1969, 1970, 2000, 2024, 2026, 2049, 2050, 2100, 9999} {
		for day := range 365 {
			at := time.Date(year, 1, 1+day, day%24, day%60, (day*7)%60, 0, time.UTC)
			check(at, crltest.GeneralizedTime(at))
			if year >= 1950 && year < 2050 {
				check(at, crltest.UTCTime(at))
			}
		}
	}
	check(time.Date(2024, 2, 29, 23, 59, 59, 0, time.UTC), []byte("\x17\x0d240229235959Z"))
}

// TestTimesThatAreNone are each wrong in one place.
func TestTimesThatAreNone(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "Z", "260601120000", "260601120000z", "260600120000Z", "260631120000Z", "260001120000Z", "260601240000Z", "260601126000Z",
		"260601120060Z", "2606011200 0Z", ":60601120000Z", "/60601120000Z", "2:0601120000Z", "21000229000000Z", "19000229000000Z", "0A260601120000Z",
		"20260601120000", "20260601120000+", "2026060112000000Z", "20260601120000.0Z", "-0260601120000Z",
	} {
		for _, tag := range []byte{tagUTCTime, tagGeneralizedTime} {
			_, _, err := timestamp(crltest.TLV(tag, []byte(text)))
			if err == nil && !(tag == tagUTCTime && len(text) == 13) {
				t.Errorf("tag %x: %q passed", tag, text)
			}
			if err == nil {
				t.Errorf("%q passed", text)
			}
		}
	}
}
