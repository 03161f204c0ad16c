package refresh

import (
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/pkitest"
)

// TestChoosesOneOfSeveralListsOfACA in one file.
func TestChoosesOneOfSeveralListsOfACA(t *testing.T) {
	t.Parallel()
	now := pkitest.Epoch
	state := func(change func(*State)) State {
		s := accepting(4, 1)
		change(&s)
		return s
	}
	overruled := func(s *State) { s.Overruled = []string{listAt(9).SHA256, listAt(8).SHA256} }
	for _, c := range []struct {
		name    string
		state   State
		numbers []int
		want    string
	}{
		{"nothing", accepting(4, 1), nil, ""},
		{"the newest", accepting(4, 1), []int{5, 7, 6}, "7"},
		{"a reset made the newest older", state(overruled), []int{5, 9, 6, 8}, "6"},
		{"a reset made all of them older", state(overruled), []int{8, 9}, "9"},
		{"the approved one, and a newer one", withOrder(accepting(4, 1), ApproveAction, 5, now), []int{6, 5, 7}, "5"},
		{"the approved one is older by now", withOrder(accepting(4, 1), ApproveAction, 3, now), []int{3, 4}, "4"},
		{"the one reset to", withOrder(accepting(4, 1), ResetAction, 3, now), []int{5, 3}, "3"},
		{"reset of the day before yesterday", withOrder(accepting(4, 1), ResetAction, 3, now.Add(-24*time.Hour)), []int{3, 4}, "4"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			lists := []*candidate{{identity: "another CA's", facts: listAt(99)}}
			for _, number := range c.numbers {
				lists = append(lists, &candidate{identity: c.state.Identity, facts: listAt(number)})
			}
			got := ""
			if found := c.state.choose(lists, now); found != nil {
				got = found.facts.Number
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
