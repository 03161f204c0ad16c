package refresh

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/snapshot"
)

func TestRunTakesBackAListThatTheTrustStoreMiscounts(t *testing.T) {
	t.Parallel()
	ca := newPublisher(t, "L", 2)
	r := newRig(t, ca)
	r.serve(ca, 1)
	r.well()
	r.serve(ca, 2)
	r.cloud.miscounting = true
	outcome := r.of(r.well(), ca)
	r.wants(outcome, Refuse, CountMismatch, "counted 1002 entries, the list has 2")
	r.holds("{1:L1}")
	r.points("L2")
	if outcome.Enforced.SHA256 != ca.at(1).facts.SHA256 || outcome.Revocation != 0 {
		t.Errorf("got %+v, want the list before it enforced", outcome)
	}
	// It is tried again after one minute, then two, then four.
	for _, pause := range []time.Duration{time.Minute, 2 * time.Minute, 4 * time.Minute} {
		r.now = r.now.Add(pause - time.Second)
		r.wants(r.of(r.well(), ca), Refuse, CountMismatch, "the next try is at")
		if r.made("add") != 0 {
			t.Errorf("added again before %v had passed", pause)
		}
		r.now = r.now.Add(time.Second)
		r.well()
		if r.made("add") != 1 {
			t.Errorf("not added again after %v", pause)
		}
	}
	r.cloud.miscounting = false
	r.now = r.now.Add(8 * time.Minute)
	r.wants(r.of(r.well(), ca), Heal, NotInForce, "")
	r.holds("{6:L2}")
}

func TestRunTriesANewerListAtOnceAfterAMiscountedOne(t *testing.T) {
	t.Parallel()
	ca := newPublisher(t, "L", 3)
	r := newRig(t, ca)
	r.serve(ca, 2)
	r.cloud.miscounting = true
	_, err := r.run()
	if err == nil || !strings.Contains(err.Error(), "no list in force") {
		t.Errorf("got %v, want to hear that no list is in force", err)
	}
	r.cloud.miscounting = false
	r.serve(ca, 3)
	r.wants(r.of(r.well(), ca), Replace, Newer, "")
	r.holds("{2:L3}")
}

// TestRunLooksAgainBeforeItCallsACountWrong: an answer may lag behind.
func TestRunLooksAgainBeforeItCallsACountWrong(t *testing.T) {
	t.Parallel()
	ca := newPublisher(t, "L", 1)
	for _, f := range []fault{miscounted1, stale} {
		r := newRig(t, ca)
		r.serve(ca, 1)
		r.party.faults = map[int]fault{10: f}
		r.wants(r.of(r.well(), ca), Replace, First, "")
		if c := r.party.calls[10]; c.kind != "revocations" || c.fault != f {
			t.Fatalf("%v befell %v, want the look after the add\n%s", f, c, r.party.transcript())
		}
		r.holds("{1:L1}")
	}
}

func TestRunRemembersTheTrustStoresVerdict(t *testing.T) {
	t.Parallel()
	ca := newPublisher(t, "L", 1)
	for _, reason := range []Reason{InvalidContent, QuotaEntries, QuotaLists} {
		r := newRig(t, ca)
		r.serve(ca, 1)
		r.refresher.TrustStore = refusingAdds{r.party, reason}
		report, err := r.run()
		r.wants(r.of(report, ca), Replace, reason, "adding the list to the trust store")
		if err == nil {
			t.Errorf("%s: got no error, want to hear that no list is in force", reason)
		}
		r.refresher.TrustStore = r.party
		report, _ = r.run()
		r.wants(r.of(report, ca), Refuse, reason, "the next try is at")
		r.now = r.now.Add(time.Minute)
		r.well()
		r.holds("{1:L1}")
	}
}

type refusingAdds struct {
	*party
	reason Reason
}

func (s refusingAdds) Add(context.Context, Stored) (Revocation, error) {
	return Revocation{}, because(s.reason, errBefell)
}

// TestRunStoresAListAgainThatIsGone: somebody emptied the bucket but for the
// state.
func TestRunStoresAListAgainThatIsGone(t *testing.T) {
	t.Parallel()
	ca := newPublisher(t, "L", 1)
	r := newRig(t, ca)
	r.serve(ca, 1)
	r.well()
	clear(r.cloud.versions)
	r.cloud.remove([]int64{1})
	r.cloud.law.peaks = map[string]levels{}
	r.cloud.forget(snapshot.ListKey(ca.at(1).facts.SHA256))
	report, _ := r.run()
	r.wants(r.of(report, ca), Heal, ContentNotFound, "adding the list")
	r.now = r.now.Add(time.Minute)
	r.well()
	r.holds("{2:L1}")
}

// TestReportIsWhatAnOperatorReads: it travels as JSON.
func TestReportIsWhatAnOperatorReads(t *testing.T) {
	t.Parallel()
	ca := newPublisher(t, "L", 1)
	r := newRig(t, ca)
	r.serve(ca, 1)
	text, err := json.Marshal(r.well())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"action":"replace"`, `"reason":"first"`, `"revocationId":1`, `"name":"fetch"`, `"name":"claim"`, `"name":"enforce"`, `"name":"point"`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("%s is not in %s", want, text)
		}
	}
}
