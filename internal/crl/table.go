package crl

import (
	"encoding/binary"
	"iter"
	"math/big"
	"math/bits"
)

// groupBuckets is how many buckets share a number in the table of groups.
const groupBuckets = 16

// tableHead says how big a table is.
type tableHead struct {
	class      class
	bucketBits int
	entries    int
}

// width is how many bits of a serial number are permuted.
func (t *tableHead) width() int { return min(64, 8*t.class.length()) }

func (t *tableHead) buckets() int { return 1 << t.bucketBits }

// stride is the length of a record in bits.
func (t *tableHead) stride(s *shape) int {
	return 8*t.class.length() - t.bucketBits + s.payloadBits()
}

// sizes are the lengths in bytes of groups, buckets and records.
func (t *tableHead) sizes(s *shape) [3]uint64 {
	entries, buckets := uint64(t.entries), uint64(t.buckets())
	return [3]uint64{
		(buckets + groupBuckets - 1) / groupBuckets * 4,
		(entries+buckets+7)/8 + slack,
		(entries*uint64(t.stride(s))+7)/8 + slack,
	}
}

func (t tableHead) size(s *shape) int {
	sizes := t.sizes(s)
	return int(sizes[0] + sizes[1] + sizes[2])
}

// table is the entries of one class, within the file.
type table struct {
	tableHead
	remainder   int // bits of the permuted word in a record
	payloadBits int
	strideBits  uint64
	groups      []byte // number of entries before each group of buckets
	occupancy   []byte // a 1 for each entry of a bucket, and a 0 behind them
	records     []byte
}

// find returns date and reason of a serial number, which has the sign and the
// length of the class.
func (t *table) find(serial []big.Word) (uint64, bool) {
	value := permutedWord(serial, t.width())
	from, to := t.bucket(value >> t.remainder)
	value &= mask(t.remainder)
	for at := from * t.strideBits; from < to; from, at = from+1, at+t.strideBits {
		if word(t.records, at)&mask(t.remainder) != value {
			continue
		}
		end, same := t.same(at+uint64(t.remainder), serial)
		if same {
			return word(t.records, end) & mask(t.payloadBits), true
		}
	}
	return 0, false
}

// same compares the words above the lowest, and returns where they end.
func (t *table) same(at uint64, serial []big.Word) (uint64, bool) {
	left := 8*t.class.length() - 64
	for i := 1; left > 0; i++ {
		width := min(left, 64)
		if word(t.records, at)&mask(width) != digit(serial, i) {
			return 0, false
		}
		at += uint64(width)
		left -= width
	}
	return at, true
}

// bucket is which records are in a bucket: the first, and the one behind the
// last. The zeros in the occupancy end one
// each; the group says where to begin to count them.
func (t *table) bucket(number uint64) (uint64, uint64) {
	group := number / groupBuckets
	at := uint64(binary.LittleEndian.Uint32(t.groups[4*group:])) + group*groupBuckets
	at = skipZeros(t.occupancy, at, int(number%groupBuckets))
	return at - number, at - number + ones(t.occupancy, at)
}

// ones counts the ones from bit at to the next zero.
func ones(b []byte, at uint64) uint64 {
	for count := uint64(0); ; {
		run := bits.TrailingZeros64(^word(b, at+count))
		count += uint64(run)
		if run < 64 {
			return count
		}
	}
}

// skipZeros is the place behind the given number of zeros, from bit at on.
func skipZeros(b []byte, at uint64, count int) uint64 {
	if count == 0 {
		return at
	}
	for {
		zeros := ^word(b, at)
		here := bits.OnesCount64(zeros)
		if here >= count {
			for ; count > 1; count-- {
				zeros &= zeros - 1
			}
			return at + uint64(bits.TrailingZeros64(zeros)) + 1
		}
		count -= here
		at += 64
	}
}

// all are the serial numbers, with date and reason.
func (t *table) all() iter.Seq2[*big.Int, uint64] {
	return func(yield func(*big.Int, uint64) bool) {
		at := uint64(0)
		for bucket := range uint64(t.buckets()) {
			for ; word(t.occupancy, at)&1 == 1; at++ {
				if !yield(t.record(at-bucket, bucket)) {
					return
				}
			}
			at++
		}
	}
}

// record puts a serial number together again.
func (t *table) record(number, bucket uint64) (*big.Int, uint64) {
	at := number * t.strideBits
	value := unscramble(word(t.records, at)&mask(t.remainder)|bucket<<t.remainder, t.width())
	at += uint64(t.remainder)
	serial := make([]byte, t.class.length())
	rest := serial[:max(0, len(serial)-8)]
	for left := rest; len(left) > 0; {
		_, width, before := lowest(left)
		store(left[len(before):], word(t.records, at))
		at += uint64(width)
		left = before
	}
	store(serial[len(rest):], value^fold(rest))
	whole := new(big.Int).SetBytes(serial)
	if t.class&negativeClass != 0 {
		whole.Neg(whole)
	}
	return whole, word(t.records, at) & mask(t.payloadBits)
}
