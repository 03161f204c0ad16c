package refresh

import (
	"slices"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/pkitest"
)

// contestedRig is a rig in which the mirror of B was the first to serve a list of
// A as well, the server of A being down, and goes on doing so.
func contestedRig(t *testing.T) (*rig, *publisher, *publisher) {
	t.Helper()
	a, b := newPublisher(t, "A", 40), newPublisher(t, "B", 1)
	r := newRig(t, a, b)
	r.now = pkitest.Epoch.Add(time.Hour)
	r.serveAt(b.url(), slices.Concat(b.at(1).pem, a.at(10).pem))
	_, _ = r.run() // which fails, because nothing comes from source A itself
	r.points("A10", "B1")
	return r, a, b
}

// TestNoMirrorFreezesAnotherCAsList: what is newer is taken from its own source,
// and both are told that they deliver one list.
func TestNoMirrorFreezesAnotherCAsList(t *testing.T) {
	t.Parallel()
	r, a, _ := contestedRig(t)
	for level := 11; level < 14; level++ {
		r.serve(a, level)
		outcome := r.by(r.well(), "A")
		r.wants(outcome, Replace, Claimed, "source B delivers it already")
		if outcome.List.SHA256 != a.at(level).facts.SHA256 || outcome.Enforced.SHA256 != outcome.List.SHA256 {
			t.Errorf("got list %s in force, want %d", outcome.Enforced.Number, level)
		}
		r.now = r.now.Add(time.Minute)
		r.wants(r.by(r.well(), "A"), Refuse, Claimed, "mirrors of one source")
	}
	if got := r.cloud.state(a.identity()); got.Source != "B" || got.Validators != (Validators{}) {
		t.Errorf("the list belongs to %q, fetched with %+v", got.Source, got.Validators)
	}
}

// TestContestedListPassesTheGuardsOfBoth, for as long as it is held back too.
func TestContestedListPassesTheGuardsOfBoth(t *testing.T) {
	t.Parallel()
	r, a, _ := contestedRig(t)
	r.refresher.Sources[0].Guards = Guards{MaxNewlyRevoked: 20, Hold: true, HoldFor: time.Hour}
	r.serve(a, 40)
	for range 6 {
		r.wants(r.by(r.well(), "A"), Hold, Claimed, "")
		r.points("A10", "B1")
		r.now = r.now.Add(10 * time.Minute)
	}
	r.well()
	r.points("A40", "B1")
}

// TestNoMirrorIsAWayAroundTheGuardsOfAnotherSource, neither at once nor by what
// it says while its list is held back.
func TestNoMirrorIsAWayAroundTheGuardsOfAnotherSource(t *testing.T) {
	t.Parallel()
	a, b := newPublisher(t, "A", 40), newPublisher(t, "B", 1)
	r := newRig(t, a, b)
	r.now = pkitest.Epoch.Add(time.Hour)
	r.refresher.Sources[0].Guards = Guards{MaxNewlyRevoked: 20, Hold: true, HoldFor: time.Hour}
	r.serve(a, 10)
	r.serve(b, 1)
	r.well()
	r.serveAt(b.url(), slices.Concat(b.at(1).pem, a.at(40).pem))
	for range 6 {
		r.well()
		r.points("A10", "B1")
		r.now = r.now.Add(10 * time.Minute)
	}
	if got := r.cloud.state(a.identity()); got.Source != "A" || got.Holding == nil || got.Holding.Source != "B" {
		t.Errorf("the list belongs to %q, held back: %+v", got.Source, got.Holding)
	}
	r.well()
	r.points("A40", "B1")
}

func TestStricterGuards(t *testing.T) {
	t.Parallel()
	one := Guards{MaxShrinkPercent: 50, HoldFor: time.Hour}
	other := Guards{MaxShrinkPercent: 20, MaxNewlyRevoked: 7, Hold: true, HoldFor: time.Minute}
	want := Guards{MaxShrinkPercent: 20, MaxNewlyRevoked: 7, Hold: true, HoldFor: time.Hour}
	if one.stricter(other) != want || other.stricter(one) != want {
		t.Errorf("got %+v and %+v, want %+v", one.stricter(other), other.stricter(one), want)
	}
}

// by is the outcome of a source for a list of A.
func (r *rig) by(report Report, source string) Outcome {
	r.t.Helper()
	at := slices.IndexFunc(report.Outcomes, func(o Outcome) bool { return o.Source == source })
	if at < 0 {
		r.t.Fatalf("no outcome of %s in %+v", source, report.Outcomes)
	}
	return report.Outcomes[at]
}
