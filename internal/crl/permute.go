package crl

import (
	"encoding/binary"
	"math/big"
	"math/bits"
)

// The serial numbers of a CA share prefixes, count upwards or follow some
// other pattern. The tables of an index want keys that are spread evenly, and
// exact ones. So the lowest word of a serial number is mixed with the others
// and scrambled, in steps that can all be undone: no two numbers become one.

const (
	mixA = 0x9e3779b97f4a7c15 // odd, so that multiplying can be undone
	mixB = 0xd6e8feb86659fd93
)

// lowest is the last word of a serial number, or what there is of one: its
// value, how many bits it has, and the bytes before it.
func lowest(serial []byte) (uint64, int, []byte) {
	size := len(serial)
	if size >= 8 {
		return binary.BigEndian.Uint64(serial[size-8:]), 64, serial[:size-8]
	}
	if cap(serial) >= 8 { // load what follows too, and shift it out
		return binary.BigEndian.Uint64(serial[:8]) >> (64 - 8*size), 8 * size, nil
	}
	value := uint64(0)
	for _, b := range serial {
		value = value<<8 | uint64(b)
	}
	return value, 8 * size, nil
}

// store writes the lowest bytes of a value, as many as b has.
func store(b []byte, value uint64) {
	if len(b) == 8 {
		binary.BigEndian.PutUint64(b, value)
		return
	}
	for i := len(b) - 1; i >= 0; i-- {
		b[i] = byte(value)
		value >>= 8
	}
}

// permute replaces the lowest word of a serial number by the permuted one.
func permute(serial []byte) {
	value, width, rest := lowest(serial)
	store(serial[len(rest):], scramble(value^fold(rest), width))
}

// highest is the highest byte of the word that permute has left.
func highest(serial []byte) byte {
	if len(serial) == 0 {
		return 0
	}
	return serial[max(0, len(serial)-8)]
}

// permutedWord is the word that permute writes, for a serial number in words.
func permutedWord(serial []big.Word, width int) uint64 {
	sum := uint64(0)
	for i := 1; i < digits(serial); i++ {
		sum = mix(sum, digit(serial, i))
	}
	return scramble(digit(serial, 0)^sum, width)
}

// fold is a number made of the bytes before the lowest word; 0 without any.
func fold(rest []byte) uint64 {
	sum := uint64(0)
	for len(rest) > 0 {
		var value uint64
		value, _, rest = lowest(rest)
		sum = mix(sum, value)
	}
	return sum
}

func mix(sum, value uint64) uint64 {
	sum = (sum ^ value) * mixA
	return sum ^ sum>>32
}

// digits is how many words of 64 bits a number has.
func digits(number []big.Word) int { return (len(number)*bits.UintSize + 63) / 64 }

// digit is one of them, the lowest first; 0 beyond the last.
func digit(number []big.Word, i int) uint64 {
	const each = 64 / bits.UintSize // one, or two on a small machine
	value := uint64(0)
	for part := range each {
		if i*each+part < len(number) {
			value |= uint64(number[i*each+part]) << (part * bits.UintSize)
		}
	}
	return value
}

// scramble permutes the numbers of width bits.
func scramble(x uint64, width int) uint64 {
	m, half := mask(width), width/2
	x = x * mixA & m
	x ^= x >> half
	x = x * mixB & m
	x ^= x >> half
	return x * mixA & m
}

// unscramble undoes scramble.
func unscramble(x uint64, width int) uint64 {
	m, half := mask(width), width/2
	x = x * inverse(mixA) & m
	x ^= x >> half
	x = x * inverse(mixB) & m
	x ^= x >> half
	return x * inverse(mixA) & m
}

// inverse is the number that undoes multiplication by an odd one, modulo 2^64:
// each step of Newton's doubles the bits that are right, three to begin with.
func inverse(odd uint64) uint64 {
	x := odd
	for range 5 {
		x *= 2 - odd*x
	}
	return x
}
