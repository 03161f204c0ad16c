package crl

import (
	"bytes"
	"crypto/x509"
	"io"
	"math/big"
	"runtime"
	"testing"

	"github.com/sekisho/sekisho/internal/pkitest"
)

// passOver is a whole pass and the check behind it.
func passOver(t *testing.T, ca *pkitest.CA, der []byte, out Output) {
	t.Helper()
	list, err := Read(bytes.NewReader(der), out)
	if err != nil {
		t.Fatal(err)
	}
	_, err = Check(list, []*x509.Certificate{ca.Cert}, nil, Policy{}, hour)
	if err != nil {
		t.Fatal(err)
	}
}

// TestAllocationsDoNotGrowWithTheList, index or not.
func TestAllocationsDoNotGrowWithTheList(t *testing.T) {
	ca := pkitest.NewCA(t, "Root")
	alike := func(count int) []row {
		rows := numbered(count)
		for i := range rows {
			rows[i].serial = new(big.Int).Add(new(big.Int).Lsh(big.NewInt(9), 120), big.NewInt(int64(i)))
			if i%2 == 1 {
				rows[i].serial.Neg(rows[i].serial)
			}
		}
		return rows
	}
	for _, test := range []struct {
		name   string
		output func() Output
	}{
		{"nothing", func() Output { return Output{} }},
		{"PEM", func() Output { return Output{PEM: io.Discard} }},
		{"PEM and index", func() Output { return Output{PEM: io.Discard, Index: &Builder{}} }},
	} {
		for _, count := range []int{10, 60000} {
			der := signed(t, ca, entries(alike(count)...))
			got := testing.AllocsPerRun(3, func() { passOver(t, ca, der, test.output()) })
			if got > 100 {
				t.Errorf("%s, %d entries: got %v allocations", test.name, count, got)
			}
		}
	}
}

// TestMemoryDoesNotGrowWithTheList, unless an index is made of it.
func TestMemoryDoesNotGrowWithTheList(t *testing.T) {
	ca := pkitest.NewCA(t, "Root")
	der := signed(t, ca, entries(numbered(60000)...))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	passOver(t, ca, der, Output{PEM: io.Discard})
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 8*blockSize {
		t.Errorf("took %d bytes for a list of %d", used, len(der))
	}
}

// TestHostileLengthTakesNoMemory: a few bytes that claim to be a gigabyte of
// entries are believed only as far as they arrive.
func TestHostileLengthTakesNoMemory(t *testing.T) {
	t.Parallel()
	builder := &Builder{}
	builder.reset()
	builder.reserve(100, 0, 1<<30)
	open := &builder.notes.open
	open.bytes = open.bytes[:100]
	builder.reserve(1000, 50, 1<<30)
	if cap(open.bytes) > 10_000 {
		t.Errorf("got room for %d bytes after 50", cap(open.bytes))
	}
}
