package refresh

import (
	"context"
	"crypto/x509"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/pkitest"
	"github.com/sekisho/sekisho/internal/snapshot"
)

// TestRun takes one list from the situation that names the case, and looks at
// what one run makes of it.
func TestRun(t *testing.T) {
	t.Parallel()
	ca, other := newPublisher(t, "L", 5), newPublisher(t, "F", 1)
	foreign := other.at(1)
	foreign.level = -1
	state := snapshot.StateKey(ca.identity())
	healthy := func(r *rig) {
		r.serve(ca, 2)
		r.well()
	}
	for _, c := range []struct {
		name    string
		prepare func(*rig)
		action  Action
		reason  Reason
		words   string
		holds   string
		points  string
	}{
		{"empty", func(r *rig) { r.serve(ca, 1) }, Replace, First, "", "{1:L1}", "L1"},
		{"unchanged", healthy, Keep, Unchanged, "", "{1:L2}", "L2"},
		{"newer", func(r *rig) { healthy(r); r.serve(ca, 3) }, Replace, Newer, "", "{2:L3}", "L3"},
		{"behind", func(r *rig) { healthy(r); r.serve(ca, 1) }, Keep, "behind", "number 2 of", "{1:L2}", "L2"},
		{"source down", func(r *rig) { healthy(r); clear(r.served) }, Keep, "unreachable", "no route to host", "{1:L2}", "L2"},
		{"not a list", func(r *rig) { healthy(r); r.serveAt(ca.url(), []byte("<html>")) }, Refuse, "unreadable", "web page", "{1:L2}", "L2"},
		{"another CA's list", func(r *rig) { healthy(r); r.serveAt(ca.url(), foreign.der) }, Refuse, "unknown-issuer", "not in the CA bundle", "{1:L2}", "L2"},
		{"second copy", func(r *rig) { healthy(r); r.cloud.place(ca.at(2), false) }, Heal, LeftOver, "", "{1:L2}", "L2"},
		{"older list beside", func(r *rig) { healthy(r); r.cloud.place(ca.at(1), false) }, Heal, LeftOver, "", "{1:L2}", "L2"},
		{"ID removed by hand", func(r *rig) { healthy(r); r.cloud.remove([]int64{1}) }, Heal, NotInForce, "", "{2:L2}", "L2"},
		{"newer list added by hand", func(r *rig) { healthy(r); r.cloud.place(ca.at(3), false) }, Heal, Adopted, "", "{2:L3}", "L3"},
		{"newer list added by hand, and a yet newer one served", func(r *rig) {
			healthy(r)
			r.cloud.place(ca.at(3), false)
			r.serve(ca, 4)
		}, Replace, Newer, "", "{3:L4}", "L4"},
		{"foreign list", func(r *rig) { healthy(r); r.cloud.place(foreign, false) }, Keep, Unchanged, "", "{1:L2 2:F1}", "L2"},
		{"state lost", func(r *rig) { healthy(r); r.cloud.forget(state) }, Heal, StateLost, "made anew", "{1:L2}", "L2"},
		{"state damaged", func(r *rig) { healthy(r); r.cloud.store(state, "{") }, Heal, StateLost, "decoding a state", "{1:L2}", "L2"},
		{"state of another identity", func(r *rig) {
			healthy(r)
			r.cloud.store(state, `{"format": 1, "identity": "x"}`)
		}, Heal, StateLost, "none of this identity", "{1:L2}", "L2"},
		{"state lost and an older list served", func(r *rig) {
			healthy(r)
			r.cloud.forget(state)
			r.restart()
			r.serve(ca, 1)
		}, Heal, StateLost, "behind", "{1:L2}", "L2"},
		{"state and trust store lost, the source down", func(r *rig) {
			healthy(r)
			r.cloud.forget(state)
			r.cloud.remove([]int64{1})
			r.cloud.law.peaks = map[string]levels{}
			clear(r.served)
		}, Heal, StateLost, "made anew", "{2:L2}", "L2"},
		{"bucket emptied", func(r *rig) { healthy(r); r.emptyBucket() }, Heal, Adopted, "", "{1:L2}", "L2"},
		{"bucket emptied and an older list served", func(r *rig) {
			healthy(r)
			r.emptyBucket()
			r.serve(ca, 1)
		}, Heal, Adopted, "", "{1:L2}", "L2"},
		{"count reported wrong for what is in force", func(r *rig) {
			healthy(r)
			r.party.always = map[string]fault{"revocations": miscounted1}
		}, Keep, Unchanged, "", "{1:L2}", "L2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, ca)
			c.prepare(r)
			outcome := r.of(r.well(), ca)
			r.wants(outcome, c.action, c.reason, c.words)
			r.holds(c.holds)
			r.points(c.points)
			if outcome.Revocation == 0 || outcome.Enforced.SHA256 != outcome.List.SHA256 {
				t.Errorf("revocation %d enforces %+v, the list is %+v", outcome.Revocation, outcome.Enforced, outcome.List)
			}
		})
	}
}

