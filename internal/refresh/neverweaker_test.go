package refresh

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/pkitest"
)

// windowBound is how many calls of the run that opens a window under the
// highest ID it takes at most to close it again, as long as only the calls of
// other runs come between. A run that is cut off leaves the window to the next.
const windowBound = 8

// TestNeverWeaker explores what can happen to the real refresher between a
// bucket and a trust store that check the law after every single step (see
// law), under each way in which a gate may deal with several lists of one
// issuer. In the end one clean run must make everything well, and the run
// after it find nothing to do.
//
// From each start state it covers:
//
//   - one run, with an older, the same or a newer list, where any one call
//     meets any fault (see fault);
//   - one run with a newer list where any two calls meet a fault each, those
//     calls among them that the first fault makes necessary;
//   - two runs one after the other, the second with a yet newer list, where
//     any call of each meets a fault;
//   - two runs at the same time, of which one has an older list, both the
//     same, or one has nothing new: every order of their calls in which the
//     turn passes from one run to the other at most twice before either ends.
//
// From the healthy state moreover two runs at the same time where any call of
// one of them meets a fault: the turn passes at most once where that is any
// fault, and twice where a call took effect unheard or was answered with what
// is no longer true.
//
// All but that once more where the trust store has room for two lists only, so
// that what is left over has to leave before a new list can come; from the
// states in which something is left over, and the healthy one.
//
// And from each start state, where a list that revokes two certificates more
// is held back for an hour: one run with such a list where any call meets any
// fault, and two at the same time of which one gets the list before it.
//
// With SEKISHO_EXPLORE=long the turn passes once more in all of these, three
// times then, and runs at the same time meet faults from every start state: as
// far as that gets within eight minutes, which it says.
// With -short, and under the race detector, the turn passes only once, and what
// comes after "moreover" is left out.
//
// The turn passes only where it could matter: see call.noticeable.
func TestNeverWeaker(t *testing.T) {
	s := newStage(t)
	roomy, tight, guarded := newExplorer(s), newExplorer(s), newExplorer(s)
	tight.lists = 2
	guarded.guards = Guards{MaxNewlyRevoked: 1, Hold: true, HoldFor: time.Hour}
	t.Run("explore", func(t *testing.T) {
		for name, explore := range roomy.explorations(depthOfThisRun()) {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				explore()
			})
		}
		for name, explore := range guarded.heldBack(depthOfThisRun()) {
			t.Run("held back/"+name, func(t *testing.T) {
				t.Parallel()
				explore()
			})
		}
		for name, explore := range tight.leftOver(depthOfThisRun()) {
			t.Run("room for two lists/"+name, func(t *testing.T) {
				t.Parallel()
				explore()
			})
		}
	})
	states, executions, recoveries := 0, 0, 0
	for _, x := range []*explorer{roomy, tight, guarded} {
		for _, broken := range x.broken {
			t.Error(broken)
		}
		for cause, calls := range x.longest {
			t.Logf("window: %s; closed %d calls of that run later at most", cause, calls)
		}
		states, executions, recoveries = states+len(x.states), executions+x.executions, recoveries+len(x.healed)
	}
	t.Logf("%d states, %d executions, %d recoveries by one clean run", states, executions, recoveries)
	if roomy.over() {
		t.Logf("cut off after %s: what had not been begun by then was left out", longest)
	}
}

// depth is how far an exploration goes.
type depth int

const (
	shallow depth = iota
	usual
	deep
)

func depthOfThisRun() depth {
	switch {
	case os.Getenv("SEKISHO_EXPLORE") == "long":
		return deep
	case testing.Short() || underRace:
		return shallow
	default:
		return usual
	}
}

// explorations are the parts of the exploration that do not depend on each
// other.
func (x *explorer) explorations(depth depth) map[string]func() {
	all := map[string]func(){}
	for _, from := range x.stage.starts() {
		all[from.name+"/alone"] = func() { x.aloneFrom(from) }
		all[from.name+"/two runs"] = func() { x.twoRuns(from, from.newest+1) }
		for name, levels := range from.pairs() {
			all[from.name+"/overlap, "+name] = func() { x.together(overlap{from: from, levels: levels, switches: 1 + int(depth)}) }
			if from.name == "healthy" && depth == usual || depth == deep {
				all[from.name+"/overlap with a fault, "+name] = func() { x.overlapWithFault(from, levels, int(depth), anyFault) }
				all[from.name+"/overlap, one deceived, "+name] = func() { x.overlapWithFault(from, levels, 1+int(depth), deceiving) }
			}
		}
	}
	return all
}

