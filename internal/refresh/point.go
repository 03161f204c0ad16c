package refresh

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/sekisho/sekisho/internal/snapshot"
)

// point brings the manifest up to what the states say, and writes it only
// when that is another thing than it says already. The states are read after
// the manifest that is replaced, so that two runs at once never turn it back.
func (r *Refresher) point(ctx context.Context) error {
	for range tries {
		current, tag, err := r.manifest(ctx)
		if err != nil {
			return err
		}
		next, err := r.compose(ctx, current)
		if err != nil {
			return err
		}
		if reflect.DeepEqual(next.Lists, current.Lists) && next.Bundle == current.Bundle {
			return nil
		}
		err = r.saveManifest(ctx, next, tag)
		if !errors.Is(err, ErrOvertaken) && !errors.Is(err, ErrExists) {
			return err
		}
	}
	return fmt.Errorf("writing %s: %w, %d times: the next run tries again", snapshot.ManifestKey, ErrOvertaken, tries)
}

// manifest reads what is there; one that cannot be read is replaced.
func (r *Refresher) manifest(ctx context.Context) (snapshot.Manifest, string, error) {
	object, err := r.Bucket.Get(ctx, snapshot.ManifestKey)
	if errors.Is(err, ErrAbsent) {
		return snapshot.Manifest{}, "", nil
	}
	if err != nil {
		return snapshot.Manifest{}, "", fmt.Errorf("reading %s: %w", snapshot.ManifestKey, err)
	}
	current, err := snapshot.Decode(object.Body)
	if err != nil {
		return snapshot.Manifest{}, object.Tag, nil
	}
	return current, object.Tag, nil
}

// compose is the manifest that the states ask for. What the operator put into
// the present one stays.
func (r *Refresher) compose(ctx context.Context, current snapshot.Manifest) (snapshot.Manifest, error) {
	w := &world{states: map[string]tracked{}, identified: map[int64]identified{}}
	err := r.loadStates(ctx, w)
	if err != nil {
		return snapshot.Manifest{}, err
	}
	next := current
	next.Bundle = snapshot.Object{Key: r.Bundle.Key, SHA256: r.Bundle.SHA256}
	next.Lists = nil
	for _, identity := range w.identities() {
		state := w.states[identity].State
		if state.published() {
			next.Lists = append(next.Lists, listOf(state))
			continue
		}
		// Claimed but not stored yet: the list before it stays.
		before := slices.IndexFunc(current.Lists, func(l snapshot.List) bool { return l.Identity == identity })
		if before >= 0 {
			next.Lists = append(next.Lists, current.Lists[before])
		}
	}
	return next, nil
}

func listOf(state State) snapshot.List {
	return snapshot.List{
		Identity: state.Identity, Source: state.Source, Issuer: state.Issuer,
		SHA256: state.Accepted.SHA256, Number: state.Accepted.Number,
		ThisUpdate: state.Accepted.ThisUpdate, NextUpdate: state.Accepted.NextUpdate,
		Entries: state.Accepted.Entries, Index: state.Index,
	}
}

func (r *Refresher) saveManifest(ctx context.Context, next snapshot.Manifest, tag string) error {
	next.Written = r.Clock().UTC().Truncate(time.Second)
	text, err := next.Encode()
	if err != nil {
		return err
	}
	upload := Upload{Key: snapshot.ManifestKey, ContentType: "application/json", Create: tag == "", Replaces: tag}
	_, err = r.put(ctx, upload, text)
	if err != nil {
		return fmt.Errorf("writing %s: %w", snapshot.ManifestKey, err)
	}
	return nil
}
