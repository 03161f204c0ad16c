package crl

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

// TestBitsComeBack writes numbers of any length one behind the other and reads
// them from where they stand.
func TestBitsComeBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var values []uint64
		var lengths []int
		w := bitWriter{}
		for range rapid.IntRange(0, 60).Draw(t, "count") {
			length := rapid.IntRange(0, 64).Draw(t, "length")
			value := rapid.Uint64().Draw(t, "value") & mask(length)
			w.put(value, length)
			values, lengths = append(values, value), append(lengths, length)
		}
		b, at := w.bytes(), uint64(0)
		for i, value := range values {
			if got := word(b, at) & mask(lengths[i]); got != value {
				t.Fatalf("number %d: got %x, want %x", i, got, value)
			}
			at += uint64(lengths[i])
		}
		if len(b) != int(at+7)/8+slack {
			t.Fatalf("got %d bytes for %d bits", len(b), at)
		}
	})
}

func TestBitsBehindBytes(t *testing.T) {
	t.Parallel()
	w := bitWriter{out: []byte{1, 2}}
	w.put(5, 3)
	b := w.bytes()
	if len(b) != 3+slack || b[0] != 1 || b[1] != 2 || b[2] != 5 {
		t.Errorf("got %x", b)
	}
}

func TestMask(t *testing.T) {
	t.Parallel()
	for length := range 65 {
		want := new(big.Int).Lsh(big.NewInt(1), uint(length))
		want.Sub(want, big.NewInt(1))
		if mask(length) != want.Uint64() {
			t.Errorf("%d: got %x, want %x", length, mask(length), want)
		}
	}
}

// occupancy is the string of buckets with these numbers of entries.
func occupancy(counts []uint32) *packed {
	p := &packed{}
	p.putBuckets(counts)
	return p
}

// TestBucketsAreFound compares with counting from the start.
func TestBucketsAreFound(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		bucketBits := rapid.IntRange(0, 8).Draw(t, "bits")
		counts := make([]uint32, 1<<bucketBits)
		entries := 0
		for i := range counts {
			counts[i] = rapid.SampledFrom([]uint32{0, 0, 1, 1, 2, 3, 63, 64, 65, 200}).Draw(t, "count")
			entries += int(counts[i])
		}
		head := tableHead{class: 2, bucketBits: bucketBits, entries: entries}
		sizes := head.sizes(&shape{})
		body := append(occupancy(counts).body, make([]byte, sizes[2])...)
		table, rest, err := cutTable(head, &shape{}, body)
		if err != nil || len(rest) != 0 {
			t.Fatalf("got %v, %d bytes left", err, len(rest))
		}
		before := uint64(0)
		for bucket, count := range counts {
			from, to := table.bucket(uint64(bucket))
			if from != before || to != before+uint64(count) {
				t.Fatalf("bucket %d: got %d to %d, want %d to %d", bucket, from, to, before, before+uint64(count))
			}
			before = to
		}
	})
}

// TestInconsistentBuckets: every bit of groups and occupancy matters.
func TestInconsistentBuckets(t *testing.T) {
	t.Parallel()
	counts := make([]uint32, 64)
	entries := 0
	for i := range counts {
		counts[i] = uint32(i % 3)
		entries += i % 3
	}
	head := tableHead{class: 2, bucketBits: 6, entries: entries}
	sizes := head.sizes(&shape{})
	body := append(occupancy(counts).body, make([]byte, sizes[2])...)
	caught := 0
	for bit := range 8 * (sizes[0] + sizes[1] - slack) {
		body[bit/8] ^= 1 << (bit % 8)
		_, _, err := cutTable(head, &shape{}, body)
		if err != nil {
			caught++
		}
		body[bit/8] ^= 1 << (bit % 8)
	}
	groups := int(8 * sizes[0])
	if caught < groups+entries+64-1 {
		t.Errorf("%d of %d damaged bits caught", caught, groups+entries+64)
	}
	for size := range len(body) {
		_, _, err := cutTable(head, &shape{}, body[:size])
		if err == nil {
			t.Fatalf("%d of %d bytes are a table", size, len(body))
		}
	}
}
