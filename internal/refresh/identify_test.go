package refresh

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestRunLooksAtAForeignListOnce(t *testing.T) {
	t.Parallel()
	ca, other := newPublisher(t, "L", 1), newPublisher(t, "F", 1)
	r := newRig(t, ca)
	r.serve(ca, 1)
	r.cloud.place(other.at(1), false)
	for run, looks := range []int{1, 0, 0} {
		report := r.well()
		if !slices.Equal(report.Foreign, []int64{1}) || r.made("content") != looks {
			t.Errorf("run %d: foreign %v, looked %d times; want [1], %d", run, report.Foreign, r.made("content"), looks)
		}
		r.restart()
	}
	r.refresher.Bundle.SHA256 = "another"
	r.well()
	if r.made("content") != 1 {
		t.Error("another bundle, and nobody looked again")
	}
	r.cloud.remove([]int64{1})
	r.holds("{2:L1}")
}

// TestRunLeavesListsAloneThatNoSourceDelivers: another CA of the bundle may be
// looked after by hand.
func TestRunLeavesListsAloneThatNoSourceDelivers(t *testing.T) {
	t.Parallel()
	ca, byHand := newPublisher(t, "L", 1), newPublisher(t, "H", 2)
	r := newRig(t, ca, byHand)
	r.refresher.Sources = r.refresher.Sources[:1]
	r.serve(ca, 1)
	r.cloud.place(byHand.at(1), false)
	r.cloud.place(byHand.at(2), false)
	for _, looks := range []int{2, 0} {
		report := r.well()
		if len(report.Foreign) != 0 || r.made("content") != looks {
			t.Errorf("foreign %v, looked %d times; want none, %d", report.Foreign, r.made("content"), looks)
		}
		r.holds("{1:H1 2:H2 3:L1}")
		r.restart()
	}
}

// TestRunDoesNotForgetToLookAgain at what may be readable later.
func TestRunDoesNotForgetToLookAgain(t *testing.T) {
	t.Parallel()
	ca := newPublisher(t, "L", 2)
	r := newRig(t, ca)
	r.serve(ca, 2)
	r.well()
	r.cloud.place(ca.at(1), false)
	r.refresher.Contents = identifiesNothing{r.party}
	r.well()
	r.holds("{1:L2 2:L1}")
	r.refresher.Contents = r.party
	r.well()
	r.holds("{1:L2 2:L1}")
	r.now = r.now.Add(time.Hour + time.Second)
	r.well()
	r.holds("{1:L2}")
}

func TestRunDoesNothingToATrustStoreThatItCannotSee(t *testing.T) {
	t.Parallel()
	ca := newPublisher(t, "L", 2)
	for _, kind := range []string{"revocations", "content"} {
		r := newRig(t, ca)
		r.serve(ca, 1)
		r.well()
		r.cloud.place(ca.at(1), false)
		r.serve(ca, 2)
		r.party.always = map[string]fault{kind: failing}
		report, err := r.run()
		if err == nil || !strings.Contains(err.Error(), "the call failed") {
			t.Errorf("%s: got %v, want an error", kind, err)
		}
		r.holds("{1:L1 2:L1}")
		r.points("L2")
		if r.of(report, ca).List.SHA256 != ca.at(2).facts.SHA256 {
			t.Errorf("%s: got %+v, want the list claimed for the verifier", kind, report)
		}
	}
}
