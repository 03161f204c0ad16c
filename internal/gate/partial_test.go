package gate

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sekisho/sekisho/internal/snapshot"
)

// What can be read takes effect although something else cannot; only for so
// long as the grace, and from the start for nobody.
func TestHalfALookIsBetterThanNone(t *testing.T) {
	t.Parallel()
	junk := []byte("<html>")
	cases := []struct {
		name   string
		spoil  func(*world)
		change func(w *world, deny, lists func())
		reason string
		log    string
	}{
		{"denied while the manifest is junk", func(w *world) { w.bucket.put(snapshot.ManifestKey, junk) },
			func(_ *world, deny, _ func()) { deny() }, "denied", "decoding the snapshot manifest"},
		{"denied while the policy is junk", func(w *world) { w.bucket.put(snapshot.PolicyKey, junk) },
			func(_ *world, deny, _ func()) { deny() }, "denied", "policy/current.json: reading the policy: not valid JSON"},
		{"revoked while the deny list is junk", func(w *world) { w.bucket.put(snapshot.DenyKey, junk) },
			func(_ *world, _, lists func()) { lists() }, "revoked", "deny/current.json: reading the deny list: not valid JSON"},
		{"revoked while the policy is junk", func(w *world) { w.bucket.put(snapshot.PolicyKey, junk) },
			func(_ *world, _, lists func()) { lists() }, "revoked", "policy/current.json"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			leaf, other := w.issuing.Issue(t, "laptop"), w.issuing.Issue(t, "other")
			w.want(w.show(leaf), 200, "")
			c.change(w, func() { w.putDeny(denying(t, leaf)) },
				func() { w.publish(w.root.CRL(t), revoke(w.issuing, t, 2, leaf.Cert.SerialNumber)) })
			c.spoil(w)

			w.clock.move(5 * time.Second)
			w.want(w.show(leaf), 403, c.reason)
			w.want(w.show(other), 200, "")
			if !strings.Contains(w.log.String(), c.log) {
				t.Errorf("log: got %s, want %q", w.log.String(), c.log)
			}
			w.clock.move(5*time.Minute - 5*time.Second)
			w.want(w.show(other), 200, "")
			w.clock.move(1)
			w.want(w.show(other), 503, "snapshot-unavailable")
		})
	}
}

// Damaged rules must not look like no rules.
func TestNothingIsDecidedWithoutTheRules(t *testing.T) {
	t.Parallel()
	for _, key := range []string{snapshot.PolicyKey, snapshot.DenyKey} {
		w := newWorld(t)
		w.bucket.put(key, []byte(`{"format":1,"rules":[`))
		w.want(w.show(w.issuing.Issue(t, "laptop")), 503, "snapshot-unavailable")
	}
}

// A change of the rules alone does not have the lists read again.
func TestRulesAreReadAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	leaf := w.issuing.Issue(t, "laptop")
	w.want(w.show(leaf), 200, "")
	before := w.gate.holder.held.Load().basis
	w.putDeny(denying(t))
	w.clock.move(5 * time.Second)
	w.want(w.show(leaf), 200, "")
	after := w.gate.holder.held.Load().basis
	if after == before || after.trust != before.trust {
		t.Errorf("got %+v after %+v, want new rules and the same trust", after, before)
	}
}

func TestTagThatIsMissing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.putDeny(denying(t))
	w.bucket.untagged = snapshot.DenyKey
	w.want(w.show(w.issuing.Issue(t, "laptop")), 503, "snapshot-unavailable")
	if !strings.Contains(w.log.String(), "the answer has no tag") {
		t.Errorf("log: got %s, want why", w.log.String())
	}
}

// A look that could read the deny list only displaces neither the lists that
// an earlier one brings later, nor makes what is held younger.
func TestHalfALookDisplacesNoWholeOne(t *testing.T) {
	t.Parallel()
	for name, idle := range map[string]time.Duration{"in use": 5 * time.Second, "after a pause longer than the grace": 3 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				leaf := w.issuing.Issue(t, "laptop")
				w.want(w.show(leaf), 200, "")
				w.publish(w.root.CRL(t), revoke(w.issuing, t, 2, leaf.Cert.SerialNumber))
				w.clock.move(idle)

				release := w.bucket.hang()
				var client sync.WaitGroup
				client.Go(func() { w.show(leaf) })
				synctest.Wait()
				w.clock.move(5 * time.Second)
				w.bucket.unhang()
				w.bucket.failFor(snapshot.ManifestKey, errors.New("503 slow down"))
				w.putDeny(denying(t, w.issuing.Issue(t, "other")))
				w.show(leaf) // begins the look that reads one half
				w.bucket.failFor("", nil)

				release()
				client.Wait()
				synctest.Wait()
				asked, _ := w.bucket.count()
				w.want(w.show(leaf), 403, "revoked")
				if now, _ := w.bucket.count(); now != asked && idle < time.Minute {
					t.Errorf("asked %d more times, want the whole look to count", now-asked)
				}
			})
		})
	}
}
