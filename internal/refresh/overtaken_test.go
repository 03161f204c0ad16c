package refresh

import (
	"fmt"
	"strings"
	"testing"

	"github.com/sekisho/sekisho/internal/snapshot"
)

// upTo lets a run go on until it stands before a call of this kind.
func (p *process) upTo(t *testing.T, kind, what string) {
	t.Helper()
	for !p.finished && (p.next.kind != kind || !strings.HasPrefix(p.next.what, what)) {
		p.step()
	}
	if p.finished {
		t.Fatalf("there was no call %s %s\n%s", kind, what, p.transcript())
	}
}

func (p *process) toEnd() {
	for !p.finished {
		p.step()
	}
}

// TestRunThatIsOvertaken stops a run with an older list before one of its
// calls and makes a whole run with a newer one meanwhile. Both must end well,
// with the newer list in force and in the manifest.
func TestRunThatIsOvertaken(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for _, c := range []struct{ kind, what, holds string }{
		{"put", "crl/", "{2:L3}"},
		{"put", statePrefix, "{2:L3}"},
		{"add", "", "{2:L3}"},
		{"get", statePrefix, "{3:L3}"},
		{"revocations", "", "{3:L3}"},
		{"remove", "", "{3:L3}"},
		{"put", snapshot.ManifestKey, "{3:L3}"},
	} {
		t.Run(c.kind+" "+c.what, func(t *testing.T) {
			t.Parallel()
			x := newExplorer(s)
			cloud := s.healthy(1)
			older := x.party("the older list", cloud, 2, nil)
			slow := begin(older, x.refresher(older))
			slow.upTo(t, "put", "crl/")
			slow.upTo(t, c.kind, c.what)
			newer := x.run(cloud, 3, nil)
			slow.toEnd()
			if slow.err != nil || strings.Contains(fmt.Sprint(slow.report.Outcomes), "overtaken") {
				t.Errorf("the run ended with %v: %+v", slow.err, slow.report.Outcomes)
			}
			wrong := append(cloud.law.broken, ill(cloud, s.ca.at(3))...)
			if len(wrong) > 0 || cloud.String() != c.holds {
				t.Errorf("%s, want %s; %v\n%s%s", cloud, c.holds, wrong, newer.transcript(), slow.transcript())
			}
		})
	}
}

// TestRunThatLosesItsStateOnTheWay stops, and the next one makes it anew.
func TestRunThatLosesItsStateOnTheWay(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	key := snapshot.StateKey(s.ca.identity())
	for _, lose := range []func(*cloud){
		func(c *cloud) { c.forget(key) },
		func(c *cloud) { c.store(key, "{") },
	} {
		x := newExplorer(s)
		cloud := s.healthy(1)
		p := x.party("run", cloud, 2, nil)
		run := begin(p, x.refresher(p))
		run.upTo(t, "add", "")
		lose(cloud)
		run.toEnd()
		if got := run.report.Outcomes[0].Error; !strings.Contains(got, "reading the claim again") {
			t.Errorf("got %q, want to hear that the claim could not be read", got)
		}
		if cloud.String() != "{1:L1 2:L2}" {
			t.Errorf("the trust store holds %s, want both lists", cloud)
		}
		x.judge(solo{level: 2}, cloud, 2, p)
		for _, broken := range x.broken {
			t.Error(broken)
		}
	}
}

// TestRunLeavesANewerListToTheRunThatClaimedIt: two copies of a long list may
// not even fit.
func TestRunLeavesANewerListToTheRunThatClaimedIt(t *testing.T) {
	t.Parallel()
	for _, at := range []string{"add", "get"} {
		s := newStage(t)
		x := newExplorer(s)
		cloud := s.healthy(1)
		older := x.party("the older list", cloud, 2, nil)
		first := begin(older, x.refresher(older))
		first.upTo(t, "put", statePrefix)
		first.upTo(t, at, "")
		newer := x.party("the newer list", cloud, 3, nil)
		second := begin(newer, x.refresher(newer))
		second.upTo(t, "add", "")
		first.toEnd()
		if adds := strings.Count(older.transcript(), " add "); adds > 1 || first.err != nil {
			t.Errorf("%s: the overtaken run added %d times and ended with %v\n%s", at, adds, first.err, older.transcript())
		}
		if got := first.report.Outcomes[0].Detail; !strings.Contains(got, "a newer list turned up") {
			t.Errorf("%s: got %q, want to hear that another run goes on", at, got)
		}
		second.toEnd()
		for _, wrong := range append(cloud.law.broken, ill(cloud, s.ca.at(3))...) {
			t.Errorf("%s: %s", at, wrong)
		}
	}
}

func TestRunLeavesANewerListAddedByHandMeanwhileToTheNextRun(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	x := newExplorer(s)
	cloud := s.healthy(1)
	p := x.party("run", cloud, 2, nil)
	run := begin(p, x.refresher(p))
	run.upTo(t, "remove", "")
	cloud.place(s.ca.at(3), false)
	run.toEnd()
	if got := run.report.Outcomes[0]; run.err != nil || got.Error != "" || !strings.Contains(got.Detail, "a newer list turned up") {
		t.Errorf("got %v, %+v; want to hear that another run goes on", run.err, got)
	}
	if cloud.String() != "{2:L2 3:L3}" {
		t.Errorf("the trust store holds %s, want what was added by hand left alone", cloud)
	}
	x.judge(solo{level: 2}, cloud, 3, p)
	for _, broken := range x.broken {
		t.Error(broken)
	}
}

// TestRunWhoseListAnotherRunPutInForce: two runs with the same list, of which
// the first adds it and is held up.
func TestRunWhoseListAnotherRunPutInForce(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for _, c := range []struct {
		name string
		// from is where the other run stands when the first one adds.
		from, holds string
		fault       fault
	}{
		{"with an ID of its own", "add", "{3:L2}", none},
		{"with the ID of the first", "", "{2:L2}", none},
		{"with the ID of the first, who sees it miscounted", "", "{2:L2}", miscounted1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			x := newExplorer(s)
			cloud := s.healthy(1)
			s.cutOff(cloud, 2, "add", dying)
			one, two := x.party("one", cloud, 2, nil), x.party("two", cloud, 2, nil)
			first, second := begin(one, x.refresher(one)), begin(two, x.refresher(two))
			first.upTo(t, "add", "")
			if c.from != "" {
				second.upTo(t, c.from, "")
			}
			first.upTo(t, "get", statePrefix)
			second.toEnd()
			one.always = map[string]fault{"revocations": c.fault}
			first.toEnd()
			for _, p := range []*process{first, second} {
				if outcome := p.report.Outcomes[0]; p.err != nil || outcome.Error != "" || outcome.Revocation == 0 {
					t.Errorf("%s ended with %v, %+v", p.name, p.err, outcome)
				}
			}
			wrong := append(cloud.law.broken, ill(cloud, s.ca.at(2))...)
			if len(wrong) > 0 || cloud.String() != c.holds {
				t.Errorf("%s, want %s; %v\n%s%s", cloud, c.holds, wrong, one.transcript(), two.transcript())
			}
		})
	}
}
