package crl

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"math/big"
	"strings"
	"testing"

	"github.com/sekisho/sekisho/internal/pkitest"
)

// sealed is a damaged index with a checksum that is right again, as somebody
// would write it who knows the format.
func sealed(data []byte) []byte {
	if len(data) < 4 {
		return data
	}
	end := len(data) - 4
	return binary.BigEndian.AppendUint32(bytes.Clone(data[:end]), crc32.Checksum(data[:end], castagnoli))
}

// TestEveryDamagedByteIsFound, and every shorter file.
func TestEveryDamagedByteIsFound(t *testing.T) {
	t.Parallel()
	ca := pkitest.NewCA(t, "Root")
	data := index(t, ca, signed(t, ca, entries(numbered(40)...))).Bytes()
	for at := range data {
		for bit := range 8 {
			damaged := bytes.Clone(data)
			damaged[at] ^= 1 << bit
			opened, err := OpenIndex(damaged)
			if err == nil || opened != nil {
				t.Fatalf("bit %d of byte %d: the index opens", bit, at)
			}
		}
		opened, err := OpenIndex(data[:at])
		if err == nil || opened != nil {
			t.Fatalf("the first %d bytes open", at)
		}
	}
}

func TestOpenIndexSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	ca := pkitest.NewCA(t, "Root")
	data := index(t, ca, signed(t, ca)).Bytes()
	newer := bytes.Clone(data)
	newer[len(indexMagic)-1]++
	for _, test := range []struct {
		name, text string
		data       []byte
	}{
		{"nothing", "no such file", nil},
		{"a list", "no such file", fixture(t, "good.der")},
		{"another version", "version 2, want 1", sealed(newer)},
		{"cut off", "damaged or cut off", data[:len(data)-1]},
		{"longer", "damaged or cut off", append(bytes.Clone(data), 0)},
	} {
		_, err := OpenIndex(test.data)
		if err == nil || !strings.Contains(err.Error(), test.text) {
			t.Errorf("%s: got %v, want …%s…", test.name, err, test.text)
		}
	}
}

// TestForgedIndexCannotCrash damages every byte and makes the checksum right
// again: whatever opens can be asked anything.
func TestForgedIndexCannotCrash(t *testing.T) {
	t.Parallel()
	ca := pkitest.NewCA(t, "Root")
	rows := append(numbered(60), row{big.NewInt(-77), hour, KeyCompromise}, row{big.NewInt(9), hour, Superseded})
	data := index(t, ca, signed(t, ca, entries(rows...))).Bytes()
	opened, refused := 0, 0
	for at := range data {
		for _, change := range []byte{0x01, 0x80, 0xff, data[at]} {
			forged := bytes.Clone(data)
			forged[at] ^= change
			i, err := OpenIndex(sealed(forged))
			if err != nil {
				refused++
				continue
			}
			opened++
			askEverything(i, rows)
		}
	}
	if opened == 0 || refused == 0 {
		t.Errorf("%d opened, %d refused: the damage did not reach every outcome", opened, refused)
	}
}

// TestTablesThatCannotBe are forged with care: everything but one number fits.
func TestTablesThatCannotBe(t *testing.T) {
	t.Parallel()
	possible := shape{reasons: []byte{1}}
	for _, test := range []struct {
		name  string
		shape shape
		heads []tableHead
		want  error
	}{
		{"as it should be", possible, []tableHead{{class: 1, bucketBits: 8}}, nil},
		{"more bits for buckets than there are", possible, []tableHead{{class: 1, bucketBits: 9}}, errDamaged},
		{"buckets for nothing", possible, []tableHead{{class: 0, bucketBits: 1}}, errDamaged},
		{"one class twice", possible, []tableHead{{class: 1}, {class: 1}}, errDamaged},
		{"dates that end before they begin", shape{earliest: 1}, nil, errDamaged},
		{"dates beyond all time", shape{latest: maxDate + 1}, nil, errDamaged},
		{"more reasons than there are", shape{reasons: make([]byte, 17)}, nil, errDamaged},
	} {
		encoded, err := meta{shape: test.shape, heads: test.heads}.appendTo(nil)
		if err != nil {
			t.Fatal(err)
		}
		body := []byte(indexMagic)
		for _, head := range test.heads {
			body = append(body, make([]byte, head.size(&test.shape))...)
		}
		file := binary.BigEndian.AppendUint32(append(body, encoded...), uint32(len(encoded)))
		opened, err := OpenIndex(sealed(append(file, 0, 0, 0, 0)))
		if !errors.Is(err, test.want) || (err == nil) != (opened != nil) {
			t.Errorf("%s: got %v, want %v", test.name, err, test.want)
		}
	}
}

func askEverything(i *Index, rows []row) {
	for _, r := range rows {
		i.Find(r.serial)
	}
	for range i.All() {
	}
	i.Identity()
	_ = i.Scope().String()
}
