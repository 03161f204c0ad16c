package crl

import (
	"bytes"
	"math/bits"
	"slices"
)

// packed is the entries of a list as they stand in an index.
type packed struct {
	list   [32]byte // SHA-256 of the list
	shape  shape
	tables []tableHead
	body   []byte // magic, and the tables one behind the other
}

// shape is how dates and reasons are stored: a date as the seconds since the
// earliest, a reason as its place in reasons.
type shape struct {
	earliest int64 // in seconds since the year 0
	dateBits int
	reasons  []byte // as in a note
}

// unnamed is [NoReason] in the four bits that a reason has in a note.
const unnamed = 15

func (s shape) reasonBits() int { return bits.Len(uint(max(len(s.reasons), 1) - 1)) }

// tableHead says how big a table is.
type tableHead struct {
	class      class
	bucketBits int
	entries    int
}

// groupBuckets is how many buckets share a number in the table of groups.
const groupBuckets = 32

// width is how many bits of a serial number are permuted.
func (t tableHead) width() int { return min(64, 8*t.class.length()) }

func (t tableHead) buckets() int { return 1 << t.bucketBits }

func (t tableHead) recordBits(s shape) int {
	return 8*t.class.length() - t.bucketBits + s.dateBits + s.reasonBits()
}

// sizes are the lengths in bytes of groups, buckets and records.
func (t tableHead) sizes(s shape) [3]uint64 {
	entries, buckets := uint64(t.entries), uint64(t.buckets())
	return [3]uint64{
		(buckets + groupBuckets - 1) / groupBuckets * 4,
		(entries+buckets+7)/8 + slack,
		(entries*uint64(t.recordBits(s))+7)/8 + slack,
	}
}

// finish packs the notes and returns how many entries repeat a serial number.
func (b *Builder) finish(list [32]byte) int {
	p := &packed{list: list, shape: b.shape()}
	duplicates := 0
	classes := b.byClass()
	p.body = append(make([]byte, 0, b.roomFor(p.shape)), indexMagic...)
	for c, notes := range classes {
		if len(notes) == 0 {
			continue
		}
		duplicates += p.addTable(class(c), b.notes, notes)
	}
	*b = Builder{packed: p}
	return duplicates
}

func (b *Builder) shape() shape {
	s := shape{}
	if len(b.notes) == 0 {
		return s
	}
	s.earliest, s.dateBits = b.earliest, bits.Len64(uint64(b.latest-b.earliest))
	for reason := range byte(16) {
		if b.reasons>>reason&1 != 0 {
			s.reasons = append(s.reasons, reason)
		}
	}
	return s
}

// byClass are the offsets of the notes of each class.
func (b *Builder) byClass() [256][]uint32 {
	var classes [256][]uint32
	for c, count := range b.counts {
		classes[c] = make([]uint32, 0, count)
	}
	for at := 0; at < len(b.notes); {
		n := note(b.notes[at:])
		classes[n.class()] = append(classes[n.class()], uint32(at))
		at += n.length()
	}
	return classes
}

// roomFor is about the size of the index, so that nothing is copied later.
func (b *Builder) roomFor(s shape) int {
	size := 4096
	for c, count := range b.counts {
		if count > 0 {
			for _, part := range headOf(class(c), count).sizes(s) {
				size += int(part)
			}
		}
	}
	return size
}

// headOf picks between one and two entries a bucket.
func headOf(c class, entries int) tableHead {
	head := tableHead{class: c, entries: entries}
	head.bucketBits = min(bits.Len(uint(entries))-1, head.width())
	return head
}

// addTable packs the notes of one class.
func (p *packed) addTable(c class, all []byte, offsets []uint32) int {
	head := headOf(c, len(offsets))
	sorter := newSorter(head, all, offsets)
	duplicates := sorter.dedupe()
	head.entries -= duplicates
	p.tables = append(p.tables, head)
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
			p.body = append(p.body, byte(before), byte(before>>8), byte(before>>16), byte(before>>24))
		}
		before += count
	}
	w := bitWriter{out: p.body}
	for _, count := range counts {
		for ; count > 62; count -= 62 {
			w.put(mask(62), 62)
		}
		w.put(mask(int(count)), int(count)+1)
	}
	p.body = w.bytes()
}

// putRecords writes the entries, sorted: what the bucket does not imply of the
// serial number, the date and the reason.
func (p *packed) putRecords(head tableHead, s *sorter) {
	var places [16]uint64
	for place, reason := range p.shape.reasons {
		places[reason] = uint64(place)
	}
	w := bitWriter{out: p.body}
	for _, at := range s.sorted {
		n := note(s.all[at:])
		value, width, rest := lowest(n.serial())
		w.put(value&mask(width-head.bucketBits), width-head.bucketBits)
		for len(rest) > 0 {
			value, width, rest = lowest(rest)
			w.put(value, width)
		}
		payload := n.payload()
		date := payload>>4 - uint64(p.shape.earliest)
		w.put(date|places[payload&15]<<p.shape.dateBits, p.shape.dateBits+p.shape.reasonBits())
	}
	p.body = w.bytes()
}

// sorter puts the notes of a class into the order of their buckets. It
// permutes the serial numbers in place.
type sorter struct {
	all    []byte
	counts []uint32 // of the notes of each bucket
	sorted []uint32 // offsets of the notes
}

func newSorter(head tableHead, all []byte, offsets []uint32) *sorter {
	s := &sorter{all: all, counts: make([]uint32, head.buckets()), sorted: make([]uint32, len(offsets))}
	shift := head.width() - head.bucketBits
	for _, at := range offsets {
		s.counts[permute(note(all[at:]).serial())>>shift]++
	}
	next := make([]uint32, len(s.counts))
	sum := uint32(0)
	for bucket, count := range s.counts {
		next[bucket] = sum
		sum += count
	}
	for _, at := range offsets {
		value, _, _ := lowest(note(all[at:]).serial())
		place := &next[value>>shift]
		s.sorted[*place] = at
		*place++
	}
	return s
}

// dedupe sorts each bucket and keeps one of the entries with the same serial
// number, the earliest. It returns how many it dropped.
func (s *sorter) dedupe() int {
	from, kept := 0, 0
	for bucket, count := range s.counts {
		entries := s.sorted[from : from+int(count)]
		from += int(count)
		if count > 1 {
			slices.SortFunc(entries, s.compare)
			entries = slices.CompactFunc(entries, s.same)
			s.counts[bucket] = uint32(len(entries))
		}
		kept += copy(s.sorted[kept:], entries)
	}
	s.sorted = s.sorted[:kept]
	return from - kept
}

// compare orders entries by serial number, then by date, then as on the list.
func (s *sorter) compare(a, b uint32) int {
	x, y := note(s.all[a:]), note(s.all[b:])
	order := bytes.Compare(x.serial(), y.serial())
	if order != 0 {
		return order
	}
	if x.payload()>>4 != y.payload()>>4 {
		return int(int64(x.payload()>>4) - int64(y.payload()>>4))
	}
	return int(int64(a) - int64(b))
}

func (s *sorter) same(a, b uint32) bool {
	return bytes.Equal(note(s.all[a:]).serial(), note(s.all[b:]).serial())
}
