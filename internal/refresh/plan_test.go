package refresh

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/pkitest"
)

// listAt are the facts of a list with this number; number 0 is no list.
func listAt(number int) Facts {
	if number == 0 {
		return Facts{}
	}
	return Facts{
		SHA256: fmt.Sprintf("%064x", number), Number: fmt.Sprint(number), Entries: 10 * number, Size: 1000,
		ThisUpdate: pkitest.Epoch.Add(time.Duration(number) * time.Minute),
	}
}

// shows is what the trust store shows: the list under each ID from 1 on, 0 for
// an ID that is not there, negative for one that is miscounted.
func shows(numbers ...int) Observed {
	var seen Observed
	for i, number := range numbers {
		facts := listAt(max(number, -number))
		one := Held{Revocation: Revocation{ID: int64(i + 1), Entries: int64(facts.Entries)}, Facts: facts}
		if number < 0 {
			one.Entries++
		}
		if number != 0 {
			seen.Ours = append(seen.Ours, one)
		}
	}
	return seen
}

// accepting is the state that accepts a list, and has settled it under an ID.
func accepting(number int, id int64, retired ...int64) State {
	return State{Accepted: listAt(number), Revocation: id, Retired: retired}
}

func refusedUntil(number int, until time.Time) State {
	s := accepting(number, 0)
	s.Refused = &Refusal{SHA256: s.Accepted.SHA256, Reason: CountMismatch, Attempts: 3, Until: until}
	return s
}

// step shows a decision in a few words.
func (d Decision) step() string {
	parts := []string{string(d.Action), string(d.Reason), "target " + d.Target.Number}
	add := func(said bool, text string) {
		if said {
			parts = append(parts, text)
		}
	}
	add(d.Claim, "claim")
	add(d.Holder != 0, fmt.Sprintf("holder %d", d.Holder))
	add(d.Add, "add")
	add(d.Confirm != 0, fmt.Sprintf("confirm %d", d.Confirm))
	add(d.RemoveFirst, "first")
	add(len(d.Remove) > 0, fmt.Sprintf("remove %v", d.Remove))
	return strings.Join(parts, ", ")
}

