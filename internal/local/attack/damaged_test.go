package attack

import (
	"bytes"
	"crypto/x509"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/pkitest"
	"github.com/sekisho/sekisho/internal/settings"
	"github.com/sekisho/sekisho/internal/snapshot"
)

// mishap is something that happens to the bucket.
type mishap struct {
	name string
	// happens changes the bucket.
	happens func(b *bucket)
	// want is what a good client gets afterwards, warm what it gets from a
	// function that had read everything before; revoked is for a revoked one.
	want, warm, revoked verdict
}

// overADamagedBucket has functions decide from what an attacker, or an
// accident, left in the bucket.
func (s *suite) overADamagedBucket(t *testing.T) {
	w := startTwin(t, s.house)
	b := openBucket(t, w)
	given := verifySettings(t, w)
	given.Gate.MaxSnapshotAge, given.Gate.SnapshotGrace = 0, 0
	good, stolen := carrying(of(s.house.good).value()).json(t), carrying(of(s.house.stolen).value()).json(t)
	for _, m := range slices.Concat(brokenManifests(t, s.house), brokenObjects(s.house, given), lateLists(t, s.house)) {
		judge := func(name string, want verdict, got answer) {
			s.tally.judge(t, "over a damaged bucket", name, want, got)
		}
		before := startFunction(t, w, given)
		judge("before anything happens", served(s.house.good.Cert), before.ask(t, good))
		m.happens(b)
		judge(m.name+byWhom+"a good client, function warm", m.warm, before.ask(t, good))
		after := startFunction(t, w, given)
		judge(m.name+byWhom+"a good client", m.want, after.ask(t, good))
		judge(m.name+byWhom+"a revoked client", m.revoked, after.ask(t, stolen))
		s.unharmed(t, before, after)
		b.restore()
	}
	s.withoutItsRules(t, w, b, given)
	s.withoutABucket(t, w, given)
}

// withoutItsRules has functions start after the policy, or the deny list, was
// deleted: they cannot know what it said.
func (s *suite) withoutItsRules(t *testing.T, w *twin, b *bucket, given settings.Verify) {
	good := carrying(of(s.house.good).value()).json(t)
	for key, open := range map[string]string{snapshot.PolicyKey: `{"format": 1, "rules": []}`, snapshot.DenyKey: `{"format": 1, "deny": []}`} {
		b.put(key, []byte(open))
		b.remove(key)
		before := startFunction(t, w, given)
		s.tally.judge(t, "over a damaged bucket", key+" deleted", undecided("snapshot-unavailable"), before.ask(t, good))
		b.put(key, []byte(open))
		after := startFunction(t, w, given)
		s.tally.judge(t, "over a damaged bucket", key+" open on purpose", served(s.house.good.Cert), after.ask(t, good))
		s.unharmed(t, before, after)
	}
}

// withoutABucket has functions start where there is nothing to decide from.
func (s *suite) withoutABucket(t *testing.T, w *twin, given settings.Verify) {
	good := carrying(of(s.house.good).value()).json(t)
	nowhere := *w
	nowhere.AWSEndpoint = "http://127.0.0.1:1"
	elsewhere := given
	elsewhere.Bucket = "another"
	for name, f := range map[string]*function{
		"no answer from the bucket": startFunction(t, &nowhere, given),
		"no such bucket":            startFunction(t, w, elsewhere),
	} {
		s.tally.judge(t, "over a damaged bucket", name, undecided("snapshot-unavailable"), f.ask(t, good))
		s.unharmed(t, f)
	}
}

func (s *suite) unharmed(t *testing.T, functions ...*function) {
	t.Helper()
	for _, f := range functions {
		state := f.State()
		if state.Restarts != 0 || state.LastFailure != "" {
			t.Errorf("the function was restarted %d times: %s", state.Restarts, state.LastFailure)
		}
		err := f.Close()
		if err != nil {
			t.Error(err)
		}
	}
}

// lost is a mishap after which nothing can be decided.
func lost(name string, happens func(*bucket)) mishap {
	v := undecided("snapshot-unavailable")
	return mishap{name, happens, v, v, v}
}

