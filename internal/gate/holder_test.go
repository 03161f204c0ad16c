package gate

import (
	"context"
	"crypto/x509"
	"errors"
	"math/big"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sekisho/sekisho/internal/clientcert"
	"github.com/sekisho/sekisho/internal/pkitest"
)

func TestRequestsShareOneLook(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		leaf := w.issuing.Issue(t, "laptop")
		release := w.bucket.hang()
		var clients sync.WaitGroup
		for range 64 {
			clients.Go(func() { w.want(w.show(leaf), 200, "") })
		}
		synctest.Wait()
		release()
		clients.Wait()
		asked, _ := w.bucket.count()
		if asked != cold {
			t.Errorf("asked %d times, want each object once", asked)
		}
	})
}

// A bucket that hangs holds a request up for patience, no longer; what it
// brings in the end is used.
func TestBucketThatHangs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		leaf := w.issuing.Issue(t, "laptop")
		w.want(w.show(leaf), 200, "")
		w.publish(w.root.CRL(t), revoke(w.issuing, t, 2, leaf.Cert.SerialNumber))
		release := w.bucket.hang()
		w.clock.move(5 * time.Second)

		began := time.Now()
		w.want(w.show(leaf), 200, "")
		if waited := time.Since(began); waited != patience {
			t.Errorf("waited %v, want %v", waited, patience)
		}
		release()
		synctest.Wait()
		before, _ := w.bucket.count()
		w.want(w.show(leaf), 403, "revoked")
		after, _ := w.bucket.count()
		if after != before {
			t.Errorf("asked %d more times, want the answer that came late to be used", after-before)
		}
	})
}

func TestBucketThatHangsAtTheStart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		release := w.bucket.hang()
		defer release()
		began := time.Now()
		w.want(w.show(w.issuing.Issue(t, "laptop")), 503, "snapshot-unavailable")
		if waited := time.Since(began); waited != coldPatience {
			t.Errorf("waited %v, want %v", waited, coldPatience)
		}
		time.Sleep(attemptTime) // the attempt gives up by itself
		synctest.Wait()
		if !strings.Contains(w.log.String(), context.DeadlineExceeded.Error()) {
			t.Errorf("log: got %s, want the attempt to have ended", w.log.String())
		}
	})
}

func TestRequestThatLeaves(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		release := w.bucket.hang()
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(errors.New("the client is gone"))
		r := request(clientcert.Encode(w.issuing.Issue(t, "laptop").Chain)).WithContext(ctx)
		w.want(w.send(r), 503, "snapshot-unavailable")
		if !strings.Contains(w.log.String(), "the client is gone") {
			t.Errorf("log: got %s, want the cause", w.log.String())
		}
		release()
		synctest.Wait() // what it began is finished for the others
		w.want(w.show(w.issuing.Issue(t, "laptop")), 200, "")
		asked, _ := w.bucket.count()
		if asked != cold {
			t.Errorf("asked %d times, want one load", asked)
		}
	})
}

// An attempt that was under way when the function froze may have read what is
// out of date by now: nobody joins it, and it does not displace newer findings.
func TestAttemptFromBeforeAFreeze(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		leaf := w.issuing.Issue(t, "laptop")
		w.want(w.show(leaf), 200, "")

		w.clock.move(5 * time.Second)
		release := w.bucket.hang()
		w.want(w.show(leaf), 200, "") // gave up waiting; the attempt hangs
		w.bucket.unhang()
		w.publish(w.root.CRL(t), revoke(w.issuing, t, 2, leaf.Cert.SerialNumber))
		w.clock.move(time.Minute)
		w.want(w.show(leaf), 403, "revoked")

		w.publish(w.root.CRL(t), w.issuing.CRL(t)) // what the old attempt will see
		release()
		synctest.Wait()
		w.want(w.show(leaf), 403, "revoked")
	})
}

// A snapshot is as old as the look that found it, however long that took.
func TestAgeCountsFromTheBeginningOfTheLook(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		leaf := w.issuing.Issue(t, "laptop")
		release := w.bucket.hang()
		var client sync.WaitGroup
		client.Go(func() { w.want(w.show(leaf), 200, "") })
		synctest.Wait()
		w.clock.move(4 * time.Second)
		release()
		client.Wait()
		w.publish(w.root.CRL(t), revoke(w.issuing, t, 2, leaf.Cert.SerialNumber))
		w.clock.move(time.Second)
		w.want(w.show(leaf), 403, "revoked")
	})
}

