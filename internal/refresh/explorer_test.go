package refresh

import (
	"context"
	"fmt"
	"hash/maphash"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/sekisho/sekisho/internal/pkitest"
	"github.com/sekisho/sekisho/internal/snapshot"
)

// explorer makes runs and judges them.
type explorer struct {
	stage *stage
	// tamper breaks the executor; nil leaves it as it is.
	tamper tampering
	// lists is the quota of lists; 0 is AWS's.
	lists int
	// guards are those of the source.
	guards Guards
	begun  time.Time
	// replaces sets overlap "replace".
	replaces bool
	// after is when the clean run comes, counted from pkitest.Epoch.
	after time.Duration
	// enough is how many counter-examples are enough.
	enough int

	mu sync.Mutex
	// states are the states of the cloud in which the law was checked.
	states map[uint64]bool
	// healed are those from which a clean run was seen to reach health.
	healed     map[recovery]bool
	executions int
	longest    map[string]int
	broken     []string
}

// recovery is where a clean run begins.
type recovery struct {
	cloud  uint64
	newest int
	peaks  levels
	open   int
}

func newExplorer(s *stage) *explorer {
	return &explorer{stage: s, begun: time.Now(), after: 2 * time.Hour, enough: 3, states: map[uint64]bool{}, healed: map[recovery]bool{}, longest: map[string]int{}}
}

func (x *explorer) breaks(where fmt.Stringer, format string, values ...any) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if len(x.broken) < x.enough {
		x.broken = append(x.broken, where.String()+": "+fmt.Sprintf(format, values...))
	}
}

// longest is how long the long form goes on.
const longest = 8 * time.Minute

// over says that the long form has come to its end.
func (x *explorer) over() bool { return depthOfThisRun() == deep && time.Since(x.begun) > longest }

// done says that there are counter-examples enough, or that time is over.
func (x *explorer) done() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return len(x.broken) >= x.enough || x.over()
}

func (x *explorer) see(key uint64) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.states[key] = true
}

func (x *explorer) party(name string, c *cloud, level int, faults map[int]fault) *party {
	return &party{
		name: name, cloud: c, identity: x.stage.ca.identity(), network: serving(x.stage.ca.at(level)),
		faults: faults, seen: x.see,
	}
}

func (x *explorer) refresher(p *party) *Refresher {
	r := p.refresher(x.stage.bundle)
	if x.lists != 0 {
		r.Limits.Lists = x.lists
	}
	r.Sources[0].Guards = x.guards
	r.Limits.ReplaceOverlap = x.replaces
	p.cloud.law.gaps = x.replaces
	if x.tamper != nil {
		x.tamper(p, r)
	}
	return r
}

// run makes one whole run.
func (x *explorer) run(c *cloud, level int, faults map[int]fault) *party {
	p := x.party("run", c, level, faults)
	report, _ := x.refresher(p).Run(context.Background())
	x.tells(p, report)
	return p
}

// tells demands that a run that left nothing in force says so, if it lives.
func (x *explorer) tells(p *party, report Report) {
	said := slices.ContainsFunc(report.Outcomes, func(o Outcome) bool { return o.Gap })
	if p.gaps > 0 && !said && !p.dead {
		x.breaks(whole(p.name), "left nothing in force and does not say so\n%s", p.transcript())
	}
}

// whole is a name that stands for itself.
type whole string

func (w whole) String() string { return string(w) }

// later is a run a good while after everything else: whatever was put off is
// due, and nothing goes wrong.
func (x *explorer) later(c *cloud, level int) (*party, Report, error) {
	p := x.party("the clean run", c, level, nil)
	r := x.refresher(p)
	r.Clock = func() time.Time { return pkitest.Epoch.Add(x.after) }
	report, err := r.Run(context.Background())
	x.tells(p, report)
	return p, report, err
}

// judge looks at an execution that is over, and has a clean run heal it.
func (x *explorer) judge(where fmt.Stringer, c *cloud, newest int, parties ...*party) {
	x.mu.Lock()
	x.executions++
	for cause, calls := range c.law.longest {
		x.longest[cause] = max(x.longest[cause], calls)
	}
	x.mu.Unlock()
	if len(c.law.broken) > 0 {
		x.breaks(where, "%s\n%s", strings.Join(c.law.broken, "\n"), transcripts(parties))
		return
	}
	x.heal(where, c, newest, parties)
}

func transcripts(parties []*party) string {
	var text strings.Builder
	for _, p := range parties {
		text.WriteString(p.transcript())
	}
	return text.String()
}

// heal makes one clean run, and a second one that must find nothing to do.
func (x *explorer) heal(where fmt.Stringer, c *cloud, newest int, parties []*party) {
	if x.known(recovery{c.key(), newest, c.law.peaks[x.stage.ca.identity()], len(c.law.windows)}) {
		return
	}
	list, before := x.stage.ca.at(newest), c.String()
	x.outlast(c, newest)
	clean, _, err := x.later(c, newest)
	wrong := append(slices.Clone(c.law.broken), ill(c, list)...)
	if err != nil {
		wrong = append(wrong, err.Error())
	}
	writes := c.writes
	again, _, err := x.later(c, newest)
	if c.writes != writes || err != nil {
		wrong = append(wrong, fmt.Sprintf("the run after the clean run found something to do: %v\n%s", err, again.transcript()))
	}
	if len(wrong) > 0 {
		x.breaks(where, "one clean run led from %s to %s: %s\n%s", before, c, strings.Join(wrong, "; "), transcripts(append(parties, clean)))
	}
}

// outlast has a list that may be held back be held back for its time.
func (x *explorer) outlast(c *cloud, newest int) {
	if x.guards == (Guards{}) {
		return
	}
	p := x.party("the run before", c, newest, nil)
	r := x.refresher(p)
	r.Clock = func() time.Time { return pkitest.Epoch.Add(x.after - x.guards.HoldFor) }
	_, _ = r.Run(context.Background())
}

func (x *explorer) known(r recovery) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	known := x.healed[r]
	x.healed[r] = true
	return known
}

// ill says what keeps a cloud from being healthy: one whole copy of the newest
// list, with state and manifest that say so.
func ill(c *cloud, list *edition) []string {
	var wrong []string
	say := func(format string, values ...any) { wrong = append(wrong, fmt.Sprintf(format, values...)) }
	ours := int64(0)
	for _, id := range c.ids() {
		one := c.imports[id]
		if one.list.identity != list.identity {
			continue
		}
		if ours != 0 || one.damaged || one.list != list {
			say("revocation %d should not be there", id)
		}
		ours = id
	}
	state := c.state(list.identity)
	if ours == 0 || state.Revocation != ours || state.Accepted.SHA256 != list.facts.SHA256 || !state.published() || state.Refused != nil {
		say("revocation %d, the state says %d, accepted level %d, refused %v", ours, state.Revocation, levelOf(state.Accepted.SHA256), state.Refused)
	}
	if !slices.ContainsFunc(c.manifest().Lists, func(l snapshot.List) bool { return l.SHA256 == list.facts.SHA256 }) {
		say("the manifest does not name %s", list.name)
	}
	if len(c.law.windows) > 0 {
		say("the trust store still enforces less than it did")
	}
	return wrong
}

// hash tells one value from another.
func hash[T comparable](value T) uint64 { return maphash.Comparable(seed, value) }
