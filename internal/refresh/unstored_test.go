package refresh

import (
	"strings"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/snapshot"
)

// TestRunHealsThoughTheNewListCannotBeClaimed: what was accepted lies in the
// bucket, and is put in force again when somebody removed it. That the newer
// list fails is said all the same.
func TestRunHealsThoughTheNewListCannotBeClaimed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		spoil func(*rig, *publisher)
		words string
	}{
		{"it cannot be stored", func(r *rig, _ *publisher) { r.refresher.Bucket = failingPuts{r.party, "crl/"} }, "writing crl/"},
		{"its index cannot be stored", func(r *rig, _ *publisher) { r.refresher.Bucket = failingPuts{r.party, "index/"} }, "writing index/"},
		{"the claim cannot be written", func(r *rig, _ *publisher) { r.refresher.Bucket = failingPuts{r.party, statePrefix} }, "writing state/"},
		{"the index before it is out of reach, which its guards demand", func(r *rig, ca *publisher) {
			r.refresher.Bucket = failingGets{r.party, snapshot.IndexKey(ca.at(10).facts.SHA256)}
		}, "as its guards demand"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r, ca := guardedRig(t, Guards{MaxShrinkPercent: 50, Hold: true, HoldFor: time.Hour})
			c.spoil(r, ca)
			r.cloud.remove(r.cloud.ids())
			r.cloud.law.peaks = map[string]levels{}
			report, _ := r.run()
			outcome := r.of(report, ca)
			r.holds("{2:L10}")
			r.points("L10")
			if outcome.Action == Replace || outcome.List.Number != "10" || !strings.Contains(outcome.Error, c.words) {
				t.Errorf("got %s, list %s, %s", outcome.Action, outcome.List.Number, outcome.Error)
			}
			r.refresher.Bucket = r.party
			r.wants(r.of(r.well(), ca), Replace, Newer, "")
			r.points("L40")
		})
	}
}
