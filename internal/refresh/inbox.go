package refresh

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"path"
	"strings"
	"time"

	"github.com/sekisho/sekisho/internal/crl"
)

const (
	// inboxName is the source of what no source owns, in reports.
	inboxName = "inbox"
	// refusedPrefix is where refused objects of the inbox lie, with the time
	// before their name, until the bucket's lifecycle deletes them. It is outside
	// of the inbox, so that nobody looks at them again and no event comes of them.
	refusedPrefix = "refused/"
	refusedStamp  = "20060102T150405Z"
	// inboxBatch is how many objects a run deals with; the next ones do the
	// rest.
	inboxBatch = 100
)

// drop is an object in the inbox.
type drop struct {
	key string
	Object
	lists []*candidate
	// refused is why some of it can never be read; rejected says that a list in
	// it was refused when it came to it.
	refused  error
	rejected bool
	// waits says that it has to stay: something failed that may not the next
	// time, or a list is held back for an operator.
	waits bool
}

// settleDropped deals with what lies in the inbox, before any source is asked:
// who drops a list there does not want to wait for a server.
//
// An object is a delivery like any other and passes the same checks. A list
// whose identity belongs to a source goes that source's way, with its limits
// and guards. When all of it was dealt with, the object is deleted: the very
// one that was read, since a new one may have come under its name.
func (r *Refresher) settleDropped(ctx context.Context, w *world, now time.Time) []Outcome {
	var outcomes []Outcome
	keys, err := r.Bucket.List(ctx, inboxPrefix)
	if err != nil {
		outcomes = append(outcomes, undelivered(inboxPrefix, fmt.Errorf("looking into %s: %w", inboxPrefix, err)))
	}
	until := r.inboxUntil(ctx)
	for _, key := range r.polled.turn(keys) {
		if r.Clock().After(until) {
			break
		}
		outcomes = append(outcomes, r.settleDrop(ctx, w, key, now)...)
		r.polled.dealtWith(key)
	}
	return outcomes
}

// inboxUntil leaves the sources two thirds of the time, however much was
// dropped.
func (r *Refresher) inboxUntil(ctx context.Context) time.Time {
	now := r.Clock()
	deadline, bounded := ctx.Deadline()
	if !bounded {
		return now.Add(time.Minute)
	}
	return now.Add(deadline.Sub(now) / 3)
}

func (r *Refresher) settleDrop(ctx context.Context, w *world, key string, now time.Time) []Outcome {
	d := &drop{key: key}
	err := r.open(ctx, d, now)
	if errors.Is(err, ErrAbsent) {
		return nil
	}
	var outcomes []Outcome
	for _, list := range d.lists {
		if ctx.Err() != nil {
			d.waits = true
			break
		}
		outcomes = append(outcomes, r.settleList(ctx, w, d, list, now))
	}
	if !r.preview {
		err = errors.Join(err, r.clear(ctx, d, now))
	}
	err = errors.Join(d.refused, err)
	if err != nil {
		outcomes = append(outcomes, undelivered(key, err))
	}
	return outcomes
}

// open reads an object and checks all that needs no memory. What cannot be read
// now stays; what can never be read is refused.
func (r *Refresher) open(ctx context.Context, d *drop, now time.Time) error {
	object, err := r.Bucket.Get(ctx, d.key)
	if err != nil && reasonOf(err) == Reason(crl.ReasonTooLarge) {
		d.Tag = object.Tag
		d.refused = &crl.RefusedError{Reason: crl.ReasonTooLarge, Detail: err.Error()}
		return nil
	}
	if err != nil {
		d.waits = true
		return fmt.Errorf("reading what was dropped: %w", err)
	}
	d.Object = object
	lists, err := crl.Split(object.Body)
	if err != nil {
		d.refused = fmt.Errorf("reading %s: %w", d.key, err)
		return nil
	}
	d.lists, err = r.examineAll(ctx, lists, keptPolicy(), now)
	if ctx.Err() != nil {
		d.waits = true
		return fmt.Errorf("checking %s: %w", d.key, err)
	}
	if err != nil {
		d.refused = fmt.Errorf("checking %s: %w", d.key, err)
	}
	return nil
}

// settleList puts one list where it belongs.
func (r *Refresher) settleList(ctx context.Context, w *world, d *drop, list *candidate, now time.Time) Outcome {
	source := r.ownerOf(w, list.identity)
	s := r.begin(w, list.identity, source, now)
	s.list = list.due(source.policy())
	s.outcome.Source, s.outcome.URL = inboxName, d.key
	outcome := r.settleOne(ctx, s)
	list.release()
	switch {
	case outcome.holdsBack(list.facts), s.refused == nil && !outcome.taken:
		d.waits = true
	case s.refused != nil:
		d.rejected = true
	}
	return outcome
}

// holdsBack says that it is this very list that waits for an operator.
func (o Outcome) holdsBack(list Facts) bool {
	return o.Action == Hold && o.Holding != nil && o.Holding.List.SHA256 == list.SHA256
}

// ownerOf is the source that delivers lists of an identity.
func (r *Refresher) ownerOf(w *world, identity string) Source {
	name := w.latest()[identity].Source
	for _, source := range r.Sources {
		if source.Name == name {
			return source
		}
	}
	return Source{Name: inboxName}
}

// clear takes an object that was dealt with out of the inbox. What was refused
// is kept where somebody can look at it; what is too large to be read
// stays as an earlier version alone. Without the tag of what was found there
// nothing is deleted: it may be another object by now.
func (r *Refresher) clear(ctx context.Context, d *drop, now time.Time) error {
	if d.waits || d.Tag == "" {
		return nil
	}
	if (d.refused != nil || d.rejected) && d.Body != nil {
		_, err := r.put(ctx, Upload{Key: refusedKey(d.key, now), ContentType: "application/octet-stream"}, d.Body)
		if err != nil {
			return fmt.Errorf("keeping what was refused: %w", err)
		}
	}
	err := r.Bucket.Delete(ctx, d.key, d.Tag)
	if err != nil && !errors.Is(err, ErrOvertaken) {
		return fmt.Errorf("clearing the inbox: %w", err)
	}
	return nil
}

// maxBase is how much of a name is kept: the whole key of an object has 1,024
// bytes at most (S3 user guide, "Naming Amazon S3 objects").
const maxBase = 200

// refusedKey is another one for each object, and ends as its name does.
func refusedKey(key string, now time.Time) string {
	base := path.Base(key)
	base = strings.ToValidUTF8(base[max(0, len(base)-maxBase):], "")
	return fmt.Sprintf("%s%s-%.4x-%s", refusedPrefix, now.UTC().Format(refusedStamp), sha256.Sum256([]byte(key)), base)
}

// undelivered is the outcome of what brought no list: no reason to call the run
// failed, as what was in force still is.
func undelivered(key string, problem error) Outcome {
	return Outcome{Source: inboxName, URL: key, Action: Keep, exempt: true}.failed(problem)
}
