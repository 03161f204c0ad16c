package refresh

import (
	"testing"
)

// TestNeverWeakerWhereOverlapIsReplace explores what an operator chose: the
// trust store has room for one list only. From each start state one run, where
// any call meets any fault; from two of them moreover any two faults, two runs
// one after the other, and two at the same time.
//
// Less may be in force, or nothing, from the removal that makes room until the
// list is there that room was made for: a few calls of one run, unless it is cut
// off or fails, and then until the next clean one. A run that leaves such a gap
// says so in its outcome.
func TestNeverWeakerWhereOverlapIsReplace(t *testing.T) {
	x := newExplorer(newStage(t))
	x.lists, x.replaces = 1, true
	t.Run("explore", func(t *testing.T) {
		for name, explore := range x.replacements(depthOfThisRun()) {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				explore()
			})
		}
	})
	for _, broken := range x.broken {
		t.Error(broken)
	}
	for cause, calls := range x.longest {
		t.Logf("window: %s; closed %d calls of that run later at most", cause, calls)
	}
	if !testing.Short() && x.longest[roomMade] == 0 {
		t.Error("no run ever made room: nothing was explored")
	}
	t.Logf("%d states, %d executions, %d recoveries by one clean run", len(x.states), x.executions, len(x.healed))
}

// replacements are explorations in which old and new never fit together. The
// start states in which others take all the room are left out.
func (x *explorer) replacements(depth depth) map[string]func() {
	all := map[string]func(){}
	for _, from := range x.stage.starts() {
		if from.name == "foreign ID" {
			continue
		}
		all[from.name+"/alone"] = func() { x.oneFault(from, from.newest+1, false); x.oneFault(from, max(from.newest, 1), true) }
		if depth != shallow && (from.name == "healthy" || from.name == "state lost" || depth == deep) {
			all[from.name+"/two faults"] = func() { x.twoFaults(from, from.newest+1) }
			all[from.name+"/two runs"] = func() { x.twoRuns(from, from.newest+1) }
			for name, levels := range from.pairs() {
				all[from.name+"/overlap, "+name] = func() { x.together(overlap{from: from, levels: levels, switches: int(depth)}) }
			}
		}
	}
	return all
}
