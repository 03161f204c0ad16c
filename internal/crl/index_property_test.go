package crl

import (
	"bytes"
	"math/big"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/sekisho/sekisho/internal/pkitest"
)

// serials are numbers of every sign and length, scattered and dense.
var serials = rapid.Custom(func(t *rapid.T) *big.Int {
	number := new(big.Int)
	switch rapid.IntRange(0, 2).Draw(t, "kind") {
	case 0:
		number.SetBytes(rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(t, "magnitude"))
	case 1:
		number.SetInt64(int64(rapid.IntRange(0, 600).Draw(t, "small")))
	default:
		number.SetBytes(append([]byte{7, 7, 7, 7, 7, 7, 7, 7}, rapid.SliceOfN(rapid.Byte(), 1, 12).Draw(t, "suffix")...))
	}
	if rapid.IntRange(0, 3).Draw(t, "sign") == 0 {
		number.Neg(number)
	}
	return number
})

var rows = rapid.Custom(func(t *rapid.T) row {
	return row{
		serial: serials.Draw(t, "serial"),
		at:     pkitest.Epoch.Add(-time.Duration(rapid.IntRange(0, 1<<28).Draw(t, "age")) * time.Second),
		reason: rapid.SampledFrom([]RevocationReason{NoReason, Unspecified, KeyCompromise, CertificateHold, AACompromise}).Draw(t, "reason"),
	}
})

// earliest is the list as a map: of each serial number the earliest entry. It
// counts the others.
func earliest(list []row) (map[string]Entry, int) {
	entries, duplicates := map[string]Entry{}, 0
	for _, r := range list {
		had, twice := entries[r.serial.String()]
		if twice {
			duplicates++
		}
		if !twice || r.at.Before(had.RevokedAt) || r.at.Equal(had.RevokedAt) && uint8(r.reason) < uint8(had.Reason) {
			entries[r.serial.String()] = Entry{RevokedAt: r.at, Reason: r.reason}
		}
	}
	return entries, duplicates
}

func TestIndexAgreesWithMap(t *testing.T) {
	t.Parallel()
	ca := pkitest.NewCA(t, "Root")
	rapid.Check(t, func(t *rapid.T) {
		listed := rapid.SliceOfN(rows, 0, 200).Draw(t, "listed")
		want, duplicates := earliest(listed)
		der := signed(t, ca, entries(listed...))
		list := read(t, der)
		if list.Entries != len(listed) || list.Duplicates != duplicates {
			t.Fatalf("got %d entries and %d duplicates, want %d and %d", list.Entries, list.Duplicates, len(listed), duplicates)
		}
		built := index(t, ca, der)
		opened, err := OpenIndex(bytes.Clone(built.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range append(listed, rapid.SliceOfN(rows, 0, 50).Draw(t, "others")...) {
			got, found := opened.Find(r.serial)
			entry, listed := want[r.serial.String()]
			if found != listed || got != entry {
				t.Fatalf("serial %v: got %v, %v, want %v, %v", r.serial, got, found, entry, listed)
			}
		}
		checkAll(t, opened, want)
	})
}

// checkAll demands that walking the index meets each entry once.
func checkAll(t *rapid.T, opened *Index, want map[string]Entry) {
	met := map[string]Entry{}
	for serial, entry := range opened.All() {
		_, twice := met[serial.String()]
		if twice {
			t.Fatalf("serial %v stands twice", serial)
		}
		met[serial.String()] = entry
	}
	if len(met) != len(want) || opened.Len() != len(want) {
		t.Fatalf("got %d entries, said to be %d, want %d", len(met), opened.Len(), len(want))
	}
	for serial, entry := range want {
		if met[serial] != entry {
			t.Fatalf("serial %s: got %v, want %v", serial, met[serial], entry)
		}
	}
}
