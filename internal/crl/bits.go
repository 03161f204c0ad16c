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

// bitWriter writes numbers into a string of bits.
type bitWriter struct {
	out     []byte // up to the last whole word
	pending uint64
	count   int // of bits pending, less than 64
}

// bitsFrom writes into a string of zeros, from a bit on. It is long enough.
func bitsFrom(b []byte, at uint64) bitWriter {
	return bitWriter{out: b[:at/8], count: int(at % 8)}
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

// tail is what a writer leaves of a byte that it shares with another one.
type tail struct {
	at   int
	bits byte
}

// end writes whole bytes and returns what is left.
func (w *bitWriter) end() tail {
	for ; w.count >= 8; w.count -= 8 {
		w.out = append(w.out, byte(w.pending))
		w.pending >>= 8
	}
	return tail{at: len(w.out), bits: byte(w.pending)}
}
