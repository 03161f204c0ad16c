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
}

func newTally() *tally {
	return &tally{attacks: map[string]bool{}, controls: map[string]bool{}, settings: map[string]bool{}}
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
	y.attacks[attack] = true
}

// leastAttacks is how many different attacks there must be.
const leastAttacks = 60

// report says what was done by so many ways. A suite that tried too little, or
// in which everybody was refused, has shown nothing.
func (y *tally) report(t *testing.T, ways int) {
	t.Helper()
	y.mu.Lock()
	defer y.mu.Unlock()
	t.Logf("%d attacks and %d controls × %d settings: %d requests, %d let in as themselves, %d wrong accepts",
		len(y.attacks), len(y.controls), len(y.settings), y.requests, y.accepted-y.wrong, y.wrong)
	if len(y.settings) < ways {
		t.Logf("only a part of the %d settings was tried", ways)
		return
	}
	if len(y.attacks) < leastAttacks {
		t.Errorf("%d attacks, want at least %d", len(y.attacks), leastAttacks)
	}
	if len(y.controls) == 0 || y.accepted == 0 {
		t.Error("nobody was let in: a verifier that refuses everybody would pass")
	}
}
