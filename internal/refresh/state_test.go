package refresh

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sekisho/sekisho/internal/pkitest"
	"github.com/sekisho/sekisho/internal/snapshot"
)

func TestStateSurvivesItsEncoding(t *testing.T) {
	t.Parallel()
	want := State{
		Format: stateFormat, Identity: "id", TrustStore: "arn", Issuer: "CN=A", Authority: "a", Source: "s",
		Accepted: listAt(2), List: Stored{Key: "crl/x", Version: "v"}, Index: snapshot.Object{Key: "index/x", SHA256: "00"},
		Revocation: 7, Known: map[int64]Facts{7: listAt(2), 3: listAt(1)}, Retired: []int64{3},
		Refused:    &Refusal{SHA256: "x", Reason: CountMismatch, Attempts: 2, Until: pkitest.Epoch},
		Validators: Validators{URL: "u", ETag: "e", Whole: pkitest.Epoch}, Unwanted: pkitest.Epoch, Ended: true, Updated: pkitest.Epoch,
	}
	text, err := want.encode()
	if err != nil {
		t.Fatal(err)
	}
	got, err := decodeState(text, "id")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("what was encoded and what was decoded differ:\n%s", diff)
	}
}

func TestDecodeStateRefusesWhatItCannotRead(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, text string
		newer      bool
		words      string
	}{
		{"empty", "", false, "unexpected end"},
		{"cut off", `{"format": 1, "ident`, false, "unexpected end"},
		{"no format", `{"identity": "id"}`, false, "none of this identity"},
		{"another identity", `{"format": 1, "identity": "other"}`, false, "none of this identity"},
		{"later version", `{"format": 2, "identity": "id"}`, true, "format 2, want 1: a later version of sekisho wrote it: deploy that version again"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := decodeState([]byte(c.text), "id")
			if err == nil || errors.Is(err, errNewer) != c.newer || !strings.Contains(err.Error(), c.words) {
				t.Errorf("got %v, want …%s…", err, c.words)
			}
			if diff := cmp.Diff(State{}, got); diff != "" {
				t.Errorf("something was decoded all the same:\n%s", diff)
			}
		})
	}
}

func FuzzDecodeState(f *testing.F) {
	text, err := accepting(1, 1, 2).encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Fuzz(func(t *testing.T, text []byte) {
		state, err := decodeState(text, "")
		if err != nil {
			return
		}
		again, err := state.encode()
		if err != nil {
			t.Skip("a time that JSON cannot say")
		}
		twice, err := decodeState(again, "")
		if err != nil {
			t.Fatalf("%q was read, but not what it was written as: %v", text, err)
		}
		if third, _ := twice.encode(); string(third) != string(again) {
			t.Errorf("got %s, then %s", again, third)
		}
	})
}

func TestRefusingWaitsLongerEachTime(t *testing.T) {
	t.Parallel()
	s := accepting(1, 0)
	for attempt, want := range []time.Duration{1, 2, 4, 8, 16, 32, 60, 60, 60} {
		s = s.refusing(CountMismatch, pkitest.Epoch)
		if got := s.Refused.Until.Sub(pkitest.Epoch); got != want*time.Minute || s.Refused.Attempts != attempt+1 {
			t.Errorf("attempt %d: wait %v, want %v minutes", s.Refused.Attempts, got, int64(want))
		}
	}
	for range 100 {
		s = s.refusing(CountMismatch, pkitest.Epoch)
	}
	if got := s.Refused.Until.Sub(pkitest.Epoch); got != time.Hour {
		t.Errorf("after 109 attempts: wait %v, want an hour", got)
	}
	if s.waiting(listAt(2), pkitest.Epoch) || s.claimed(listAt(2), pkitest.Epoch).Refused != nil {
		t.Error("a newer list has to wait for an older one's sake")
	}
}

// TestRememberingKeepsTombstones: of IDs that are gone the latest ones, and
// every one that is still shown.
func TestRememberingKeepsTombstones(t *testing.T) {
	t.Parallel()
	s := accepting(1, 100)
	var all []int64
	for id := int64(1); id < 100; id++ {
		all = append(all, id)
	}
	s.Known = map[int64]Facts{50: listAt(1)}
	observed := Held{Revocation: Revocation{ID: 3}, Facts: listAt(1)}
	got := s.retiring(all).remembering([]Held{observed})
	if len(got.Retired) != tombstones+1 || got.Retired[0] != 3 || got.Retired[1] != 100-tombstones {
		t.Errorf("retired are %v, want 3 and the last %d", got.Retired, tombstones)
	}
	if diff := cmp.Diff(map[int64]Facts{3: listAt(1)}, got.Known); diff != "" {
		t.Errorf("known are others than shown:\n%s", diff)
	}
}

func TestRetiringChangesNothingElsewhere(t *testing.T) {
	t.Parallel()
	s := accepting(1, 1, 2, 4)
	got := s.retiring([]int64{3, 2})
	if !slices.Equal(got.Retired, []int64{2, 3, 4}) || !slices.Equal(s.Retired, []int64{2, 4}) {
		t.Errorf("got %v from %v, want [2 3 4] from [2 4]", got.Retired, s.Retired)
	}
}
