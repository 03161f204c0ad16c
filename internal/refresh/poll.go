package refresh

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	// troubleEvery is how often a poll asks for a run because the last one did
	// not end well, or because a server gives nothing to ask conditionally
	// with: what fails is not hammered, and a whole list not fetched each second.
	troubleEvery = 10 * time.Second
	// pollPatience bounds one poll. A server that takes longer is left to the
	// next run, which has more time for it and does not keep the others waiting.
	pollPatience = 10 * time.Second
	// maxReserve is the part of the remaining time that fetching leaves to
	// what comes after it.
	maxReserve = 15 * time.Second
	// inboxPrefix is where lists are put to be published at once.
	inboxPrefix = "inbox/"
)

// Poll asks every source whether its list changed and looks for what was
// dropped into the bucket. It says whether Run has something to do, and Run
// does not fetch again what Poll just fetched. An unchanged list costs one
// conditional request here and nothing else: no state is read, and nobody
// asks the trust store. That it still holds what it should is for the runs
// between which this is called.
func (r *Refresher) Poll(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, pollPatience)
	defer cancel()
	now := r.Clock()
	r.polled.clear()
	if r.polled.overdue(now) {
		return true
	}
	news := make([]bool, len(r.Sources)+1)
	var asking sync.WaitGroup
	for i, source := range r.Sources {
		asking.Go(func() { news[i] = r.pollSource(ctx, source, now) })
	}
	asking.Go(func() { news[len(r.Sources)] = r.pollDropped(ctx) })
	asking.Wait()
	return slices.Contains(news, true)
}

// pollSource says whether there is something new at a source. What goes wrong
// is left to Run, which says so.
func (r *Refresher) pollSource(ctx context.Context, source Source, now time.Time) bool {
	held, known := r.held.get(source.Name)
	if !known || held == (Validators{}) {
		return r.polled.since(now) >= troubleEvery
	}
	fetched, err := r.Fetcher.Fetch(ctx, source.request(held, now))
	switch {
	case err != nil:
		return true
	case fetched.NotModified:
		r.held.set(source.Name, fetched.Validators)
		return false
	}
	r.polled.put(source.Name, fetched)
	return true
}

// pollDropped says whether something lies in the inbox that was not there
// before: what a run leaves there, it has dealt with.
func (r *Refresher) pollDropped(ctx context.Context) bool {
	keys, err := r.Bucket.List(ctx, inboxPrefix)
	listed := err == nil || errors.Is(err, ErrIncomplete)
	return listed && r.polled.differ(keys)
}

// fetch is what Poll has just fetched, or asks the source. It leaves time to
// put in force what it brings, and to say that it brought nothing.
func (r *Refresher) fetch(ctx context.Context, source Source, held Validators, now time.Time) (Fetched, error) {
	fetched, ok := r.polled.take(source.Name)
	if ok {
		return fetched, nil
	}
	deadline, bounded := ctx.Deadline()
	if bounded {
		left := deadline.Sub(r.Clock())
		limited, cancel := context.WithDeadline(ctx, deadline.Add(-min(maxReserve, left/2)))
		defer cancel()
		ctx = limited
	}
	return r.Fetcher.Fetch(ctx, source.request(held, now))
}

func (s Source) request(held Validators, now time.Time) Request {
	return Request{URLs: s.URLs, Held: held, MaxBytes: s.MaxBytes, Timeout: s.Timeout, Now: now}
}

// polled is what lies between a poll and the run that it asks for.
type polled struct {
	mu sync.Mutex
	// ran is when the last run began, and troubled that it did not end well.
	ran      time.Time
	troubled bool
	answers  map[string]Fetched
	// inboxKeys are what the last poll saw in the inbox, and inboxTurn is the
	// key up to which runs have come.
	inboxKeys map[string]bool
	inboxTurn string
}

// begin notes that a run begins, which has not ended well before it has.
func (p *polled) begin(now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ran, p.troubled = now, true
}

func (p *polled) end(report Report, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.troubled = err != nil || slices.ContainsFunc(report.Outcomes, Outcome.Failed)
}

// overdue says that it is time to try again what did not go well.
func (p *polled) overdue(now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.troubled && now.Sub(p.ran) >= troubleEvery
}

func (p *polled) since(now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return now.Sub(p.ran)
}

func (p *polled) clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answers = map[string]Fetched{}
}

func (p *polled) put(source string, answer Fetched) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answers[source] = answer
}

func (p *polled) take(source string) (Fetched, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	answer, ok := p.answers[source]
	delete(p.answers, source)
	return answer, ok
}

// turn are the objects of the inbox that are next: behind the last one that was
// dealt with, and from the start again. So what has to stay, or is never done
// with, keeps nothing else waiting.
func (p *polled) turn(keys []string) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	objects := slices.DeleteFunc(slices.Clone(keys), func(key string) bool { return strings.HasSuffix(key, "/") })
	next, _ := slices.BinarySearch(objects, p.inboxTurn+"\x00")
	objects = slices.Concat(objects[next:], objects[:next])
	return objects[:min(len(objects), inboxBatch)]
}

func (p *polled) dealtWith(key string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.inboxTurn = key
}

// differ says that there are keys that were not there the last time.
func (p *polled) differ(keys []string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	before := p.inboxKeys
	p.inboxKeys = make(map[string]bool, len(keys))
	for _, key := range keys {
		p.inboxKeys[key] = true
	}
	return slices.ContainsFunc(keys, func(key string) bool { return !before[key] })
}
