package refresh

import (
	"context"
	"slices"
	"strings"

	"github.com/sekisho/sekisho/internal/snapshot"
)

// brokenExecutors are refreshers that lack one safeguard each. The safeguard
// is taken away between the refresher and its ports, so that the code under
// test is the code that is deployed.
func brokenExecutors() map[string]tampering {
	return map[string]tampering{
		"remove before add": func(p *party, r *Refresher) { r.TrustStore = removesFirst{p} },
		"no read-back":      func(p *party, r *Refresher) { r.TrustStore = believes{p} },
		"no re-read of the claim": func(p *party, r *Refresher) {
			blind := &rereadsNothing{party: p, known: map[string]Object{}}
			r.Bucket, r.TrustStore = blind, blind
		},
		"no condition on the claim":         func(p *party, r *Refresher) { r.Bucket = overwrites{p} },
		"no tombstones":                     func(p *party, r *Refresher) { r.Bucket = forgetsRetired{p} },
		"no proof of life":                  func(p *party, r *Refresher) { r.Contents = believesInGhosts{p} },
		"no floor from the manifest":        func(p *party, r *Refresher) { r.Bucket = ignoresManifest{p} },
		"unknown IDs are not identified":    func(p *party, r *Refresher) { r.Contents = identifiesNothing{p} },
		"what is superseded is not removed": func(p *party, r *Refresher) { r.TrustStore = removesNothing{p} },
	}
}

// tampering changes the ports of a refresher.
type tampering func(*party, *Refresher)

// removesFirst makes room for a list before it is there.
type removesFirst struct{ *party }

func (t removesFirst) Add(ctx context.Context, list Stored) (Revocation, error) {
	there, err := t.Revocations(ctx)
	if err != nil {
		return Revocation{}, err
	}
	for _, revocation := range there {
		err = t.Remove(ctx, []int64{revocation.ID})
		if err != nil {
			return Revocation{}, err
		}
	}
	return t.party.Add(ctx, list)
}

// believes sees the right number of entries everywhere.
type believes struct{ *party }

func (t believes) Revocations(ctx context.Context) ([]Revocation, error) {
	found, err := t.party.Revocations(ctx)
	for i := range found {
		found[i].Entries = int64(t.cloud.buried[found[i].ID].list.facts.Entries)
	}
	return found, err
}

// rereadsNothing does not look at the claim again after an Add: it goes by
// what it knew before.
type rereadsNothing struct {
	*party
	known map[string]Object
	added bool
}

func (t *rereadsNothing) Add(ctx context.Context, list Stored) (Revocation, error) {
	t.added = true
	return t.party.Add(ctx, list)
}

func (t *rereadsNothing) Get(ctx context.Context, key string) (Object, error) {
	known, ok := t.known[key]
	if t.added && ok {
		t.added = false
		return known, nil
	}
	object, err := t.party.Get(ctx, key)
	if err == nil && isState(key) {
		t.known[key] = object
	}
	return object, err
}

func (t *rereadsNothing) Put(ctx context.Context, upload Upload) (Stored, error) {
	stored, err := t.party.Put(ctx, upload)
	if err == nil && isState(upload.Key) {
		t.known[upload.Key] = Object{Body: t.cloud.versions[stored.Version], Tag: stored.Tag}
	}
	return stored, err
}

func isState(key string) bool {
	return strings.HasPrefix(key, statePrefix) && key != verdictsKey && key != unusedKey
}

// overwrites writes states whatever others wrote meanwhile.
type overwrites struct{ *party }

func (t overwrites) Put(ctx context.Context, upload Upload) (Stored, error) {
	if isState(upload.Key) {
		upload.Create, upload.Replaces = false, ""
	}
	return t.party.Put(ctx, upload)
}

// forgetsRetired counts on IDs that were given up.
type forgetsRetired struct{ *party }

func (t forgetsRetired) Get(ctx context.Context, key string) (Object, error) {
	object, err := t.party.Get(ctx, key)
	if err != nil || !isState(key) {
		return object, err
	}
	identity := strings.TrimSuffix(strings.TrimPrefix(key, statePrefix), ".json")
	state, err := decodeState(object.Body, identity)
	if err != nil {
		return object, nil
	}
	state.Retired = nil
	object.Body, err = state.encode()
	return object, err
}

// believesInGhosts is told that every ID still holds what it once held.
type believesInGhosts struct{ *party }

func (t believesInGhosts) RevocationContent(ctx context.Context, id int64) ([]byte, error) {
	_, _ = t.party.RevocationContent(ctx, id)
	return t.cloud.buried[id].text, nil
}

// ignoresManifest finds nothing in the manifest about lost states.
type ignoresManifest struct{ *party }

func (t ignoresManifest) Get(ctx context.Context, key string) (Object, error) {
	object, err := t.party.Get(ctx, key)
	if err != nil || key != snapshot.ManifestKey {
		return object, err
	}
	manifest := t.cloud.manifest()
	manifest.Lists = slices.DeleteFunc(manifest.Lists, func(l snapshot.List) bool {
		_, there := t.cloud.objects[snapshot.StateKey(l.Identity)]
		return !there
	})
	object.Body, err = manifest.Encode()
	return object, err
}

// identifiesNothing takes every unknown list for somebody else's.
type identifiesNothing struct{ *party }

func (t identifiesNothing) RevocationContent(context.Context, int64) ([]byte, error) {
	return []byte("not a list"), nil
}

// removesNothing leaves everything in the trust store.
type removesNothing struct{ *party }

func (t removesNothing) Remove(context.Context, []int64) error { return nil }
