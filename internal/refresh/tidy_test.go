package refresh

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/sekisho/sekisho/internal/pkitest"
)

// kept says which objects of a list are in the bucket.
func (r *rig) keeps(e *edition) int {
	n := 0
	for _, key := range objectsOf(e) {
		_, there := r.cloud.objects[key]
		if there {
			n++
		}
	}
	return n
}

// superseded is a rig whose second list has superseded the first, which was
// noticed just now.
func superseding(t *testing.T) (*rig, *publisher) {
	ca := newPublisher(t, "L", 3)
	r := newRig(t, ca)
	r.serve(ca, 1)
	r.well()
	r.serve(ca, 2)
	r.now = r.now.Add(tidyEvery)
	r.well()
	return r, ca
}

// TestSupersededObjectsGoAfterAWeek, those of the list in force never.
func TestSupersededObjectsGoAfterAWeek(t *testing.T) {
	t.Parallel()
	r, ca := superseding(t)
	r.now = r.now.Add(unusedFor - time.Second)
	r.well()
	if r.keeps(ca.at(1)) != 2 {
		t.Fatal("deleted before a week had passed")
	}
	r.now = r.now.Add(tidyEvery)
	r.restart()
	r.well()
	if r.keeps(ca.at(1)) != 0 || r.keeps(ca.at(2)) != 2 {
		t.Errorf("%d objects of the superseded list, %d of the one in force", r.keeps(ca.at(1)), r.keeps(ca.at(2)))
	}
	for range 30 {
		r.now = r.now.Add(30 * day)
		r.restart()
		_, _ = r.run() // stale by now
	}
	if r.keeps(ca.at(2)) != 2 {
		t.Error("the objects of the list in force went by their age")
	}
	if got := r.cloud.objects[unusedKey].body; strings.Contains(string(got), "crl/") {
		t.Errorf("what is gone is still remembered: %s", got)
	}
}

// TestWhatSomethingPointsToStays: a list that only the trust store still holds,
// and one that is held back.
func TestWhatSomethingPointsToStays(t *testing.T) {
	t.Parallel()
	r, ca := superseding(t)
	r.party.always = map[string]fault{"remove": failing}
	r.cloud.place(ca.at(1), false)
	r.now = r.now.Add(unusedFor + tidyEvery)
	r.well()
	if r.keeps(ca.at(1)) != 2 {
		t.Error("a list went that the trust store holds")
	}
	state := r.cloud.state(ca.identity())
	state.Holding = &Holding{List: ca.at(1).facts}
	text, err := state.encode()
	if err != nil {
		t.Fatal(err)
	}
	r.cloud.remove([]int64{3})
	r.cloud.store("state/"+ca.identity()+".json", string(text))
	used, err := r.refresher.used(t.Context(), &world{})
	if err != nil || !used[objectsOf(ca.at(1))[0]] || !used[objectsOf(ca.at(1))[1]] {
		t.Errorf("the list that is held back is not in use: %v, %v", used, err)
	}
}

// TestNothingGoesWhileSomethingIsUnclear: a state that cannot be read may point
// to anything.
func TestNothingGoesWhileSomethingIsUnclear(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*rig){
		"a state of another version": func(r *rig) { r.cloud.store("state/other.json", `{"format":99}`) },
		"a state that is damaged":    func(r *rig) { r.cloud.store("state/other.json", `{`) },
		"a damaged manifest":         func(r *rig) { r.cloud.store("snapshot.json", `{`) },
		"a trust store that does not answer": func(r *rig) {
			r.party.always = map[string]fault{"revocations": failing}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, ca := superseding(t)
			r.now = r.now.Add(unusedFor + tidyEvery)
			r.cloud.law = newLaw()
			spoil(r)
			_, _ = r.run()
			if r.keeps(ca.at(1)) != 2 {
				t.Error("something was deleted")
			}
		})
	}
}

// TestUseWithinTheWeekCounts: a list that was in use again begins its week anew.
func TestUseWithinTheWeekCounts(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		memory, now := unused{}, pkitest.Epoch
		var idle time.Time // since when nobody has used it, as far as it was seen
		for range 40 {
			used := rapid.IntRange(0, 9).Draw(t, "used") == 0
			since, due := memory.sort([]string{"crl/x"}, map[string]bool{"crl/x": used}, now)
			memory = unused{Since: since}
			switch {
			case used:
				idle = time.Time{}
			case idle.IsZero():
				idle = now
			}
			want := !used && now.Sub(idle) >= unusedFor
			if want != (len(due) == 1) {
				t.Fatalf("unused since %s, now %s: due %v", idle, now, due)
			}
			now = now.Add(time.Duration(rapid.IntRange(1, 72).Draw(t, "hours")) * time.Hour)
		}
	})
}

// TestPublishingAgainWins over a deletion at the same time, wherever the other
// run's calls fall between the calls of the one that tidies up: a run was cut
// off a week ago between storing a list and claiming it, and now another one
// publishes that list after all.
func TestPublishingAgainWins(t *testing.T) {
	t.Parallel()
	for from := range 24 {
		r, ca := superseding(t)
		other := asPublished(t, r, ca.at(3))
		for _, key := range objectsOf(ca.at(3)) {
			r.cloud.objects[key] = other.objects[key]
		}
		r.now = r.now.Add(tidyEvery)
		r.well()
		r.now = r.now.Add(unusedFor + tidyEvery)
		publishing := &publishing{rig: r, list: ca.at(3), result: other}
		r.refresher.Bucket = stepping{party: r.party, other: publishing, from: from}
		r.party.calls = nil
		_, _ = r.refresher.Run(t.Context())
		deleted := r.made("delete")
		publishing.finish()
		r.cloud.law.broken = nil // a claim may come before the deletion: what counts is the run after it
		r.refresher.Bucket = r.party
		r.serve(ca, 3)
		r.now = r.now.Add(time.Minute)
		_, _ = r.run()
		if r.keeps(ca.at(3)) != 2 {
			t.Errorf("published again from call %d on, %d deletions: %d of 2 objects are there\n%s", from, deleted, r.keeps(ca.at(3)), r.party.transcript())
		}
		if bad := ill(r.cloud, ca.at(3)); len(bad) > 0 {
			t.Errorf("published again from call %d on: %v", from, bad)
		}
	}
}

