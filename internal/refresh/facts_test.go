package refresh

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/sekisho/sekisho/internal/pkitest"
)

func TestNewer(t *testing.T) {
	t.Parallel()
	numberless := func(minutes int) Facts {
		f := listAt(minutes)
		f.Number = ""
		return f
	}
	contradicting := listAt(3)
	contradicting.ThisUpdate = pkitest.Epoch
	for _, c := range []struct {
		name    string
		of, old Facts
		want    bool
	}{
		{"any list and none", listAt(1), Facts{}, true},
		{"none and any list", Facts{}, listAt(1), false},
		{"none and none", Facts{}, Facts{}, false},
		{"the same", listAt(1), listAt(1), false},
		{"newer", listAt(2), listAt(1), true},
		{"older", listAt(1), listAt(2), false},
		{"newer by date, without numbers", numberless(2), numberless(1), true},
		{"newer by date, one without a number", listAt(2), numberless(1), true},
		{"ahead in number, behind in date", contradicting, listAt(2), false},
		{"behind in number, ahead in date", listAt(2), contradicting, false},
	} {
		if got := c.of.newer(c.old); got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

func TestNewerIsNeverTrueBothWays(t *testing.T) {
	t.Parallel()
	draw := rapid.Custom(func(t *rapid.T) Facts {
		f := listAt(rapid.IntRange(0, 3).Draw(t, "list"))
		if f.known() {
			f.Number = rapid.SampledFrom([]string{"", "1", "2", "10"}).Draw(t, "number")
			f.ThisUpdate = pkitest.Epoch.Add(time.Duration(rapid.IntRange(0, 3).Draw(t, "minutes")) * time.Minute)
		}
		return f
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b := draw.Draw(t, "a"), draw.Draw(t, "b")
		if a.newer(b) && b.newer(a) {
			t.Fatalf("%+v and %+v are each newer than the other", a, b)
		}
	})
}

// TestCounts: a trust store may leave out negative and repeated serials.
func TestCounts(t *testing.T) {
	t.Parallel()
	f := Facts{Entries: 10, Odd: 3}
	for entries := int64(5); entries < 13; entries++ {
		if got, want := f.counts(entries), entries >= 7 && entries <= 10; got != want {
			t.Errorf("%d entries: got %v, want %v", entries, got, want)
		}
	}
}

func TestStale(t *testing.T) {
	t.Parallel()
	f := Facts{NextUpdate: pkitest.Epoch}
	if f.stale(pkitest.Epoch) || !f.stale(pkitest.Epoch.Add(time.Second)) || (Facts{}).stale(pkitest.Epoch) {
		t.Error("a list is stale after its next update, and one without never")
	}
}