func TestPlan(t *testing.T) {
	t.Parallel()
	now := pkitest.Epoch
	for _, c := range []struct {
		name     string
		state    State
		observed Observed
		list     int
		want     string
	}{
		{"nothing at all", State{}, shows(), 0, "keep, unchanged, target "},
		{"first", State{}, shows(), 1, "replace, first, target 1, claim, add"},
		{"unchanged", accepting(1, 1), shows(1), 0, "keep, unchanged, target 1, holder 1"},
		{"the same again", accepting(1, 1), shows(1), 1, "keep, unchanged, target 1, holder 1"},
		{"newer", accepting(1, 1), shows(1), 2, "replace, newer, target 2, claim, holder 1, add, remove [1]"},
		{"older", accepting(2, 1), shows(2), 1, "keep, unchanged, target 2, holder 1"},
		{"claimed, not added", accepting(2, 0), shows(1), 0, "heal, not-in-force, target 2, holder 1, add, remove [1]"},
		{"claimed and added, not settled", accepting(2, 0), shows(1, 2), 0, "heal, left-over, target 2, holder 2, remove [1]"},
		{"settled, not removed", accepting(2, 2, 1), shows(1, 2), 0, "heal, left-over, target 2, holder 2, remove [1]"},
		{"removed by hand", accepting(1, 1), shows(), 0, "heal, not-in-force, target 1, add"},
		{"removed by hand, older one still there", accepting(2, 2, 1), shows(1), 0, "heal, not-in-force, target 2, add, remove [1]"},
		{"state lost", State{}, shows(2), 0, "heal, adopted, target 2, claim, holder 1"},
		{"state lost, older list served", State{}, shows(2), 1, "heal, adopted, target 2, claim, holder 1"},
		{"state lost, newer list served", State{}, shows(2), 3, "replace, newer, target 3, claim, holder 1, add, remove [1]"},
		{"newer one added by hand", accepting(1, 1), shows(1, 2), 0, "heal, adopted, target 2, claim, holder 2, remove [1]"},
		{"newer one retired", accepting(1, 1, 2), shows(1, 2), 0, "keep, unchanged, target 1, holder 1"},
		{"second copy above", accepting(1, 1), shows(1, 1), 0, "heal, left-over, target 1, holder 1, remove [2]"},
		{"second copy below", accepting(1, 2), shows(1, 1), 0, "heal, left-over, target 1, holder 2, remove [1]"},
		{"two copies, none settled", accepting(1, 0), shows(1, 1), 0, "heal, left-over, target 1, holder 2, remove [1]"},
		{"towards the holder from above, away below", accepting(4, 4), shows(1, 3, 2, 4, 2, 1), 0, "heal, left-over, target 4, holder 4, remove [5 6 3 2 1]"},
		{"settled one miscounted now", accepting(1, 1), shows(-1), 0, "keep, unchanged, target 1, holder 1"},
		{"added and miscounted, older one in force", accepting(2, 0), shows(1, -2), 0, "heal, not-in-force, target 2, holder 1, confirm 2"},
		{"only copy miscounted", accepting(1, 0), shows(-1), 0, "heal, not-in-force, target 1, add, remove [1]"},
		{"all copies miscounted", accepting(1, 0), shows(-1, -1), 0, "heal, not-in-force, target 1, confirm 2"},
		{"miscounted copy given up", accepting(2, 0, 2), shows(1, -2), 0, "heal, not-in-force, target 2, holder 1, confirm 2"},
		{"refused, too early", refusedUntil(2, now.Add(time.Second)), shows(1), 0, "refuse, count-mismatch, target 2, holder 1"},
		{"refused, too early, older ones left over", refusedUntil(3, now.Add(time.Second)), shows(1, 2), 0, "refuse, count-mismatch, target 3, holder 2, remove [1]"},
		{"refused, time is up", refusedUntil(2, now), shows(1), 0, "heal, not-in-force, target 2, holder 1, add, remove [1]"},
		{"refused, but newer served", refusedUntil(2, now.Add(time.Second)), shows(1), 3, "replace, newer, target 3, claim, holder 1, add, remove [1]"},
		{"refused, but in force", refusedUntil(1, now.Add(time.Second)), shows(1), 0, "keep, unchanged, target 1, holder 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := Plan(c.state, c.observed, Offer{Facts: listAt(c.list)}, DefaultLimits(), now)
			if got.step() != c.want {
				t.Errorf("got  %s\nwant %s", got.step(), c.want)
			}
		})
	}
}