// leftOver are explorations where more than one list of ours is there.
func (x *explorer) leftOver(depth depth) map[string]func() {
	all := map[string]func(){}
	if depth == shallow {
		return all
	}
	for _, from := range x.stage.starts() {
		ours := 0
		for _, one := range from.cloud.imports {
			if one.list.level > 0 {
				ours++
			}
		}
		if ours < 2 && from.name != "healthy" {
			continue
		}
		all[from.name+"/alone"] = func() { x.aloneFrom(from) }
		all[from.name+"/two runs"] = func() { x.twoRuns(from, from.newest+1) }
		all[from.name+"/overlap"] = func() {
			for _, levels := range from.pairs() {
				x.together(overlap{from: from, levels: levels, switches: int(depth)})
			}
		}
	}
	return all
}

// heldBack are explorations in which the newest list is one that a guard holds
// back, unless the list before it was accepted first.
func (x *explorer) heldBack(depth depth) map[string]func() {
	all := map[string]func(){}
	for _, from := range x.stage.starts() {
		all[from.name+"/alone"] = func() { x.oneFault(from, from.newest+2, false) }
		all[from.name+"/overlap"] = func() {
			x.together(overlap{from: from, levels: from.pairs()["one older"], switches: 1 + int(min(depth, usual))})
		}
	}
	return all
}

func anyFault(fault) bool    { return true }
func deceiving(f fault) bool { return f == lost || f == stale }
func isStale(f fault) bool   { return f == stale }

// pairs are the lists that two runs at the same time may get.
func (s start) pairs() map[string][2]int {
	return map[string][2]int{
		"one older":   {s.newest + 1, s.newest + 2},
		"both same":   {s.newest + 1, s.newest + 1},
		"nothing new": {max(s.newest, 1), s.newest + 1},
	}
}

func (x *explorer) aloneFrom(from start) {
	for _, level := range []int{max(from.newest-1, 1), max(from.newest, 1), from.newest + 1} {
		x.oneFault(from, level, false)
	}
	x.twoFaults(from, from.newest+1)
}

// TestNeverWeakerCatchesBrokenExecutors shows that the exploration notices when
// a safeguard is missing.
func TestNeverWeakerCatchesBrokenExecutors(t *testing.T) {
	for name, tamper := range brokenExecutors() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := newExplorer(newStage(t))
			x.tamper, x.enough = tamper, 1
			x.hunt()
			if len(x.broken) == 0 {
				t.Fatalf("not caught in %d states, %d executions", len(x.states), x.executions)
			}
			t.Logf("caught after %d executions: %.300s", x.executions, x.broken[0])
		})
	}
}

// hunt explores until there is a counter-example, what is cheap first.
func (x *explorer) hunt() {
	starts := x.stage.starts()
	empty, healthy := starts[0], starts[1]
	for _, from := range starts {
		x.oneFault(from, max(from.newest-1, 1), true)
		x.oneFault(from, from.newest+1, true)
	}
	for _, levels := range empty.pairs() {
		x.together(overlap{from: empty, levels: levels, switches: 2})
	}
	for _, levels := range healthy.pairs() {
		x.overlapWithFault(healthy, levels, 3, isStale)
	}
}

// TestNeverWeakerWithCountsAlwaysWrong has every list arrive damaged for a
// hundred runs, that end well or at the worst of moments.
func TestNeverWeakerWithCountsAlwaysWrong(t *testing.T) {
	s := newStage(t)
	for _, from := range s.starts() {
		for _, end := range []struct {
			name, kind string
			fault      fault
		}{
			{"runs end well", "add", none},
			{"runs die after the add", "add", dyingLate},
			{"the answer to the add is lost", "add", lost},
			{"runs die before the removal", "remove", dying},
			{"removals fail", "remove", failing},
		} {
			t.Run(from.name+"/"+end.name, func(t *testing.T) {
				t.Parallel()
				x := newExplorer(s)
				x.after = 102 * 90 * time.Minute
				c := from.cloud.clone()
				c.miscounting = true
				most := x.hundredRuns(c, from.newest+1, end.kind, end.fault)
				c.miscounting = false
				x.judge(solo{from: from, level: from.newest + 1}, c, from.newest+1)
				if most > 3 || len(x.broken) > 0 {
					t.Errorf("%d IDs of one source at most, want 3; %v", most, x.broken)
				}
			})
		}
	}
}

// hundredRuns returns the largest number of IDs of one source on the way.
func (x *explorer) hundredRuns(c *cloud, level int, kind string, f fault) int {
	most := 0
	for i := range 100 {
		p := x.party(fmt.Sprintf("run %d", i), c, level, nil)
		p.always = map[string]fault{kind: f}
		r := x.refresher(p)
		r.Clock = func() time.Time { return pkitest.Epoch.Add(time.Duration(i) * 90 * time.Minute) }
		_, _ = r.Run(context.Background())
		ours := slices.DeleteFunc(slices.Collect(maps.Values(c.imports)), func(one imported) bool { return one.list.level < 0 })
		most = max(most, len(ours))
	}
	return most
}
