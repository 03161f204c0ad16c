package refresh

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/pkitest"
)

// episodes are what goes wrong: once every so many days, for so long at least
// and at most.
var episodes = []struct {
	what        mischief
	every       int
	least, most time.Duration
}{
	{late, 9, 4 * time.Hour, 40 * time.Hour},
	{away, 7, 10 * time.Minute, 50 * time.Hour},
	{page, 11, 10 * time.Minute, 6 * time.Hour},
	{foreign, 13, 10 * time.Minute, 6 * time.Hour},
	{cut, 8, 10 * time.Minute, 3 * time.Hour},
	{replaying, 10, time.Hour, 12 * time.Hour},
	{future, 12, 7 * time.Hour, 20 * time.Hour},
	{shrinking, 14, 2 * time.Hour, 20 * time.Hour},
	{mistaken, 15, 2 * time.Hour, 20 * time.Hour},
	{branch, 22, 60 * time.Hour, 60 * time.Hour},
	{throttles, 6, 10 * time.Minute, 8 * time.Hour},
	{damages, 16, 10 * time.Minute, 2 * time.Hour},
	{lagging, 10, 10 * time.Minute, 2 * time.Hour},
}

// happens begins and ends episodes, and revokes a certificate now and then.
func (s *simulation) happens() {
	today := int(s.now.Sub(s.began) / day)
	if s.random.Float64() < 3*float64(s.step)/float64(day) {
		s.ca.revoke(s.now)
	}
	for i, episode := range episodes {
		until, going := s.until[episode.what]
		if going && s.now.After(until) {
			s.ends(episode.what)
		}
		begins := (today+3*i)%episode.every == 2 && s.now.Sub(s.began)%day < s.step && today > 1
		if !going && begins && !s.clashes(episode.what) {
			s.begins(episode.what, s.now.Add(episode.least+time.Duration(s.random.Int64N(int64(episode.most-episode.least)+1))))
		}
	}
	switch {
	case (today == 31 || today == 73) && s.until[renumber].IsZero() && s.ordered.Before(s.now.Add(-2*day)):
		s.begins(renumber, s.now.Add(365*day))
	case today == 52 && s.rekeyed.IsZero():
		s.rekey()
	}
}

// clashes keeps mistakes of the CA apart that nobody could tell apart: a list
// that is older, say, because of one of them, and shorter because of another.
func (s *simulation) clashes(what mischief) bool {
	those := []mischief{future, shrinking, mistaken, branch, renumber, replaying, late}
	return slices.Contains(those, what) && slices.ContainsFunc(those, func(m mischief) bool { return !s.until[m].IsZero() })
}

func (s *simulation) begins(what mischief, until time.Time) {
	s.until[what] = until
	s.faults[what]++
	s.ca.amiss[what] = s.now
	s.ca.due = s.now
	switch what {
	case branch:
		for range 120 {
			s.ca.revoke(s.now)
		}
	case renumber:
		s.ca.number = 0
	}
	s.befall()
}

func (s *simulation) ends(what mischief) {
	delete(s.until, what)
	delete(s.ca.amiss, what)
	s.ca.due = s.now
	s.befall()
}

// befall has the calls of every run meet what is going on.
func (s *simulation) befall() {
	s.party.always = map[string]fault{}
	if s.ca.is(lagging) {
		s.party.always["revocations"] = stale
	}
	if s.ca.is(throttles) {
		for _, kind := range []string{"revocations", "add", "remove", "content"} {
			s.party.always[kind] = throttled
		}
	}
	s.cloud.miscounting = s.ca.is(damages)
}

// rekey is planned, unlike everything else: the new CA is deployed beside the
// old one before it signs.
func (s *simulation) rekey() {
	s.rekeyed = s.now
	s.faults[rekeying]++
	s.ca.rekey(s.now)
	s.cloud.bundle = pkitest.PEM(s.ca.keys[0].ca.Cert, s.ca.keys[1].ca.Cert)
	s.refresher = s.make()
}

