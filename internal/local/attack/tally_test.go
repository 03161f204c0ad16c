package attack

import (
	"strings"
	"sync"
	"testing"
)

// tally counts what was tried, and judges it.
type tally struct {
	mu sync.Mutex
	// attacks and controls are the names of what must be turned away, and of
	// what must not.
	attacks, controls, settings map[string]bool
	requests, accepted, wrong   int
	// into is where each way leads, ways what was tried on all that lead there.
	into map[string]entrance
	ways map[entrance]*tried
}

// entrance is where a way leads in.
type entrance string

const (
	listener entrance = "the listener"
	straight entrance = "the function"
	serving  entrance = "the server"
)

// tried is what was tried at one entrance.
type tried struct {
	attacks  map[string]bool
	requests int
}

func newTally(ways []way) *tally {
	y := &tally{attacks: map[string]bool{}, controls: map[string]bool{}, settings: map[string]bool{}, into: map[string]entrance{}, ways: map[entrance]*tried{}}
	for _, w := range ways {
		y.into[w.name], y.ways[w.into] = w.into, &tried{attacks: map[string]bool{}}
	}
	return y
}

// byWhom stands in a name before the caller: an attack is one, whoever makes it.
const byWhom = ", by "

// judge holds an answer against what must come back.
func (y *tally) judge(t *testing.T, setting, name string, want verdict, got answer) {
	t.Helper()
	fault, wrong := want.fault(got)
	if fault != "" {
		t.Errorf("%s: %s", name, fault)
	}
	y.mu.Lock()
	defer y.mu.Unlock()
	y.requests++
	way := y.ways[y.into[setting]]
	way.requests++
	y.settings[setting] = true
	if wrong {
		y.wrong++
	}
	if got.letIn() != "" {
		y.accepted++
	}
	attack, _, _ := strings.Cut(name, byWhom)
	if want.as != nil {
		y.controls[attack] = true
		return
	}
	y.attacks[attack], way.attacks[attack] = true, true
}

// leastAttacks is how many different attacks there must be at each entrance.
const leastAttacks = 60

// report says what was done by so many ways. A suite that tried too little, or
// in which everybody was refused, has shown nothing.
func (y *tally) report(t *testing.T, ways int) {
	t.Helper()
	y.mu.Lock()
	defer y.mu.Unlock()
	t.Logf("%d requests, %d ways, %d settings, %d wrong accepts: %d attacks and %d controls, %d times let in as themselves",
		y.requests, len(y.ways), len(y.settings), y.wrong, len(y.attacks), len(y.controls), y.accepted-y.wrong)
	for entrance, tried := range y.ways {
		t.Logf("at %s: %d attacks, %d requests", entrance, len(tried.attacks), tried.requests)
	}
	if len(y.settings) < ways {
		t.Logf("only a part of the %d settings was tried", ways)
		return
	}
	for entrance, tried := range y.ways {
		if len(tried.attacks) < leastAttacks {
			t.Errorf("%d attacks at %s, want at least %d", len(tried.attacks), entrance, leastAttacks)
		}
	}
	if len(y.controls) == 0 || y.accepted == 0 {
		t.Error("nobody was let in: a verifier that refuses everybody would pass")
	}
}
