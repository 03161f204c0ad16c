package refresh

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"strings"
	"time"

	"github.com/sekisho/sekisho/internal/pkitest"
)

// fault is what befalls one call.
type fault int

const (
	none fault = iota
	failing
	throttled
	timedOut
	lost
	timedOutLate
	dying
	dyingLate
	stale
	miscounted1
	damaging
)

var faultNames = map[fault]string{
	none: "nothing", failing: "fails before it takes effect", throttled: "is throttled", timedOut: "times out",
	lost: "takes effect, the answer is lost", timedOutLate: "takes effect, then times out",
	dying: "the process dies before it", dyingLate: "the process dies after it",
	stale: "the answer is stale", miscounted1: "the counts in the answer are wrong", damaging: "the list arrives damaged",
}

func (f fault) String() string { return faultNames[f] }

// faultsOf are those that can befall a call of this kind. Representatives are
// those that differ in what they leave behind: throttled and timed out are to
// a run what any other failure is.
func faultsOf(kind string, representatives bool) []fault {
	faults := []fault{failing, dying}
	if !representatives {
		faults = append(faults, throttled, timedOut)
	}
	switch kind {
	case "put", "add", "remove":
		faults = append(faults, lost, dyingLate)
		if !representatives {
			faults = append(faults, timedOutLate)
		}
	}
	switch kind {
	case "revocations":
		faults = append(faults, stale, miscounted1)
	case "add":
		faults = append(faults, damaging)
	}
	return faults
}

var (
	errDead   = errors.New("the process is dead")
	errBefell = errors.New("the call failed")
)

func (f fault) err() error {
	switch f {
	case throttled:
		return because("throttled", errBefell)
	case timedOut, timedOutLate:
		return context.DeadlineExceeded
	default:
		return errBefell
	}
}

// call is one call of a run.
type call struct {
	kind, what string
	fault      fault
}

func (c call) String() string {
	text := c.kind + " " + c.what
	if c.fault != none {
		text += " [" + c.fault.String() + "]"
	}
	return text
}

// noticeable says whether another run can tell if this call was made before or
// after one of its own. Fetching is between a run and the CA; objects under
// content-addressed keys are the same whoever writes them; and neither the
// memory of verdicts nor the records decide anything.
func (c call) noticeable() bool {
	if strings.HasPrefix(c.what, RecordPrefix) {
		return false
	}
	return c.kind != "fetch" && c.what != verdictsKey && c.what != inboxPrefix &&
		!strings.HasPrefix(c.what, "crl/") && !strings.HasPrefix(c.what, "index/") || c.kind == "add"
}

// ofContent says that the call reads or writes an object whose key follows from
// its content: a list, or its index.
func (c call) ofContent() bool {
	return (c.kind == "get" || c.kind == "put") && (strings.HasPrefix(c.what, "crl/") || strings.HasPrefix(c.what, "index/"))
}

// party is one run's way to the cloud: every call passes through do.
type party struct {
	name  string
	cloud *cloud
	// identity is that of the lists it is about.
	identity string
	// network is the answer of the distribution points.
	network func(context.Context, Request) (Fetched, string, error)
	// faults befall the calls with these numbers.
	faults map[int]fault
	// always befall every call of a kind.
	always map[string]fault
	// gate, if it is set, lets one call through at a time.
	gate *gate

	// seen, if it is set, is told every state of the cloud on the way.
	seen func(uint64)

	calls []call
	dead  bool
	// gaps is how often this run left nothing in force to make room.
	gaps int
	// history is what this run has asked and been told so far: two runs of
	// one program with the same history do the same next.
	history uint64
}

// do makes a call to the cloud. The effect says in a few words what it
// answered.
func do[T any](ctx context.Context, p *party, kind, what string, effect func(fault) (T, string, error)) (T, error) {
	var zero T
	if p.gate != nil && !p.dead {
		p.gate.enter(call{kind: kind, what: what})
	}
	p.cloud.mu.Lock()
	defer p.cloud.mu.Unlock()
	if p.dead || ctx.Err() != nil {
		return zero, errDead
	}
	f := max(p.faults[len(p.calls)], p.always[kind])
	p.calls = append(p.calls, call{kind, what, f})
	switch f {
	case failing, throttled, timedOut:
		p.remember(kind, what, f.String())
		return zero, fmt.Errorf("%s %s: %w", kind, what, f.err())
	case dying:
		p.dead = true
		return zero, errDead
	}
	value, answer, err := effect(f)
	p.cloud.law.check(p.cloud, p)
	if p.seen != nil {
		p.seen(p.cloud.key())
	}
	p.remember(kind, what, answer, fmt.Sprint(err))
	switch f {
	case lost, timedOutLate:
		p.remember("lost")
		return zero, fmt.Errorf("%s %s: %w", kind, what, f.err())
	case dyingLate:
		p.dead = true
		return zero, errDead
	}
	return value, err
}

func (p *party) remember(words ...string) {
	for _, word := range words {
		p.history = p.history*31 + maphash.String(seed, word)
	}
}

// Pause takes no time at all.
func (p *party) Pause(ctx context.Context, _ time.Duration) error {
	if p.dead {
		return errDead
	}
	return ctx.Err()
}

// serving is a network with one list everywhere; nil is a network that is down.
func serving(list *edition) func(context.Context, Request) (Fetched, string, error) {
	return func(_ context.Context, request Request) (Fetched, string, error) {
		if list == nil {
			return Fetched{}, "", because("unreachable", errors.New("no route to host"))
		}
		url := request.URLs[0]
		if request.Held.ETag == list.name {
			return Fetched{URL: url, NotModified: true, Validators: request.Held}, "not modified", nil
		}
		return Fetched{URL: url, Body: list.der, Validators: Validators{URL: url, ETag: list.name}}, list.name, nil
	}
}

// refresher is a fresh process for this party. It has looked after the bucket
// just now: see dueAt.
func (p *party) refresher(bundle Bundle) *Refresher {
	return &Refresher{
		upkeep:  upkeep{inspected: pkitest.Epoch, tidied: pkitest.Epoch},
		Fetcher: p, Bucket: p, TrustStore: p, Contents: p,
		Sources: []Source{{Name: "ca", URLs: []string{"http://ca.example/list.crl"}}},
		Bundle:  bundle, Limits: DefaultLimits(),
		Clock: func() time.Time { return pkitest.Epoch }, Pause: p.Pause,
	}
}
