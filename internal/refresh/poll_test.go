package refresh

import (
	"context"
	"errors"
	"testing"
	"time"
)

// polls is one poll, and what it called.
func (r *rig) polls() bool {
	r.t.Helper()
	r.party.calls, r.party.dead, r.requests = nil, false, nil
	return r.refresher.Poll(context.Background())
}

func TestPollOfAnUnchangedListIsOneConditionalRequest(t *testing.T) {
	t.Parallel()
	ca := newPublisher(t, "L", 2)
	r := newRig(t, ca)
	r.serve(ca, 1)
	r.well()
	for range 3 {
		r.now = r.now.Add(10 * time.Second)
		if r.polls() {
			t.Error("a run is asked for although nothing changed")
		}
		if r.fetched() != "1 conditional, 0 whole" || r.made("fetch") != 1 || r.made("list") != 1 || len(r.party.calls) != 2 {
			t.Errorf("fetched %s:\n%s", r.fetched(), r.party.transcript())
		}
	}
}

func TestPollAsksForARun(t *testing.T) {
	t.Parallel()
	ca, other := newPublisher(t, "L", 3), newPublisher(t, "M", 1)
	for _, c := range []struct {
		name    string
		after   time.Duration
		prepare func(*rig)
		want    bool
	}{
		{"newer list", time.Second, func(r *rig) { r.serve(ca, 2) }, true},
		{"something else than a list", time.Second, func(r *rig) { r.serveAt(ca.url(), []byte("<html>")) }, true},
		{"source went down", time.Second, func(r *rig) { delete(r.served, ca.url()) }, true},
		{"object in the inbox", time.Second, func(r *rig) { r.cloud.store("inbox/new.crl", "list") }, true},
		{"object elsewhere", time.Second, func(r *rig) { r.cloud.store("outbox/new.crl", "list") }, false},
		{"bucket down", time.Second, func(r *rig) { r.party.always = map[string]fault{"list": failing} }, false},
		{"source was down, a moment ago", troubleEvery - time.Second, func(r *rig) { delete(r.served, ca.url()); r.well() }, false},
		{"source was down, a while ago", troubleEvery, func(r *rig) { delete(r.served, ca.url()); r.well() }, true},
		{"the other source was down, this one has news", time.Second, func(r *rig) {
			delete(r.served, other.url())
			r.well()
			r.serve(ca, 2)
		}, true},
		{"trust store down, a moment ago", troubleEvery - time.Second, func(r *rig) {
			r.party.always = map[string]fault{"revocations": failing}
			_, _ = r.run()
		}, false},
		{"trust store down, a while ago", troubleEvery, func(r *rig) {
			r.party.always = map[string]fault{"revocations": failing}
			_, _ = r.run()
		}, true},
		{"newer list that could not be added, a while ago", troubleEvery, func(r *rig) {
			r.serve(ca, 2)
			r.party.always = map[string]fault{"add": failing}
			r.well()
		}, true},
		{"new process", 0, func(r *rig) { r.restart() }, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, ca, other)
			r.serve(ca, 1)
			r.serve(other, 1)
			r.well()
			c.prepare(r)
			r.now = r.now.Add(c.after)
			if got := r.polls(); got != c.want {
				t.Errorf("got %v, want %v\n%s", got, c.want, r.party.transcript())
			}
		})
	}
}

// TestPollThatFailsKeepsTheCondition: a server that was only slow is not asked
// for the whole list because of it.
func TestPollThatFailsKeepsTheCondition(t *testing.T) {
	t.Parallel()
	ca := newPublisher(t, "L", 1)
	r := newRig(t, ca)
	r.serve(ca, 1)
	r.well()
	clear(r.served)
	if !r.polls() {
		t.Fatal("no run is asked for")
	}
	r.serve(ca, 1)
	r.wants(r.of(r.well(), ca), Keep, Unchanged, "")
	if r.fetched() != "1 conditional, 0 whole" {
		t.Errorf("fetched %s", r.fetched())
	}
}

// TestRunTakesWhatPollFetched: a list is not fetched twice, and what was
// fetched goes no further than the one run after it.
func TestRunTakesWhatPollFetched(t *testing.T) {
	t.Parallel()
	ca := newPublisher(t, "L", 3)
	r := newRig(t, ca)
	r.serve(ca, 1)
	r.well()
	r.serve(ca, 2)
	if !r.polls() {
		t.Fatal("no run is asked for")
	}
	r.wants(r.of(r.well(), ca), Replace, Newer, "")
	r.holds("{2:L2}")
	if r.made("fetch") != 0 {
		t.Errorf("fetched again: %s", r.fetched())
	}
	r.wants(r.of(r.well(), ca), Keep, Unchanged, "")
	if r.fetched() != "1 conditional, 0 whole" {
		t.Errorf("the run after it fetched %s", r.fetched())
	}
	if r.polls() {
		t.Error("a run is asked for although nothing changed")
	}
}

// TestWhatPollFetchedIsForgotten: a run that did not come leaves nothing
// behind that a later one could take for new.
func TestWhatPollFetchedIsForgotten(t *testing.T) {
	t.Parallel()
	ca := newPublisher(t, "L", 3)
	r := newRig(t, ca)
	r.serve(ca, 1)
	r.well()
	r.serve(ca, 2)
	r.polls()
	r.serve(ca, 3)
	r.polls()
	r.wants(r.of(r.well(), ca), Replace, Newer, "")
	r.holds("{2:L3}")
}

func TestInboxAsksForOneRun(t *testing.T) {
	t.Parallel()
	ca := newPublisher(t, "L", 1)
	r := newRig(t, ca)
	r.serve(ca, 1)
	r.well()
	for _, c := range []struct {
		key  string
		want bool
	}{{"inbox/a", true}, {"inbox/a", false}, {"inbox/b", true}, {"inbox/b", false}} {
		r.cloud.store(c.key, "what the run left there")
		if got := r.polls(); got != c.want {
			t.Errorf("%s: got %v, want %v", c.key, got, c.want)
		}
	}
}

// TestFetchingLeavesTimeForTheRest: a source that never answers must not take
// the time in which the others' lists are pointed to.
func TestFetchingLeavesTimeForTheRest(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ left, want time.Duration }{{time.Minute, 45 * time.Second}, {20 * time.Second, 10 * time.Second}} {
		now := time.Now()
		asked := &deadlineFetcher{}
		r := &Refresher{Fetcher: asked, Clock: func() time.Time { return now }}
		ctx, cancel := context.WithDeadline(t.Context(), now.Add(c.left))
		_, err := r.fetch(ctx, Source{Name: "a"}, Validators{}, now)
		cancel()
		if !errors.Is(err, ErrAbsent) || !asked.deadline.Equal(now.Add(c.want)) {
			t.Errorf("%s left: fetching may take %s, want %s", c.left, asked.deadline.Sub(now), c.want)
		}
	}
}

type deadlineFetcher struct{ deadline time.Time }

func (f *deadlineFetcher) Fetch(ctx context.Context, _ Request) (Fetched, error) {
	f.deadline, _ = ctx.Deadline()
	return Fetched{}, ErrAbsent
}
