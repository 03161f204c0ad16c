package crl

import (
	"bytes"
	"encoding/binary"
)

// record is an entry while an index is built: eight bytes of date and reason,
// and its serial number without sign and leading zeros, whose lowest word is
// permuted.
type record []byte

const recordHead = 8

func (r record) serial() []byte { return r[recordHead:] }

// payload is the date, in seconds since the year 0, and the reason in the
// lowest four bits.
func (r record) payload() uint64 { return binary.LittleEndian.Uint64(r) }

// word is the permuted word.
func (r record) word() uint64 {
	if len(r) >= recordHead+8 {
		return binary.BigEndian.Uint64(r[len(r)-8:])
	}
	value, _, _ := lowest(r.serial())
	return value
}

// compare orders records of one class by permuted word, then by the rest of
// the serial number. Entries with the same serial number come with the
// earliest first; of two with the same date the one whose reason has the lower
// code.
func (r record) compare(other record) int {
	a, b := r.word(), other.word()
	if a == b {
		order := bytes.Compare(r.serial(), other.serial())
		if order != 0 {
			return order
		}
		a, b = r.payload(), other.payload()
	}
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	default:
		return 0
	}
}
