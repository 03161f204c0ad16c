package crl

import (
	"encoding/binary"
	"math"
)

// Builder collects the entries of a list for its index. Its zero value is
// ready to be an [Output.Index]; [Read] empties it first.
type Builder struct {
	// notes are the entries in the order of the list, one behind the other:
	// see note.
	notes    []byte
	classes  [256]*spread // of those that occur
	earliest uint64       // revocation date, in seconds since the year 0
	latest   uint64
	reasons  uint16 // those that occur, as bits
	scratch  [maxSerial]byte

	packed *packed // the entries as they stand in the index, after finish
}

// note is an entry within Builder.notes: its class, and a record.
type note []byte

// noteHead is the length of a note without its serial number. It is shorter
// than what surrounds the serial number in a list, so that the notes of a
// block never need more room than the block.
const noteHead = 1 + recordHead

// yearZero is 0000-01-01 in seconds since 1970, the earliest date on a list.
const yearZero = -62167219200

// class is what the entries of one table share: the sign of their serial
// numbers, as the highest bit, and the length in bytes without sign and
// leading zeros.
type class byte

const negativeClass class = 0x80

func (c class) length() int { return int(c &^ negativeClass) }

// spread counts the entries of a class by the highest byte of their permuted
// word.
type spread [256]uint32

// reset forgets everything. Like all that Read calls it does nothing when
// there is no builder.
func (b *Builder) reset() {
	if b != nil {
		*b = Builder{notes: b.notes[:0], earliest: math.MaxUint64}
	}
}

// reserve makes room for the entries of the next block. done and total are
// bytes of entries in the list; what the list claims to hold is believed as far
// as eight times what has arrived of it.
func (b *Builder) reserve(block int, done, total int64) {
	if b == nil || cap(b.notes)-len(b.notes) >= block {
		return
	}
	size := int64(len(b.notes) + block)
	if done > 0 {
		share := float64(total) / float64(done)
		size = max(size, int64(float64(size)*min(share*1.02, 8)))
	}
	b.notes = append(make([]byte, 0, size), b.notes...)
}

// add notes an entry: the content of its serial number, its date in seconds
// since 1970 and its reason. There is room, see reserve.
func (b *Builder) add(serial []byte, seconds int64, reason RevocationReason) {
	class := class(0)
	switch {
	case serial[0] >= 0x80:
		serial, class = magnitude(b.scratch[:], serial), negativeClass
	case serial[0] == 0:
		serial = serial[1:]
	}
	class |= classOf(serial)
	at := len(b.notes)
	b.notes = b.notes[:at+noteHead+len(serial)]
	b.notes[at] = byte(class)
	date := uint64(seconds - yearZero)
	b.earliest, b.latest = min(b.earliest, date), max(b.latest, date)
	b.reasons |= 1 << (reason & 15)
	binary.LittleEndian.PutUint64(b.notes[at+1:], date<<4|uint64(reason&15))
	copy(b.notes[at+noteHead:], serial)
	permute(b.notes[at+noteHead:])
	if b.classes[class] == nil {
		b.classes[class] = new(spread)
	}
	b.classes[class][highest(b.notes[at+noteHead:])]++
}

func classOf(serial []byte) class { return class(len(serial)) }

// magnitude is a negative number in two's complement without its sign, written
// into out.
func magnitude(out, digits []byte) []byte {
	out = out[:len(digits)]
	carry := byte(1)
	for i := len(digits) - 1; i >= 0; i-- {
		out[i] = ^digits[i] + carry
		if out[i] != 0 {
			carry = 0
		}
	}
	for out[0] == 0 {
		out = out[1:]
	}
	return out
}