// operate is what a person does, by day, an hour after an alarm or later: looks
// at what the CA really meant, and lets it through or leaves it.
func (s *simulation) operate() {
	if !s.rekeyed.IsZero() && s.redeploys.IsZero() && s.now.Sub(s.rekeyed) > 12*time.Hour {
		s.redeploys = s.now
		s.retireOldKey()
	}
	hour := s.now.Hour()
	if hour < 9 || hour >= 18 || s.now.Sub(s.ordered) < time.Hour || len(s.alarms.ringing(s.now)) == 0 {
		return
	}
	latest := s.ca.latest()
	order := Order{Source: "ca", SHA256: latest.facts.SHA256, By: "operator", Reason: "asked the CA"}
	switch {
	case s.ca.is(renumber) && s.now.Sub(s.ca.amiss[renumber]) > 2*time.Hour:
		s.give(s.refresher.Reset, order)
		if s.cloud.state(latest.identity).Accepted.SHA256 == order.SHA256 {
			s.ends(renumber)
		}
	case s.ca.is(branch) && s.faults[branch]%2 == 1 && s.cloud.state(latest.identity).Holding != nil:
		s.give(s.refresher.Approve, order)
	}
}

// give gives an order, which may be refused.
func (s *simulation) give(give func(context.Context, Order) (Report, error), order Order) {
	s.party.calls, s.party.faults = nil, nil
	s.ordered = s.now
	s.orders++
	report, err := give(context.Background(), order)
	s.note(report, err)
}

// retireOldKey deploys a bundle without the old CA.
func (s *simulation) retireOldKey() {
	old := s.ca.keys[0].editions[0].identity
	s.ca.keys = s.ca.keys[1:]
	s.cloud.law.released[old] = true
	s.cloud.bundle = pkitest.PEM(s.ca.keys[0].ca.Cert)
	s.refresher = s.make()
}

// pollsEvery is the time between two runs: the race detector makes each ten
// times as slow.
func pollsEvery() time.Duration {
	if underRace || testing.Short() {
		return 10 * time.Minute
	}
	return 2 * time.Minute
}

// TestNinetyDays runs the real refresher against a CA that is late, down,
// wrong, replaying, shrinking, re-keyed and renumbered, and a trust store that
// throttles, imports lists damaged and answers late, and kills it now and then.
// At no instant may anything be in force that the law does not allow, at none
// may the list in force be stale without an alarm, and nobody may be locked out
// by a stale list while one that policy allows has been served for an hour.
func TestNinetyDays(t *testing.T) {
	t.Parallel()
	begun := time.Now()
	s := newSimulation(t, pollsEvery(), tuned{guards: simGuards})
	s.run(90)
	for _, violation := range s.violations {
		t.Error(violation)
	}
	t.Logf("%d days in %s: %d runs, of which %d died; %d lists published, %d orders given, %d records",
		int(s.now.Sub(s.began)/day), time.Since(begun).Round(10*time.Millisecond), s.runs, s.deaths, len(s.ca.lists), s.orders, len(s.cloud.records(t)))
	t.Logf("the list in force was stale for %s in all, each time under an alarm and without a better one to be had", s.stale)
	for _, what := range slices.Sorted(maps.Keys(s.faults)) {
		t.Logf("fault %-24s %d times", what, s.faults[what])
	}
	for _, what := range slices.Sorted(maps.Keys(s.decisions)) {
		t.Logf("decision %-36s %d", what, s.decisions[what])
	}
	for _, want := range []string{"replace newer", "replace approved", "replace hold-expired", "replace reset", "hold guard-shrinkage", "hold guard-mass-revocation", "refuse rolled-back", "refuse not-yet-valid", "keep behind", "keep unreachable"} {
		if s.decisions[want] == 0 {
			t.Errorf("the simulation never came to %q", want)
		}
	}
}

// TestNinetyDaysCatchesBrokenVersions: what lacks one safeguard does not get
// through.
func TestNinetyDaysCatchesBrokenVersions(t *testing.T) {
	for name, broken := range map[string]tuned{
		// Its clock is two days ahead of the CA's, so that no list is from the
		// future to it.
		"no refusal of future dates": {guards: simGuards, ahead: 48 * time.Hour, enough: "a list from the future"},
		"no life-left metric":        {guards: simGuards, blind: true, enough: "a stale list without an alarm"},
		"no end of a hold": {
			guards: Guards{MaxShrinkPercent: 30, MaxNewlyRevoked: 40, Hold: true, HoldFor: 100 * 365 * day},
			enough: "clients are locked out that policy would let in",
		},
		"no hold at all": {guards: Guards{}, enough: "before it was held back for its time"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSimulation(t, 10*time.Minute, broken)
			s.run(90)
			if !slices.ContainsFunc(s.violations, func(v string) bool { return strings.Contains(v, broken.enough) }) {
				t.Fatalf("not caught in %s: %q", s.now.Sub(s.began), s.violations)
			}
			t.Logf("caught after %s: %s", s.now.Sub(s.began), s.violations[len(s.violations)-1])
		})
	}
}
