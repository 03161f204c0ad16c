package gate

import (
	"encoding/json"
	"fmt"
	"sync"
	"testing"

	"github.com/sekisho/sekisho/internal/clientcert"
)

// While lists, rules and denials change, 64 clients at once get answers that
// fit them: whom every snapshot lets pass always passes, whom none does never,
// and nobody is shown somebody else's identity.
func TestManyClientsWhileEverythingChanges(t *testing.T) {
	t.Parallel()
	w := newUnpublishedWorld(t, func(c *Config) { c.MaxSnapshotAge = 0 })
	revoked, denied := w.issuing.Issue(t, "revoked"), w.issuing.Issue(t, "denied")
	change := func(turn int64) {
		w.publish(w.root.CRL(t), revoke(w.issuing, t, turn, revoked.Cert.SerialNumber))
		if turn%2 == 0 {
			w.putDeny(denying(t, denied, w.issuing.Issue(t, "another")))
		} else {
			w.putDeny(denying(t, denied))
		}
		w.putPolicy(fmt.Sprintf(`{"format":1,"rules":[{"name":"turn-%d","paths":["/"],"anyone":true}]}`, turn))
	}
	change(1)
	var clients sync.WaitGroup
	for i := range 64 {
		own := w.issuing.Issue(t, fmt.Sprintf("client-%d", i))
		clients.Go(func() {
			for range 6 {
				got := w.ask(clientcert.Encode(own.Chain))
				w.want(got, 200, "")
				wantSubject(t, got, fmt.Sprintf("CN=client-%d", i))
				w.want(w.show(revoked), 403, "revoked")
				w.want(w.show(denied), 403, "denied")
				w.want(w.ask(), 401, "no-certificate")
			}
		})
	}
	for turn := range int64(20) {
		change(turn + 2)
	}
	clients.Wait()
}

func wantSubject(t *testing.T, got answer, subject string) {
	t.Helper()
	var identity Identity
	err := json.Unmarshal([]byte(got.body), &identity)
	if err != nil || identity.Subject != subject {
		t.Errorf("got %q and %v, want %q", identity.Subject, err, subject)
	}
}
