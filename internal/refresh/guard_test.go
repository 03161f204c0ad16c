package refresh

import (
	"crypto/x509"
	"strings"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/pkitest"
	"github.com/sekisho/sekisho/internal/snapshot"
)

var (
	alarming = Guards{MaxShrinkPercent: 50, MaxNewlyRevoked: 20, HoldFor: time.Hour}
	holding  = Guards{MaxShrinkPercent: 50, MaxNewlyRevoked: 20, Hold: true, HoldFor: time.Hour}
)

// offering is the list with this number that has so many entries, and revokes
// so many that were not.
func offering(number, entries, newly int) Offer {
	offer := Offer{Facts: listAt(number), Change: Change{Newly: newly}}
	offer.Entries = entries
	return offer
}

func answered(offer Offer) Offer {
	offer.Answered = true
	return offer
}

// replacing is the list with this number that has so many entries, of which so
// many stand in the place of others.
func replacing(number, entries, others int) Offer {
	offer := offering(number, entries, others)
	offer.Change.Gone = others
	return offer
}

// holdingBack is the state that accepts list 4 under ID 1 and holds another
// one back.
func holdingBack(number int, reason Reason, since time.Time) State {
	s := accepting(4, 1)
	s.Source = "ca"
	s.Holding = &Holding{List: listAt(number), Reason: reason, Since: since}
	return s
}

func withOrder(s State, kind Action, number int, at time.Time) State {
	s.Approval = &Approval{Kind: kind, SHA256: listAt(number).SHA256, By: "ops", At: at, Reason: "looked at"}
	return s
}

