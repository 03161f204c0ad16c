package refresh

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/sekisho/sekisho/internal/snapshot"
)

// statePrefix is where the states lie.
const statePrefix = "state/"

// tracked is a state and the tag of the object that it was read from, empty
// when there is none.
type tracked struct {
	State
	tag string
	// lost says why the state had to be made anew from other sources.
	lost error
	// spoilt says why objects of the list have to be made anew.
	spoilt error
	// unread says why nothing may be done about this identity: the state is
	// there, but could not be had.
	unread error
}

// loadStates reads all states. Those that cannot be read say so themselves.
func (r *Refresher) loadStates(ctx context.Context) (map[string]tracked, error) {
	keys, err := r.Bucket.List(ctx, statePrefix)
	if err != nil {
		return nil, fmt.Errorf("listing the states: %w", err)
	}
	states := map[string]tracked{}
	for _, key := range keys {
		identity, isState := strings.CutSuffix(strings.TrimPrefix(key, statePrefix), ".json")
		if isState && key != verdictsKey && key != unusedKey {
			states[identity] = r.loadState(ctx, identity)
		}
	}
	return states, nil
}

// loadState reads the state of an identity, or finds none.
func (r *Refresher) loadState(ctx context.Context, identity string) tracked {
	key := snapshot.StateKey(identity)
	empty := State{Identity: identity, TrustStore: r.TrustStoreARN}
	object, err := r.Bucket.Get(ctx, key)
	if errors.Is(err, ErrAbsent) {
		return tracked{State: empty}
	}
	if err != nil {
		return tracked{State: empty, unread: fmt.Errorf("reading %s: %w", key, err)}
	}
	state, err := decodeState(object.Body, identity)
	if errors.Is(err, errNewer) {
		return tracked{State: empty, unread: fmt.Errorf("reading %s: %w", key, err)}
	}
	if err != nil {
		return tracked{State: empty, tag: object.Tag, lost: fmt.Errorf("reading %s: %w", key, err)}
	}
	return tracked{State: state.elsewhere(r.TrustStoreARN), tag: object.Tag}
}

// reloadState reads a state again that another run may have written meanwhile.
// Within a run a state does not get lost: what should be there and is not
// stops the run, and the next one makes it anew.
func (r *Refresher) reloadState(ctx context.Context, before tracked) (tracked, error) {
	now := r.loadState(ctx, before.Identity)
	switch {
	case now.unread != nil:
		return before, now.unread
	case now.lost != nil && now.tag != before.tag:
		return before, now.lost
	case now.tag == "" && before.tag != "":
		return before, fmt.Errorf("reading %s again: %w: the next run makes it anew", snapshot.StateKey(before.Identity), ErrAbsent)
	case now.tag == before.tag:
		return before, nil
	}
	return now, nil
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
