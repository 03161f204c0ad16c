package refresh

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/sekisho/sekisho/internal/pkitest"
)

// situation is anything that Plan may be asked about.
type situation struct {
	state    State
	observed Observed
	list     Facts
	limits   Limits
	now      time.Time
}

func (s situation) plan() Decision {
	return Plan(s.state, s.observed, Offer{Facts: s.list}, s.limits, s.now)
}

// situations draws them small, so that coincidences are frequent.
func situations(t *rapid.T) situation {
	ids := rapid.SliceOfNDistinct(rapid.Int64Range(1, 6), 0, 3, rapid.ID).Draw(t, "retired")
	slices.Sort(ids)
	s := situation{
		state:    accepting(rapid.IntRange(0, 4).Draw(t, "accepted"), rapid.Int64Range(0, 6).Draw(t, "revocation"), ids...),
		observed: shows(rapid.SliceOfN(rapid.IntRange(-4, 4), 0, 6).Draw(t, "shown")...),
		list:     listAt(rapid.IntRange(0, 4).Draw(t, "list")),
		limits: Limits{
			Entries: rapid.Int64Range(10, 200).Draw(t, "entries"), Lists: rapid.IntRange(1, 7).Draw(t, "lists"),
			PEMBytes: 5000, ReplaceOverlap: rapid.Bool().Draw(t, "replace"),
		},
		now: pkitest.Epoch.Add(time.Duration(rapid.IntRange(-2, 2).Draw(t, "now")) * time.Minute),
	}
	if s.state.Accepted.known() && rapid.Bool().Draw(t, "refused") {
		s.state.Refused = &Refusal{SHA256: s.state.Accepted.SHA256, Reason: CountMismatch, Attempts: 1, Until: pkitest.Epoch}
	}
	return s
}

func (o Observed) held(id int64) Held {
	at := slices.IndexFunc(o.Ours, func(h Held) bool { return h.ID == id })
	if at < 0 {
		return Held{}
	}
	return o.Ours[at]
}

// TestPlanRemovesOnlyWhatSomethingStandsInFor: whatever leaves is no newer than
// the holder that stays, or than the target that comes first; the gap that an
// operator allowed apart.
func TestPlanRemovesOnlyWhatSomethingStandsInFor(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := situations(t)
		d := s.plan()
		for _, id := range d.Remove {
			gone := s.observed.held(id)
			switch {
			case gone.ID == 0:
				t.Fatalf("%s: %d is not there", d.step(), id)
			case d.RemoveFirst && s.limits.ReplaceOverlap && len(d.Remove) == 1:
			case d.Add && !gone.Facts.newer(d.Target):
			case d.Holder != 0 && id != d.Holder && !gone.Facts.newer(d.Held):
			default:
				t.Fatalf("%s: nothing stands in for %d", d.step(), id)
			}
		}
		if d.Holder != 0 && (s.state.gaveUp(d.Holder) || s.observed.held(d.Holder).Facts.SHA256 != d.Held.SHA256) {
			t.Fatalf("%s: the holder is not to be counted on", d.step())
		}
	})
}

// TestPlanTargetIsTheNewest of what is accepted, fetched and there.
func TestPlanTargetIsTheNewest(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := situations(t)
		d := s.plan()
		if s.state.Accepted.newer(d.Target) || s.list.newer(d.Target) {
			t.Fatalf("%s: accepted is %s, the list %s", d.step(), s.state.Accepted.Number, s.list.Number)
		}
		if d.Claim != (d.Target.SHA256 != s.state.Accepted.SHA256) {
			t.Fatalf("%s: accepted is %s", d.step(), s.state.Accepted.Number)
		}
		later := s
		later.state = s.state.claimed(d.Target, s.now)
		if next := later.plan(); d.Target.known() && next.Target.SHA256 != d.Target.SHA256 {
			t.Fatalf("%s: once that is claimed, the target is %s", d.step(), next.Target.Number)
		}
	})
}

// TestPlanTakenStepByStepComesToRest: whoever does what is planned, on a trust
// store that counts right, needs no more than a few steps for each list there, and ends with one
// copy of the target or with a reason why not.
func TestPlanTakenStepByStepComesToRest(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := situations(t)
		newest, steps := int64(6), 4+2*len(s.observed.Ours)
		for range steps {
			d := s.plan()
			if d.Claim {
				s.state = s.state.claimed(d.Target, s.now)
				continue
			}
			if !d.changes() {
				s.atRest(t, d)
				return
			}
			newest++
			s = s.take(d, newest)
		}
		t.Fatalf("not at rest after %d steps: %s", steps, s.plan().step())
	})
}

// take does what is planned.
func (s situation) take(d Decision, newest int64) situation {
	if d.Confirm != 0 {
		d.Remove = []int64{d.Confirm}
	}
	gone := func(h Held) bool { return slices.Contains(d.Remove, h.ID) }
	s.observed.Ours = slices.DeleteFunc(slices.Clone(s.observed.Ours), gone)
	s.state = s.state.retiring(d.Remove)
	if d.Add {
		s.state = s.state.settled(newest)
		s.observed.Ours = append(s.observed.Ours, Held{Revocation{newest, int64(d.Target.Entries)}, d.Target})
	}
	return s
}

func (s situation) atRest(t *rapid.T, d Decision) {
	copies := 0
	for _, held := range s.observed.Ours {
		if held.Facts.SHA256 == d.Target.SHA256 {
			copies++
		}
		if d.InForce() && held.ID != d.Holder && !s.state.gaveUp(held.ID) {
			t.Fatalf("%s: %d is still there", d.step(), held.ID)
		}
	}
	if d.InForce() && copies != 1 || !d.InForce() && d.Target.known() && d.Action != Refuse {
		t.Fatalf("at rest with %s and %d copies of the target", d.step(), copies)
	}
}
