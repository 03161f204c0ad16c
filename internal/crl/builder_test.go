package crl

import (
	"bytes"
	"io"
	"math/big"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/sekisho/sekisho/internal/crl/crltest"
	"github.com/sekisho/sekisho/internal/pkitest"
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

// TestShelvesHoldEveryNote once, on the shelf of its class, in its run.
func TestShelvesHoldEveryNote(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.SliceOfN(rows, 0, 100).Draw(t, "rows")
		held, last := 0, -1
		for _, s := range noted(t, rows).shelves() {
			if int(s.class) <= last {
				t.Fatalf("class %x behind %x", s.class, last)
			}
			last = int(s.class)
			held += s.len()
			for run := range runs {
				records := s.run(run, run+1)
				for number := range uint32(records.len()) {
					serial := records.at(number).serial()
					if len(serial) != s.class.length() || int(highest(serial)) != run {
						t.Fatalf("run %d of class %x holds %x", run, s.class, serial)
					}
				}
			}
		}
		if held != len(rows) {
			t.Fatalf("got %d records, want %d", held, len(rows))
		}
	})
}

// TestDedupeKeepsTheEarliestOfEach, in its run.
func TestDedupeKeepsTheEarliestOfEach(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.SliceOfN(rows, 0, 100).Draw(t, "rows")
		want, duplicates := earliest(rows)
		dropped, kept := 0, 0
		for _, s := range noted(t, rows).shelves() {
			dropped += s.dedupe()
			kept += s.len()
			if again := s.dedupe(); again != 0 {
				t.Fatalf("dropped %d more", again)
			}
		}
		if dropped != duplicates || kept != len(want) {
			t.Fatalf("kept %d and dropped %d, want %d and %d", kept, dropped, len(want), duplicates)
		}
	})
}

// TestSorterSortsAndSeesRepeats, whether buckets hold few entries or many.
func TestSorterSortsAndSeesRepeats(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.SliceOfN(rows, 0, 60).Draw(t, "rows")
		bits := rapid.IntRange(0, 3).Draw(t, "bits")
		for _, s := range noted(t, rows).shelves() {
			var sorter sorter
			head := tableHead{class: s.class, bucketBits: min(bits, 8*s.class.length())}
			shift := head.width() - head.bucketBits
			sorter.sort(s.run(0, runs), shift, head.buckets())
			if len(sorter.order) != s.len() || !slices.IsSortedFunc(sorter.order, sorter.compare) {
				t.Fatalf("class %x: %d of %d items, or out of order", s.class, len(sorter.order), s.len())
			}
			at := 0
			for bucket, count := range sorter.counts {
				for range count {
					if got := sorter.order[at].word >> shift; int(got) != bucket {
						t.Fatalf("an item of bucket %d is in bucket %d", got, bucket)
					}
					at++
				}
			}
			if repeats := s.dedupe() > 0; sorter.repeats != repeats {
				t.Fatalf("class %x: said that a number repeats: %v", s.class, sorter.repeats)
			}
		}
	})
}

// TestIndexIsTheSameInWhateverPiecesAListArrives: its key names the list, and
// two runs write it.
func TestIndexIsTheSameInWhateverPiecesAListArrives(t *testing.T) {
	t.Parallel()
	ca := pkitest.NewCA(t, "Root")
	der := signed(t, ca, entries(numbered(40_000)...))
	want := index(t, ca, der).Bytes()
	for _, piece := range []int{100, 5000, 70_000, len(der)} {
		builder := &Builder{}
		list, err := Read(pieces{bytes.NewReader(der), piece}, Output{Index: builder})
		if err != nil {
			t.Fatal(err)
		}
		got, err := builder.Build(list, ca.Cert)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got.Bytes(), want) {
			t.Errorf("in pieces of %d bytes the index is another one", piece)
		}
	}
}

// pieces reads no more than so many bytes at a time.
type pieces struct {
	io.Reader
	size int
}

func (p pieces) Read(b []byte) (int, error) { return p.Reader.Read(b[:min(len(b), p.size)]) }

// TestRoomForABlock: there is always room for the next block, and never for
// more than eight times of what has come; what was noted stays where it is.
func TestRoomForABlock(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		builder := &Builder{}
		builder.reset()
		total := rapid.Int64Range(0, 1<<30).Draw(t, "total")
		open := &builder.notes.open
		done, noted := int64(0), 0
		for range rapid.IntRange(1, 20).Draw(t, "blocks") {
			block := rapid.IntRange(0, blockSize).Draw(t, "block")
			builder.reserve(block, done, total)
			if cap(open.bytes)-len(open.bytes) < block {
				t.Fatalf("room for %d bytes, want %d", cap(open.bytes)-len(open.bytes), block)
			}
			if limit := 10 * (noted + blockSize); cap(open.bytes) > limit {
				t.Fatalf("room for %d bytes after %d", cap(open.bytes), noted)
			}
			taken := rapid.IntRange(0, block).Draw(t, "taken")
			open.bytes = open.bytes[:len(open.bytes)+taken/2]
			done, noted = done+int64(taken), noted+taken/2
		}
		builder.notes.turn()
		for _, page := range builder.notes.full {
			noted -= len(page.cut(0)) + len(page.cut(1))
		}
		if noted != 0 {
			t.Fatalf("%d bytes are on no page", noted)
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
		s := shelf{class: test.class, size: recordHead + test.class.length()}
		s.bytes = make([]byte, test.entries*s.size)
		if head := headOf(&s); head.bucketBits != test.bits || head.entries != test.entries {
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
		if got := class(builder.notes.open.bytes[0]); got != want || builder.slots[want] == 0 {
			t.Errorf("%s: got class %x, want %x", text, got, want)
		}
	}
}
