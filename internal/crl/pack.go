package crl

import (
	"encoding/binary"
	"math/bits"
)

// packed is the entries of a list as they stand in an index.
type packed struct {
	list  [32]byte // SHA-256 of the list
	shape shape
	heads []tableHead
	body  []byte // magic, and the tables one behind the other
}

// shape is how dates and reasons are stored, as one number: the seconds since
// the earliest date, times the number of reasons, plus the place of the reason
// among them.
type shape struct {
	earliest, latest uint64 // in seconds since the year 0
	reasons          []byte // as in a record
}

// unnamed is [NoReason] in the four bits that a reason has in a record.
const unnamed = 15

func (s *shape) choices() uint64 { return uint64(max(1, len(s.reasons))) }

// payloadBits is the length of the highest such number.
func (s *shape) payloadBits() int {
	return bits.Len64((s.latest-s.earliest)*s.choices() + s.choices() - 1)
}

// finish packs the notes and returns how many entries repeat a serial number.
// Of the builder nothing but the packed entries is left.
func (b *Builder) finish(list [32]byte) int {
	p := &packed{list: list, shape: b.shape()}
	shelves := b.shelves()
	b.notes = nil
	size := 4096 // for what is not a table
	for _, s := range shelves {
		size += headOf(s).size(&p.shape)
	}
	p.body = append(make([]byte, 0, size), indexMagic...)
	duplicates := 0
	for _, s := range shelves {
		duplicates += p.addTable(s)
	}
	*b = Builder{packed: p}
	return duplicates
}

func (b *Builder) shape() shape {
	if b.reasons == 0 {
		return shape{}
	}
	s := shape{earliest: b.earliest, latest: b.latest}
	for reason := range byte(16) {
		if b.reasons>>reason&1 != 0 {
			s.reasons = append(s.reasons, reason)
		}
	}
	return s
}

// headOf plans one or two entries a bucket.
func headOf(s *shelf) tableHead {
	head := tableHead{class: s.class, entries: s.len()}
	head.bucketBits = min(bits.Len(uint(head.entries))-1, head.width())
	return head
}

// addTable packs the records of a class and returns how many it left out.
func (p *packed) addTable(s *shelf) int {
	head := headOf(s)
	sorter := newSorter(s, head)
	duplicates := sorter.dedupe()
	head.entries -= duplicates
	p.heads = append(p.heads, head)
	p.putBuckets(sorter.counts)
	p.putRecords(head, sorter)
	return duplicates
}

// putBuckets writes the numbers of the groups and the occupancy of the
// buckets: a 1 for each entry of a bucket, and a 0 behind them.
func (p *packed) putBuckets(counts []uint32) {
	before := uint32(0)
	for bucket, count := range counts {
		if bucket%groupBuckets == 0 {
			p.body = binary.LittleEndian.AppendUint32(p.body, before)
		}
		before += count
	}
	w := bitWriter{out: p.body}
	for _, count := range counts {
		for ; count >= 64; count -= 64 {
			w.put(mask(64), 64)
		}
		w.put(mask(int(count)), int(count)+1)
	}
	p.body = w.bytes()
}

// putRecords writes the entries in their order: what the bucket does not imply
// of the serial number, the date and the reason.
func (p *packed) putRecords(head tableHead, s *sorter) {
	var places [16]uint64
	for place, reason := range p.shape.reasons {
		places[reason] = uint64(place)
	}
	remainder, payloadBits := head.width()-head.bucketBits, p.shape.payloadBits()
	w := bitWriter{out: p.body}
	for _, item := range s.order {
		r := s.shelf.record(item.number)
		w.put(item.word&mask(remainder), remainder)
		for rest := r.above(); len(rest) > 0; {
			value, width, before := lowest(rest)
			w.put(value, width)
			rest = before
		}
		payload := r.payload()
		w.put((payload>>4-p.shape.earliest)*p.shape.choices()+places[payload&15], payloadBits)
	}
	p.body = w.bytes()
}
