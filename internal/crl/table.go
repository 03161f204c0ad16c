package crl

import (
	"encoding/binary"
	"iter"
	"math/big"
	"math/bits"
)

// table is the entries of one class, within the file.
type table struct {
	tableHead
	payloadBits int
	stride      uint64 // bits of a record
	groups      []byte // number of entries before each group of buckets
	buckets     []byte // a 1 for each entry of a bucket, and a 0 behind them
	records     []byte
}

// find returns date and reason of a serial number, which has the sign and the
// length of the class.
func (t *table) find(serial []byte) (uint64, bool) {
	value, width, rest := permuted(serial)
	remainder := width - t.bucketBits
	from, to := t.bucket(value >> remainder)
	value &= mask(remainder)
	for record := from; record < to; record++ {
		at := record * t.stride
		if word(t.records, at)&mask(remainder) != value {
			continue
		}
		at += uint64(remainder)
		if t.same(at, rest) {
			return t.payload(at + uint64(8*len(rest))), true
		}
	}
	return 0, false
}

// same compares the bytes before the lowest word.
func (t *table) same(at uint64, rest []byte) bool {
	for len(rest) > 0 {
		value, width, before := lowest(rest)
		if word(t.records, at)&mask(width) != value {
			return false
		}
		at += uint64(width)
		rest = before
	}
	return true
}

func (t *table) payload(at uint64) uint64 {
	return word(t.records, at) & mask(t.payloadBits)
}

// bucket is which records are in a bucket. The zeros in the string of buckets
// end one each; the group says where to begin to count them.
func (t *table) bucket(number uint64) (from, to uint64) {
	group, ends := number/groupBuckets, int(number%groupBuckets)
	at := uint64(binary.LittleEndian.Uint32(t.groups[4*group:])) + group*groupBuckets
	at = skipZeros(t.buckets, at, ends)
	return at - number, at - number + t.ones(at)
}

// ones counts the ones from bit at to the next zero.
func (t *table) ones(at uint64) uint64 {
	count := uint64(0)
	for {
		run := bits.TrailingZeros64(^word(t.buckets, at+count))
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
		for bucket := range uint64(t.tableHead.buckets()) {
			for ; word(t.buckets, at)&1 == 1; at++ {
				serial, payload := t.record(at-bucket, bucket)
				if !yield(serial, payload) {
					return
				}
			}
			at++
		}
	}
}

// record puts a serial number together again.
func (t *table) record(number, bucket uint64) (*big.Int, uint64) {
	serial := make([]byte, t.class.length())
	remainder := t.width() - t.bucketBits
	at := number * t.stride
	value := word(t.records, at)&mask(remainder) | bucket<<remainder
	at += uint64(remainder)
	rest := serial[:max(0, len(serial)-8)]
	for left := rest; len(left) > 0; {
		_, width, before := lowest(left)
		store(left[len(before):], word(t.records, at))
		at += uint64(width)
		left = before
	}
	value = unscramble(value, t.width())
	if len(rest) > 0 {
		value ^= fold(rest)
	}
	store(serial[len(rest):], value)
	number64 := new(big.Int).SetBytes(serial)
	if t.class&negativeClass != 0 {
		number64.Neg(number64)
	}
	return number64, t.payload(at)
}

// store writes the lowest bytes of a value, as many as b has.
func store(b []byte, value uint64) {
	for i := len(b) - 1; i >= 0; i-- {
		b[i] = byte(value)
		value >>= 8
	}
}
