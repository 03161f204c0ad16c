package crl

import (
	"bytes"
	"errors"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/sekisho/sekisho/internal/crl/crltest"
	"github.com/sekisho/sekisho/internal/pkitest"
)

func TestEntry(t *testing.T) {
	t.Parallel()
	serial, date := crltest.Integer(big.NewInt(16)), crltest.UTCTime(pkitest.Epoch)
	invalidity := crltest.Extension(crltest.InvalidityDateOID, false, crltest.GeneralizedTime(pkitest.Epoch))
	hold := crltest.Extension("551d17", false, crltest.OID("2a864886f7120203"))
	issuer := crltest.Extension(crltest.CertificateIssuerOID, true, crltest.Sequence())
	reason := func(critical bool, value ...byte) []byte {
		return crltest.Extension(crltest.ReasonCodeOID, critical, value)
	}
	for _, test := range []struct {
		name  string
		in    []byte
		after tally // what is counted
		text  string
	}{
		{"usual", crltest.RawEntry(serial, date), tally{}, ""},
		{"reason", crltest.RawEntry(serial, date, crltest.Reason(1)), tally{}, ""},
		{"reason and invalidity date", crltest.RawEntry(serial, date, crltest.Reason(1), invalidity), tally{}, ""},
		{"invalidity date first", crltest.RawEntry(serial, date, invalidity, crltest.Reason(1)), tally{}, ""},
		{"hold instruction", crltest.RawEntry(serial, date, hold), tally{}, ""},
		{"negative", crltest.RawEntry(crltest.Integer(big.NewInt(-1)), date), tally{negative: 1}, ""},
		{"of another issuer", crltest.RawEntry(serial, date, issuer), tally{indirect: true}, ""},
		{"critical reason", crltest.RawEntry(serial, date, reason(true, 10, 1, 1)), tally{unknownCritical: "an entry has the critical extension 2.5.29.21"}, ""},
		{"empty reason", crltest.RawEntry(serial, date, reason(false, 10, 0)), tally{}, "a reason code is none"},
		{"negative reason", crltest.RawEntry(serial, date, reason(false, 10, 1, 0xff)), tally{}, "a reason code is none"},
		{"reason with something behind", crltest.RawEntry(serial, date, reason(false, 10, 1, 1, 0)), tally{}, "something follows"},
		{"reason without a value", crltest.RawEntry(serial, date, reason(false)), tally{}, "longer than what holds it"},
		{"no serial number", crltest.Sequence(date), tally{}, "a serial number is missing"},
		{"no date", crltest.Sequence(serial), tally{}, "a time is malformed"},
		{"date first", crltest.Sequence(date, serial), tally{}, "a serial number is missing"},
		{"serial number beyond the entry", crltest.Sequence([]byte{2, 9, 1}), tally{}, "a serial number is missing"},
		{"serial number of a long length", crltest.Sequence([]byte{2, 0x81, 1, 5}, date), tally{}, "a serial number is missing"},
		{"two dates", crltest.Sequence(serial, date, date), tally{}, "another type"},
		{"extensions of another type", crltest.Sequence(serial, date, crltest.TLV(0xa0)), tally{}, "another type"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := tally{extended: true}
			taken, err := got.walk(test.in)
			if test.text != "" {
				if err == nil || !strings.Contains(err.Error(), test.text) || taken != 0 || got.entries != 0 {
					t.Errorf("took %d bytes, %d entries: %v, want …%s…", taken, got.entries, err, test.text)
				}
				return
			}
			want := test.after
			want.extended, want.entries = true, 1
			if err != nil || taken != len(test.in) || got != want {
				t.Errorf("took %d bytes: %+v, %v, want %+v", taken, got, err, want)
			}
		})
	}
}

// TestWalkStopsBetweenEntries: of any part of a row of entries the whole ones
// are taken, and the rest waits for more bytes.
func TestWalkStopsBetweenEntries(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var row []byte
		var ends []int
		for _, r := range rapid.SliceOfN(rows, 1, 10).Draw(t, "rows") {
			row = append(row, r.der()...)
			ends = append(ends, len(row))
		}
		size := rapid.IntRange(0, len(row)).Draw(t, "size")
		whole, last := 0, 0
		for _, end := range ends {
			if end <= size {
				whole, last = whole+1, end
			}
		}
		got := tally{extended: true}
		taken, err := got.walk(row[:size])
		if err != nil || taken != last || got.entries != whole {
			t.Fatalf("got %d bytes, %d entries, %v, want %d, %d", taken, got.entries, err, last, whole)
		}
	})
}

// TestWalkTakesWhatIsBeforeAFault, so that a message can say where it stands.
func TestWalkTakesWhatIsBeforeAFault(t *testing.T) {
	t.Parallel()
	fine := crltest.Entry(big.NewInt(1), pkitest.Epoch)
	for name, bad := range map[string][]byte{
		"of another type": {0x31, 0},
		"damaged":         {0x30, 1, 2},
		"long":            {0x30, 0x83, 1, 0, 0},
		"long length":     {0x30, 0x81, 1, 0},
	} {
		got := tally{extended: true}
		taken, err := got.walk(append(bytes.Clone(fine), bad...))
		var found fault
		if !errors.As(err, &found) || taken != len(fine) || got.entries != 1 {
			t.Errorf("%s: got %d bytes, %d entries, %v", name, taken, got.entries, err)
		}
	}
}

func TestFirstUnknownCriticalIsKept(t *testing.T) {
	t.Parallel()
	ca := pkitest.NewCA(t, "Root")
	list := read(t, signed(t, ca, func(d *crltest.Draft) {
		d.Extensions = append(d.Extensions, crltest.Extension("2a0305", true, nil))
		d.Entries = [][]byte{
			crltest.Entry(big.NewInt(1), pkitest.Epoch, crltest.Extension(crltest.UnknownOID, true, nil)),
			crltest.Entry(big.NewInt(2), pkitest.Epoch, crltest.Extension("2a0306", true, nil)),
		}
	}))
	if want := "the list has the critical extension 1.2.3.5"; list.UnknownCritical != want {
		t.Errorf("got %q, want %q", list.UnknownCritical, want)
	}
}