func TestPlanWithGuards(t *testing.T) {
	t.Parallel()
	now := pkitest.Epoch
	recently := now.Add(-time.Minute)
	const newer, held = "newer, target 5, claim, holder 1, add, remove [1]", "target 4, holder 1"
	for _, c := range []struct {
		name   string
		state  State
		offer  Offer
		guards Guards
		want   string
		breach Reason
		holds  string
	}{
		{"no limits", accepting(4, 1), offering(5, 0, 99), Guards{}, "replace, " + newer, "", ""},
		{"within limits", accepting(4, 1), offering(5, 20, 20), holding, "replace, " + newer, "", ""},
		{"shrinks a little too far, alarm", accepting(4, 1), offering(5, 19, 0), alarming, "replace, " + newer, GuardShrinkage, ""},
		{"one too many at once, alarm", accepting(4, 1), offering(5, 61, 21), alarming, "replace, " + newer, GuardMassRevocation, ""},
		{"shrinks, hold", accepting(4, 1), offering(5, 19, 0), holding, "hold, guard-shrinkage, " + held, GuardShrinkage, "5"},
		{"too many at once, hold", accepting(4, 1), offering(5, 61, 21), holding, "hold, guard-mass-revocation, " + held, GuardMassRevocation, "5"},
		{"as long as before, and half of it others", accepting(4, 1), replacing(5, 40, 20), holding, "replace, " + newer, "", ""},
		{"as long as before, and more than half of it others", accepting(4, 1), replacing(5, 40, 21), Guards{MaxShrinkPercent: 50, Hold: true, HoldFor: time.Hour}, "hold, guard-shrinkage, " + held, GuardShrinkage, "5"},
		{"nothing accepted before", State{}, offering(5, 999, 999), holding, "replace, " + newer, "", ""},
		{"held, and not delivered again", holdingBack(5, GuardShrinkage, recently), Offer{}, holding, "hold, guard-shrinkage, " + held, GuardShrinkage, "5"},
		{"held, and the one before it delivered again", holdingBack(5, GuardShrinkage, recently), offering(4, 40, 0), holding, "hold, guard-shrinkage, " + held, GuardShrinkage, "5"},
		{"held, then a harmless one", holdingBack(3, GuardShrinkage, recently), offering(5, 41, 1), holding, "replace, " + newer, "", ""},
		{"held is older than what was accepted since", holdingBack(3, GuardShrinkage, recently), Offer{}, holding, "keep, unchanged, " + held, "", ""},
		{"held and approved", withOrder(holdingBack(5, GuardShrinkage, recently), ApproveAction, 5, now), offering(5, 19, 0), holding, "replace, approved, target 5, claim, holder 1, add, remove [1]", GuardShrinkage, ""},
		{"another one approved", withOrder(holdingBack(5, GuardShrinkage, recently), ApproveAction, 6, now), offering(5, 19, 0), holding, "hold, guard-shrinkage, " + held, GuardShrinkage, "5"},
		{"approved, and not delivered", withOrder(holdingBack(5, GuardShrinkage, recently), ApproveAction, 5, now), Offer{}, holding, "hold, guard-shrinkage, " + held, GuardShrinkage, "5"},
		{"a second short of its time", holdingBack(5, GuardShrinkage, now.Add(time.Second-time.Hour)), offering(5, 19, 0), holding, "hold, guard-shrinkage, " + held, GuardShrinkage, "5"},
		{"its time is over", holdingBack(5, GuardShrinkage, now.Add(-time.Hour)), offering(5, 19, 0), holding, "replace, hold-expired, target 5, claim, holder 1, add, remove [1]", GuardShrinkage, ""},
		{"the next of a row, its time is over", holdingBack(3, GuardShrinkage, now.Add(-time.Hour)), offering(5, 19, 0), holding, "replace, hold-expired, target 5, claim, holder 1, add, remove [1]", GuardShrinkage, ""},
		{"one held for another reason before, its time is over", holdingBack(3, GuardMassRevocation, now.Add(-time.Hour)), offering(5, 19, 0), holding, "replace, hold-expired, target 5, claim, holder 1, add, remove [1]", GuardShrinkage, ""},
		{"one held for another reason before", holdingBack(3, GuardMassRevocation, recently), offering(5, 19, 0), holding, "hold, guard-shrinkage, " + held, GuardShrinkage, "5"},
		{"its time is over, and it was withdrawn", holdingBack(5, GuardShrinkage, now.Add(-time.Hour)), Offer{Answered: true}, holding, "keep, unchanged, " + held, "", ""},
		{"its time is over, and the source is down", holdingBack(5, GuardShrinkage, now.Add(-time.Hour)), Offer{}, holding, "hold, guard-shrinkage, " + held, GuardShrinkage, "5"},
		{"its time is over, and the one before it is delivered again", holdingBack(5, GuardShrinkage, now.Add(-time.Hour)), answered(offering(4, 40, 0)), holding, "keep, unchanged, " + held, "", ""},
		{"reset", withOrder(accepting(4, 1), ResetAction, 3, now), offering(3, 1, 0), holding, "replace, reset, target 3, claim, holder 1, add", "", ""},
		{"reset for another list", withOrder(accepting(4, 1), ResetAction, 2, now), offering(3, 30, 0), holding, "keep, unchanged, " + held, "", ""},
		{"reset of the day before yesterday", withOrder(accepting(4, 1), ResetAction, 3, now.Add(-24*time.Hour)), offering(3, 30, 0), holding, "keep, unchanged, " + held, "", ""},
		{"approved, but older", withOrder(accepting(4, 1), ApproveAction, 3, now), offering(3, 30, 0), holding, "keep, unchanged, " + held, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			limits := DefaultLimits()
			limits.Guards = c.guards
			got := Plan(c.state, shows(4), c.offer, limits, now)
			held := ""
			if got.Holding != nil {
				held = got.Holding.List.Number
			}
			if got.step() != c.want || got.Breach != c.breach || held != c.holds {
				t.Errorf("got  %s, breach %q, holds %q\nwant %s, breach %q, holds %q", got.step(), got.Breach, held, c.want, c.breach, c.holds)
			}
		})
	}
}

// TestPlanHealsWhileAListIsHeldBack: what was accepted is looked after.
func TestPlanHealsWhileAListIsHeldBack(t *testing.T) {
	t.Parallel()
	limits := DefaultLimits()
	limits.Guards = holding
	for name, c := range map[string]struct {
		observed Observed
		want     string
	}{
		"removed by hand": {shows(), "hold, guard-shrinkage, target 4, add"},
		"left over":       {shows(4, 3), "hold, guard-shrinkage, target 4, holder 1, remove [2]"},
		"newer by hand":   {shows(4, 6), "heal, adopted, target 6, claim, holder 2, remove [1]"},
	} {
		got := Plan(holdingBack(5, GuardShrinkage, pkitest.Epoch), c.observed, Offer{}, limits, pkitest.Epoch)
		if got.step() != c.want {
			t.Errorf("%s: got  %s\nwant %s", name, got.step(), c.want)
		}
	}
}

