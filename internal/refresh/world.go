package refresh

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"
)

// world is what a run sees and has done so far. The sources of a run share it.
type world struct {
	// turn is held by whoever changes the trust store, so that each plan sees
	// what the one before it used of the quotas.
	turn sync.Mutex
	// looking is held by whoever asks what is in it.
	looking sync.Mutex
	// pointing is held by whoever writes the manifest. It is outdated once it
	// was found that others write it, too, or could not be read.
	pointing sync.Mutex
	manifest manifest
	outdated bool

	mu sync.Mutex
	// states are the latest that are known. Where one is lost, what the
	// manifest says of the list stands in.
	states map[string]tracked
	// blind is why nobody can say whether an identity is new: the memory that
	// would tell could not be read.
	blind error
	// shown is the latest answer of the trust store; unseen is why there is
	// none, and then nothing is added or removed.
	shown  []Revocation
	unseen error
	// seen and gone are what this run added and removed: answers that lag
	// behind change nothing about it.
	seen map[int64]Revocation
	gone map[int64]bool
	// verdicts say what the IDs hold; the remembered ones lie in the bucket.
	verdicts   map[int64]verdict
	remembered map[int64]verdict
}

// look reads the manifest, the states and the trust store, and identifies what
// nobody remembers. The manifest comes before the states, for the same reason
// as in point.
func (r *Refresher) look(ctx context.Context, now time.Time) (*world, error) {
	w := &world{states: map[string]tracked{}, seen: map[int64]Revocation{}, gone: map[int64]bool{}, verdicts: map[int64]verdict{}}
	w.manifest, w.blind = r.loadManifest(ctx)
	w.outdated = w.blind != nil
	states, err := r.loadStates(ctx)
	if err != nil {
		return nil, err
	}
	r.inspect(ctx, states, now)
	for _, state := range r.withFloors(states, w.manifest) {
		w.keep(state)
	}
	w.unseen = r.observe(ctx, w, now)
	return w, nil
}

// observe asks the trust store what is in force, and identifies what is new.
func (r *Refresher) observe(ctx context.Context, w *world, now time.Time) error {
	w.looking.Lock()
	defer w.looking.Unlock()
	shown, err := r.TrustStore.Revocations(ctx)
	if err != nil {
		return fmt.Errorf("listing the revocations of the trust store: %w", err)
	}
	err = r.identify(ctx, w, shown, now)
	if err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.shown = shown
	return nil
}

// view is what is in the trust store as far as this run knows, in the order of
// the IDs. The caller holds mu.
func (w *world) view() []Revocation {
	there := maps.Clone(w.seen)
	for _, revocation := range w.shown {
		there[revocation.ID] = revocation
	}
	maps.DeleteFunc(there, func(id int64, _ Revocation) bool { return w.gone[id] })
	return slices.SortedFunc(maps.Values(there), func(a, b Revocation) int { return cmp.Compare(a.ID, b.ID) })
}

// showing is what the latest answer says of an ID.
func (w *world) showing(id int64) (Revocation, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	at := slices.IndexFunc(w.shown, func(r Revocation) bool { return r.ID == id })
	if at < 0 {
		return Revocation{}, false
	}
	return w.shown[at], true
}

// holding is the list that an ID holds.
func (w *world) holding(id int64) Facts {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.verdicts[id].Facts
}

// observed is what the trust store holds, seen from one identity.
func (w *world) observed(identity string) Observed {
	w.mu.Lock()
	defer w.mu.Unlock()
	state := w.states[identity]
	var seen Observed
	for _, revocation := range w.view() {
		of := w.verdicts[revocation.ID]
		if of.Identity == identity {
			of.Facts.Overruled = state.overruled(of.Facts.SHA256)
			seen.Ours = append(seen.Ours, Held{Revocation: revocation, Facts: of.Facts})
			continue
		}
		seen.OtherLists++
		seen.OtherEntries += revocation.Entries
	}
	return seen
}

// foreign are the IDs that hold lists of nobody in the bundle.
func (w *world) foreign() []int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	var ids []int64
	for _, revocation := range w.view() {
		of, judged := w.verdicts[revocation.ID]
		if judged && of.Identity == "" {
			ids = append(ids, revocation.ID)
		}
	}
	return ids
}

// note keeps what this run put under an ID.
func (w *world) note(revocation Revocation, of verdict) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seen[revocation.ID], w.verdicts[revocation.ID] = revocation, of
}

// drop notes that an ID is gone.
func (w *world) drop(id int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.gone[id] = true
}

// keep notes a state that was read or written, and what it knows of IDs.
func (w *world) keep(state tracked) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.states[state.Identity] = state
	for id, facts := range state.Known {
		w.verdicts[id] = verdict{Identity: state.Identity, Facts: facts}
	}
}

// latest is a copy of the states as they are known now.
func (w *world) latest() map[string]tracked {
	w.mu.Lock()
	defer w.mu.Unlock()
	return maps.Clone(w.states)
}
