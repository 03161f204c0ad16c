package crl

import (
	"crypto/x509"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math/big"
	"math/bits"
	"time"
)

// The file of an index, version 1:
//
//	magic      8 bytes, the last of them the version
//	tables     one for each sign and length of serial numbers, as meta lists them
//	meta       see below
//	length     of meta, 4 bytes
//	checksum   CRC-32C of everything before it, 4 bytes
//
// The checksum finds accidents. Against tampering it is the SHA-256 of the
// whole file that helps, in the manifest that names it.
//
// A table of n entries, whose serial numbers have L bytes without sign and
// leading zeros, has 2^b buckets. The lowest word of a serial number, of w =
// min(64, 8L) bits, is permuted (permute.go); its b highest bits are the bucket.
//
//	groups     for each 16 buckets the number of entries before them, 4 bytes, lowest first
//	buckets    bits: for each bucket a 1 for each of its entries, and a 0
//	records    bits: for each entry, in the order of the buckets, the other w-b
//	           bits of the permuted word; the words before it, the last one first;
//	           the seconds since the earliest date, times the number of reasons,
//	           plus the place of the reason among them
//
// Behind each string of bits there are 16 bytes of zeros. Meta is, the highest
// byte of each number first:
//
//	SHA-256 of the list; SHA-256 of the issuer's SubjectPublicKeyInfo
//	this update, next update: seconds since the year 0, 8 bytes each, all ones for none
//	number: 1 byte of length, 0 for none, and as many bytes
//	issuer's name in DER: 3 bytes of length
//	scope: 1 byte of switches (scope.go); its names, each with 3 bytes of length,
//	behind 3 bytes with the length of all
//	earliest and latest revocation date: seconds since the year 0, 8 bytes each
//	reasons: 1 byte of length, then 1 byte for each, 15 for none
//	tables: 2 bytes of length, then for each its class (1 byte: the sign as the
//	highest bit, L in the others), b (1 byte) and n (4 bytes)
const indexMagic = "sekiIDX\x01"

const (
	trailerLen = 8
	noTime     = 1<<64 - 1
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// meta is what an index says about its list.
type meta struct {
	list, issuerKey        [32]byte
	thisUpdate, nextUpdate time.Time
	number                 *big.Int
	rawIssuer              []byte
	scope                  Scope
	shape                  shape
	heads                  []tableHead
}

// Build makes the index of the list that this builder was an output for, once
// [Check] has found its issuer. A list that cannot say by itself that a
// certificate is not revoked gets none, but a [*RefusedError].
func (b *Builder) Build(l *List, issuer *x509.Certificate) (*Index, error) {
	err := usableKind(l)
	if err != nil {
		return nil, err
	}
	if b.packed == nil || b.packed.list != l.SHA256 {
		return nil, errors.New("building the index of a revocation list: these are not the entries of that list")
	}
	m := meta{
		list: l.SHA256, issuerKey: keyHash(issuer), thisUpdate: l.ThisUpdate, nextUpdate: l.NextUpdate, number: l.Number,
		rawIssuer: l.RawIssuer, scope: l.Scope, shape: b.packed.shape, heads: b.packed.heads,
	}
	tables := len(b.packed.body)
	file, err := m.appendTo(b.packed.body)
	if err != nil {
		return nil, fmt.Errorf("building the index of a revocation list: %w", err)
	}
	b.packed = nil
	file = binary.BigEndian.AppendUint32(file, uint32(len(file)-tables))
	file = binary.BigEndian.AppendUint32(file, crc32.Checksum(file, castagnoli))
	return OpenIndex(file)
}

// appendTo writes meta behind the tables.
func (m meta) appendTo(tables []byte) ([]byte, error) {
	e := encoder{out: tables}
	e.bytes(m.list[:])
	e.bytes(m.issuerKey[:])
	e.number(stamp(m.thisUpdate), 8)
	e.number(stamp(m.nextUpdate), 8)
	e.prefixed(numberBytes(m.number), 1)
	e.prefixed(m.rawIssuer, 3)
	e.number(uint64(m.scope.flags()), 1)
	names := encoder{}
	for _, name := range m.scope.DistributionPoint {
		names.prefixed(name, 3)
	}
	e.prefixed(names.out, 3)
	e.number(m.shape.earliest, 8)
	e.number(m.shape.latest, 8)
	e.prefixed(m.shape.reasons, 1)
	e.number(uint64(headLen*len(m.heads)), 2)
	for _, head := range m.heads {
		e.number(uint64(head.class), 1)
		e.number(uint64(head.bucketBits), 1)
		e.number(uint64(head.entries), 4)
	}
	return e.out, errors.Join(names.err, e.err)
}

// headLen is the length in bytes of what meta says of a table.
const headLen = 6

// encoder appends numbers, the highest byte first, and bytes.
type encoder struct {
	out []byte
	err error
}

func (e *encoder) bytes(b []byte) { e.out = append(e.out, b...) }

// number appends a number of so many bytes.
func (e *encoder) number(n uint64, size int) {
	if bits.Len64(n) > 8*size {
		e.err = fmt.Errorf("%d does not fit into %d bytes", n, size)
	}
	for ; size > 0; size-- {
		e.out = append(e.out, byte(n>>(8*(size-1))))
	}
}

// prefixed appends bytes with their length before them, in so many bytes.
func (e *encoder) prefixed(b []byte, size int) {
	e.number(uint64(len(b)), size)
	e.bytes(b)
}

// stamp is a time in seconds since the year 0.
func stamp(t time.Time) uint64 {
	if t.IsZero() {
		return noTime
	}
	return uint64(t.Unix() - yearZero)
}

// numberBytes is empty for no number, and a zero byte for 0.
func numberBytes(number *big.Int) []byte {
	if number == nil {
		return nil
	}
	return number.FillBytes(make([]byte, max(1, (number.BitLen()+7)/8)))
}
