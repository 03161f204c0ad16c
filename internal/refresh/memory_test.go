package refresh

import (
	"strings"
	"testing"

	"github.com/sekisho/sekisho/internal/snapshot"
)

// TestRunClaimsNoFirstListBlindly: what seems to be the first list may be older
// than one that is forgotten.
func TestRunClaimsNoFirstListBlindly(t *testing.T) {
	t.Parallel()
	ca := newPublisher(t, "L", 2)
	for name, blind := range map[string]func(*rig){
		"trust store unseen": func(r *rig) { r.party.always = map[string]fault{"revocations": failing} },
		"manifest damaged":   func(r *rig) { r.cloud.store(snapshot.ManifestKey, "{") },
	} {
		r := newRig(t, ca)
		r.serve(ca, 1)
		blind(r)
		_, err := r.run()
		if err == nil || r.cloud.state(ca.identity()).Accepted.known() {
			t.Errorf("%s: got %v, and the state accepts %+v; want an error and nothing accepted", name, err, r.cloud.state(ca.identity()).Accepted)
		}
	}
}

func TestRunNeverReplacesAManifestThatItCannotRead(t *testing.T) {
	t.Parallel()
	ca := newPublisher(t, "L", 2)
	r := newRig(t, ca)
	r.serve(ca, 1)
	r.well()
	for _, text := range []string{"{", `{"format": 99}`} {
		r.cloud.store(snapshot.ManifestKey, text)
		r.serve(ca, 2)
		_, err := r.run()
		if err == nil || !strings.Contains(err.Error(), "restore an earlier version") {
			t.Errorf("got %v, want to hear what to do", err)
		}
		if got := string(r.cloud.objects[snapshot.ManifestKey].body); got != text {
			t.Errorf("the manifest was overwritten with %s", got)
		}
		r.holds("{2:L2}")
	}
}

func TestRunKeepsWhatTheOperatorPutIntoTheManifest(t *testing.T) {
	t.Parallel()
	ca := newPublisher(t, "L", 2)
	r := newRig(t, ca)
	r.serve(ca, 1)
	r.well()
	mine := r.cloud.manifest()
	mine.Deny = &snapshot.Object{Key: "deny/list.json", SHA256: "00"}
	text, err := mine.Encode()
	if err != nil {
		t.Fatal(err)
	}
	r.cloud.store(snapshot.ManifestKey, string(text))
	r.serve(ca, 2)
	r.well()
	r.points("L2")
	if got := r.cloud.manifest().Deny; got == nil || *got != *mine.Deny {
		t.Errorf("got %v, want the operator's denials", got)
	}
}

// TestRunLeavesAStateAloneThatALaterVersionWrote, and looks after the others.
func TestRunLeavesAStateAloneThatALaterVersionWrote(t *testing.T) {
	t.Parallel()
	a, b := newPublisher(t, "A", 2), newPublisher(t, "B", 2)
	r := newRig(t, a, b)
	r.serve(a, 1)
	r.serve(b, 1)
	r.well()
	const text = `{"format": 2}`
	r.cloud.store(snapshot.StateKey(a.identity()), text)
	r.serve(a, 2)
	r.serve(b, 2)
	report, err := r.run()
	outcome := r.of(report, a)
	if err != nil || outcome.Action != Keep || !strings.Contains(outcome.Error, "a later version of sekisho wrote it") {
		t.Errorf("got %v, %+v; want an outcome that says so", err, outcome)
	}
	if got := string(r.cloud.objects[snapshot.StateKey(a.identity())].body); got != text {
		t.Errorf("the state was overwritten with %s", got)
	}
	r.points("A1", "B2")
}

func TestRunForgetsTheIDsOfAnotherTrustStore(t *testing.T) {
	t.Parallel()
	ca := newPublisher(t, "L", 2)
	r := newRig(t, ca)
	r.refresher.TrustStoreARN = "one"
	r.serve(ca, 1)
	r.well()
	r.serve(ca, 2)
	r.well()
	r.cloud.imports, r.cloud.lastID, r.cloud.views = map[int64]imported{}, 0, [][]Revocation{nil}
	r.cloud.law.peaks = map[string]levels{}
	r.refresher.TrustStoreARN = "two"
	r.well()
	r.holds("{1:L2}")
	if got := r.cloud.state(ca.identity()); got.TrustStore != "two" || got.Revocation != 1 || len(got.Retired) != 0 {
		t.Errorf("got %+v, want what holds for the new trust store", got)
	}
}