// TestPlanAfterAReset goes by what the operator said, not by numbers: list 2
// was put in the place of list 9.
func TestPlanAfterAReset(t *testing.T) {
	t.Parallel()
	state := accepting(2, 0)
	overruled := func(o Observed, ids ...int64) Observed {
		for i := range o.Ours {
			for _, id := range ids {
				o.Ours[i].Facts.Overruled = o.Ours[i].Facts.Overruled || o.Ours[i].ID == id
			}
		}
		return o
	}
	for name, c := range map[string]struct {
		observed Observed
		want     string
	}{
		"claimed, not added": {overruled(shows(9), 1), "heal, not-in-force, target 2, holder 1, add, remove [1]"},
		"added, not removed": {overruled(shows(9, 2), 1), "heal, left-over, target 2, holder 2, remove [1]"},
		"two before it":      {overruled(shows(8, 9, 2), 1, 2), "heal, left-over, target 2, holder 3, remove [2 1]"},
		"the next by hand":   {overruled(shows(9, 3), 1), "heal, adopted, target 3, claim, holder 2, remove [1]"},
	} {
		got := Plan(state, c.observed, Offer{}, DefaultLimits(), pkitest.Epoch)
		if got.step() != c.want {
			t.Errorf("%s: got  %s\nwant %s", name, got.step(), c.want)
		}
	}
}

// guardedRig has lists of 10 and 40 entries on the way, of which the second one
// goes beyond the limit.
func guardedRig(t *testing.T, guards Guards) (*rig, *publisher) {
	t.Helper()
	ca := newPublisher(t, "L", 40)
	r := newRig(t, ca)
	r.now = pkitest.Epoch.Add(time.Hour)
	r.refresher.Sources[0].Guards = guards
	r.refresher.Sources[0].CertificateLifetime = 365 * 24 * time.Hour
	r.serve(ca, 10)
	r.well()
	r.serve(ca, 40)
	return r, ca
}

func TestRunTakesAListBeyondALimitAndSaysSo(t *testing.T) {
	t.Parallel()
	r, ca := guardedRig(t, alarming)
	outcome := r.of(r.well(), ca)
	r.wants(outcome, Replace, Newer, "it revokes 30 certificates that the one before it does not, allowed are 20")
	if outcome.Breach != GuardMassRevocation || outcome.Change == nil || outcome.Change.Newly != 30 {
		t.Errorf("got breach %q, change %+v", outcome.Breach, outcome.Change)
	}
	r.holds("{2:L40}")
	r.points("L40")
}

func TestRunHoldsAListBack(t *testing.T) {
	t.Parallel()
	r, ca := guardedRig(t, holding)
	for _, when := range []string{"at once", "again", "in a new process"} {
		if when == "in a new process" {
			r.restart()
		}
		outcome := r.of(r.well(), ca)
		r.wants(outcome, Hold, GuardMassRevocation, "sekisho approve L "+ca.at(40).facts.SHA256)
		if outcome.List.Number != "10" || outcome.Enforced.Number != "10" || outcome.Holding.List.Number != "40" {
			t.Errorf("%s: accepted %s, enforced %s, held %s", when, outcome.List.Number, outcome.Enforced.Number, outcome.Holding.List.Number)
		}
		r.holds("{1:L10}")
		r.points("L10")
		if when != "at once" && r.fetched() != "1 conditional, 0 whole" {
			t.Errorf("%s: fetched %s, want the list not fetched again", when, r.fetched())
		}
	}
	if got := r.cloud.state(ca.identity()).Holding; got == nil || got.List.SHA256 != ca.at(40).facts.SHA256 || !got.Since.Equal(r.now) {
		t.Errorf("the state remembers %+v", got)
	}
}

