package attack

import (
	"slices"
	"testing"
)

// straightIn invokes the function with events of all kinds.
func (s *suite) straightIn(t *testing.T) {
	w := startTwin(t, s.house)
	f := startFunction(t, w, verifySettings(t, w))
	judge := func(name string, e []byte, want verdict) {
		s.tally.judge(t, "straight into the function", name, want, f.ask(t, e))
	}
	for _, p := range s.presented {
		judge(p.name, carrying(p.value()).json(t), p.want)
	}
	// By now the good clients and their CAs are known to the function.
	for _, p := range s.presented {
		judge(p.name, carrying(p.value()).single().json(t), p.want)
	}
	for _, v := range slices.Concat(spellings(s.house), damage(t, s.house)) {
		judge(v.name, carrying(v.value).json(t), v.want)
		judge(v.name, carrying(v.value).single().json(t), v.want)
	}
	for _, a := range slices.Concat(arrivals(t, s.house), unreadable(t, s.house), checks(t, s.house)) {
		judge(a.name, a.event, a.want)
	}
	state := f.State()
	if state.Restarts != 0 || state.LastFailure != "" {
		t.Errorf("the function was restarted %d times: %s", state.Restarts, state.LastFailure)
	}
}
