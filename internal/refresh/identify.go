package refresh

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/sekisho/sekisho/internal/crl"
)

// verdictsKey is where it is remembered what the IDs hold that no state knows:
// lists of other CAs, and lists that no source delivers. It is a memory only:
// losing it costs one look at each such list.
const verdictsKey = statePrefix + "verdicts.json"

// verdict says whose list an ID holds.
type verdict struct {
	// Identity is empty when the list is not one that a CA of the bundle
	// signed and that can be used as it is; Reason is why.
	Identity string `json:"identity,omitempty"`
	Facts    Facts  `json:"facts,omitzero"`
	Reason   Reason `json:"reason,omitempty"`
	// Until is when to look again; zero when that could change nothing.
	Until time.Time `json:"until,omitzero"`
}

// verdicts is the content of verdictsKey. They hold for one bundle and one
// trust store.
type verdicts struct {
	Bundle     string            `json:"bundle"`
	TrustStore string            `json:"trustStore,omitempty"`
	IDs        map[int64]verdict `json:"ids"`
}

// identify finds out what the IDs hold that nobody remembers, once for each.
// An error means that the picture is not whole, and nothing can be decided.
func (r *Refresher) identify(ctx context.Context, w *world, shown []Revocation, now time.Time) error {
	learnt := false
	for _, revocation := range shown {
		if r.remembers(ctx, w, revocation.ID, now) {
			continue
		}
		of, err := r.judge(ctx, revocation.ID, now)
		if errors.Is(err, ErrAbsent) {
			continue
		}
		if err != nil {
			return err
		}
		w.judged(revocation.ID, of)
		w.remembered[revocation.ID] = of
		learnt = true
	}
	if learnt {
		r.saveVerdicts(ctx, w, shown)
	}
	return nil
}

// remembers says whether it is known what an ID holds. The memory in the
// bucket is read only when the states do not tell.
func (r *Refresher) remembers(ctx context.Context, w *world, id int64, now time.Time) bool {
	_, known := w.verdictOn(id)
	if known {
		return true
	}
	if w.remembered == nil {
		w.remembered = r.loadVerdicts(ctx)
	}
	of, known := w.remembered[id]
	if !known || !of.Until.IsZero() && now.After(of.Until) {
		return false
	}
	w.judged(id, of)
	return true
}

func (w *world) verdictOn(id int64) (verdict, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	of, known := w.verdicts[id]
	return of, known
}

func (w *world) judged(id int64, of verdict) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.verdicts[id] = of
}

// judge reads a list back from the trust store and says whose it is.
func (r *Refresher) judge(ctx context.Context, id int64, now time.Time) (verdict, error) {
	der, err := r.contentOf(ctx, id)
	var refused *crl.RefusedError
	if errors.As(err, &refused) {
		return foreignVerdict(refused, now), nil
	}
	if err != nil {
		return verdict{}, err
	}
	c, err := r.examine(der, keptPolicy(), now)
	if errors.As(err, &refused) {
		return foreignVerdict(refused, now), nil
	}
	if err != nil {
		return verdict{}, err
	}
	return verdict{Identity: c.identity, Facts: c.facts}, nil
}

// foreignVerdict does not last where time or another download may change it.
func foreignVerdict(refused *crl.RefusedError, now time.Time) verdict {
	of := verdict{Reason: Reason(refused.Reason)}
	if refused.Reason == crl.ReasonNotYetValid || refused.Reason == crl.ReasonUnreadable {
		of.Until = now.Add(time.Hour)
	}
	return of
}

// contentOf reads back the one list that an ID holds, as DER.
func (r *Refresher) contentOf(ctx context.Context, id int64) ([]byte, error) {
	text, err := r.Contents.RevocationContent(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("reading the content of revocation %d: %w", id, err)
	}
	lists, err := crl.Split(text)
	if err != nil {
		return nil, fmt.Errorf("reading the content of revocation %d: %w", id, err)
	}
	if len(lists) != 1 {
		return nil, fmt.Errorf("reading the content of revocation %d: %w", id,
			&crl.RefusedError{Reason: crl.ReasonUnreadable, Detail: fmt.Sprintf("%d lists, want one", len(lists))})
	}
	return lists[0], nil
}

func (r *Refresher) loadVerdicts(ctx context.Context) map[int64]verdict {
	object, err := r.Bucket.Get(ctx, verdictsKey)
	if err != nil {
		return map[int64]verdict{}
	}
	var known verdicts
	err = json.Unmarshal(object.Body, &known)
	if err != nil || known.IDs == nil || known.Bundle != r.Bundle.SHA256 || known.TrustStore != r.TrustStoreARN {
		return map[int64]verdict{}
	}
	return known.IDs
}

// saveVerdicts keeps the verdicts on what the trust store shows. It is a
// saving only, so its failure is no matter.
func (r *Refresher) saveVerdicts(ctx context.Context, w *world, shown []Revocation) {
	ids := maps.Clone(w.remembered)
	maps.DeleteFunc(ids, func(id int64, _ verdict) bool {
		return !slices.ContainsFunc(shown, func(revocation Revocation) bool { return revocation.ID == id })
	})
	text, err := json.Marshal(verdicts{Bundle: r.Bundle.SHA256, TrustStore: r.TrustStoreARN, IDs: ids})
	if err != nil {
		return
	}
	_, _ = r.put(ctx, Upload{Key: verdictsKey, ContentType: "application/json"}, text)
}
