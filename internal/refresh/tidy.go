package refresh

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"time"

	"github.com/sekisho/sekisho/internal/snapshot"
)

const (
	// unusedKey is where it is remembered since when nothing points to an
	// object. It is a memory only: losing it puts the tidying off.
	unusedKey = statePrefix + "unused.json"
	// unusedFor is how long nothing must have pointed to an object before it
	// is deleted: a verifier may hold a manifest for minutes, and a person may
	// want to look at a list for days.
	unusedFor = 7 * 24 * time.Hour
	// tidyBatch bounds what is deleted in one run; the next one goes on.
	tidyBatch = 200
)

// ownName is a key that this package makes. In a bucket that others use too, what
// is called otherwise is theirs: AWS Private CA writes its lists under crl/.
var ownName = regexp.MustCompile(`^(crl/[0-9a-f]{64}\.pem|index/[0-9a-f]{64})$`)

// unused is the content of unusedKey, and the tag of its object.
type unused struct {
	Since map[string]time.Time `json:"since"`
	tag   string
}

// tidy deletes lists and indexes that nothing has pointed to for a week. It
// never goes by age alone: what is named by a state, by the manifest, by a list that is held back or by the
// trust store stays for as long as it is.
//
// The keys follow from the content, so another run may put the very same
// object under a key at the moment when it is deleted here. Publishing wins,
// in whatever order the calls take effect. A run writes the object first and
// its claim second; here the object is deleted first and the claims are read
// again second. If the deletion came first, the object is there. If it came
// after the write, either the claim is there when it is read again, or it is
// yet to be written. Then the inspection finds the object gone and has it made
// again: whoever deleted inspects with its next run, and whoever is cut off in
// between begins the next process with it; a claim that is even later is found
// out by the one after that, ten minutes on. Earlier versions stay in the bucket
// for weeks, so nothing is lost for good either.
func (r *Refresher) tidy(ctx context.Context, w *world, now time.Time) error {
	if r.preview || w.unseen != nil || !r.upkeep.dueAt(&r.upkeep.tidied, tidyEvery, now) {
		return nil
	}
	return r.tidyLists(ctx, w, now)
}

// tidied tidies up, and says what went wrong. That another run does the same is
// nothing.
func (r *Refresher) tidied(ctx context.Context, w *world, now time.Time) string {
	err := r.tidy(ctx, w, now)
	if err == nil || errors.Is(err, ErrOvertaken) || errors.Is(err, ErrExists) {
		return ""
	}
	return err.Error()
}

func (r *Refresher) tidyLists(ctx context.Context, w *world, now time.Time) error {
	keys, err := r.listed(ctx, "crl/", "index/")
	if err != nil {
		return err
	}
	keys = slices.DeleteFunc(keys, func(key string) bool { return !ownName.MatchString(key) })
	used, err := r.used(ctx, w)
	if err != nil {
		return err
	}
	before := r.loadUnused(ctx)
	since, due := before.sort(keys, used, now)
	if !maps.EqualFunc(since, before.Since, time.Time.Equal) {
		err = r.saveUnused(ctx, unused{Since: since, tag: before.tag})
		if err != nil {
			return err
		}
	}
	if len(due) == 0 {
		return nil
	}
	r.upkeep.hurry()
	if len(due) > tidyBatch {
		r.upkeep.goOn()
	}
	return r.discard(ctx, w, due[:min(len(due), tidyBatch)])
}

// sort says since when nothing has pointed to each object, and which of them
// are due.
func (u unused) sort(keys []string, used map[string]bool, now time.Time) (map[string]time.Time, []string) {
	since := map[string]time.Time{}
	var due []string
	for _, key := range keys {
		if used[key] {
			continue
		}
		first, known := u.Since[key]
		if !known || first.After(now) {
			first = now
		}
		since[key] = first
		if now.Sub(first) >= unusedFor {
			due = append(due, key)
		}
	}
	return since, due
}

// discard deletes objects, and looks whether somebody has come to need them.
func (r *Refresher) discard(ctx context.Context, w *world, keys []string) error {
	for _, key := range keys {
		err := r.Bucket.Delete(ctx, key, "")
		if err != nil {
			return fmt.Errorf("deleting what nothing points to: %w", err)
		}
	}
	used, err := r.used(ctx, w)
	if err != nil {
		return err
	}
	for _, key := range keys {
		if used[key] {
			return because(ObjectLost, fmt.Errorf("%s was published again while it was deleted: the next run makes it anew", key))
		}
	}
	return nil
}

// used are the keys that something points to now. Where that cannot be said of
// all, nothing is deleted.
func (r *Refresher) used(ctx context.Context, w *world) (map[string]bool, error) {
	keys := inUse{}
	manifest, err := r.loadManifest(ctx)
	if err != nil {
		return nil, err
	}
	states, err := r.loadStates(ctx)
	if err != nil {
		return nil, err
	}
	for _, list := range manifest.Lists {
		keys.add(list.SHA256)
		keys[list.Index.Key] = true
	}
	for _, state := range states {
		if state.unread != nil || state.lost != nil {
			return nil, fmt.Errorf("looking for what nothing points to: %w", errors.Join(state.unread, state.lost))
		}
		keys.addState(state.State)
	}
	for _, held := range w.inTrustStore() {
		keys.add(held.SHA256)
	}
	return keys, nil
}

// inUse are keys that something points to.
type inUse map[string]bool

// add takes the objects of a list to be in use.
func (u inUse) add(list string) { u[snapshot.ListKey(list)], u[snapshot.IndexKey(list)] = true, true }

func (u inUse) addState(state State) {
	u.add(state.Accepted.SHA256)
	u[state.List.Key], u[state.Index.Key] = true, true
	if state.Holding != nil {
		u.add(state.Holding.List.SHA256)
	}
}

// inTrustStore are the lists that the trust store holds.
func (w *world) inTrustStore() []Facts {
	w.mu.Lock()
	defer w.mu.Unlock()
	var lists []Facts
	for _, revocation := range w.view() {
		lists = append(lists, w.verdicts[revocation.ID].Facts)
	}
	return lists
}

func (r *Refresher) listed(ctx context.Context, prefixes ...string) ([]string, error) {
	var all []string
	for _, prefix := range prefixes {
		keys, err := r.Bucket.List(ctx, prefix)
		if err != nil {
			return nil, fmt.Errorf("listing %s: %w", prefix, err)
		}
		all = append(all, keys...)
	}
	slices.Sort(all)
	return all, nil
}

func (r *Refresher) loadUnused(ctx context.Context) unused {
	object, err := r.Bucket.Get(ctx, unusedKey)
	if err != nil {
		return unused{}
	}
	var known unused
	err = json.Unmarshal(object.Body, &known)
	if err != nil {
		known.Since = nil
	}
	known.tag = object.Tag
	return known
}

// saveUnused writes the memory, unless another run did meanwhile: that one
// tidies up then.
func (r *Refresher) saveUnused(ctx context.Context, known unused) error {
	text, err := json.MarshalIndent(known, "", "  ")
	if err != nil {
		return fmt.Errorf("encoding %s: %w", unusedKey, err)
	}
	upload := Upload{Key: unusedKey, ContentType: "application/json", Body: bytes.NewReader(append(text, '\n'))}
	upload.Create, upload.Replaces = known.tag == "", known.tag
	_, err = r.Bucket.Put(ctx, upload)
	if err != nil {
		return fmt.Errorf("writing %s: %w", unusedKey, err)
	}
	return nil
}
