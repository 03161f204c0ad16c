package refresh

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sekisho/sekisho/internal/crl"
)

// foreignKey is where the IDs are remembered that hold lists of other CAs.
// It is a memory only: losing it costs one look at each such list.
const foreignKey = "state/foreign.json"

// world is what a run sees before it does anything.
type world struct {
	states map[string]tracked
	// revocations is what the trust store shows; unseen is why it could not be
	// asked, and then nothing is added or removed.
	revocations []Revocation
	unseen      error
	// identified says which identity an ID belongs to, and what it holds.
	identified map[int64]identified
	foreign    []int64
}

// tracked is a state and the tag of the object that it was read from.
type tracked struct {
	State
	tag string
}

type identified struct {
	identity string
	facts    Facts
}

// foreignLists is the content of foreignKey. Another bundle makes other lists
// foreign.
type foreignLists struct {
	Bundle string  `json:"bundle"`
	IDs    []int64 `json:"ids"`
}

// look reads the states and the trust store, and identifies what nobody
// remembers. Only the states are indispensable: without them nobody can say
// which list is the newest.
func (r *Refresher) look(ctx context.Context, now time.Time) (*world, error) {
	w := &world{states: map[string]tracked{}, identified: map[int64]identified{}}
	err := r.loadStates(ctx, w)
	if err != nil {
		return nil, err
	}
	w.revocations, w.unseen = r.TrustStore.Revocations(ctx)
	if w.unseen != nil {
		w.unseen = fmt.Errorf("listing the revocations of the trust store: %w", w.unseen)
		return w, nil
	}
	return w, r.identify(ctx, w, now)
}

func (r *Refresher) loadStates(ctx context.Context, w *world) error {
	keys, err := r.Bucket.List(ctx, "state/")
	if err != nil {
		return fmt.Errorf("listing the states: %w", err)
	}
	for _, key := range keys {
		if key == foreignKey {
			continue
		}
		identity := strings.TrimSuffix(strings.TrimPrefix(key, "state/"), ".json")
		state, err := r.loadState(ctx, identity)
		if err != nil {
			return err
		}
		w.states[identity] = state
		for id, facts := range state.Known {
			w.identified[id] = identified{identity: identity, facts: facts}
		}
	}
	return nil
}

// identify finds out what the IDs hold that no state remembers.
func (r *Refresher) identify(ctx context.Context, w *world, now time.Time) error {
	known := r.loadForeign(ctx)
	for _, revocation := range w.revocations {
		_, ours := w.identified[revocation.ID]
		if ours {
			continue
		}
		if slices.Contains(known.IDs, revocation.ID) {
			w.foreign = append(w.foreign, revocation.ID)
			continue
		}
		err := r.identifyOne(ctx, w, revocation.ID, now)
		if err != nil {
			return err
		}
	}
	if !slices.Equal(known.IDs, w.foreign) {
		r.saveForeign(ctx, w.foreign)
	}
	return nil
}

// identifyOne reads a list back from the trust store. A list of no CA in the
// bundle, or one that does not bear its CA's signature, is not ours.
func (r *Refresher) identifyOne(ctx context.Context, w *world, id int64, now time.Time) error {
	text, err := r.Contents.RevocationContent(ctx, id)
	if errors.Is(err, ErrAbsent) {
		return nil
	}
	if err != nil {
		w.unseen = fmt.Errorf("reading back revocation %d: %w", id, err)
		return nil
	}
	c, err := r.examineContent(text, now)
	if err != nil {
		w.foreign = append(w.foreign, id)
		return nil
	}
	w.identified[id] = identified{identity: c.identity, facts: c.facts}
	return nil
}

// examineContent is examine for what a trust store holds. Its age is no
// matter here.
func (r *Refresher) examineContent(text []byte, now time.Time) (candidate, error) {
	lists, err := crl.Split(text)
	if err != nil {
		return candidate{}, fmt.Errorf("reading the content of a revocation: %w", err)
	}
	if len(lists) != 1 {
		return candidate{}, fmt.Errorf("reading the content of a revocation: %d lists, want one", len(lists))
	}
	return r.examine(lists[0], Source{MaxAge: 100 * 365 * 24 * time.Hour, AllowScoped: true}, now)
}

func (r *Refresher) loadForeign(ctx context.Context) foreignLists {
	var known foreignLists
	object, err := r.Bucket.Get(ctx, foreignKey)
	if err != nil {
		return foreignLists{}
	}
	err = json.Unmarshal(object.Body, &known)
	if err != nil || known.Bundle != r.Bundle.SHA256 {
		return foreignLists{}
	}
	return known
}

// saveForeign is a saving only, so its failure is no matter.
func (r *Refresher) saveForeign(ctx context.Context, ids []int64) {
	text, err := json.Marshal(foreignLists{Bundle: r.Bundle.SHA256, IDs: ids})
	if err != nil {
		return
	}
	_, _ = r.put(ctx, Upload{Key: foreignKey, ContentType: "application/json"}, text)
}

// observed is what the trust store shows, seen from one identity.
func (w *world) observed(identity string) Observed {
	var seen Observed
	for _, revocation := range w.revocations {
		of := w.identified[revocation.ID]
		if of.identity == identity {
			seen.Ours = append(seen.Ours, Held{Revocation: revocation, Facts: of.facts})
			continue
		}
		seen.OtherLists++
		seen.OtherEntries += revocation.Entries
	}
	return seen
}
