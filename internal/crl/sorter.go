package crl

import "slices"

// sorter puts the records of a shelf into the order of their buckets.
type sorter struct {
	*shelf
	counts []uint32 // of the records in each bucket
	order  []uint32 // numbers of the records
}

// newSorter sorts by bucket, by counting.
func newSorter(s *shelf, head tableHead) *sorter {
	shift := head.width() - head.bucketBits
	sorter := &sorter{shelf: s, counts: make([]uint32, head.buckets()), order: make([]uint32, head.entries)}
	for i := range sorter.order {
		sorter.counts[s.record(uint32(i)).word()>>shift]++
	}
	next := make([]uint32, head.buckets())
	sum := uint32(0)
	for bucket, count := range sorter.counts {
		next[bucket] = sum
		sum += count
	}
	for i := range sorter.order {
		place := &next[s.record(uint32(i)).word()>>shift]
		sorter.order[*place] = uint32(i)
		*place++
	}
	return sorter
}

// dedupe sorts each bucket and keeps one of the entries with the same serial
// number, the earliest. It returns how many it dropped.
func (s *sorter) dedupe() int {
	from, kept := 0, 0
	for bucket, count := range s.counts {
		entries := s.order[from : from+int(count)]
		from += int(count)
		if count > 1 {
			s.sort(entries)
			entries = slices.CompactFunc(entries, s.same)
			s.counts[bucket] = uint32(len(entries))
		}
		kept += copy(s.order[kept:], entries)
	}
	s.order = s.order[:kept]
	return from - kept
}

// sort orders the records of a bucket, mostly two or three: inserting is quick
// then. A bucket with many is possible, and must not take their square.
func (s *sorter) sort(entries []uint32) {
	if len(entries) > 16 {
		slices.SortFunc(entries, func(a, b uint32) int { return s.record(a).compare(s.record(b)) })
		return
	}
	for i := 1; i < len(entries); i++ {
		moving, place := entries[i], i
		r := s.record(moving)
		for ; place > 0 && r.compare(s.record(entries[place-1])) < 0; place-- {
			entries[place] = entries[place-1]
		}
		entries[place] = moving
	}
}

func (s *sorter) same(a, b uint32) bool {
	return string(s.record(a).serial()) == string(s.record(b).serial())
}
