package crl

import (
	"cmp"
	"slices"
	"sync"
)

// runs is how many runs a shelf has: one for each highest byte of a permuted
// word. What works on one of them stays within a processor's cache.
const runs = 256

// shelf is the records of one class, those of a run together.
type shelf struct {
	class class
	size  int // of a record
	bytes []byte
	ends  *[runs]uint32 // of each run
}

func (s *shelf) len() int { return len(s.bytes) / s.size }

// run are the records of the runs from one to another.
func (s *shelf) run(from, to int) records {
	start, end := uint32(0), uint32(0)
	if from > 0 {
		start = s.ends[from-1]
	}
	if to > 0 {
		end = s.ends[to-1]
	}
	return records{size: s.size, bytes: s.bytes[start:end]}
}

// records are some records of one class, one behind the other.
type records struct {
	size  int
	bytes []byte
}

func (r records) len() int { return len(r.bytes) / r.size }

func (r records) at(number uint32) record {
	at := int(number) * r.size
	return record(r.bytes[at : at+r.size])
}

// shelves puts the notes of each class onto a shelf, in the order of the
// classes.
func (b *Builder) shelves() []shelf {
	b.notes.turn()
	shelves := make([]shelf, len(b.spreads))
	room := make([]byte, b.notes.size)
	for c, slot := range b.slots {
		if slot != 0 {
			shelves[slot-1], room = newShelf(class(c), &b.spreads[slot-1], room)
		}
	}
	both(b.notes.size, func(part int) {
		for i := range b.notes.full {
			b.fill(shelves, b.notes.full[i].cut(part), part)
		}
	})
	slices.SortFunc(shelves, func(a, b shelf) int { return cmp.Compare(a.class, b.class) })
	return shelves
}

// newShelf makes an empty shelf and returns the room that it leaves. The counts
// of its class become the places where the next records go; when all are there,
// these are the ends.
func newShelf(c class, counts *spread, room []byte) (shelf, []byte) {
	size, sum := recordHead+c.length(), uint32(0)
	for run := range runs {
		for part := range counts {
			count := counts[part][run]
			counts[part][run] = sum
			sum += count * uint32(size)
		}
	}
	return shelf{class: c, size: size, bytes: room[:sum:sum], ends: &counts[1]}, room[sum:]
}

// fill puts notes of one part onto their shelves.
func (b *Builder) fill(shelves []shelf, notes []byte, part int) {
	for len(notes) > 0 {
		slot := b.slots[notes[0]] - 1
		s := &shelves[slot]
		r := record(notes[1 : 1+s.size])
		next := &b.spreads[slot][part][highest(r.serial())]
		r.copyTo(s.bytes[*next:])
		*next += uint32(s.size)
		notes = notes[1+s.size:]
	}
}

// halves is from how many bytes of notes on the two halves of the work are
// done at the same time.
const halves = 64 << 10

// both does the two halves of some work on so many bytes of notes.
func both(size int, half func(part int)) {
	if size < halves {
		half(0)
		half(1)
		return
	}
	var other sync.WaitGroup
	other.Add(1)
	go func() {
		defer other.Done()
		half(1)
	}()
	half(0)
	other.Wait()
}