func TestPlanWithinQuotas(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		observed Observed
		limits   Limits
		want     string
	}{
		{"room for both", shows(4), Limits{Entries: 90, Lists: 2, PEMBytes: 5000}, "replace, newer, target 5, claim, holder 1, add, remove [1]"},
		{"no room for the entries of both", shows(4), Limits{Entries: 89, Lists: 2, PEMBytes: 5000}, "refuse, quota-entries, target 5, claim, holder 1"},
		{"no room for two lists", shows(4), Limits{Entries: 90, Lists: 1, PEMBytes: 5000}, "refuse, quota-lists, target 5, claim, holder 1"},
		{"file too large", shows(4), Limits{Entries: 90, Lists: 2, PEMBytes: 1000}, "refuse, quota-size, target 5, claim, holder 1"},
		{"room once the left-over is gone", shows(3, 4), Limits{Entries: 90, Lists: 2, PEMBytes: 5000}, "replace, newer, target 5, claim, holder 2, remove [1]"},
		{"a damaged list takes the room", shows(3, -4), Limits{Entries: 90, Lists: 2, PEMBytes: 5000}, "replace, newer, target 5, claim, holder 1, confirm 2"},
		{"a damaged list is all there is", shows(-4), Limits{Entries: 99, Lists: 1, PEMBytes: 5000}, "refuse, quota-lists, target 5, claim"},
		{"others take the room", Observed{Ours: shows(4).Ours, OtherLists: 1, OtherEntries: 1}, Limits{Entries: 90, Lists: 9, PEMBytes: 5000}, "refuse, quota-entries, target 5, claim, holder 1"},
		{"replace", shows(4), Limits{Entries: 89, Lists: 2, PEMBytes: 5000, ReplaceOverlap: true}, "replace, newer, target 5, claim, holder 1, add, first, remove [1]"},
		{"replace only where it must", shows(4), Limits{Entries: 90, Lists: 2, PEMBytes: 5000, ReplaceOverlap: true}, "replace, newer, target 5, claim, holder 1, add, remove [1]"},
		{"replace, and too long even alone", shows(4), Limits{Entries: 49, Lists: 2, PEMBytes: 5000, ReplaceOverlap: true}, "refuse, quota-entries, target 5, claim, holder 1"},
		{"replace, and too large even alone", shows(4), Limits{Entries: 90, Lists: 2, PEMBytes: 1000, ReplaceOverlap: true}, "refuse, quota-size, target 5, claim, holder 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := Plan(accepting(4, 0), c.observed, Offer{Facts: listAt(5)}, c.limits, pkitest.Epoch)
			if got.step() != c.want {
				t.Errorf("got  %s\nwant %s", got.step(), c.want)
			}
		})
	}
}

func TestPlanKeepsAScopedListFromTheTrustStore(t *testing.T) {
	t.Parallel()
	scoped := listAt(2)
	scoped.Scoped = true
	got := Plan(accepting(1, 1), shows(1), Offer{Facts: scoped}, DefaultLimits(), pkitest.Epoch)
	if got.changes() || got.Reason != Scoped || !got.Claim {
		t.Errorf("got %s, want the list claimed and the trust store left alone", got.step())
	}
	limits := DefaultLimits()
	limits.AllowScoped = true
	got = Plan(accepting(1, 1), shows(1), Offer{Facts: scoped}, limits, pkitest.Epoch)
	if !got.Add {
		t.Errorf("got %s, want it added", got.step())
	}
}

// TestPlanLeavesAloneWhatCannotBeOrdered: a list whose number and date
// contradict those of the one in force.
func TestPlanLeavesAloneWhatCannotBeOrdered(t *testing.T) {
	t.Parallel()
	observed := shows(2, 3)
	observed.Ours[1].Facts.ThisUpdate = pkitest.Epoch
	got := Plan(accepting(2, 1), observed, Offer{}, DefaultLimits(), pkitest.Epoch)
	if got.step() != "keep, unchanged, target 2, holder 1" || !strings.Contains(got.Detail, "1 lists of this CA stay") {
		t.Errorf("got %s: %s, want it left alone and said", got.step(), got.Detail)
	}
}

func TestPlanGivesNumbersAndAdvice(t *testing.T) {
	t.Parallel()
	got := Plan(accepting(4, 1), shows(4), Offer{Facts: listAt(5)}, Limits{Entries: 60, Lists: 2, PEMBytes: 5000}, pkitest.Epoch)
	for _, want := range []string{"90 entries in 2 lists", "60 and 2", "L-37E1617B", `overlap to "replace"`} {
		if !strings.Contains(got.Detail, want) {
			t.Errorf("%q is not in %s", want, got.Detail)
		}
	}
}

func TestSupersededIsNothingThatIsNotOlder(t *testing.T) {
	t.Parallel()
	if got := superseded(shows(1, 3, 2, 2), listAt(2), 3); !slices.Equal(got, []int64{4, 1}) {
		t.Errorf("got %v, want [4 1]", got)
	}
}
