package crl

// noteHead is the length of a note without its serial number; a note is an
// entry while a list is read: its class, and a record. It is shorter
// than what surrounds the serial number in a list, so that the notes of a
// block never need more room than the block.
const noteHead = 1 + recordHead

// notes are entries in the order of the list, one behind the other, on pages
// that are never copied.
type notes struct {
	open page
	full []page
	size int // of the full pages, in bytes
}

// commonPages is enough for a list that is as long as it says: each page may be
// eight times as long as all before it.
const commonPages = 8

// page is some of the notes. They are worked on in two parts, at the same time.
type page struct {
	bytes []byte
	half  int // where the second part begins; 0 as long as there is none
}

// part is the number of the part that the next note will be in.
func (p *page) part() int {
	if p.half == 0 {
		return 0
	}
	return 1
}

// cut is one of the two parts.
func (p *page) cut(part int) []byte {
	if part == 0 {
		return p.bytes[:p.half]
	}
	return p.bytes[p.half:]
}

// reserve makes room for the entries of the next block. done and total are
// bytes of entries in the list; what the list claims to hold is believed as far
// as eight times what has arrived of it.
func (n *notes) reserve(block int, done, total int64) {
	open := &n.open
	if open.half == 0 && 2*len(open.bytes) >= cap(open.bytes) {
		open.half = len(open.bytes)
	}
	if cap(open.bytes)-len(open.bytes) >= block {
		return
	}
	n.turn()
	size := int64(block)
	if done > 0 {
		left := float64(total-done) / float64(done)
		size = max(size, int64(float64(n.size)*min(left*1.02, 8)))
	}
	open.bytes = make([]byte, 0, size)
}

// turn puts the open page to the full ones.
func (n *notes) turn() {
	if len(n.open.bytes) == 0 {
		return
	}
	if n.open.half == 0 {
		n.open.half = len(n.open.bytes)
	}
	if n.full == nil {
		n.full = make([]page, 0, commonPages)
	}
	n.full = append(n.full, n.open)
	n.size += len(n.open.bytes)
	n.open = page{}
}
