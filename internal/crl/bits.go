package crl

import "encoding/binary"

// A table of an index is a string of bits: bit i is bit i%8, counted from the
// lowest, of byte i/8, and a number stands with its lowest bit first.

// slack is how many bytes stand behind the last bit of a string, so that
// whole words may be read.
const slack = 16

// word is the 64 bits from bit at on.
func word(b []byte, at uint64) uint64 {
	from, shift := at/8, at%8
	low := binary.LittleEndian.Uint64(b[from:]) >> shift
	return low | uint64(b[from+8])<<1<<(63-shift)
}

// mask has the lowest n bits set, n <= 64.
func mask(n int) uint64 { return 1<<(n&63) - 1 | -uint64(n>>6) }

// bitWriter appends numbers to a string of bits.
type bitWriter struct {
	out     []byte
	pending uint64
	count   int // of bits pending, less than 64
}

// put appends the lowest n bits of value; the others must be zero.
func (w *bitWriter) put(value uint64, n int) {
	w.pending |= value << w.count
	w.count += n
	if w.count < 64 {
		return
	}
	w.out = binary.LittleEndian.AppendUint64(w.out, w.pending)
	w.count -= 64
	w.pending = value >> (n - w.count)
}

// bytes is the string, and slack behind it.
func (w *bitWriter) bytes() []byte {
	for used := 0; used < w.count; used += 8 {
		w.out = append(w.out, byte(w.pending>>used))
	}
	w.pending, w.count = 0, 0
	return append(w.out, make([]byte, slack)...)
}
