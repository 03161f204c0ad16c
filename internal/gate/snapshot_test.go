package gate

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/clientcert"
	"github.com/sekisho/sekisho/internal/pkitest"
	"github.com/sekisho/sekisho/internal/snapshot"
)

func TestRevokedAfterTheSnapshotWasLoaded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	leaf := w.issuing.Issue(t, "laptop")
	w.want(w.show(leaf), 200, "")
	w.publish(w.root.CRL(t), revoke(w.issuing, t, 2, leaf.Cert.SerialNumber))

	w.clock.move(5*time.Second - 1)
	w.want(w.show(leaf), 200, "") // within maxSnapshotAge
	w.clock.move(1)
	w.want(w.show(leaf), 403, "revoked")
}

// A function that was frozen must look before it decides, whatever its clocks
// did meanwhile.
func TestFirstRequestAfterAFreeze(t *testing.T) {
	t.Parallel()
	for name, frozen := range map[string]time.Duration{
		"a moment beyond the age": 5 * time.Second, "an hour": time.Hour, "clock set back": -time.Hour, "clock set back by a moment": -1,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			leaf := w.issuing.Issue(t, "laptop")
			w.want(w.show(leaf), 200, "")
			w.publish(w.root.CRL(t), revoke(w.issuing, t, 2, leaf.Cert.SerialNumber))
			w.clock.move(frozen)
			w.want(w.show(leaf), 403, "revoked")
		})
	}
}

func TestSnapshotIsAskedForOnlyWhenOld(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	leaf := w.issuing.Issue(t, "laptop")
	for range 3 {
		w.want(w.show(leaf), 200, "")
	}
	asked, reads := w.bucket.count()
	if asked != cold || len(reads) != 4 {
		t.Fatalf("first load: asked %d times and read %v, want manifest, bundle and two indexes once", asked, reads)
	}
	w.clock.move(5 * time.Second)
	w.want(w.show(leaf), 200, "")
	asked, reads = w.bucket.count()
	if asked != cold+look || reads[snapshot.ManifestKey] != 1 {
		t.Errorf("unchanged: asked %d times and read %v, want one more look and no more bodies", asked, reads)
	}
	w.publish(w.root.CRL(t), revoke(w.issuing, t, 2))
	unchanged := w.manifest(w.root.CRL(t))
	w.clock.move(5 * time.Second)
	w.want(w.show(leaf), 200, "")
	_, reads = w.bucket.count()
	for key, n := range reads {
		if key != snapshot.ManifestKey && n != 1 {
			t.Errorf("%s was read %d times, want once; %v", key, n, unchanged.Lists)
		}
	}
}

func TestBucketThatFails(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	leaf := w.issuing.Issue(t, "laptop")
	w.want(w.show(leaf), 200, "")
	w.bucket.failWith(errors.New("connection refused"))

	w.clock.move(5 * time.Minute)
	w.want(w.show(leaf), 200, "") // to the last moment of the grace
	w.clock.move(1)
	w.want(w.show(leaf), 503, "snapshot-unavailable")
	w.want(w.ask(), 401, "no-certificate") // needs no snapshot
	if !strings.Contains(w.log.String(), "connection refused") {
		t.Errorf("log: got %s, want the failure", w.log.String())
	}

	w.bucket.failWith(nil)
	w.clock.move(retryPause)
	w.want(w.show(leaf), 200, "")
}

func TestBucketThatFailsIsLeftInPeaceForAMoment(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	leaf := w.issuing.Issue(t, "laptop")
	w.bucket.failWith(errors.New("slow down"))
	for range 10 {
		w.want(w.show(leaf), 503, "snapshot-unavailable")
	}
	asked, _ := w.bucket.count()
	if asked != look {
		t.Errorf("asked %d times within a moment, want one look", asked)
	}
	w.clock.move(retryPause)
	w.show(leaf)
	asked, _ = w.bucket.count()
	if asked != 2*look {
		t.Errorf("asked %d times after the pause, want two looks", asked)
	}
}

// With the clock set back nobody knows how old the snapshot is.
func TestClockSetBackWhileTheBucketFails(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	leaf := w.issuing.Issue(t, "laptop")
	w.want(w.show(leaf), 200, "")
	w.bucket.failWith(errors.New("gone"))
	w.clock.move(-time.Second)
	w.want(w.show(leaf), 503, "snapshot-unavailable")
	w.clock.move(time.Second + time.Minute)
	w.want(w.show(leaf), 200, "") // the clock was put right
}

