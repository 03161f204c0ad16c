package refresh

import (
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/pkitest"
)

// departing is a rig with the lists of two CAs in force, of which the second
// has just left the deployed bundle.
func departing(t *testing.T) (*rig, *publisher, *publisher) {
	t.Helper()
	a, b := newPublisher(t, "A", 1), newPublisher(t, "B", 2)
	r := newRig(t, a, b)
	r.serve(a, 1)
	r.serve(b, 1)
	r.cloud.bundle = pkitest.PEM(a.ca.Cert, b.ca.Cert)
	r.well()
	r.refresher.Sources = r.refresher.Sources[:1]
	r.refresher.Bundle = bundleOf(a)
	return r, a, b
}

func (r *rig) has(list *edition) bool {
	for _, one := range r.cloud.imports {
		if one.list == list {
			return true
		}
	}
	return false
}

func TestRunKeepsTheListOfACAThatTheTrustStoreStillHas(t *testing.T) {
	t.Parallel()
	r, _, b := departing(t)
	for range 3 {
		r.well()
		r.now = r.now.Add(25 * time.Hour)
	}
	if !r.has(b.at(1)) {
		t.Errorf("the trust store holds %s", r.cloud)
	}
	r.points("A1", "B1")
}

func TestRunRetiresAListADayAfterItsCALeftEveryBundle(t *testing.T) {
	t.Parallel()
	r, a, b := departing(t)
	r.cloud.bundle = pkitest.PEM(a.ca.Cert)
	for _, wait := range []time.Duration{0, 12 * time.Hour, 12*time.Hour - time.Second} {
		r.now = r.now.Add(wait)
		r.well()
		if !r.has(b.at(1)) {
			t.Fatalf("gone within a day, at %v", r.now)
		}
	}
	r.points("A1", "B1")
	r.now = r.now.Add(time.Second)
	r.cloud.law.released[b.identity()] = true
	r.wants(r.of(r.well(), b), Heal, Retired, "")
	if r.has(b.at(1)) || !r.has(a.at(1)) {
		t.Errorf("the trust store holds %s, want A1 only", r.cloud)
	}
	r.points("A1")
	writes := r.cloud.writes
	r.wants(r.of(r.well(), b), Keep, Retired, "")
	if r.cloud.writes != writes {
		t.Errorf("a retired list is written about at every run\n%s", r.party.transcript())
	}
}

func TestRunGoesOnRetiringWhereItWasCutOff(t *testing.T) {
	t.Parallel()
	r, a, b := departing(t)
	r.cloud.bundle = pkitest.PEM(a.ca.Cert)
	r.well()
	r.now = r.now.Add(25 * time.Hour)
	r.cloud.law.released[b.identity()] = true
	r.party.always = map[string]fault{"remove": failing}
	report, err := r.run()
	if err != nil || r.of(report, b).Error == "" {
		t.Errorf("got %v, %+v; want an outcome with an error", err, r.of(report, b))
	}
	r.party.always = nil
	r.well()
	if r.has(b.at(1)) {
		t.Errorf("the trust store holds %s, want A1 only", r.cloud)
	}
}

// TestRunPutsAListBackWhoseCACameBack: before the day is over, and after.
func TestRunPutsAListBackWhoseCACameBack(t *testing.T) {
	t.Parallel()
	for _, away := range []time.Duration{time.Hour, 25 * time.Hour} {
		r, a, b := departing(t)
		r.cloud.bundle = pkitest.PEM(a.ca.Cert)
		r.well()
		r.now = r.now.Add(away)
		r.cloud.law.released[b.identity()] = true
		r.well()
		r.cloud.law.released[b.identity()] = false
		r.refresher.Bundle = bundleOf(a, b)
		r.well()
		r.points("A1", "B1")
		state := r.cloud.state(b.identity())
		if !r.has(b.at(1)) || state.Ended || !state.Unwanted.IsZero() {
			t.Errorf("away for %v: %s, %+v; want the list in force again", away, r.cloud, state)
		}
	}
}

func TestRunKeepsAListWhereTheBundleCannotBeRead(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "no bundle"} {
		r, _, b := departing(t)
		r.cloud.bundle = []byte(text)
		r.now = r.now.Add(48 * time.Hour)
		report, err := r.run()
		if err != nil || r.of(report, b).Error == "" || !r.has(b.at(1)) {
			t.Errorf("got %v, %+v, %s; want an outcome with an error and the list in force", err, r.of(report, b), r.cloud)
		}
	}
}

// TestRunOffersNoListToATrustStoreThatNeverKnewItsCA: a changed bundle may be
// deployed as a new trust store.
func TestRunOffersNoListToATrustStoreThatNeverKnewItsCA(t *testing.T) {
	t.Parallel()
	r, a, b := departing(t)
	r.cloud.bundle = pkitest.PEM(a.ca.Cert)
	r.cloud.imports, r.cloud.lastID, r.cloud.views = map[int64]imported{}, 0, [][]Revocation{nil}
	r.cloud.law.peaks, r.cloud.law.released[b.identity()] = map[string]levels{}, true
	r.refresher.TrustStoreARN = "another"
	for _, action := range []Action{Heal, Keep} {
		r.wants(r.of(r.well(), b), action, Retired, "")
		r.holds("{1:A1}")
		r.points("A1")
	}
}
