package refresh

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/sekisho/sekisho/internal/snapshot"
)

// loadState reads the state of an identity; ErrAbsent gives an empty one.
func (r *Refresher) loadState(ctx context.Context, identity string) (tracked, error) {
	key := snapshot.StateKey(identity)
	object, err := r.Bucket.Get(ctx, key)
	if errors.Is(err, ErrAbsent) {
		return tracked{State: State{Identity: identity}}, nil
	}
	if err != nil {
		return tracked{}, fmt.Errorf("reading %s: %w", key, err)
	}
	state, err := decodeState(object.Body)
	if err != nil {
		return tracked{}, fmt.Errorf("reading %s: %w", key, err)
	}
	return tracked{State: state, tag: object.Tag}, nil
}

// saveState writes next in the place of the state that was read as before.
// ErrOvertaken says that another run wrote meanwhile.
func (r *Refresher) saveState(ctx context.Context, before tracked, next State) (tracked, error) {
	text, err := next.encode()
	if err != nil {
		return before, err
	}
	upload := Upload{Key: snapshot.StateKey(next.Identity), ContentType: "application/json"}
	upload.Create, upload.Replaces = before.tag == "", before.tag
	stored, err := r.put(ctx, upload, text)
	if errors.Is(err, ErrExists) {
		err = fmt.Errorf("%w: %w", ErrOvertaken, err)
	}
	if err != nil {
		return before, fmt.Errorf("writing %s: %w", upload.Key, err)
	}
	return tracked{State: next, tag: stored.Tag}, nil
}

func (r *Refresher) put(ctx context.Context, upload Upload, body []byte) (Stored, error) {
	upload.Body = bytes.NewReader(body)
	return r.Bucket.Put(ctx, upload)
}
