package crl

import "slices"

// sorter puts records into the order of their buckets, and those of one bucket
// into that of their serial numbers. It may be used again and again.
type sorter struct {
	records records
	counts  []uint32 // of the records in each bucket
	next    []uint32 // place of each bucket
	room    []uint32 // for both
	order   []item
	// repeats says that a serial number was seen that occurs twice.
	repeats bool
}

// item stands for a record while it is sorted. Its word is nearly always
// enough to compare it.
type item struct {
	word   uint64
	number uint32
}

// sort takes records whose words have the same highest bits. The next bits, of
// which there are as many as the buckets need, begin at shift.
func (s *sorter) sort(r records, shift, buckets int) {
	s.records = r
	s.room = slices.Grow(s.room[:0], 2*buckets)[:2*buckets]
	clear(s.room)
	s.counts, s.next = s.room[:buckets], s.room[buckets:]
	s.order = slices.Grow(s.order[:0], r.len())[:r.len()]
	for number := range uint32(r.len()) {
		s.counts[r.at(number).word()>>shift&uint64(buckets-1)]++
	}
	sum, most := uint32(0), uint32(0)
	for bucket, count := range s.counts {
		s.next[bucket] = sum
		sum, most = sum+count, max(most, count)
	}
	for number := range uint32(r.len()) {
		word := r.at(number).word()
		place := &s.next[word>>shift&uint64(buckets-1)]
		s.order[*place] = item{word, number}
		*place++
	}
	s.settle(most)
}

// settle sorts what is in the order of the buckets already. They hold two items
// or so; one with many must not take their square.
func (s *sorter) settle(most uint32) {
	if most > 16 {
		slices.SortFunc(s.order, s.compare)
	}
	for i := 1; i < len(s.order); i++ {
		if s.order[i-1].word >= s.order[i].word {
			s.sink(i)
		}
	}
}

// sink moves an item down to where it belongs.
func (s *sorter) sink(i int) {
	for ; i > 0; i-- {
		below, item := s.order[i-1], s.order[i]
		s.repeats = s.repeats || s.same(below, item)
		if s.compare(below, item) <= 0 {
			return
		}
		s.order[i-1], s.order[i] = item, below
	}
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
		return s.records.at(a.number).compare(s.records.at(b.number))
	}
}

func (s *sorter) same(a, b item) bool {
	return a.word == b.word && s.records.at(a.number).sameSerial(s.records.at(b.number))
}

// dedupe keeps one of the entries with the same serial number, the earliest. It
// returns how many it dropped.
func (s *shelf) dedupe() int {
	var sorter sorter
	var scratch []byte
	before, kept, start := s.len(), 0, uint32(0)
	for run, end := range s.ends {
		scratch = append(scratch[:0], s.bytes[start:end]...)
		start = end
		all := records{size: s.size, bytes: scratch}
		sorter.sort(all, 0, 1)
		for _, item := range slices.CompactFunc(sorter.order, sorter.same) {
			kept += copy(s.bytes[kept:], all.at(item.number))
		}
		s.ends[run] = uint32(kept)
	}
	s.bytes = s.bytes[:kept]
	return before - s.len()
}
