package crl

import "encoding/binary"

// The serial numbers of a CA share prefixes, count upwards or repeat a
// pattern. The tables of an index want keys that are spread evenly, and exact.
// So a key is permuted: its lowest word is mixed with the others and scrambled
// in steps that can each be undone. No two keys meet, and nothing is lost.

const (
	mixA = 0x9e3779b97f4a7c15 // odd, so that multiplying can be undone
	mixB = 0xd6e8feb86659fd93
)

// lowest is the last word of a serial number, or what there is of one: its
// value, how many bits it has, and the bytes before it.
func lowest(serial []byte) (value uint64, width int, rest []byte) {
	if len(serial) >= 8 {
		rest = serial[:len(serial)-8]
		return binary.BigEndian.Uint64(serial[len(rest):]), 64, rest
	}
	for _, b := range serial {
		value = value<<8 | uint64(b)
	}
	return value, 8 * len(serial), nil
}

// fold is a number made of the bytes before the lowest word.
func fold(rest []byte) uint64 {
	sum := uint64(len(rest))
	for len(rest) > 0 {
		var value uint64
		value, _, rest = lowest(rest)
		sum = (sum ^ value) * mixA
		sum ^= sum >> 32
	}
	return sum
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
// each step of Newton's doubles the bits that are right, beginning with three.
func inverse(odd uint64) uint64 {
	x := odd
	for range 5 {
		x *= 2 - odd*x
	}
	return x
}

// permuted is the lowest word of a serial number, mixed with the rest and
// scrambled; its highest bits are the bucket.
func permuted(serial []byte) (value uint64, width int, rest []byte) {
	value, width, rest = lowest(serial)
	if len(rest) > 0 {
		value ^= fold(rest)
	}
	return scramble(value, width), width, rest
}

// permute replaces the lowest word of a serial number by the permuted one.
func permute(serial []byte) uint64 {
	value, width, rest := permuted(serial)
	for i, shift := len(rest), width-8; i < len(serial); i, shift = i+1, shift-8 {
		serial[i] = byte(value >> shift)
	}
	return value
}
