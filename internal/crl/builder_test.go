package crl

import (
	"math/big"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/sekisho/sekisho/internal/crl/crltest"
)

// noted is a builder that knows these entries.
func noted(t *rapid.T, rows []row) *Builder {
	t.Helper()
	builder := &Builder{}
	builder.reset()
	for _, r := range rows {
		content, err := only(crltest.Integer(r.serial), tagInteger)
		if err != nil {
			t.Fatal(err)
		}
		builder.reserve(noteHead+len(content), 0, 0)
		builder.add(content, r.at.Unix(), r.reason)
	}
	return builder
}

// TestShelvesHoldEveryNote once, on the shelf of its class, roughly in order.
func TestShelvesHoldEveryNote(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.SliceOfN(rows, 0, 100).Draw(t, "rows")
		builder := noted(t, rows)
		held := 0
		for _, s := range builder.shelves() {
			held += s.len()
			last := byte(0)
			for number := range uint32(s.len()) {
				r := s.record(number)
				if len(r.serial()) != s.class.length() || highest(r.serial()) < last {
					t.Fatalf("record %d of class %x: %x behind %x", number, s.class, r, last)
				}
				last = highest(r.serial())
			}
		}
		if held != len(rows) {
			t.Fatalf("got %d records, want %d", held, len(rows))
		}
	})
}

// TestSorterKeepsTheEarliestOfEach.
func TestSorterKeepsTheEarliestOfEach(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.SliceOfN(rows, 0, 100).Draw(t, "rows")
		want, duplicates := earliest(rows)
		builder := noted(t, rows)
		dropped, kept := 0, 0
		for _, s := range builder.shelves() {
			head := headOf(s)
			sorter := newSorter(s, head)
			dropped += sorter.dedupe()
			kept += len(sorter.order)
			if !slices.IsSortedFunc(sorter.order, func(a, b item) int {
				shift := head.width() - head.bucketBits
				return int(a.word>>shift) - int(b.word>>shift)
			}) {
				t.Fatal("the buckets are out of order")
			}
		}
		if dropped != duplicates || kept != len(want) {
			t.Fatalf("kept %d and dropped %d, want %d and %d", kept, dropped, len(want), duplicates)
		}
	})
}

func TestMayRepeat(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		words []uint64
		want  bool
	}{
		{"none", nil, false},
		{"one", []uint64{5}, false},
		{"two others", []uint64{5, 6}, false},
		{"two alike", []uint64{5, 5}, true},
		{"first and last alike", []uint64{5, 6, 7, 5}, true},
		{"sixteen others", []uint64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}, false},
		{"seventeen others, too many to compare", []uint64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17}, true},
	} {
		var items []item
		for _, word := range test.words {
			items = append(items, item{word: word})
		}
		if got := mayRepeat(items); got != test.want {
			t.Errorf("%s: got %v", test.name, got)
		}
	}
}

// TestRoomForABlock: there is always room for the next block, and never for
// more than eight times of what has come.
func TestRoomForABlock(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		builder := &Builder{}
		builder.reset()
		total := rapid.Int64Range(0, 1<<30).Draw(t, "total")
		done := int64(0)
		for range rapid.IntRange(1, 20).Draw(t, "blocks") {
			block := rapid.IntRange(0, blockSize).Draw(t, "block")
			used := len(builder.notes)
			builder.reserve(block, done, total)
			if cap(builder.notes)-used < block || len(builder.notes) != used {
				t.Fatalf("room for %d bytes, want %d", cap(builder.notes)-used, block)
			}
			if limit := 10 * (used + blockSize); cap(builder.notes) > limit {
				t.Fatalf("room for %d bytes after %d", cap(builder.notes), used)
			}
			taken := rapid.IntRange(0, block).Draw(t, "taken")
			builder.notes = builder.notes[:used+taken/2]
			done += int64(taken)
		}
	})
}

// TestNoBuilderIsNoTrouble: a pass without an index calls nothing.
func TestNoBuilderIsNoTrouble(t *testing.T) {
	t.Parallel()
	var none *Builder
	none.reset()
	none.reserve(100, 1, 2)
}

func TestShapeOfDatesAndReasons(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		s    shape
		bits int
	}{
		{"one date, no reason", shape{earliest: 7, latest: 7}, 0},
		{"one date, one reason", shape{earliest: 7, latest: 7, reasons: []byte{1}}, 0},
		{"one date, two reasons", shape{earliest: 7, latest: 7, reasons: []byte{1, 2}}, 1},
		{"two dates", shape{earliest: 7, latest: 8, reasons: []byte{1}}, 1},
		{"ten years, five reasons", shape{latest: 10 * 365 * 86400, reasons: make([]byte, 5)}, 31},
		{"all time, all reasons", shape{latest: maxDate, reasons: make([]byte, 16)}, 43},
	} {
		if got := test.s.payloadBits(); got != test.bits {
			t.Errorf("%s: got %d bits, want %d", test.name, got, test.bits)
		}
	}
}

func TestHeadsOfTables(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		class   class
		entries int
		bits    int
	}{{0, 1, 0}, {1, 1, 0}, {1, 2, 1}, {1, 255, 7}, {1, 5000, 8}, {16, 3, 1}, {16, 1 << 20, 20}, {negativeClass | 2, 70000, 16}} {
		s := &shelf{class: test.class, size: recordHead + test.class.length()}
		s.bytes = make([]byte, test.entries*s.size)
		if head := headOf(s); head.bucketBits != test.bits || head.entries != test.entries {
			t.Errorf("class %x, %d entries: got %+v, want %d bits", test.class, test.entries, head, test.bits)
		}
	}
}

func TestClassOfSerialNumbers(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]class{
		"0": 0, "1": 1, "127": 1, "128": 1, "255": 1, "256": 2, "-1": 0x81, "-128": 0x81, "-129": 0x81, "-256": 0x82,
	} {
		number, _ := new(big.Int).SetString(text, 10)
		content, err := only(crltest.Integer(number), tagInteger)
		if err != nil {
			t.Fatal(err)
		}
		builder := &Builder{}
		builder.reset()
		builder.reserve(100, 0, 0)
		builder.add(content, 0, NoReason)
		if got := class(builder.notes[0]); got != want || builder.classes[want] == nil {
			t.Errorf("%s: got class %x, want %x", text, got, want)
		}
	}
}
