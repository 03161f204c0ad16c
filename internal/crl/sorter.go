package crl

import "slices"

// sorter puts the records of a shelf into the order of their buckets. Those of
// one bucket stay in that of the list, unless some have to go.
type sorter struct {
	shelf  *shelf
	counts []uint32 // of the records in each bucket
	order  []item
}

// item stands for a record while it is sorted. Its word is nearly always
// enough to compare it.
type item struct {
	word   uint64
	number uint32
}

// newSorter sorts by bucket, by counting.
func newSorter(s *shelf, head tableHead) *sorter {
	shift := head.width() - head.bucketBits
	sorter := &sorter{shelf: s, counts: make([]uint32, head.buckets()), order: make([]item, head.entries)}
	for number := range uint32(head.entries) {
		sorter.counts[s.record(number).word()>>shift]++
	}
	next := make([]uint32, head.buckets())
	sum := uint32(0)
	for bucket, count := range sorter.counts {
		next[bucket] = sum
		sum += count
	}
	for number := range uint32(head.entries) {
		word := s.record(number).word()
		place := &next[word>>shift]
		sorter.order[*place] = item{word, number}
		*place++
	}
	return sorter
}

// dedupe keeps one of the entries with the same serial number, the earliest. It
// returns how many it dropped.
func (s *sorter) dedupe() int {
	from, kept := 0, 0
	for bucket, count := range s.counts {
		items := s.order[from : from+int(count)]
		from += int(count)
		if mayRepeat(items) {
			slices.SortFunc(items, s.compare)
			items = slices.CompactFunc(items, s.same)
			s.counts[bucket] = uint32(len(items))
		}
		kept += copy(s.order[kept:], items)
	}
	s.order = s.order[:kept]
	return from - kept
}

// mayRepeat says whether two of the items of a bucket could have the same
// serial number. Buckets hold two or so; one with many must not take their
// square.
func mayRepeat(items []item) bool {
	if len(items) > 16 {
		return true
	}
	for i, one := range items {
		for _, other := range items[:i] {
			if one.word == other.word {
				return true
			}
		}
	}
	return false
}

// compare orders by permuted word, then by the rest of the serial number, then
// by date and reason: of entries with one serial number the earliest is first.
func (s *sorter) compare(a, b item) int {
	switch {
	case a.word < b.word:
		return -1
	case a.word > b.word:
		return 1
	default:
		return s.shelf.record(a.number).compare(s.shelf.record(b.number))
	}
}

func (s *sorter) same(a, b item) bool {
	return a.word == b.word && s.shelf.record(a.number).sameSerial(s.shelf.record(b.number))
}