// asPublished is the cloud as it would be if a run had published a list.
func asPublished(t *testing.T, r *rig, list *edition) *cloud {
	t.Helper()
	c := r.cloud.clone()
	p := &party{name: "the other run", cloud: c, network: serving(list)}
	_, err := p.refresher(r.refresher.Bundle).Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// publishing is another run that publishes a list, call by call: the list, its
// index, the claim.
type publishing struct {
	rig    *rig
	list   *edition
	result *cloud
	steps  int
}

func (p *publishing) step() {
	key := "state/" + p.list.identity + ".json"
	c := p.rig.cloud
	switch p.steps {
	case 0, 1:
		key = objectsOf(p.list)[p.steps]
		c.objects[key] = p.result.objects[key]
		c.versions["v"+c.objects[key].tag] = c.objects[key].body
	case 2:
		claimed := p.result.state(p.list.identity)
		claimed.Revocation, claimed.Known, claimed.Retired = 0, nil, nil
		text, err := claimed.encode()
		if err != nil {
			p.rig.t.Error(err)
		}
		c.objects[key] = newObject(text)
	}
	p.steps++
}

func (p *publishing) finish() {
	for p.steps < 3 {
		p.step()
	}
}

// stepping lets the other run make a call before each deletion and listing from
// a call on.
type stepping struct {
	*party
	other *publishing
	from  int
}

func (b stepping) turn() {
	if len(b.calls) >= b.from {
		b.other.step()
	}
}

func (b stepping) Delete(ctx context.Context, key, tag string) error {
	b.turn()
	return b.party.Delete(ctx, key, tag)
}

func (b stepping) Get(ctx context.Context, key string) (Object, error) {
	b.turn()
	return b.party.Get(ctx, key)
}

func (b stepping) List(ctx context.Context, prefix string) ([]string, error) {
	b.turn()
	return b.party.List(ctx, prefix)
}

// TestTidyingThatFailsIsSaid, and fails no run.
func TestTidyingThatFailsIsSaid(t *testing.T) {
	t.Parallel()
	r, ca := superseding(t)
	r.now = r.now.Add(unusedFor + tidyEvery)
	r.party.always = map[string]fault{"delete": failing}
	report := r.well()
	if !strings.Contains(report.Untidy, "deleting what nothing points to") {
		t.Errorf("said %q", report.Untidy)
	}
	r.party.always = nil
	r.now = r.now.Add(tidyEvery)
	if report := r.well(); report.Untidy != "" || r.keeps(ca.at(1)) != 0 {
		t.Errorf("the next time: %q, %d objects", report.Untidy, r.keeps(ca.at(1)))
	}
}

// TestTidyLeavesAloneWhatIsCalledOtherwise: in a bucket that others use too, AWS
// Private CA writes its lists under crl/.
func TestTidyLeavesAloneWhatIsCalledOtherwise(t *testing.T) {
	t.Parallel()
	ca := newPublisher(t, "L", 1)
	r := newRig(t, ca)
	r.serve(ca, 1)
	r.well()
	strange := []string{
		"crl/0a1b2c3d-1111-2222-3333-444455556666.crl", "crl/" + strings.Repeat("a", 64), "crl/x/" + strings.Repeat("a", 64) + ".pem",
		"index/" + strings.Repeat("A", 64), "index/" + strings.Repeat("a", 64) + ".pem",
	}
	for _, key := range strange {
		r.cloud.store(key, "somebody else's")
	}
	r.cloud.store("crl/"+strings.Repeat("a", 64)+".pem", "ours, and nothing points to it")
	for range 9 {
		r.well()
		r.now = r.now.Add(24 * time.Hour)
	}
	for _, key := range strange {
		if _, there := r.cloud.objects[key]; !there {
			t.Errorf("%s is gone", key)
		}
	}
	if _, there := r.cloud.objects["crl/"+strings.Repeat("a", 64)+".pem"]; there {
		t.Error("what is ours stayed")
	}
}

// TestTidyGoesOnWhileSomethingIsDue, run after run: a CA may publish more in a
// week than one run deletes.
func TestTidyGoesOnWhileSomethingIsDue(t *testing.T) {
	t.Parallel()
	ca := newPublisher(t, "L", 1)
	r := newRig(t, ca)
	r.serve(ca, 1)
	r.well()
	for i := range 2*tidyBatch + 1 {
		r.cloud.store(fmt.Sprintf("crl/%064x.pem", i), "old")
	}
	r.now = r.now.Add(tidyEvery)
	r.well()
	r.now = r.now.Add(unusedFor)
	for _, want := range []int{tidyBatch + 1, 1, 0} {
		r.well()
		if got := len(r.inTheInbox("crl/")) - 1; got != want {
			t.Errorf("%d are left, want %d", got, want)
		}
		r.now = r.now.Add(time.Minute)
	}
}
