// Package attack tries to get past the verifier by every way in that there is:
// through the passthrough listener of the local twin, under every setting of
// what AWS does not document, and straight into the function.
//
// It holds tests only. What is deployed is what is attacked: the functions are
// built and run as processes, behind real TLS, over a real bucket. Every attack
// names the one answer that must come back; beside the attacks stand controls,
// who must be let in, and as themselves.
package attack

import "testing"

// suite is what all ways in share.
type suite struct {
	house     *house
	presented []presented
	tally     *tally
}

// way is a way in.
type way struct {
	name string
	try  func(t *testing.T)
}

func TestNobodyGetsPast(t *testing.T) {
	t.Parallel()
	s := &suite{house: newHouse(t), tally: newTally()}
	for _, group := range []func(*testing.T, *house) []presented{strangers, authorities, misused, weaklings, withdrawals, oddNames, welcome} {
		s.presented = append(s.presented, group(t, s.house)...)
	}
	ways := s.ways()
	t.Cleanup(func() { s.tally.report(t, len(ways)) })
	for _, way := range ways {
		t.Run(way.name, func(t *testing.T) {
			t.Parallel()
			way.try(t)
		})
	}
}

func (s *suite) ways() []way {
	all := []way{
		{"straight into the function", s.straightIn},
		{"expected names", s.withExpectedNames},
		{"under rules", s.underRules},
		{"as things change", s.asThingsChange},
		{"over a damaged bucket", s.overADamagedBucket},
	}
	for _, setting := range allSettings() {
		all = append(all, way{setting.String(), func(t *testing.T) { s.throughTheTwin(t, setting) }})
	}
	for _, setting := range singleValueSettings() {
		all = append(all, way{setting.String(), func(t *testing.T) { s.throughASingleValueListener(t, setting) }})
	}
	return all
}