func TestRunTakesAListWhoseTimeIsOver(t *testing.T) {
	t.Parallel()
	r, ca := guardedRig(t, holding)
	r.well()
	r.now = r.now.Add(time.Hour)
	outcome := r.of(r.well(), ca)
	r.wants(outcome, Replace, HoldExpired, "nobody approved it within 1h0m0s, and it is taken now")
	r.holds("{2:L40}")
	if got := r.cloud.state(ca.identity()); got.Holding != nil || outcome.Holding != nil {
		t.Errorf("still held: %+v", got.Holding)
	}
}

// TestRunTakesAHeldListOnceNothingIsHeldAnyMore: the settings changed.
func TestRunTakesAHeldListOnceNothingIsHeldAnyMore(t *testing.T) {
	t.Parallel()
	r, ca := guardedRig(t, holding)
	r.well()
	r.refresher.Sources[0].Guards = alarming
	r.wants(r.of(r.well(), ca), Replace, Newer, "beyond a limit")
	r.holds("{2:L40}")
}

// TestRunCountsTheTimeOfARow: each list of an hourly CA is beyond the limit.
func TestRunCountsTheTimeOfARow(t *testing.T) {
	t.Parallel()
	r, ca := guardedRig(t, holding)
	for level := 35; level < 40; level++ {
		r.serve(ca, level)
		r.now = r.now.Add(10 * time.Minute)
		r.wants(r.of(r.well(), ca), Hold, GuardMassRevocation, "")
	}
	r.serve(ca, 40)
	r.now = r.now.Add(20 * time.Minute)
	r.wants(r.of(r.well(), ca), Replace, HoldExpired, "")
}

// TestNoTwoListsAreHeldBackForEverInTurn: one shrinks too far, the other
// revokes too many, and they come by two ways.
func TestNoTwoListsAreHeldBackForEverInTurn(t *testing.T) {
	t.Parallel()
	state, limits, now := accepting(4, 1), DefaultLimits(), pkitest.Epoch
	limits.Guards = holding
	offers := []Offer{offering(5, 19, 0), offering(6, 80, 40)}
	for i := range 6 {
		got := Plan(state, shows(4), offers[i%2], limits, now)
		if got.Action != Hold {
			t.Fatalf("after %d minutes: got %s, want it held back for an hour", i*10, got.step())
		}
		state.Holding = got.Holding
		now = now.Add(10 * time.Minute)
	}
	if got := Plan(state, shows(4), offers[0], limits, now); got.Reason != HoldExpired {
		t.Errorf("got %s, want it taken after an hour", got.step())
	}
}

// TestRunBeginsTheTimeAnewOnceAHeldListWasWithdrawn: the next one, that nobody
// has seen before, is held back for its own time.
func TestRunBeginsTheTimeAnewOnceAHeldListWasWithdrawn(t *testing.T) {
	t.Parallel()
	r, ca := guardedRig(t, holding)
	r.wants(r.of(r.well(), ca), Hold, GuardMassRevocation, "")
	r.serve(ca, 10)
	r.now = r.now.Add(time.Minute)
	r.wants(r.of(r.well(), ca), Hold, GuardMassRevocation, "")
	r.now = r.now.Add(6 * time.Hour)
	r.wants(r.of(r.well(), ca), Keep, Unchanged, "")
	if got := r.cloud.state(ca.identity()).Holding; got != nil {
		t.Errorf("still held: %+v", got)
	}
	r.serve(ca, 39)
	r.wants(r.of(r.well(), ca), Hold, GuardMassRevocation, "list number 39 is held back since "+r.now.Format(time.RFC3339))
	r.now = r.now.Add(time.Hour)
	r.wants(r.of(r.well(), ca), Replace, HoldExpired, "")
	r.holds("{2:L39}")
}

// TestRunTakesAHeldListThoughItsSourceWasDownWhenItsTimeWasOver: a moment's
// silence does not begin the time anew, nor does an old list in the inbox.
func TestRunTakesAHeldListThoughItsSourceWasDownWhenItsTimeWasOver(t *testing.T) {
	t.Parallel()
	r, ca := guardedRig(t, holding)
	r.well()
	r.now = r.now.Add(time.Hour)
	down(r, ca.url())
	r.drop("old.crl", ca.at(1).der)
	r.well()
	r.serve(ca, 40)
	r.well()
	r.holds("{2:L40}")
}

