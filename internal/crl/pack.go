package crl

import "math/bits"

// packed is the entries of a list as they stand in an index.
type packed struct {
	list  [32]byte // SHA-256 of the list
	shape shape
	heads []tableHead
	body  []byte // magic, and the tables one behind the other
}

// metaRoom is what is kept free behind the tables for the rest of an index.
const metaRoom = 4096

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

// pack packs the notes and returns how many entries repeat a serial number.
// Of the builder nothing but the packed entries is left.
func (b *Builder) pack() int {
	shape, shelves := b.shape(), b.shelves()
	*b = Builder{}
	duplicates := 0
	packed, repeats := packShelves(shape, shelves)
	if repeats {
		for i := range shelves {
			duplicates += shelves[i].dedupe()
		}
		packed, _ = packShelves(shape, shelves)
	}
	b.packed = packed
	return duplicates
}

func (b *Builder) shape() shape {
	if b.reasons == 0 {
		return shape{}
	}
	s := shape{earliest: b.earliest, latest: b.latest, reasons: make([]byte, 0, 16)}
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

// packShelves makes a table of each shelf. Nothing of it is of use when a
// serial number repeats.
func packShelves(shape shape, shelves []shelf) (*packed, bool) {
	p := &packed{shape: shape, heads: make([]tableHead, len(shelves))}
	size, work := len(indexMagic), 0
	for i := range shelves {
		p.heads[i] = headOf(&shelves[i])
		size += p.heads[i].size(&shape)
		work += len(shelves[i].bytes)
	}
	p.body = make([]byte, size, size+metaRoom)
	copy(p.body, indexMagic)
	tables := p.blanks(shelves)
	var repeats [2]bool
	both(work, func(part int) {
		w := newWriter(&p.shape)
		for i := range tables {
			w.write(&tables[i], part)
		}
		repeats[part] = w.sorter.repeats
	})
	for i := range tables {
		tables[i].join()
	}
	return p, repeats[0] || repeats[1]
}

// blanks are the tables, where they will stand in the body.
func (p *packed) blanks(shelves []shelf) []blank {
	tables := make([]blank, len(shelves))
	rest := p.body[len(indexMagic):]
	for i, head := range p.heads {
		tables[i] = blank{head: head, shelf: &shelves[i]}
		sizes := head.sizes(&p.shape)
		for place, size := range sizes {
			tables[i].strings[place], rest = rest[:size], rest[size:]
		}
	}
	return tables
}
