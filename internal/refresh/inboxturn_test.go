package refresh

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/sekisho/sekisho/internal/pkitest"
)

// TestNothingInTheInboxKeepsAGoodListWaiting for ever: the next run, and the one
// after it, begin behind what has to stay.
func TestNothingInTheInboxKeepsAGoodListWaiting(t *testing.T) {
	t.Parallel()
	for name, block := range map[string]func(r *rig, i int){
		"folders":                    func(r *rig, i int) { r.drop(fmt.Sprintf("!%03d/", i), nil) },
		"what cannot be read":        func(r *rig, i int) { r.drop(fmt.Sprintf("!%03d", i), []byte("x")) },
		"names as long as they come": func(r *rig, i int) { r.drop(fmt.Sprintf("!%s%03d", strings.Repeat("é", 500), i), []byte("x")) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ca := newPublisher(t, "L", 2)
			r := newRig(t, ca)
			r.serve(ca, 1)
			r.well()
			r.refresher.Bucket = stubborn{r.party}
			for i := range inboxBatch {
				block(r, i)
			}
			r.drop("new.crl", ca.at(2).der)
			r.well()
			r.well()
			r.holds("{2:L2}")
		})
	}
}

// stubborn is a bucket in which what begins with "!" cannot be read, and which
// takes no key that S3 would not take.
type stubborn struct{ *party }

func (b stubborn) Get(ctx context.Context, key string) (Object, error) {
	if strings.HasPrefix(key, inboxPrefix+"!") && len(key) < 100 {
		return Object{}, errBefell
	}
	return b.party.Get(ctx, key)
}

func (b stubborn) Put(ctx context.Context, upload Upload) (Stored, error) {
	if len(upload.Key) > 1024 || !utf8.ValidString(upload.Key) {
		return Stored{}, errBefell
	}
	return b.party.Put(ctx, upload)
}

// TestTurnOfTheInbox goes round, whatever comes and goes meanwhile.
func TestTurnOfTheInbox(t *testing.T) {
	t.Parallel()
	var keys []string
	for i := range 250 {
		keys = append(keys, fmt.Sprintf("inbox/%03d", i))
	}
	var p polled
	var begins []string
	for range 4 {
		turn := p.turn(keys)
		begins = append(begins, turn[0], turn[len(turn)-1])
		p.dealtWith(turn[len(turn)-1])
	}
	want := []string{"inbox/000", "inbox/099", "inbox/100", "inbox/199", "inbox/200", "inbox/049", "inbox/050", "inbox/149"}
	if !slices.Equal(begins, want) {
		t.Errorf("got  %v\nwant %v", begins, want)
	}
	if got := p.turn([]string{"inbox/", "inbox/a/"}); len(got) != 0 {
		t.Errorf("got %v, want no folder", got)
	}
	if got := p.turn([]string{"inbox/100", "inbox/140"}); len(got) != 2 || got[0] != "inbox/100" {
		t.Errorf("behind the last one there is nothing: got %v", got)
	}
}

// crowded is a bucket in which more lies than is listed.
type crowded struct{ *party }

func (b crowded) List(ctx context.Context, prefix string) ([]string, error) {
	keys, err := b.party.List(ctx, prefix)
	if prefix == inboxPrefix && err == nil {
		return keys, fmt.Errorf("listing: %w", ErrIncomplete)
	}
	return keys, err
}

// TestCrowdedInboxIsDealtWith from its start, and said to be one.
func TestCrowdedInboxIsDealtWith(t *testing.T) {
	t.Parallel()
	ca := newPublisher(t, "L", 2)
	r := newRig(t, ca)
	r.serve(ca, 1)
	r.well()
	r.refresher.Bucket = crowded{r.party}
	r.drop("new.crl", ca.at(2).der)
	if !r.polls() {
		t.Error("the poll asks for no run")
	}
	report := r.well()
	r.holds("{2:L2}")
	said := func(o Outcome) bool { return errors.Is(o.err, ErrIncomplete) }
	if !slices.ContainsFunc(report.Outcomes, said) {
		t.Errorf("nothing is said of it: %+v", report.Outcomes)
	}
}

// TestDropThatIsTooLargeAndChangesIsNotLost: without the tag of what was found
// too large, what lies there now may be another object.
func TestDropThatIsTooLargeAndChangesIsNotLost(t *testing.T) {
	t.Parallel()
	for _, tag := range []string{"", "that of another object"} {
		ca := newPublisher(t, "L", 1)
		r := newRig(t, ca)
		r.serve(ca, 1)
		r.well()
		r.refresher.Bucket = tagged{r.party, tag}
		r.drop("ca.crl", []byte("x"))
		r.wants(r.dropOutcome(r.well(), "ca.crl"), Refuse, "too-large", "")
		if left := r.inTheInbox(inboxPrefix); len(left) != 1 {
			t.Errorf("with tag %q: left %v", tag, left)
		}
	}
}

// tagged is a bucket in which what was dropped is too large, with this tag.
type tagged struct {
	*party
	tag string
}

func (b tagged) Get(ctx context.Context, key string) (Object, error) {
	if strings.HasPrefix(key, inboxPrefix) {
		return Object{Tag: b.tag}, because("too-large", errors.New("larger than allowed"))
	}
	return b.party.Get(ctx, key)
}

// TestOnlyTheHeldListWaitsInTheInbox: another one of the same CA is dealt with.
func TestOnlyTheHeldListWaitsInTheInbox(t *testing.T) {
	t.Parallel()
	r, ca := guardedRig(t, holding)
	r.serve(ca, 10)
	r.drop("held.crl", ca.at(40).der)
	r.drop("old.crl", ca.at(9).der)
	r.drop("same.crl", ca.at(10).der)
	for range 2 {
		r.well()
		if left := r.inTheInbox(inboxPrefix); !slices.Equal(left, []string{"held.crl"}) {
			t.Errorf("left in the inbox: %v", left)
		}
	}
	if aside := r.inTheInbox(refusedPrefix); len(aside) != 1 {
		t.Errorf("kept aside: %v, want the older one", aside)
	}
}

// TestRefusedObjectsOfOneNameAreAllKept.
func TestRefusedObjectsOfOneNameAreAllKept(t *testing.T) {
	t.Parallel()
	ca := newPublisher(t, "L", 1)
	r := newRig(t, ca)
	r.serve(ca, 1)
	for _, folder := range []string{"", "a/", "b/"} {
		r.drop(folder+"list.crl", []byte(folder+"junk"))
	}
	r.well()
	aside := r.inTheInbox(refusedPrefix)
	stamp := pkitest.Epoch.UTC().Format(refusedStamp)
	if len(aside) != 3 || slices.ContainsFunc(aside, func(name string) bool {
		return !strings.HasPrefix(name, stamp+"-") || !strings.HasSuffix(name, "-list.crl")
	}) {
		t.Errorf("kept aside: %v", aside)
	}
	if got := refusedKey("inbox/"+strings.Repeat("é", 505), pkitest.Epoch); len(got) > 1024 || !utf8.ValidString(got) {
		t.Errorf("S3 takes no key %q", got)
	}
	if got := refusedKey("inbox/x", pkitest.Epoch.Add(time.Hour)); !strings.HasSuffix(got, "-x") || len(got) != len("refused/20260601T130000Z-12345678-x") {
		t.Errorf("got %s", got)
	}
}
