package crl

import (
	"encoding/base64"
	"encoding/binary"
)

// encodeLine encodes a whole line in base64 (RFC 4648, section 4). Hashing
// apart, a pass does little else: encoding/base64, which looks each character
// up by itself, takes longer than the scan, and twice as long as this.
func encodeLine(line *[lineChars]byte, b *[lineBytes]byte) {
	for i := range lineBytes / 6 {
		// Six bytes, as the lower or the upper part of a word of eight.
		bits := binary.BigEndian.Uint64(b[min(6*i, lineBytes-8):])
		if i < lineBytes/6-1 {
			bits >>= 16
		}
		binary.LittleEndian.PutUint64(line[8*i:],
			uint64(pairs[bits>>36&0xfff])|uint64(pairs[bits>>24&0xfff])<<16|
				uint64(pairs[bits>>12&0xfff])<<32|uint64(pairs[bits&0xfff])<<48)
	}
}

// pairs are the two characters that stand for each number of twelve bits, the
// first in the lower byte. It never changes.
var pairs = makePairs()

func makePairs() *[1 << 12]uint16 {
	pairs := new([1 << 12]uint16)
	var text [4]byte
	for number := range pairs {
		base64.StdEncoding.Encode(text[:], []byte{byte(number >> 4), byte(number << 4), 0})
		pairs[number] = binary.LittleEndian.Uint16(text[:])
	}
	return pairs
}