func TestNoGraceMeansNone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *Config) { c.MaxSnapshotAge, c.SnapshotGrace = 0, 0 })
	leaf := w.issuing.Issue(t, "laptop")
	w.want(w.show(leaf), 200, "")
	w.want(w.show(leaf), 200, "")
	asked, _ := w.bucket.count()
	if asked != cold+look {
		t.Errorf("asked %d times, want those of the load and of one look before the second decision", asked)
	}
	w.bucket.failWith(errors.New("gone"))
	w.clock.move(1)
	w.want(w.show(leaf), 503, "snapshot-unavailable")
}

func TestSnapshotComesAfterTheStart(t *testing.T) {
	t.Parallel()
	w := newUnpublishedWorld(t)
	leaf := w.issuing.Issue(t, "laptop")
	err := w.gate.Load(t.Context())
	if err == nil || !strings.Contains(err.Error(), "the refresher has not written one yet") {
		t.Errorf("load: got %v, want what to wait for", err)
	}
	w.publish(w.root.CRL(t), w.issuing.CRL(t))
	w.clock.move(retryPause)
	w.want(w.show(leaf), 200, "")
}

func TestSnapshotThatIsNotTrustworthy(t *testing.T) {
	t.Parallel()
	flip := func(body []byte) []byte { body[len(body)/2] ^= 1; return body }
	cases := []struct {
		name  string
		spoil func(*world)
		log   string
	}{
		{"manifest of another bundle", func(w *world) {
			m := w.manifest(w.root.CRL(t), w.issuing.CRL(t))
			m.Bundle.SHA256 = w.normalise(pkitest.NewCA(t, "evil").Cert).SHA256
			w.putManifest(m)
		}, "was deployed with"},
		{"another bundle under the deployed key", func(w *world) {
			w.bucket.damage(snapshot.BundleKey(w.bundle.SHA256), func([]byte) []byte { return w.normalise(pkitest.NewCA(t, "evil").Cert).PEM })
		}, "holds other bytes than its hash says"},
		{"bundle gone", func(w *world) { w.bucket.remove(snapshot.BundleKey(w.bundle.SHA256)) }, "reading the CA bundle"},
		{"index damaged", func(w *world) { w.bucket.damage(w.indexKey(1), flip) }, "reading the index of"},
		{"index cut short", func(w *world) { w.bucket.damage(w.indexKey(1), func(b []byte) []byte { return b[:len(b)-1] }) }, "holds other bytes than its hash says"},
		{"index gone", func(w *world) { w.bucket.remove(w.indexKey(0)) }, "file does not exist"},
		{"index of another list", func(w *world) {
			m := w.manifest(w.root.CRL(t), w.issuing.CRL(t))
			m.Lists[0].Index = m.Lists[1].Index
			w.putManifest(m)
		}, "it is the index of another list"},
		{"index of an older list of the same issuer", func(w *world) {
			m := w.manifest(w.root.CRL(t), w.issuing.CRL(t))
			m.Lists[1].SHA256 = w.index("newer", revoke(w.issuing, t, 2)).SHA256
			w.putManifest(m)
		}, "it is the index of another list"},
		{"index of another identity", func(w *world) {
			m := w.manifest(w.root.CRL(t), w.issuing.CRL(t))
			m.Lists[0].Identity = m.Lists[1].Identity
			w.putManifest(m)
		}, "it is the index of another list"},
		{"no index but its hash fits", func(w *world) {
			m := w.manifest(w.root.CRL(t), w.issuing.CRL(t))
			m.Lists[0].Index = snapshot.Object{Key: "index/junk", SHA256: hexSHA256([]byte("junk"))}
			w.bucket.put("index/junk", []byte("junk"))
			w.putManifest(m)
		}, "opening the index of"},
		{"manifest is no JSON", func(w *world) { w.bucket.put(snapshot.ManifestKey, []byte("<html>")) }, "decoding the snapshot manifest"},
		{"manifest empty", func(w *world) { w.bucket.put(snapshot.ManifestKey, []byte{}) }, "decoding the snapshot manifest"},
		{"manifest of another format", func(w *world) { w.bucket.put(snapshot.ManifestKey, []byte(`{"format":2}`)) }, "format 2, want 1"},
		{"manifest gone", func(w *world) { w.bucket.remove(snapshot.ManifestKey) }, "has not written one yet"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			leaf := w.issuing.Issue(t, "laptop")
			c.spoil(w)
			w.want(w.show(leaf), 503, "snapshot-unavailable")
			if !strings.Contains(w.log.String(), c.log) {
				t.Errorf("log: got %s, want %q", w.log.String(), c.log)
			}
		})
	}
}

