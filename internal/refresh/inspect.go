package refresh

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/sekisho/sekisho/internal/crl"
	"github.com/sekisho/sekisho/internal/snapshot"
)

const (
	// inspectEvery is how often it is made sure that the bucket still holds
	// what the states say: as often as a list is fetched without a condition.
	inspectEvery = 10 * time.Minute
	// tidyEvery is how often what nothing points to is looked for.
	tidyEvery = time.Hour
)

// upkeep remembers when the bucket was last looked after. A process that begins
// anew does so at once.
type upkeep struct {
	mu        sync.Mutex
	inspected time.Time
	tidied    time.Time
}

// dueAt says that it is time again, and notes that it is done.
func (u *upkeep) dueAt(last *time.Time, every time.Duration, now time.Time) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	if !last.IsZero() && now.Sub(*last) >= 0 && now.Sub(*last) < every {
		return false
	}
	*last = now
	return true
}

// hurry has the next run look at once.
func (u *upkeep) hurry() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.inspected = time.Time{}
}

// goOn has the next run tidy up again at once.
func (u *upkeep) goOn() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.tidied = time.Time{}
}

// inspect makes sure, from time to time, that the objects of each accepted list
// are there and whole: the trust store would notice that its list is gone only
// when it is to be added again, and the verifier when it starts anew. What is
// spoilt counts as never published, so the run makes it again: from the source,
// which is asked without a condition then, from the other object or from the
// trust store.
func (r *Refresher) inspect(ctx context.Context, states map[string]tracked, now time.Time) {
	if !r.upkeep.dueAt(&r.upkeep.inspected, inspectEvery, now) {
		return
	}
	for identity, state := range states {
		if !state.published() || state.unread != nil {
			continue
		}
		err := r.intact(ctx, state.State)
		var spoilt *spoiltError
		switch {
		case err == nil:
		case errors.As(err, &spoilt):
			state.spoilt = spoilt
			state.List, state.Index = Stored{}, snapshot.Object{}
			states[identity] = state
		default:
			r.upkeep.hurry()
		}
	}
}

// spoiltError says what is wrong with an object.
type spoiltError struct{ key, what string }

func (e *spoiltError) Error() string { return e.key + " is " + e.what }

// intact compares the objects of a list with their hashes. The error is a
// *spoiltError, or that nobody can say.
func (r *Refresher) intact(ctx context.Context, state State) error {
	text, err := r.Bucket.Get(ctx, state.List.Key)
	if err != nil {
		return absence(err, state.List.Key)
	}
	if hex.EncodeToString(crl.PEMHash(text.Body)) != state.Accepted.SHA256 {
		return &spoiltError{state.List.Key, "damaged"}
	}
	text.Body = nil // one of them at a time
	index, err := r.Bucket.Get(ctx, state.Index.Key)
	if err != nil {
		return absence(err, state.Index.Key)
	}
	sum := sha256.Sum256(index.Body)
	if hex.EncodeToString(sum[:]) != state.Index.SHA256 {
		return &spoiltError{state.Index.Key, "damaged"}
	}
	return nil
}

// absence tells absence from what may pass.
func absence(err error, key string) error {
	if errors.Is(err, ErrAbsent) {
		return &spoiltError{key, "gone"}
	}
	return fmt.Errorf("looking after %s: %w", key, err)
}

// noteSpoilt reports that objects had to be made anew, or still have to be.
func (s *settling) noteSpoilt(spoilt error) error {
	if spoilt == nil {
		return nil
	}
	if !s.state.published() || s.state.spoilt != nil {
		s.upkeep.hurry()
	}
	if s.outcome.Action == Keep {
		s.outcome.Action = Heal
	}
	return because(ObjectLost, fmt.Errorf("%w, though nothing but this function should change it: it is made anew; find out who did that (aws s3api list-object-versions)", spoilt))
}
