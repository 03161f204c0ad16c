package gate

import (
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

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

// A proxy that does not say what it asks about is counted like everybody else.
func TestSubRequestsAreObserved(t *testing.T) {
	t.Parallel()
	var seen []Decision
	w := newWorld(t, func(c *Config) { c.Observe = func(d Decision) { seen = append(seen, d) } })
	handler := w.gate.SubRequests(Original{Method: "X-Original-Method", URI: "X-Original-Uri"})
	asked := request(clientcert.Encode(w.issuing.Issue(t, "laptop").Chain))
	handler.ServeHTTP(httptest.NewRecorder(), asked)
	asked.Header.Set("X-Original-Method", "GET")
	asked.Header.Set("X-Original-Uri", "/")
	handler.ServeHTTP(httptest.NewRecorder(), asked)
	want := []Decision{{Reason: "original-request"}, {Reason: Accepted}}
	if diff := cmp.Diff(want, seen, cmpopts.IgnoreFields(Decision{}, "Took")); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
