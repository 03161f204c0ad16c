package refresh

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/pkitest"
)

// pair is two CAs with a source each, and the cloud that they share.
type pair struct {
	ones   [2]*publisher
	bundle Bundle
}

func newPair(t *testing.T) *pair {
	p := &pair{ones: [2]*publisher{newPublisher(t, "L", 4), newPublisher(t, "M", 4)}}
	p.bundle = bundleOf(p.ones[:]...)
	return p
}

// refresher is a fresh process whose two sources serve lists of these levels.
func (p *pair) refresher(one *party, levels [2]int) *Refresher {
	one.network = func(_ context.Context, request Request) (Fetched, string, error) {
		for i, publisher := range p.ones {
			if request.URLs[0] == publisher.url() && levels[i] > 0 {
				return Fetched{URL: publisher.url(), Body: publisher.at(levels[i]).der, Validators: Validators{URL: publisher.url(), ETag: publisher.at(levels[i]).name}}, "", nil
			}
		}
		return Fetched{}, "", because("unreachable", errors.New("no route to host"))
	}
	r := one.refresher(p.bundle)
	r.Sources = nil
	for _, publisher := range p.ones {
		r.Sources = append(r.Sources, Source{Name: publisher.ca.Cert.Subject.CommonName, URLs: []string{publisher.url()}})
	}
	return r
}

// runAt makes a run that meets these faults.
func (p *pair) runAt(c *cloud, levels [2]int, now time.Time, faults map[int]fault) *party {
	one := &party{name: "run", cloud: c, faults: faults}
	r := p.refresher(one, levels)
	r.Clock = func() time.Time { return now }
	_, _ = r.Run(context.Background())
	return one
}

// wrong says what broke the law on the way, and what a clean run leaves to be
// done.
func (p *pair) wrong(c *cloud, levels [2]int) []string {
	c.law.windows = map[string]*window{}
	p.runAt(c, levels, pkitest.Epoch.Add(2*time.Hour), nil)
	bad := c.law.broken
	for i, publisher := range p.ones {
		bad = append(bad, ill(c, publisher.at(levels[i]))...)
	}
	return bad
}

// TestNeverWeakerWithTwoSources has every call of a run with two sources meet
// every fault, and then both of any two. The sources work at the same time, so
// which call comes at which place is another one each time: what must not
// happen is the same. A source that is down keeps the other one from nothing.
func TestNeverWeakerWithTwoSources(t *testing.T) {
	p := newPair(t)
	executions := 0
	for _, from := range []struct {
		name           string
		before, served [2]int
	}{
		{"nothing there", [2]int{0, 0}, [2]int{1, 1}},
		{"both newer", [2]int{1, 1}, [2]int{2, 2}},
		{"one newer, one as it was", [2]int{1, 2}, [2]int{2, 2}},
		{"one newer, one down", [2]int{1, 1}, [2]int{2, 0}},
	} {
		base := newCloud()
		if from.before[0] > 0 {
			p.runAt(base, from.before, pkitest.Epoch, nil)
		}
		base.law.begin(base)
		healthy := [2]int{max(from.before[0], from.served[0]), max(from.before[1], from.served[1])}
		try := func(faults map[int]fault) *party {
			executions++
			c := base.clone()
			one := p.runAt(c, from.served, pkitest.Epoch, faults)
			if bad := p.wrong(c, healthy); len(bad) > 0 {
				t.Fatalf("%s, faults %v: %v\n%s", from.name, faults, bad, one.transcript())
			}
			return one
		}
		calls := try(nil).calls
		for at, made := range calls {
			for _, f := range faultsOf(made.kind, false) {
				try(map[int]fault{at: f})
			}
		}
		random := rand.New(rand.NewPCG(1, uint64(len(calls))))
		for range 400 {
			faults := map[int]fault{}
			for range 2 {
				at := random.IntN(len(calls))
				befall := faultsOf(calls[at].kind, false)
				faults[at] = befall[random.IntN(len(befall))]
			}
			try(faults)
		}
	}
	t.Logf("%d executions", executions)
}

// TestNeverWeakerWithTwoSourcesAndTwoRuns at the same time, one with older
// lists, or one with the newer list of one source and one with that of the
// other.
func TestNeverWeakerWithTwoSourcesAndTwoRuns(t *testing.T) {
	p := newPair(t)
	for round := range 300 {
		c := newCloud()
		p.runAt(c, [2]int{1, 1}, pkitest.Epoch, nil)
		c.law.begin(c)
		levels := [][2][2]int{{{2, 2}, {3, 3}}, {{3, 2}, {2, 3}}, {{3, 3}, {3, 3}}}[round%3]
		var both sync.WaitGroup
		for i := range levels {
			both.Go(func() {
				one := &party{name: fmt.Sprintf("run %d", i), cloud: c}
				_, _ = p.refresher(one, levels[i]).Run(context.Background())
			})
		}
		both.Wait()
		if bad := p.wrong(c, [2]int{3, 3}); len(bad) > 0 {
			t.Fatalf("round %d, %v: %v", round, levels, bad)
		}
	}
}