func brokenManifests(t *testing.T, h *house) []mishap {
	text := func(name, text string) mishap {
		return lost("manifest "+name, func(b *bucket) { b.put(snapshot.ManifestKey, []byte(text)) })
	}
	edit := func(name string, edit func(*bucket, *snapshot.Manifest)) mishap {
		return lost("manifest "+name, func(b *bucket) {
			m := b.manifest(h)
			edit(b, &m)
			b.putManifest(m)
		})
	}
	unlisted := func(name string, revoked verdict, leave func(*bucket, *snapshot.Manifest)) mishap {
		m := edit(name, leave)
		m.want, m.warm, m.revoked = undecided("revocation-unavailable"), undecided("revocation-unavailable"), revoked
		return m
	}
	without := func(ca *pkitest.CA) func(*bucket, *snapshot.Manifest) {
		return func(b *bucket, m *snapshot.Manifest) {
			list := *b.of(*m, ca)
			m.Lists = slices.DeleteFunc(m.Lists, func(l snapshot.List) bool { return l.Identity == list.Identity })
		}
	}
	return []mishap{
		unlisted("without lists", undecided("revocation-unavailable"), func(_ *bucket, m *snapshot.Manifest) { m.Lists = nil }),
		unlisted("without the list of the client's CA", undecided("revocation-unavailable"), without(h.issuing)),
		unlisted("without the list of the CA above", refused("revoked"), without(h.root)),
		lost("no manifest", func(b *bucket) { b.remove(snapshot.ManifestKey) }),
		text("empty", ""), text("that is a page", "<!doctype html>"), text("that is null", "null"), text("without content", "{}"),
		lost("manifest cut short", func(b *bucket) {
			whole := b.get(snapshot.ManifestKey)
			b.put(snapshot.ManifestKey, whole[:len(whole)/2])
		}),
		lost("manifest of another format", func(b *bucket) {
			b.put(snapshot.ManifestKey, bytes.Replace(b.get(snapshot.ManifestKey), []byte(`"format": 1`), []byte(`"format": 2`), 1))
		}),
		edit("of another bundle", func(_ *bucket, m *snapshot.Manifest) { m.Bundle.SHA256 = strings.Repeat("0", 64) }),
		edit("with one list's index for another's", func(b *bucket, m *snapshot.Manifest) { b.of(*m, h.issuing).Index = b.of(*m, h.other).Index }),
		edit("with one list's identity for another's", func(b *bucket, m *snapshot.Manifest) { b.of(*m, h.issuing).Identity = b.of(*m, h.other).Identity }),
		edit("with another hash of a list", func(b *bucket, m *snapshot.Manifest) { b.of(*m, h.issuing).SHA256 = strings.Repeat("0", 64) }),
		edit("with another hash of an index", func(b *bucket, m *snapshot.Manifest) { b.of(*m, h.issuing).Index.SHA256 = strings.Repeat("0", 64) }),
		edit("with an index that is not there", func(b *bucket, m *snapshot.Manifest) {
			b.of(*m, h.issuing).Index = snapshot.Object{Key: "index/none", SHA256: strings.Repeat("0", 64)}
		}),
		lost("other bundle, with everything that belongs to it", func(b *bucket) { takeover(t, b) }),
	}
}

// takeover is what somebody would write who wants to be trusted: a bundle, a
// list and a manifest, each as it should be, of a CA of their own.
func takeover(t *testing.T, b *bucket) {
	t.Helper()
	ca := pkitest.NewCA(t, "Root", current)
	bundle := pkitest.PEM(ca.Cert)
	place := snapshot.Object{Key: snapshot.BundleKey(fingerprint(bundle)), SHA256: fingerprint(bundle)}
	b.put(place.Key, bundle)
	b.putManifest(snapshot.Manifest{Bundle: place, Lists: []snapshot.List{b.publish(ca, list(t, ca))}})
}

// brokenObjects are objects with other bytes than their names say. A function
// that has read the true ones goes on with them.
func brokenObjects(h *house, given settings.Verify) []mishap {
	object := func(name string, place func(*bucket) string, change func([]byte) []byte) mishap {
		m := lost(name, func(b *bucket) {
			key := place(b)
			b.put(key, change(b.get(key)))
		})
		m.warm = served(h.good.Cert)
		return m
	}
	index := func(b *bucket) string { return b.of(b.manifest(h), h.issuing).Index.Key }
	bundle := func(*bucket) string { return given.BundleKey }
	cut := func(body []byte) []byte { return body[:len(body)-1] }
	flip := func(body []byte) []byte { body[len(body)/2] ^= 1; return body }
	grow := func(body []byte) []byte { return append(body, body...) }
	none := func([]byte) []byte { return nil }
	removed := lost("index gone", func(b *bucket) { b.remove(index(b)) })
	removed.warm = served(h.good.Cert)
	return []mishap{
		removed,
		object("index cut short", index, cut), object("index with a flipped bit", index, flip),
		object("index twice", index, grow), object("index empty", index, none),
		object("bundle cut short", bundle, cut), object("bundle with a flipped bit", bundle, flip),
		object("bundle twice", bundle, grow), object("bundle empty", bundle, none),
		object("bundle with a CA more", bundle, func(body []byte) []byte { return append(body, body[:bytes.Index(body, []byte("-----END"))]...) }),
	}
}

// lateLists are lists that are authentic, and not of now.
func lateLists(t *testing.T, h *house) []mishap {
	dated := func(name string, from, to time.Duration, revoked verdict) mishap {
		v := undecided("revocation-unavailable")
		return mishap{name, func(b *bucket) {
			m := b.manifest(h)
			*b.of(m, h.issuing) = b.publish(h.issuing, h.issuing.CRLWith(t, func(l *x509.RevocationList) {
				l.Number, l.ThisUpdate, l.NextUpdate = big.NewInt(2), time.Now().Add(from), time.Now().Add(to)
				l.RevokedCertificateEntries = []x509.RevocationListEntry{{SerialNumber: h.stolen.Cert.SerialNumber, RevocationTime: l.ThisUpdate}}
			}))
			b.putManifest(m)
		}, v, v, revoked}
	}
	return []mishap{
		dated("list past its next update", -2*time.Hour, -time.Minute, refused("revoked")),
		dated("list of tomorrow", 24*time.Hour, 48*time.Hour, refused("revoked")),
	}
}
