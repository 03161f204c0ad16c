package crl

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math/big"
	"math/bits"
	"time"

	"golang.org/x/crypto/cryptobyte"
)

var errDamaged = errors.New("opening the index of a revocation list: the file is damaged or cut off; have the refresher write it again")

// OpenIndex opens an index that was built before. It checks the whole file and
// then keeps data, which must not change as long as the index is in use. A
// damaged file is an error, and never an index.
func OpenIndex(data []byte) (*Index, error) {
	rest, encoded, err := frame(data)
	if err != nil {
		return nil, err
	}
	i := &Index{data: data}
	err = i.meta.decode(encoded)
	if err != nil {
		return nil, err
	}
	i.tables = make([]table, 0, len(i.meta.heads))
	for _, head := range i.meta.heads {
		var t table
		t, rest, err = cutTable(head, &i.meta.shape, rest)
		if err != nil {
			return nil, err
		}
		if i.byClass[head.class] != 0 {
			return nil, errDamaged
		}
		i.tables = append(i.tables, t)
		i.byClass[head.class] = uint8(len(i.tables))
	}
	if len(rest) > 0 {
		return nil, errDamaged
	}
	return i, nil
}

// frame checks what surrounds tables and meta, and returns the one and the
// other.
func frame(data []byte) ([]byte, []byte, error) {
	end := len(data) - trailerLen
	if end < len(indexMagic) || string(data[:len(indexMagic)-1]) != indexMagic[:len(indexMagic)-1] {
		return nil, nil, errors.New("opening the index of a revocation list: this is no such file")
	}
	if data[len(indexMagic)-1] != indexMagic[len(indexMagic)-1] {
		return nil, nil, fmt.Errorf("opening the index of a revocation list: version %d, want %d: deploy refresher and verifier of one version",
			data[len(indexMagic)-1], indexMagic[len(indexMagic)-1])
	}
	if crc32.Checksum(data[:end+4], castagnoli) != binary.BigEndian.Uint32(data[end+4:]) {
		return nil, nil, errDamaged
	}
	length := uint64(binary.BigEndian.Uint32(data[end:]))
	if length > uint64(end-len(indexMagic)) {
		return nil, nil, errDamaged
	}
	middle := end - int(length)
	return data[len(indexMagic):middle], data[middle:end], nil
}

func (m *meta) decode(encoded []byte) error {
	s := cryptobyte.String(encoded)
	var thisUpdate, nextUpdate uint64
	var number, issuer, names, reasons, heads cryptobyte.String
	var flags uint8
	if !s.CopyBytes(m.list[:]) || !s.CopyBytes(m.issuerKey[:]) || !s.ReadUint64(&thisUpdate) || !s.ReadUint64(&nextUpdate) ||
		!s.ReadUint8LengthPrefixed(&number) || !s.ReadUint24LengthPrefixed(&issuer) || !s.ReadUint8(&flags) || !s.ReadUint24LengthPrefixed(&names) ||
		!s.ReadUint64(&m.shape.earliest) || !s.ReadUint64(&m.shape.latest) || !s.ReadUint8LengthPrefixed(&reasons) || !s.ReadUint16LengthPrefixed(&heads) || !s.Empty() {
		return errDamaged
	}
	m.thisUpdate, m.nextUpdate, m.rawIssuer = unstamp(thisUpdate), unstamp(nextUpdate), issuer
	if len(number) > 0 {
		m.number = new(big.Int).SetBytes(number)
	}
	var point [][]byte
	for !names.Empty() {
		var name cryptobyte.String
		if !names.ReadUint24LengthPrefixed(&name) {
			return errDamaged
		}
		point = append(point, name)
	}
	m.scope = scopeOf(flags, point)
	m.shape.reasons = reasons
	return m.decodeHeads(heads)
}

func (m *meta) decodeHeads(s cryptobyte.String) error {
	if m.shape.earliest > m.shape.latest || m.shape.latest > maxDate || len(m.shape.reasons) > 16 {
		return errDamaged
	}
	m.heads = make([]tableHead, 0, len(s)/headLen)
	for !s.Empty() {
		var c, bucketBits uint8
		var entries uint32
		if !s.ReadUint8(&c) || !s.ReadUint8(&bucketBits) || !s.ReadUint32(&entries) {
			return errDamaged
		}
		head := tableHead{class: class(c), bucketBits: int(bucketBits), entries: int(entries)}
		if entries > 1<<30 || head.bucketBits > min(30, head.width()) {
			return errDamaged
		}
		m.heads = append(m.heads, head)
	}
	return nil
}

// maxDate is the end of the year 9999 in seconds since the year 0, rounded up.
const maxDate = 10_000 * 366 * 86400

func unstamp(seconds uint64) time.Time {
	if seconds == noTime {
		return time.Time{}
	}
	return unix(int64(seconds) + yearZero)
}

// cutTable takes a table off b and makes sure that no look-up can leave it.
func cutTable(head tableHead, s *shape, b []byte) (table, []byte, error) {
	t := table{
		tableHead: head, remainder: head.width() - head.bucketBits,
		payloadBits: s.payloadBits(), strideBits: uint64(head.stride(s)),
	}
	parts := [3]*[]byte{&t.groups, &t.occupancy, &t.records}
	for i, size := range head.sizes(s) {
		if size > uint64(len(b)) {
			return table{}, nil, errDamaged
		}
		*parts[i], b = b[:size], b[size:]
	}
	if !t.consistent() {
		return table{}, nil, errDamaged
	}
	return t, b, nil
}

// consistent says whether groups and buckets agree with each other and with
// the number of entries: each group begins behind the zero that ends the one
// before it, and the last zero is the last bit.
func (t *table) consistent() bool {
	buckets, end := t.buckets(), uint64(t.entries+t.buckets())
	at := uint64(0)
	for first := 0; first < buckets; first += groupBuckets {
		before := uint64(binary.LittleEndian.Uint32(t.groups[first/groupBuckets*4:]))
		if before+uint64(first) != at {
			return false
		}
		at = t.skip(at, min(groupBuckets, buckets-first), end)
	}
	return at == end
}

// skip is skipZeros that stops where the string ends.
func (t *table) skip(at uint64, count int, end uint64) uint64 {
	for at < end {
		zeros := bits.OnesCount64(^word(t.occupancy, at))
		if zeros >= count {
			return skipZeros(t.occupancy, at, count)
		}
		count -= zeros
		at += 64
	}
	return 0
}
