package gate

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sekisho/sekisho/internal/clientcert"
	"github.com/sekisho/sekisho/internal/pkitest"
)

func TestDecisionsAreObserved(t *testing.T) {
	t.Parallel()
	var seen []Decision
	w := newUnpublishedWorld(t, func(c *Config) {
		c.HealthPath = "/healthz"
		c.Observe = func(d Decision) { seen = append(seen, d) }
	})
	leaf, stranger := w.issuing.Issue(t, "laptop"), pkitest.NewCA(t, "nobody").Issue(t, "laptop")
	w.send(request(clientcert.Encode(leaf.Chain)))
	w.publish(w.root.CRL(t), w.issuing.CRL(t))
	w.clock.move(time.Minute)
	w.send(request(clientcert.Encode(leaf.Chain)))
	w.send(request(clientcert.Encode(stranger.Chain)))
	w.send(request(""))
	health := request("")
	health.URL.Path = "/healthz"
	w.send(health)
	want := []Decision{{Reason: "snapshot-unavailable", Unavailable: true}, {Reason: Accepted}, {Reason: "untrusted"}, {Reason: "no-certificate"}}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
