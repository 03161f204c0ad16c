package crl

// shelf is the records of one class, one behind the other.
type shelf struct {
	class class
	size  int // of a record
	bytes []byte
}

func (s *shelf) len() int { return len(s.bytes) / s.size }

func (s *shelf) record(number uint32) record {
	at := int(number) * s.size
	return record(s.bytes[at : at+s.size])
}

// shelves puts the notes of each class onto a shelf, roughly in the order of
// their permuted words: what follows then stays within a processor's cache.
func (b *Builder) shelves() []*shelf {
	var shelves []*shelf
	var byClass [256]*shelf
	for c, spread := range b.classes {
		if spread != nil {
			byClass[c] = newShelf(class(c), spread)
			shelves = append(shelves, byClass[c])
		}
	}
	for at := 0; at < len(b.notes); {
		s := byClass[b.notes[at]]
		r := record(b.notes[at+1 : at+1+s.size])
		next := &b.classes[s.class][highest(r.serial())]
		*next += uint32(copy(s.bytes[*next:], r))
		at += 1 + s.size
	}
	return shelves
}

// newShelf makes an empty shelf, and of the counts of its class the places
// where the next records go.
func newShelf(c class, counts *spread) *shelf {
	s := &shelf{class: c, size: recordHead + c.length()}
	sum := uint32(0)
	for i, count := range counts {
		counts[i] = sum
		sum += count * uint32(s.size)
	}
	s.bytes = make([]byte, sum)
	return s
}
