package crl

import (
	"encoding/binary"
	"math"
)

// Builder collects the entries of a list for its index. Its zero value is
// ready to be an [Output.Index]; [Read] empties it first.
type Builder struct {
	notes    notes
	slots    [256]uint8 // of each class that occurs: the number of its spread, from 1 on
	spreads  []spread
	earliest uint64 // revocation date, in seconds since the year 0
	latest   uint64
	reasons  uint16 // those that occur, as bits
	scratch  [maxSerial]byte

	packed *packed // the entries as they stand in the index, after pack
}

// yearZero is 0000-01-01 in seconds since 1970, the earliest date on a list.
const yearZero = -62167219200

// class is what the entries of one table share: the sign of their serial
// numbers, as the highest bit, and the length in bytes without sign and
// leading zeros.
type class byte

const negativeClass class = 0x80

func (c class) length() int { return int(c &^ negativeClass) }

// spread counts the entries of a class, those in the first and those in the
// second parts of the pages, by the highest byte of their permuted word.
type spread [2][256]uint32

// reset forgets everything. Like all that Read calls it does nothing when
// there is no builder.
func (b *Builder) reset() {
	if b != nil {
		*b = Builder{earliest: math.MaxUint64}
	}
}

// reserve makes room for the entries of the next block: see notes.
func (b *Builder) reserve(block int, done, total int64) {
	if b != nil {
		b.notes.reserve(block, done, total)
	}
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
	page := &b.notes.open
	at := len(page.bytes)
	page.bytes = page.bytes[:at+noteHead+len(serial)]
	note := page.bytes[at:]
	note[0] = byte(class)
	date := uint64(seconds - yearZero)
	b.earliest, b.latest = min(b.earliest, date), max(b.latest, date)
	b.reasons |= 1 << (reason & 15)
	binary.LittleEndian.PutUint64(note[1:], date<<4|uint64(reason&15))
	copy(note[noteHead:], serial)
	permute(note[noteHead:])
	b.spread(class)[page.part()][highest(note[noteHead:])]++
}

// commonClasses is how many classes a list has as a rule, at most: for serial
// numbers of so many random bytes there are as many classes, or few more.
const commonClasses = 6

// spread are the counts of a class.
func (b *Builder) spread(c class) *spread {
	if b.slots[c] == 0 {
		if b.spreads == nil {
			b.spreads = make([]spread, 0, commonClasses)
		}
		b.spreads = append(b.spreads, spread{})
		b.slots[c] = uint8(len(b.spreads))
	}
	return &b.spreads[b.slots[c]-1]
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