func TestRunForgetsAHeldListOnceAHarmlessOneCame(t *testing.T) {
	t.Parallel()
	r, ca := guardedRig(t, holding)
	r.well()
	harmless := ca.publish(t, "harmless", 41, func(list *x509.RevocationList) { list.RevokedCertificateEntries = list.RevokedCertificateEntries[:12] })
	r.serveAt(ca.url(), harmless.der)
	r.wants(r.of(r.well(), ca), Replace, Newer, "")
	r.holds("{2:harmless}")
	if got := r.cloud.state(ca.identity()).Holding; got != nil {
		t.Errorf("still held: %+v", got)
	}
	r.serve(ca, 40)
	r.wants(r.of(r.well(), ca), Keep, "behind", "")
}

func TestRunSaysThatTheListInForceIsStaleWhileAnotherIsHeld(t *testing.T) {
	t.Parallel()
	r, ca := guardedRig(t, Guards{MaxNewlyRevoked: 20, Hold: true, HoldFor: 30 * 24 * time.Hour})
	r.well()
	r.now = r.now.AddDate(0, 0, 8)
	outcome := r.of(r.well(), ca)
	r.wants(outcome, Hold, GuardMassRevocation, "is past its date since")
	if !outcome.Stale {
		t.Error("the outcome does not say that the list in force is stale")
	}
}

func TestRunHealsWhileAListIsHeldBack(t *testing.T) {
	t.Parallel()
	r, ca := guardedRig(t, holding)
	r.well()
	r.cloud.remove([]int64{1})
	r.cloud.law.peaks = map[string]levels{}
	r.wants(r.of(r.well(), ca), Hold, GuardMassRevocation, "")
	r.holds("{2:L10}")
}

func TestRunHoldsAListBackThoughItsStateIsLost(t *testing.T) {
	t.Parallel()
	r, ca := guardedRig(t, holding)
	r.well()
	r.cloud.forget(snapshot.StateKey(ca.identity()))
	r.restart()
	r.wants(r.of(r.well(), ca), Hold, StateLost, "is held back")
	r.holds("{1:L10}")
	r.points("L10")
}

// TestRunWithoutTheIndexOfTheAcceptedList goes by the counts where it is gone,
// and waits where it is only out of reach.
func TestRunWithoutTheIndexOfTheAcceptedList(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		spoil   func(*rig, string)
		guards  Guards
		action  Action
		unknown bool
	}{
		{"gone", func(r *rig, key string) { r.cloud.forget(key) }, holding, Hold, true},
		{"of another list", func(r *rig, key string) {
			r.cloud.store(key, string(indexOf(r.t, newCA(r.t, "C"), nil).Bytes()))
		}, holding, Hold, true},
		{"damaged", func(r *rig, key string) { r.cloud.store(key, "{") }, holding, Hold, true},
		{"out of reach, and nothing is ever held", func(r *rig, key string) { r.refresher.Bucket = failingGets{r.party, key} }, alarming, Replace, true},
		{"out of reach", func(r *rig, key string) { r.refresher.Bucket = failingGets{r.party, key} }, holding, Keep, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r, ca := guardedRig(t, c.guards)
			c.spoil(r, snapshot.IndexKey(ca.at(10).facts.SHA256))
			outcome := r.of(r.well(), ca)
			if outcome.Action != c.action || (outcome.Change != nil && outcome.Change.Unknown != "") != c.unknown {
				t.Errorf("got %s, %+v, %s", outcome.Action, outcome.Change, outcome.Error)
			}
			if c.unknown && outcome.Change.Newly != 30 {
				t.Errorf("got %d newly revoked, want the difference of the counts", outcome.Change.Newly)
			}
			if !c.unknown && !strings.Contains(outcome.Error, "the next run tries again") {
				t.Errorf("got %q, want to hear that it is tried again", outcome.Error)
			}
		})
	}
}