// What is not trustworthy does not displace what is, and not for ever.
func TestSnapshotInUseSurvivesABadOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	leaf := w.issuing.Issue(t, "laptop")
	w.want(w.show(leaf), 200, "")
	m := w.manifest(w.root.CRL(t), revoke(w.issuing, t, 2, leaf.Cert.SerialNumber))
	w.bucket.damage(m.Lists[1].Index.Key, func([]byte) []byte { return nil })
	w.putManifest(m)
	w.clock.move(time.Minute)
	w.want(w.show(leaf), 200, "")
	w.clock.move(5 * time.Minute)
	w.want(w.show(leaf), 503, "snapshot-unavailable")
}

// An empty manifest is not an unchanged one.
func TestEmptyManifestIsNotUnchanged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	leaf := w.issuing.Issue(t, "laptop")
	w.want(w.show(leaf), 200, "")
	w.bucket.put(snapshot.ManifestKey, nil)
	for range 4 {
		w.clock.move(2 * time.Minute)
		w.show(leaf)
	}
	w.want(w.show(leaf), 503, "snapshot-unavailable")
}

// indexKey is where the index of a source lies that is published now.
func (w *world) indexKey(source int) string {
	w.tb.Helper()
	w.bucket.mu.Lock()
	defer w.bucket.mu.Unlock()
	m, err := snapshot.Decode(w.bucket.objects[snapshot.ManifestKey])
	if err != nil {
		w.tb.Fatal(err)
	}
	return m.Lists[source].Index.Key
}

func (b *fakeBucket) remove(key string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.objects, key)
	b.deleted[key] = true
}

// Manifests that cannot be used, one after the other, leave nothing behind but
// the lists of the last.
func TestIndexesAreNotHeapedUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	leaf := w.issuing.Issue(t, "laptop")
	w.want(w.show(leaf), 200, "")
	for number := range int64(4) {
		m := w.manifest(w.root.CRL(t), revoke(w.issuing, t, number+2))
		m.Lists = append(m.Lists, m.Lists[0])
		m.Lists[2].Index = snapshot.Object{Key: "index/none", SHA256: strings.Repeat("0", 64)}
		w.putManifest(m)
		w.clock.move(5 * time.Second)
		w.want(w.show(leaf), 200, "")
	}
	if got := len(w.gate.holder.loader.indexes); got > 2 {
		t.Errorf("%d indexes are kept, want those of the last manifest that could be read", got)
	}
}

func TestConfigIsChecked(t *testing.T) {
	t.Parallel()
	good := Config{Header: clientcert.DefaultHeader, BundleKey: "ca/x.pem", BundleSHA256: strings.Repeat("0", 64)}
	cases := []struct {
		name string
		edit func(*Config)
		want string
	}{
		{"no header", func(c *Config) { c.Header = "" }, "no header is named"},
		{"no bundle", func(c *Config) { c.BundleKey = "" }, "the CA bundle needs"},
		{"hash too short", func(c *Config) { c.BundleSHA256 = "00" }, "the CA bundle needs"},
		{"hash in upper case", func(c *Config) { c.BundleSHA256 = strings.Repeat("A", 64) }, "the CA bundle needs"},
		{"negative age", func(c *Config) { c.MaxSnapshotAge = -1 }, "cannot be negative"},
		{"negative grace", func(c *Config) { c.SnapshotGrace = -1 }, "cannot be negative"},
	}
	for _, c := range cases {
		config := good
		c.edit(&config)
		_, err := New(newFakeBucket(t), config, time.Now, nil)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want an error with %q", c.name, err, c.want)
		}
	}
}
