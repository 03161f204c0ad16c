package refresh

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"time"

	"github.com/sekisho/sekisho/internal/snapshot"
)

// manifest is the manifest and the tag of the object that it was read from.
type manifest struct {
	snapshot.Manifest
	tag string
}

// loadManifest reads what is there. One that cannot be read is an error and is
// never replaced: the operator's rules and denials stand in it too.
func (r *Refresher) loadManifest(ctx context.Context) (manifest, error) {
	object, err := r.Bucket.Get(ctx, snapshot.ManifestKey)
	if errors.Is(err, ErrAbsent) {
		return manifest{}, nil
	}
	if err != nil {
		return manifest{}, fmt.Errorf("reading %s: %w", snapshot.ManifestKey, err)
	}
	current, err := snapshot.Decode(object.Body)
	if err != nil {
		return manifest{}, fmt.Errorf("reading %s: %w: restore an earlier version of the object, or delete it to have it made anew without policy and denials", snapshot.ManifestKey, err)
	}
	return manifest{Manifest: current, tag: object.Tag}, nil
}

// point brings the manifest up to what the states say, and writes it only when
// that is another thing than it says already. Whoever writes has read the
// states after the manifest that is replaced, so two runs at once never turn
// it back.
func (r *Refresher) point(ctx context.Context, w *world) error {
	w.pointing.Lock()
	defer w.pointing.Unlock()
	for range tries {
		current, states, err := r.pointable(ctx, w)
		if err != nil {
			return err
		}
		next := r.compose(current.Manifest, states)
		if reflect.DeepEqual(next.Lists, current.Lists) && next.Bundle == current.Bundle {
			return nil
		}
		w.manifest, err = r.saveManifest(ctx, next, current.tag)
		if err == nil {
			return nil
		}
		w.outdated = true
		if !errors.Is(err, ErrOvertaken) && !errors.Is(err, ErrExists) {
			return err
		}
	}
	return fmt.Errorf("writing %s: %w, %d times: the next run tries again", snapshot.ManifestKey, ErrOvertaken, tries)
}

// pointable is the manifest, and states that are no older than it. What the
// run remembers will do as long as nobody else has written the manifest.
func (r *Refresher) pointable(ctx context.Context, w *world) (manifest, map[string]tracked, error) {
	if !w.outdated {
		return w.manifest, w.latest(), nil
	}
	current, err := r.loadManifest(ctx)
	if err != nil {
		return manifest{}, nil, err
	}
	states, err := r.loadStates(ctx)
	return current, states, err
}

// compose is the manifest that the states ask for. Where a state is not at
// hand, the list that is there stays, and so does what the operator put in.
func (r *Refresher) compose(current snapshot.Manifest, states map[string]tracked) snapshot.Manifest {
	lists := map[string]snapshot.List{}
	for _, list := range current.Lists {
		lists[list.Identity] = list
	}
	for identity, state := range states {
		if state.published() {
			lists[identity] = listOf(state.State)
		}
		if state.Ended {
			delete(lists, identity)
		}
	}
	next := current
	next.Bundle = snapshot.Object{Key: r.Bundle.Key, SHA256: r.Bundle.SHA256}
	next.Lists = nil
	for _, identity := range slices.Sorted(maps.Keys(lists)) {
		next.Lists = append(next.Lists, lists[identity])
	}
	return next
}

func listOf(state State) snapshot.List {
	return snapshot.List{
		Identity: state.Identity, Source: state.Source, Issuer: state.Issuer,
		SHA256: state.Accepted.SHA256, Number: state.Accepted.Number,
		ThisUpdate: state.Accepted.ThisUpdate, NextUpdate: state.Accepted.NextUpdate,
		Entries: state.Accepted.Entries, Index: state.Index,
	}
}

// withFloors has the manifest stand in for states that are lost: what it says
// of a list is no less than what was accepted.
func (r *Refresher) withFloors(states map[string]tracked, from manifest) map[string]tracked {
	for _, list := range from.Lists {
		state, there := states[list.Identity]
		if there && state.lost == nil {
			continue
		}
		if !there {
			state.lost = fmt.Errorf("reading %s: %w", snapshot.StateKey(list.Identity), ErrAbsent)
		}
		state.State = State{
			Identity: list.Identity, TrustStore: r.TrustStoreARN, Source: list.Source, Issuer: list.Issuer,
			Accepted: Facts{
				SHA256: list.SHA256, Number: list.Number, Entries: list.Entries,
				ThisUpdate: list.ThisUpdate, NextUpdate: list.NextUpdate,
			},
		}
		states[list.Identity] = state
	}
	return states
}

func (r *Refresher) saveManifest(ctx context.Context, next snapshot.Manifest, tag string) (manifest, error) {
	next.Written = r.Clock().UTC().Truncate(time.Second)
	text, err := next.Encode()
	if err != nil {
		return manifest{}, err
	}
	upload := Upload{Key: snapshot.ManifestKey, ContentType: "application/json", Create: tag == "", Replaces: tag}
	stored, err := r.put(ctx, upload, text)
	if err != nil {
		return manifest{}, fmt.Errorf("writing %s: %w", snapshot.ManifestKey, err)
	}
	return manifest{Manifest: next, tag: stored.Tag}, nil
}
