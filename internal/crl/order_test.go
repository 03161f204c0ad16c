package crl

import (
	"crypto/x509"
	"math/big"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/sekisho/sekisho/internal/pkitest"
)

func TestCompare(t *testing.T) {
	t.Parallel()
	at := pkitest.Epoch
	held := &Accepted{SHA256: [32]byte{1}, Number: big.NewInt(10), ThisUpdate: at, Entries: 5}
	unnumbered := &Accepted{SHA256: [32]byte{1}, ThisUpdate: at, Entries: 5}
	for _, test := range []struct {
		name     string
		previous *Accepted
		list     List
		want     Order
	}{
		{"nothing accepted before", nil, List{Number: big.NewInt(1), ThisUpdate: at}, OrderFirst},
		{"the same bytes", held, List{SHA256: [32]byte{1}, Number: big.NewInt(10), ThisUpdate: at, Entries: 5}, OrderUnchanged},
		{"number and date ahead", held, List{Number: big.NewInt(11), ThisUpdate: at.Add(time.Hour)}, OrderNewer},
		{"number ahead within the second", held, List{Number: big.NewInt(11), ThisUpdate: at}, OrderNewer},
		{"the issuer does not count", held, List{Number: big.NewInt(10), ThisUpdate: at.Add(time.Hour)}, OrderNewer},
		{"number and date behind", held, List{Number: big.NewInt(9), ThisUpdate: at.Add(-time.Hour)}, OrderBehind},
		{"number behind within the second", held, List{Number: big.NewInt(9), ThisUpdate: at}, OrderBehind},
		{"date behind", held, List{Number: big.NewInt(10), ThisUpdate: at.Add(-time.Hour)}, OrderBehind},
		{"number behind, date ahead", held, List{Number: big.NewInt(9), ThisUpdate: at.Add(time.Hour)}, OrderRolledBack},
		{"number ahead, date behind", held, List{Number: big.NewInt(11), ThisUpdate: at.Add(-time.Hour)}, OrderRolledBack},
		{"a tie, more entries", held, List{Number: big.NewInt(10), ThisUpdate: at, Entries: 6}, OrderNewer},
		{"a tie, as many entries", held, List{Number: big.NewInt(10), ThisUpdate: at, Entries: 5}, OrderBehind},
		{"a tie, fewer entries", held, List{Number: big.NewInt(10), ThisUpdate: at, Entries: 4}, OrderBehind},
		{"no number, date ahead", held, List{ThisUpdate: at.Add(time.Second)}, OrderNewer},
		{"no number, date behind", held, List{ThisUpdate: at.Add(-time.Second)}, OrderBehind},
		{"first number, date ahead", unnumbered, List{Number: big.NewInt(1), ThisUpdate: at.Add(time.Second)}, OrderNewer},
		{"first number, date behind", unnumbered, List{Number: big.NewInt(1), ThisUpdate: at.Add(-time.Second)}, OrderBehind},
		{"no numbers, more entries within the second", unnumbered, List{ThisUpdate: at, Entries: 6}, OrderNewer},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := Compare(test.previous, &test.list); got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

// TestNoTwoListsReplaceEachOther: whatever two lists there are, at most one of
// them is newer than the other, or the gate would take turns.
func TestNoTwoListsReplaceEachOther(t *testing.T) {
	t.Parallel()
	lists := rapid.Custom(func(t *rapid.T) *List {
		list := &List{
			SHA256:     [32]byte{rapid.Byte().Draw(t, "hash")},
			ThisUpdate: pkitest.Epoch.Add(time.Duration(rapid.IntRange(0, 2).Draw(t, "date")) * time.Second),
			Entries:    rapid.IntRange(0, 2).Draw(t, "entries"),
		}
		if rapid.Bool().Draw(t, "numbered") {
			list.Number = big.NewInt(int64(rapid.IntRange(0, 2).Draw(t, "number")))
		}
		return list
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b := lists.Draw(t, "a"), lists.Draw(t, "b")
		there, back := Compare(a.Accepted(), b), Compare(b.Accepted(), a)
		if there == OrderNewer && back == OrderNewer {
			t.Errorf("%v and %v are each newer than the other", a, b)
		}
		if (there == OrderRolledBack) != (back == OrderRolledBack) || (there == OrderUnchanged) != (back == OrderUnchanged) {
			t.Errorf("got %v there and %v back", there, back)
		}
	})
}

func TestCheckKnowsOlderLists(t *testing.T) {
	t.Parallel()
	issuers := fixtureIssuers(t)
	list := read(t, fixture(t, "good.der"))
	at := pkitest.Epoch
	for _, test := range []struct {
		name     string
		previous *Accepted
		now      time.Time
		reason   Reason
		text     string
	}{
		{"unchanged", list.Accepted(), hour, "", ""},
		{"newer", &Accepted{Number: big.NewInt(0), ThisUpdate: at.Add(-1)}, hour, "", ""},
		{"behind", &Accepted{Number: big.NewInt(2), ThisUpdate: at.Add(time.Minute)}, hour, ReasonBehind, "it is number 1 of 2026-06-01T12:00:00Z, and number 2 of 2026-06-01T12:01:00Z is in force"},
		{"behind without a number", &Accepted{ThisUpdate: at.Add(time.Minute)}, hour, ReasonBehind, "and the list of 2026-06-01T12:01:00Z is in force"},
		{"rolled back", &Accepted{Number: big.NewInt(2), ThisUpdate: at.Add(-time.Minute)}, hour, ReasonRolledBack, "number and date contradict each other"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := Check(list, issuers, test.previous, Policy{}, test.now)
			if test.reason == "" {
				if err != nil {
					t.Errorf("got %v, want no refusal", err)
				}
				return
			}
			refused(t, err, test.reason, test.text)
		})
	}
}

func TestNextUpdateUnderAPolicy(t *testing.T) {
	t.Parallel()
	at := pkitest.Epoch
	for _, test := range []struct {
		name   string
		list   List
		policy Policy
		want   time.Time
	}{
		{"its own", List{ThisUpdate: at, NextUpdate: at.Add(time.Hour)}, Policy{MaxAge: time.Minute}, at.Add(time.Hour)},
		{"none, and an age", List{ThisUpdate: at}, Policy{MaxAge: time.Minute}, at.Add(time.Minute)},
		{"none, and no age", List{ThisUpdate: at}, Policy{}, time.Time{}},
	} {
		if got := test.policy.NextUpdate(&test.list); !got.Equal(test.want) {
			t.Errorf("%s: got %v, want %v", test.name, got, test.want)
		}
	}
	unbounded := &List{ThisUpdate: at}
	if unbounded.Stale(at.AddDate(100, 0, 0)) {
		t.Error("a list without a next update is stale")
	}
}

// TestAuthenticityComesFirst: a forged list is forged, whatever else it says.
func TestAuthenticityComesFirst(t *testing.T) {
	t.Parallel()
	issuers := fixtureIssuers(t)
	for _, name := range []string{"delta", "critical-unknown", "next-update-missing", "scope-user"} {
		list := read(t, fixture(t, name+".der"))
		list.digest[0] ^= 1
		_, err := Check(list, issuers, &Accepted{ThisUpdate: hour}, Policy{}, pkitest.Epoch.Add(-time.Hour))
		refused(t, err, ReasonBadSignature, "")
		_, err = Check(list, []*x509.Certificate{issuers[1]}, nil, Policy{}, hour)
		refused(t, err, ReasonUnknownIssuer, "not in the CA bundle")
	}
}
