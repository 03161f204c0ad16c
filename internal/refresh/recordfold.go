package refresh

import (
	"slices"
	"sync"
	"time"
)

// foldFor is how long repeats are counted before they are written down.
const foldFor = time.Hour

// folds count repeats: a source that is down for a weekend is one record an
// hour, not one a poll. They are a memory only. A process that begins anew
// writes the first repeat down again.
type folds struct {
	mu   sync.Mutex
	open map[string]*repeats
}

// repeats are outcomes that say the same, the first of which is on record.
type repeats struct {
	says     sameness
	latest   Outcome
	count    int
	first    time.Time
	last     time.Time
	recorded time.Time
}

// sameness is what makes two outcomes the same decision.
type sameness struct {
	action                  Action
	reason                  Reason
	list, enforced, fetched string
	held                    string
	stale                   bool
	revocation              int64
}

// said is what an outcome says, and whether it may say the same again: where
// the trust store was changed, or a list was taken, nothing does.
func said(o Outcome) (sameness, bool) {
	s := sameness{
		action: o.Action, reason: o.Reason, list: o.List.SHA256, enforced: o.Enforced.SHA256, fetched: o.Fetched.SHA256,
		stale: o.Stale, revocation: o.Revocation,
	}
	if o.Holding != nil {
		// A held list is delivered whole once, and then not again: that is the
		// same.
		s.held, s.fetched = o.Holding.List.SHA256, ""
	}
	return s, !o.changed()
}

// changed says that a run took a list, or changed the trust store.
func (o Outcome) changed() bool {
	if o.Action == Replace || o.Action == Heal && o.err == nil {
		return true
	}
	return slices.ContainsFunc(o.Answers, func(a Answer) bool { return a.Error == "" && a.Call != describeCall })
}

// worthRecording leaves out the runs in which all was well.
func (o Outcome) worthRecording() bool { return o.Action != Keep || o.err != nil }

// fold is what to write down about an outcome: nothing, or what was counted
// before, or the outcome itself.
func (f *folds) fold(o Outcome, now time.Time) []Record {
	f.mu.Lock()
	defer f.mu.Unlock()
	key := o.Source + "/" + o.Identity
	says, mayRepeat := said(o)
	before := f.open[key]
	if before != nil && mayRepeat && before.says == says {
		return before.again(o, now)
	}
	var records []Record
	if before != nil && before.count > 0 {
		records = append(records, before.record())
	}
	delete(f.open, key)
	if !o.worthRecording() {
		return records
	}
	if mayRepeat {
		f.begin(key, &repeats{says: says, recorded: now})
	}
	return append(records, Record{At: now, Count: 1, First: now, Last: now, Outcome: o})
}

func (f *folds) begin(key string, one *repeats) {
	if f.open == nil {
		f.open = map[string]*repeats{}
	}
	f.open[key] = one
}

// again counts one more, and writes them down once they are an hour's.
func (r *repeats) again(o Outcome, now time.Time) []Record {
	if r.count == 0 {
		r.first = now
	}
	r.count, r.last, r.latest = r.count+1, now, o
	if now.Sub(r.recorded) < foldFor {
		return nil
	}
	record := r.record()
	r.count, r.recorded = 0, now
	return []Record{record}
}

func (r *repeats) record() Record {
	return Record{At: r.last, Count: r.count, First: r.first, Last: r.last, Outcome: r.latest}
}
