package crl

import (
	"bytes"
	"flag"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/pkitest"
)

var update = flag.Bool("update", false, "write the golden files instead of comparing with them")

// TestGoldenIndex: indexes lie in buckets and are read by other versions of
// this program. Whoever changes their bytes changes the version as well.
func TestGoldenIndex(t *testing.T) {
	t.Parallel()
	list, builder, err := Parse(fixture(t, "good.der"))
	if err != nil {
		t.Fatal(err)
	}
	built, err := builder.Build(list, fixtureIssuers(t)[0])
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(fixtures, "good.index")
	if *update {
		err = os.WriteFile(file, built.Bytes(), 0o644)
		if err != nil {
			t.Fatal(err)
		}
	}
	golden := fixture(t, "good.index")
	if !bytes.Equal(built.Bytes(), golden) {
		t.Errorf("got %x, want %x", built.Bytes(), golden)
	}
	opened, err := OpenIndex(golden)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]Entry{
		"16": {pkitest.Epoch.AddDate(0, 0, -1), KeyCompromise},
		"17": {pkitest.Epoch.AddDate(0, -1, 0), NoReason},
		new(big.Int).Lsh(big.NewInt(0x8a), 19*8).String(): {pkitest.Epoch.AddDate(-1, 0, 0), Superseded},
	}
	for serial, entry := range opened.All() {
		if want[serial.String()] != entry {
			t.Errorf("%v: got %v, want %v", serial, entry, want[serial.String()])
		}
		delete(want, serial.String())
	}
	if len(want) > 0 || !opened.ThisUpdate().Equal(pkitest.Epoch) || !opened.NextUpdate().Equal(pkitest.Epoch.Add(7*24*time.Hour)) || opened.Number().Int64() != 1 {
		t.Errorf("missing %v, or other dates or number", want)
	}
}
