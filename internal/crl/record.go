package crl

import (
	"bytes"
	"cmp"
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

// above is the serial number without the permuted word.
func (r record) above() []byte { return r[recordHead:max(recordHead, len(r)-8)] }

// copyTo copies a record, those of the usual lengths faster than copy does.
func (r record) copyTo(out []byte) {
	if len(r) < 16 || len(r) > 32 {
		copy(out, r)
		return
	}
	out = out[:len(r)]
	for _, at := range [4]int{0, 8, len(r) - 16, len(r) - 8} {
		binary.LittleEndian.PutUint64(out[at:], binary.LittleEndian.Uint64(r[at:]))
	}
}

// sameSerial says whether two records of one class have one serial number.
func (r record) sameSerial(other record) bool { return bytes.Equal(r.serial(), other.serial()) }

// compare orders records of one class by serial number, then by date, then by
// the code of the reason.
func (r record) compare(other record) int {
	order := bytes.Compare(r.serial(), other.serial())
	if order != 0 {
		return order
	}
	return cmp.Compare(r.payload(), other.payload())
}
