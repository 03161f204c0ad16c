package refresh

import (
	"context"
	"testing"

	"github.com/sekisho/sekisho/internal/snapshot"
)

func TestPreviewSaysWhatRunWouldDoAndChangesNothing(t *testing.T) {
	t.Parallel()
	ca, other := newPublisher(t, "L", 3), newPublisher(t, "F", 1)
	for _, c := range []struct {
		name    string
		prepare func(*rig)
		action  Action
		reason  Reason
	}{
		{"unchanged", func(*rig) {}, Keep, Unchanged},
		{"newer", func(r *rig) { r.serve(ca, 2) }, Replace, Newer},
		{"removed by hand", func(r *rig) { r.cloud.remove([]int64{1}) }, Heal, NotInForce},
		{"older one beside, never seen before", func(r *rig) { r.serve(ca, 2); r.cloud.place(ca.at(1), false) }, Replace, Newer},
		{"another CA's", func(r *rig) { r.serveAt(ca.url(), other.at(1).der) }, Refuse, "unknown-issuer"},
		{"state lost", func(r *rig) { r.cloud.forget(snapshot.StateKey(ca.identity())) }, Keep, Unchanged},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, ca)
			r.serve(ca, 1)
			r.well()
			c.prepare(r)
			key := r.cloud.key()
			report, err := r.refresher.Preview(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			r.wants(r.of(report, ca), c.action, c.reason, "")
			if r.cloud.key() != key {
				t.Errorf("the preview changed something\n%s", r.party.transcript())
			}
		})
	}
}
