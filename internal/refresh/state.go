package refresh

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/sekisho/sekisho/internal/snapshot"
)

// stateFormat is the version of the state that this code writes and reads.
const stateFormat = 1

// tombstones is how many retired IDs are remembered after the trust store no
// longer shows them: long enough for any answer that lags behind.
const tombstones = 32

// State is what is remembered of one identity between runs.
type State struct {
	Format   int    `json:"format"`
	Identity string `json:"identity"`
	// Issuer is the distinguished name for people to read.
	Issuer string `json:"issuer"`
	// Authority tells the issuing CA from others: a hash of its name and key.
	Authority string `json:"authority"`
	// Source is the name of the source that delivered the accepted list.
	Source string `json:"source"`
	// Accepted is the newest list that passed every check: the claim. It may
	// be ahead of the trust store when a run was cut off.
	Accepted Facts `json:"accepted"`
	// List and Index are where the accepted list lies in the bucket; both are
	// empty until it has been published there.
	List  Stored          `json:"list,omitzero"`
	Index snapshot.Object `json:"index,omitzero"`
	// Revocation is the ID that enforces the accepted list, once its number of
	// entries was read back; 0 until then.
	Revocation int64 `json:"revocationId,omitempty"`
	// Known says what the IDs of this identity hold. IDs are never reused, so
	// this never turns wrong.
	Known map[int64]Facts `json:"known,omitempty"`
	// Retired are IDs that were given up and are not counted on again, even
	// if the trust store should still show them.
	Retired []int64 `json:"retired,omitempty"`
	// Refused is set while the trust store could not take the accepted list.
	Refused *Refusal `json:"refused,omitempty"`
	// Validators came with the accepted list.
	Validators Validators `json:"validators,omitzero"`
	Updated    time.Time  `json:"updated"`
}

// Refusal remembers a list that the trust store did not take as it is.
type Refusal struct {
	SHA256 string `json:"sha256"`
	Reason Reason `json:"reason"`
	// Attempts counts how often it was tried; Until is when to try again.
	Attempts int       `json:"attempts"`
	Until    time.Time `json:"until"`
}

// published says that the accepted list lies in the bucket.
func (s State) published() bool { return s.List.Version != "" && s.Index.Key != "" }

// claimed is the state with list as its accepted one, not published yet.
func (s State) claimed(list Facts, source string, now time.Time) State {
	if s.Accepted.SHA256 == list.SHA256 {
		return s
	}
	s.Accepted, s.Source, s.Updated = list, source, now
	s.List, s.Index, s.Revocation, s.Refused, s.Validators = Stored{}, snapshot.Object{}, 0, nil, Validators{}
	return s
}

// enforces says that the state holds id as the one in force already, and every
// superseded ID as given up.
func (s State) enforces(id int64, superseded []int64) bool {
	for _, old := range superseded {
		if !slices.Contains(s.Retired, old) {
			return false
		}
	}
	return s.Revocation == id && s.Refused == nil
}

// settled is the state once id is seen to enforce the accepted list; the
// superseded IDs are given up with the same write.
func (s State) settled(id int64, superseded []int64, now time.Time) State {
	s.Known = maps.Clone(s.Known)
	if s.Known == nil {
		s.Known = map[int64]Facts{}
	}
	s.Known[id] = s.Accepted
	s.Revocation, s.Refused, s.Updated = id, nil, now
	return s.retiring(superseded)
}

// retiring gives up ids.
func (s State) retiring(ids []int64) State {
	retired := append(slices.Clone(s.Retired), ids...)
	slices.Sort(retired)
	s.Retired = slices.Compact(retired)
	return s
}

// refusing remembers that the trust store did not take the accepted list,
// and when to try again: after one minute, then twice as long each time, a
// day at most.
func (s State) refusing(reason Reason, now time.Time) State {
	attempts := 1
	if s.Refused != nil && s.Refused.SHA256 == s.Accepted.SHA256 {
		attempts = s.Refused.Attempts + 1
	}
	pause := min(time.Minute<<min(attempts-1, 11), 24*time.Hour)
	s.Refused = &Refusal{SHA256: s.Accepted.SHA256, Reason: reason, Attempts: attempts, Until: now.Add(pause)}
	s.Updated = now
	return s
}

// pruned forgets IDs that are gone and no longer of use: shown are those that
// the trust store has.
func (s State) pruned(shown []int64) State {
	s.Known = maps.Clone(s.Known)
	maps.DeleteFunc(s.Known, func(id int64, _ Facts) bool {
		return id != s.Revocation && !slices.Contains(shown, id)
	})
	surplus := max(0, len(s.Retired)-tombstones)
	kept := slices.Clone(s.Retired[surplus:])
	for _, id := range s.Retired[:surplus] {
		if slices.Contains(shown, id) {
			kept = append(kept, id)
		}
	}
	slices.Sort(kept)
	s.Retired = kept
	return s
}

func (s State) encode() ([]byte, error) {
	s.Format = stateFormat
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encoding the state of %s: %w", s.Identity, err)
	}
	return append(text, '\n'), nil
}

// decodeState reads a state. One that cannot be read is an error, never an
// empty state: forgetting the newest list would let an older one in.
func decodeState(text []byte) (State, error) {
	var s State
	err := json.Unmarshal(text, &s)
	if err != nil {
		return State{}, fmt.Errorf("decoding a state: %w", err)
	}
	if s.Format != stateFormat {
		return State{}, fmt.Errorf("decoding a state: format %d, want %d: it was written by another version", s.Format, stateFormat)
	}
	return s, nil
}
