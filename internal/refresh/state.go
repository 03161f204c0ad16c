package refresh

import (
	"encoding/json"
	"errors"
	"fmt"
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
	// TrustStore is where the IDs below belong to.
	TrustStore string `json:"trustStore,omitempty"`
	// Issuer is the distinguished name for people to read.
	Issuer string `json:"issuer"`
	// Authority tells the issuing CA from others: a hash of its name and key.
	Authority string `json:"authority"`
	// Source is the name of the source that delivers lists of this identity;
	// empty when the source that did dropped it.
	Source string `json:"source"`
	// Formerly is the name of the source that delivered such a list last. Its
	// alarms are those that sound when the list runs out.
	Formerly string `json:"formerly,omitempty"`
	// Accepted is the newest list that passed every check: the claim. It may
	// be ahead of the trust store when a run was cut off.
	Accepted Facts `json:"accepted"`
	// List and Index are where the accepted list lies in the bucket.
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
	// Holding is a newer list that waits for an operator's word.
	Holding *Holding `json:"holding,omitempty"`
	// Approval is an order that waits for its list.
	Approval *Approval `json:"approval,omitempty"`
	// Overruled are the hashes of lists that a reset made older than the one
	// accepted then.
	Overruled []string `json:"overruled,omitempty"`
	// Unwanted is since when no bundle holds the CA; zero while one does.
	Unwanted time.Time `json:"unwanted,omitzero"`
	// Ended says that the list was taken out of force for that reason.
	Ended   bool      `json:"ended,omitempty"`
	Updated time.Time `json:"updated"`
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

// gaveUp says that an ID is not to be counted on.
func (s State) gaveUp(id int64) bool { return slices.Contains(s.Retired, id) }

// whole says that an ID holds all of its list. What was settled once stays so:
// an ID never changes its content, so another count is a mistake of the answer.
func (s State) whole(held Held) bool {
	return held.whole() || held.ID == s.Revocation
}

// waiting says that the trust store refused this list and that it is too early
// to try again.
func (s State) waiting(target Facts, now time.Time) bool {
	return s.Refused != nil && s.Refused.SHA256 == target.SHA256 && now.Before(s.Refused.Until)
}

// claimed is the state with list as its accepted one, not published yet.
func (s State) claimed(list Facts, now time.Time) State {
	s.Accepted, s.Updated = list, now
	s.List, s.Index, s.Revocation, s.Refused, s.Validators = Stored{}, snapshot.Object{}, 0, nil, Validators{}
	s.Holding, s.Approval = nil, nil
	return s
}

// settled is the state once id is seen to enforce the accepted list.
func (s State) settled(id int64) State {
	s.Revocation, s.Refused = id, nil
	return s
}

// retiring gives up ids.
func (s State) retiring(ids []int64) State {
	retired := append(slices.Clone(s.Retired), ids...)
	slices.Sort(retired)
	s.Retired = slices.Compact(retired)
	return s
}

// refusing remembers that the trust store did not take the accepted list,
// and when to try again: after one minute, then twice as long each time, an
// hour at most.
func (s State) refusing(reason Reason, now time.Time) State {
	attempts := 1
	if s.Refused != nil && s.Refused.SHA256 == s.Accepted.SHA256 {
		attempts = s.Refused.Attempts + 1
	}
	pause := min(time.Minute<<min(attempts-1, 6), time.Hour)
	s.Refused = &Refusal{SHA256: s.Accepted.SHA256, Reason: reason, Attempts: attempts, Until: now.Add(pause)}
	return s
}

// remembering keeps what is of use about IDs: what those hold that the trust
// store shows, and the latest of those that were given up.
func (s State) remembering(shown []Held) State {
	s.Known = make(map[int64]Facts, len(shown))
	for _, held := range shown {
		s.Known[held.ID] = held.Facts
	}
	surplus := max(0, len(s.Retired)-tombstones)
	var kept []int64
	for i, id := range s.Retired {
		_, there := s.Known[id]
		if i >= surplus || there {
			kept = append(kept, id)
		}
	}
	s.Retired = kept
	return s
}

// elsewhere is the state for another trust store: its IDs mean nothing there.
func (s State) elsewhere(trustStore string) State {
	if s.TrustStore == trustStore {
		return s
	}
	s.TrustStore = trustStore
	s.Revocation, s.Known, s.Retired, s.Refused = 0, nil, nil, nil
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

// errNewer marks a state that a later version of this code wrote.
var errNewer = errors.New("a later version of sekisho wrote it: deploy that version again")

// decodeState reads the state of an identity. One that cannot be read is an
// error, never an empty state: forgetting the newest list would let an older
// one in.
func decodeState(text []byte, identity string) (State, error) {
	var s State
	err := json.Unmarshal(text, &s)
	if err != nil {
		return State{}, fmt.Errorf("decoding a state: %w", err)
	}
	if s.Format > stateFormat {
		return State{}, fmt.Errorf("decoding a state: format %d, want %d: %w", s.Format, stateFormat, errNewer)
	}
	if s.Format != stateFormat || s.Identity != identity {
		return State{}, fmt.Errorf("decoding a state: it is none of this identity")
	}
	return s, nil
}
