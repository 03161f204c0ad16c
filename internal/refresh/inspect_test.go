package refresh

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/pkitest"
	"github.com/sekisho/sekisho/internal/snapshot"
)

// spoilers are what can befall an object in the bucket.
func spoilers() map[string]func(c *cloud, key string) {
	return map[string]func(c *cloud, key string){
		"gone":    func(c *cloud, key string) { c.forget(key) },
		"changed": func(c *cloud, key string) { c.store(key, string(c.objects[key].body)+"\n") },
		"empty":   func(c *cloud, key string) { c.store(key, "") },
	}
}

// objectsOf are the keys of what is published of a list.
func objectsOf(e *edition) []string {
	return []string{snapshot.ListKey(e.facts.SHA256), snapshot.IndexKey(e.facts.SHA256)}
}

// TestSpoiltObjectsAreMadeAnew, at the start of a process and within ten
// minutes, while the source answers "not modified" or nothing at all, and it is
// said aloud.
func TestSpoiltObjectsAreMadeAnew(t *testing.T) {
	t.Parallel()
	ca := newPublisher(t, "L", 1)
	for what, spoil := range spoilers() {
		for _, key := range objectsOf(ca.at(1)) {
			for _, source := range []string{"up", "down"} {
				for _, notice := range []string{"a new process", "ten minutes later"} {
					t.Run(strings.Join([]string{what, key[:5], source, notice}, "/"), func(t *testing.T) {
						t.Parallel()
						r := newRig(t, ca)
						r.serve(ca, 1)
						r.well()
						want := map[string]object{}
						for _, key := range objectsOf(ca.at(1)) {
							want[key] = r.cloud.objects[key]
						}
						spoil(r.cloud, key)
						r.cloud.law.forgets(key)
						if source == "down" {
							delete(r.served, ca.url())
						}
						r.now = r.now.Add(inspectEvery - time.Second)
						r.well()
						if slices.Equal(r.cloud.objects[key].body, want[key].body) {
							t.Fatal("noticed without looking")
						}
						if notice == "a new process" {
							r.restart()
						}
						r.now = r.now.Add(time.Second)
						o := r.of(r.well(), ca)
						if o.Action != Heal || !errors.Is(o.err, o.err) || !strings.Contains(o.Error, key) || !strings.Contains(o.Error, "made anew") {
							t.Errorf("got %s: %s", o.Action, o.Error)
						}
						for key, object := range want {
							if !slices.Equal(r.cloud.objects[key].body, object.body) {
								t.Errorf("%s is not what it was", key)
							}
						}
						r.holds("{1:L1}")
						r.now = r.now.Add(inspectEvery)
						if o := r.of(r.well(), ca); strings.Contains(o.Error, "made anew") {
							t.Errorf("the next look still says %s", o.Error)
						}
					})
				}
			}
		}
	}
}

// TestSpoiltObjectsThatCannotBeMadeAnewAreTriedAgainAtOnce.
func TestSpoiltObjectsThatCannotBeMadeAnewAreTriedAgainAtOnce(t *testing.T) {
	t.Parallel()
	ca := newPublisher(t, "L", 1)
	r := newRig(t, ca)
	r.serve(ca, 1)
	r.well()
	for _, key := range objectsOf(ca.at(1)) {
		r.cloud.forget(key)
	}
	r.now = r.now.Add(inspectEvery)
	r.party.always = map[string]fault{"put": failing}
	o := r.of(r.well(), ca)
	r.wants(o, Heal, ObjectLost, "is gone")
	r.holds("{1:L1}")
	r.points("L1")
	r.party.always = nil
	r.now = r.now.Add(time.Second)
	r.well()
	if bad := ill(r.cloud, ca.at(1)); len(bad) > 0 {
		t.Errorf("%v", bad)
	}
}

// TestInspectionThatFailsDecidesNothing.
func TestInspectionThatFailsDecidesNothing(t *testing.T) {
	t.Parallel()
	ca := newPublisher(t, "L", 1)
	r := newRig(t, ca)
	r.serve(ca, 1)
	r.well()
	r.restart()
	r.party.faults = map[int]fault{3: failing}
	writes := r.cloud.writes
	o := r.of(r.well(), ca)
	if c := r.party.calls[3]; c.fault != failing || !strings.HasPrefix(c.what, "crl/") {
		t.Fatalf("%v", c)
	}
	r.wants(o, Keep, Unchanged, "")
	r.party.faults = nil
	r.well()
	if r.cloud.writes != writes || r.made("get") < 3 {
		t.Errorf("%d writes; the next run does not look again:\n%s", r.cloud.writes-writes, r.party.transcript())
	}
}

func TestDueAt(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		last time.Time
		want bool
	}{
		{"never", time.Time{}, true},
		{"just now", pkitest.Epoch, false},
		{"not long ago", pkitest.Epoch.Add(-59 * time.Minute), false},
		{"long ago", pkitest.Epoch.Add(-time.Hour), true},
		{"by a clock that was put back", pkitest.Epoch.Add(time.Minute), true},
	} {
		u := &upkeep{}
		last := test.last
		if got := u.dueAt(&last, time.Hour, pkitest.Epoch); got != test.want || got && !last.Equal(pkitest.Epoch) {
			t.Errorf("%s: got %v", test.name, got)
		}
	}
}
