package crl

import (
	"bytes"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

// TestBitsComeBack writes numbers of any length one behind the other, in two
// parts that share a byte, and reads them from where they stand.
func TestBitsComeBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var values []uint64
		var lengths []int
		total := 0
		for range rapid.IntRange(0, 60).Draw(t, "count") {
			length := rapid.IntRange(0, 64).Draw(t, "length")
			values, lengths = append(values, rapid.Uint64().Draw(t, "value")&mask(length)), append(lengths, length)
			total += length
		}
		b := make([]byte, (total+7)/8+slack)
		split := rapid.IntRange(0, len(values)).Draw(t, "split")
		at := 0
		for _, length := range lengths[:split] {
			at += length
		}
		second := written(bitsFrom(b, uint64(at)), values[split:], lengths[split:])
		first := written(bitsFrom(b, 0), values[:split], lengths[:split])
		b[first.at] |= first.bits
		b[second.at] |= second.bits
		at = 0
		for i, value := range values {
			if got := word(b, uint64(at)) & mask(lengths[i]); got != value {
				t.Fatalf("number %d: got %x, want %x", i, got, value)
			}
			at += lengths[i]
		}
		if !bytes.Equal(b[(total+7)/8:], make([]byte, slack)) {
			t.Fatalf("wrote into the slack behind %d bits: %x", total, b)
		}
	})
}

func written(w bitWriter, values []uint64, lengths []int) tail {
	for i, value := range values {
		w.put(value, lengths[i])
	}
	return w.end()
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

// occupancy is groups and buckets with these numbers of entries, and room for
// the records.
func occupancy(head tableHead, counts []uint32) []byte {
	sizes := head.sizes(&shape{})
	body := make([]byte, sizes[0]+sizes[1]+sizes[2])
	w := writer{groups: body, occupancy: bitsFrom(body[sizes[0]:], 0)}
	w.sorter.counts = counts
	w.putBuckets()
	end := w.occupancy.end()
	body[int(sizes[0])+end.at] |= end.bits
	return body
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
		body := occupancy(head, counts)
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
	body := occupancy(head, counts)
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
