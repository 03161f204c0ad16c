package gate

import (
	"crypto/x509"
	"errors"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/pkitest"
)

// The clock decides about dates as it stands, also about clients that were let
// in before it was moved; nothing of that is left when it is right again.
func TestClockThatIsWrong(t *testing.T) {
	t.Parallel()
	aWeek := pkitest.Epoch.AddDate(0, 0, 7).Sub(noon) // until the lists are due
	for _, c := range []struct {
		name   string
		moved  time.Duration
		status int
		reason string
	}{
		{"a minute back", -time.Minute, 200, ""},
		{"back before the lists, further than clocks differ", -66 * time.Minute, 503, "revocation-unavailable"},
		{"back before the client's certificate", -13 * time.Hour, 403, "not-yet-valid"},
		{"a minute on", time.Minute, 200, ""},
		{"on beyond what the lists are due", aWeek + time.Second, 503, "revocation-unavailable"},
		{"on beyond the client's certificate", aWeek + 24*time.Hour, 403, "expired"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			leaf := w.issuing.Issue(t, "laptop", func(cert *x509.Certificate) {
				cert.NotBefore, cert.NotAfter = noon.Add(-12*time.Hour), noon.Add(aWeek+time.Hour)
			})
			revoked := w.issuing.Issue(t, "revoked")
			w.publish(w.root.CRL(t), revoke(w.issuing, t, 2, revoked.Cert.SerialNumber))
			w.want(w.show(leaf), 200, "")
			w.clock.move(c.moved)
			w.want(w.show(leaf), c.status, c.reason)
			w.want(w.show(leaf), c.status, c.reason) // what is remembered says the same
			if got := w.show(revoked); got.status == 200 {
				t.Errorf("a revoked client: got %d, want it out at any time", got.status)
			}
			w.clock.move(-c.moved)
			w.want(w.show(leaf), 200, "")
		})
	}
}

// While the bucket does not answer, a clock that was moved on uses up the grace,
// and one that was moved back cannot lengthen it.
func TestClockDoesNotLengthenTheGrace(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	leaf := w.issuing.Issue(t, "laptop")
	w.want(w.show(leaf), 200, "")
	w.bucket.failWith(errors.New("gone"))
	w.clock.move(5*time.Minute + time.Second)
	w.want(w.show(leaf), 503, "snapshot-unavailable")
	for _, back := range []time.Duration{-10 * time.Minute, -time.Hour, -24 * time.Hour} {
		w.clock.move(back)
		w.want(w.show(leaf), 503, "snapshot-unavailable")
	}
	w.bucket.failWith(nil)
	w.clock.move(24*time.Hour + time.Hour + 10*time.Minute)
	w.want(w.show(leaf), 200, "")
}