// An attempt that fails half-way, or runs out of time, helps the next one.
func TestWhatWasReadIsKeptForTheNextAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newUnpublishedWorld(t)
		m := w.manifest(w.root.CRL(t), w.issuing.CRL(t))
		whole := w.bucket.objects[m.Lists[1].Index.Key]
		w.bucket.damage(m.Lists[1].Index.Key, func([]byte) []byte { return nil })
		w.putManifest(m)
		leaf := w.issuing.Issue(t, "laptop")
		w.want(w.show(leaf), 503, "snapshot-unavailable")
		w.bucket.damage(m.Lists[1].Index.Key, func([]byte) []byte { return whole })
		w.clock.move(retryPause)
		w.want(w.show(leaf), 200, "")
		_, reads := w.bucket.count()
		if reads[m.Lists[0].Index.Key] != 1 {
			t.Errorf("the first index was read %d times, want once", reads[m.Lists[0].Index.Key])
		}
	})
}

// Under many clients every decision is one of the snapshots' own, never a
// mixture: each list revokes exactly one of two clients, and every snapshot
// revokes one of them.
func TestSnapshotsAreSwappedWhole(t *testing.T) {
	t.Parallel()
	w := newUnpublishedWorld(t, func(c *Config) { c.MaxSnapshotAge = 0 })
	below := w.root.Issue(t, "below the root", serial(70))
	lower := w.issuing.Issue(t, "below the issuing CA", serial(80))
	publish := func(turn int64) {
		rootList, issuingList := revoke(w.root, t, turn), revoke(w.issuing, t, turn, lower.Cert.SerialNumber)
		if turn%2 == 0 {
			rootList, issuingList = revoke(w.root, t, turn, below.Cert.SerialNumber), revoke(w.issuing, t, turn)
		}
		w.publish(rootList, issuingList)
	}
	publish(1)
	var clients sync.WaitGroup
	for i := range 64 {
		clients.Go(func() {
			for range 5 {
				basis, now, err := w.gate.holder.current(context.Background())
				if err != nil {
					t.Error(err)
					return
				}
				_, first := basis.trust.verifier.Verify(below.Chain, now)
				_, second := basis.trust.verifier.Verify(lower.Chain, now)
				if (first == nil) == (second == nil) {
					t.Errorf("client %d: got %v and %v, want exactly one refused", i, first, second)
				}
			}
		})
	}
	for turn := range int64(20) {
		publish(turn + 2)
	}
	clients.Wait()
}

// Whatever a header says, only the chain of the one client that exists passes.
func FuzzOnlyTheKnownClientPasses(f *testing.F) {
	w := newWorld(f)
	leaf := w.issuing.Issue(f, "laptop")
	stranger := pkitest.NewCA(f, "issuing").Issue(f, "laptop")
	value := clientcert.Encode(leaf.Chain)
	for _, seed := range []string{"", "x", value, value + value, clientcert.Encode(stranger.Chain), clientcert.Encode(append(stranger.Chain, leaf.Chain...)), strings.ReplaceAll(value, "+", "%2B")} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		got := w.ask(value)
		if got.status != 200 {
			return
		}
		presented, err := clientcert.Decode(value)
		if err != nil || !presented[0].Equal(leaf.Cert) {
			t.Errorf("accepted %q, which is not the client (%v)", value, err)
		}
	})
}

func BenchmarkDecision(b *testing.B) {
	w := newWorld(b)
	value := clientcert.Encode(w.issuing.Issue(b, "laptop").Chain)
	for b.Loop() {
		w.gate.ServeHTTP(httptest.NewRecorder(), request(value))
	}
}

func serial(n int64) func(*x509.Certificate) {
	return func(c *x509.Certificate) { c.SerialNumber = big.NewInt(n) }
}

// unhang lets new calls through; those that wait go on waiting.
func (b *fakeBucket) unhang() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.stall = nil
}