// emptyBucket loses everything that was remembered.
func (r *rig) emptyBucket() {
	clear(r.cloud.objects)
	r.cloud.law = newLaw()
	r.restart()
}

// store puts something into the bucket past everybody.
func (c *cloud) store(key, text string) { c.objects[key] = newObject([]byte(text)) }

func TestRunOfAnUnchangedListIsOneConditionalFetch(t *testing.T) {
	t.Parallel()
	ca := newPublisher(t, "L", 1)
	r := newRig(t, ca)
	r.serve(ca, 1)
	r.well()
	for _, process := range []struct {
		name  string
		calls int
	}{{"the same process", 6}, {"a new process, which looks after the bucket", 15}} {
		writes := r.cloud.writes
		r.well()
		if r.cloud.writes != writes || r.fetched() != "1 conditional, 0 whole" || len(r.party.calls) > process.calls {
			t.Errorf("%s: %d writes, fetched %s\n%s", process.name, r.cloud.writes-writes, r.fetched(), r.party.transcript())
		}
		r.restart()
	}
}

// TestRunAsksWholeForWhatWasNotStored: what came with an answer must not be a
// condition as long as that list is not at hand.
func TestRunAsksWholeForWhatWasNotStored(t *testing.T) {
	t.Parallel()
	ca := newPublisher(t, "L", 2)
	for _, key := range []string{"crl/", "index/", "state/"} {
		r := newRig(t, ca)
		r.serve(ca, 1)
		r.well()
		r.serve(ca, 2)
		r.refresher.Bucket = failingPuts{r.party, key}
		report, err := r.run()
		if err != nil || r.of(report, ca).Error == "" {
			t.Errorf("%s: got %v, %+v; want an outcome with an error", key, err, report)
		}
		r.refresher.Bucket = r.party
		r.well()
		r.holds("{2:L2}")
	}
}

func TestRunRefusesAListThatWasRolledBack(t *testing.T) {
	t.Parallel()
	ca := newPublisher(t, "L", 2)
	back := ca.publish(t, "back", 9, func(list *x509.RevocationList) {
		list.Number, list.ThisUpdate = big.NewInt(1), pkitest.Epoch
	})
	r := newRig(t, ca)
	r.serve(ca, 2)
	r.well()
	r.serveAt(ca.url(), back.der)
	r.wants(r.of(r.well(), ca), Refuse, "rolled-back", "reset")
	r.holds("{1:L2}")
}

func TestRunTakesAStaleListThatIsNewer(t *testing.T) {
	t.Parallel()
	ca := newPublisher(t, "L", 1)
	ca.publish(t, "stale", 2, func(list *x509.RevocationList) { list.NextUpdate = pkitest.Epoch.Add(-time.Second) })
	r := newRig(t, ca)
	r.serve(ca, 1)
	r.well()
	r.serve(ca, 2)
	outcome := r.of(r.well(), ca)
	r.wants(outcome, Replace, Newer, "")
	r.holds("{2:stale}")
	if !outcome.Stale {
		t.Error("the outcome does not say that the list is stale")
	}
}

func TestRunGoesByTheMaximumAgeOfTheSource(t *testing.T) {
	t.Parallel()
	ca := newPublisher(t, "L", 0)
	ca.publishEndless(t, "endless", 1)
	r := newRig(t, ca)
	r.serve(ca, 1)
	report, err := r.run()
	if err == nil {
		t.Errorf("got %+v, want an error: the list names no next update", report)
	}
	r.refresher.Sources[0].MaxAge = time.Hour
	if outcome := r.of(r.well(), ca); outcome.Stale || !outcome.List.NextUpdate.Equal(outcome.List.ThisUpdate.Add(time.Hour)) {
		t.Errorf("got %+v, want an hour's life", outcome)
	}
	r.now = r.now.Add(time.Hour)
	if outcome := r.of(r.well(), ca); !outcome.Stale {
		t.Errorf("got %+v, want stale", outcome)
	}
}

func TestRunWithNothingInForceFails(t *testing.T) {
	t.Parallel()
	ca := newPublisher(t, "L", 1)
	r := newRig(t, ca)
	report, err := r.run()
	if err == nil || report.Outcomes[0].Reason != "unreachable" || report.Outcomes[0].Action != Refuse {
		t.Errorf("got %v, %+v; want an error and the reason", err, report.Outcomes)
	}
}

// failingPuts is a bucket that does not take what begins with a key.
type failingPuts struct {
	*party
	key string
}

func (b failingPuts) Put(ctx context.Context, upload Upload) (Stored, error) {
	if strings.HasPrefix(upload.Key, b.key) {
		return Stored{}, errBefell
	}
	return b.party.Put(ctx, upload)
}
