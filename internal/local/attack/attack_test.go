// Package attack tries to get past the verifier by every way in that there is:
// through the passthrough listener of the local twin, under every setting of
// what AWS does not document, straight into the function, and at the server that
// stands behind a proxy.
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
	into entrance
	try  func(t *testing.T)
}

func TestNobodyGetsPast(t *testing.T) {
	t.Parallel()
	s := &suite{house: newHouse(t)}
	for _, group := range []func(*testing.T, *house) []presented{strangers, authorities, misused, weaklings, withdrawals, oddNames, welcome} {
		s.presented = append(s.presented, group(t, s.house)...)
	}
	ways := s.ways()
	s.tally = newTally(ways)
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
		{"straight into the function", straight, s.straightIn},
		{atTheServer, serving, s.atTheServer},
		{throughTheServer, serving, s.throughTheServer},
		{"expected names", listener, s.withExpectedNames},
		{"under rules", listener, s.underRules},
		{"as things change", straight, s.asThingsChange},
		{"over a damaged bucket", straight, s.overADamagedBucket},
	}
	for _, d := range dialects() {
		all = append(all, way{d.way(), serving, s.atAuth(d)})
	}
	for _, setting := range allSettings() {
		all = append(all, way{setting.String(), listener, func(t *testing.T) { s.throughTheTwin(t, setting) }})
	}
	for _, setting := range singleValueSettings() {
		all = append(all, way{setting.String(), listener, func(t *testing.T) { s.throughASingleValueListener(t, setting) }})
	}
	return all
}
