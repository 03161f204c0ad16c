package crl

import "encoding/binary"

// blank is a table that is being written, in two parts at the same time.
type blank struct {
	head  tableHead
	shelf *shelf
	// strings are groups, buckets and records.
	strings [3][]byte
	// tails are where each part left off its strings, in the middle of a byte.
	tails [2][2]tail
}

// join puts the bits into the strings that share a byte with others.
func (t *blank) join() {
	for _, part := range t.tails {
		for i, tail := range part {
			t.strings[1+i][tail.at] |= tail.bits
		}
	}
}

// step is how many runs of the shelf are written at a time, and how many
// buckets they have. A short table has fewer buckets than there are runs.
func (t *blank) step() (int, int) {
	if t.head.buckets() < runs {
		return runs, t.head.buckets()
	}
	return 1, t.head.buckets() / runs
}

// writer writes tables.
type writer struct {
	shape  *shape
	places [16]uint64 // of the reasons
	sorter sorter

	remainder, payloadBits int // bits of a record
	before                 uint32
	bucket                 int
	groups                 []byte
	occupancy, records     bitWriter
}

func newWriter(s *shape) *writer {
	w := &writer{shape: s, payloadBits: s.payloadBits()}
	for place, reason := range s.reasons {
		w.places[reason] = uint64(place)
	}
	return w
}

// write writes one part of a table: half of the runs, or, where all are written
// at once, all of them as the second part.
func (w *writer) write(t *blank, part int) {
	step, buckets := t.step()
	from, to := part*runs/2/step*step, (part+1)*runs/2/step*step
	w.begin(t, from, from/step*buckets)
	for run := from; run < to && !w.sorter.repeats; run += step {
		w.sorter.sort(t.shelf.run(run, run+step), w.remainder, buckets)
		w.putBuckets()
		w.putRecords()
	}
	t.tails[part] = [2]tail{w.occupancy.end(), w.records.end()}
}

// begin takes up a table at a run, with the first of its buckets.
func (w *writer) begin(t *blank, run, bucket int) {
	w.remainder = t.head.width() - t.head.bucketBits
	w.before = uint32(t.shelf.run(0, run).len())
	w.bucket = bucket
	w.groups = t.strings[0]
	w.occupancy = bitsFrom(t.strings[1], uint64(w.before)+uint64(bucket))
	w.records = bitsFrom(t.strings[2], uint64(w.before)*uint64(t.head.stride(w.shape)))
}

// putBuckets writes the numbers of the groups and the occupancy of the
// buckets: a 1 for each entry of a bucket, and a 0 behind them.
func (w *writer) putBuckets() {
	for _, count := range w.sorter.counts {
		if w.bucket%groupBuckets == 0 {
			binary.LittleEndian.PutUint32(w.groups[w.bucket/groupBuckets*4:], w.before)
		}
		w.bucket++
		w.before += count
		for ; count >= 64; count -= 64 {
			w.occupancy.put(mask(64), 64)
		}
		w.occupancy.put(mask(int(count)), int(count)+1)
	}
}

// putRecords writes the entries in their order: what the bucket does not imply
// of the serial number, the date and the reason.
func (w *writer) putRecords() {
	for _, item := range w.sorter.order {
		r := w.sorter.records.at(item.number)
		w.records.put(item.word&mask(w.remainder), w.remainder)
		for rest := r.above(); len(rest) > 0; {
			value, width, before := lowest(rest)
			w.records.put(value, width)
			rest = before
		}
		payload := r.payload()
		w.records.put((payload>>4-w.shape.earliest)*w.shape.choices()+w.places[payload&15], w.payloadBits)
	}
}
