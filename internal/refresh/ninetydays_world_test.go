package refresh

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/metrics"
	"github.com/sekisho/sekisho/internal/pkitest"
	"github.com/sekisho/sekisho/internal/snapshot"
)

var simGuards = Guards{MaxShrinkPercent: 30, MaxNewlyRevoked: 40, Hold: true, HoldFor: 24 * time.Hour}

// simulation is a refresher that runs on and on between a CA that makes
// mistakes, a cloud that checks the law at every call, alarms, and an operator.
type simulation struct {
	tb     testing.TB
	random *rand.Rand
	began  time.Time
	now    time.Time
	step   time.Duration

	ca       *simCA
	stranger *edition
	cloud    *cloud
	party    *party
	// refresher is the present process; make makes the next one.
	refresher *Refresher
	make      func() *Refresher
	alarms    *alarms

	// well is since when the source serves what policy allows.
	well time.Time
	// wellHeld is since when it serves what a guard may hold back.
	wellHeld  time.Time
	staleFrom time.Time
	// behind is since when the trust store enforces less than was accepted.
	behind time.Time

	runs, deaths                int
	decisions                   map[string]int
	faults                      map[mischief]int
	stale, locked               time.Duration
	orders                      int
	violations                  []string
	enough                      string
	until                       map[mischief]time.Time
	ordered, rekeyed, redeploys time.Time
}

// tuned makes a version of the refresher, or of its alarms, that lacks
// something.
type tuned struct {
	guards Guards
	ahead  time.Duration
	blind  bool // no metric says how much life is left
	// enough ends the simulation once a violation says so.
	enough string
}

func newSimulation(tb testing.TB, step time.Duration, with tuned) *simulation {
	s := &simulation{
		tb: tb, random: rand.New(rand.NewPCG(90, 1)), began: pkitest.Epoch, now: pkitest.Epoch, step: step,
		cloud: newCloud(), decisions: map[string]int{}, faults: map[mischief]int{}, until: map[mischief]time.Time{},
		alarms: newAlarms(with.blind), enough: with.enough,
	}
	s.ca, s.stranger = newSimCA(tb, s.now), newPublisher(tb, "Stranger", 1).at(1)
	s.cloud.bundle = pkitest.PEM(s.ca.keys[0].ca.Cert)
	s.party = &party{name: "run", cloud: s.cloud, network: s.network}
	s.make = func() *Refresher {
		r := s.party.refresher(bundleOf(s.ca.keys...))
		r.Sources[0].Guards, r.Sources[0].CertificateLifetime = with.guards, certLife
		r.Clock = func() time.Time { return s.now.Add(with.ahead) }
		return r
	}
	s.refresher = s.make()
	return s
}

// network is the distribution point: the entity tag of an answer is its content.
func (s *simulation) network(_ context.Context, request Request) (Fetched, string, error) {
	body := s.ca.served(s.stranger)
	if body == nil {
		return Fetched{}, "", because("unreachable", errors.New("no route to host"))
	}
	tag := newObject(body).tag
	if request.Held.ETag == tag {
		return Fetched{URL: request.URLs[0], NotModified: true, Validators: request.Held}, "", nil
	}
	return Fetched{URL: request.URLs[0], Body: bytes.Clone(body), Validators: Validators{URL: request.URLs[0], ETag: tag}}, "", nil
}

func (s *simulation) violates(format string, values ...any) {
	if len(s.violations) < 50 {
		s.violations = append(s.violations, s.now.Sub(s.began).Round(time.Minute).String()+": "+fmt.Sprintf(format, values...))
	}
}

// over says that the days are, or that what was looked for was seen.
func (s *simulation) over(days int) bool {
	caught := s.enough != "" && slices.ContainsFunc(s.violations, func(v string) bool { return strings.Contains(v, s.enough) })
	return caught || s.now.Sub(s.began) >= time.Duration(days)*day
}

func (s *simulation) run(days int) {
	for !s.over(days) {
		s.now = s.now.Add(s.step)
		s.happens()
		s.ca.tick(s.now)
		s.refresh()
		s.judge()
		s.operate()
	}
}

// refresh makes one run, which may die on the way.
func (s *simulation) refresh() {
	s.runs++
	s.party.calls, s.party.dead, s.party.faults = nil, false, nil
	if s.random.IntN(300) == 0 {
		f := []fault{dying, dyingLate, lost, failing, stale}[s.random.IntN(5)]
		s.party.faults = map[int]fault{s.random.IntN(12): f}
	}
	report, err := s.refresher.Run(context.Background())
	if s.party.dead {
		s.deaths++
		s.refresher = s.make()
		s.alarms.missing(s.now)
		return
	}
	s.note(report, err)
}

func (s *simulation) note(report Report, err error) {
	for _, outcome := range report.Outcomes {
		s.decisions[string(outcome.Action)+" "+string(outcome.Reason)]++
	}
	if err != nil && len(report.Outcomes) == 0 {
		s.alarms.missing(s.now)
		return
	}
	s.alarms.take(report.Measure("gate", s.now), s.now)
}

// judge compares what is in force with what may be.
func (s *simulation) judge() {
	for _, broken := range s.cloud.law.broken {
		s.violates("weaker than the law: %s", broken)
	}
	s.cloud.law.broken = nil
	for _, id := range s.cloud.ids() {
		s.allowed(s.cloud.imports[id].list.facts.SHA256, "in the trust store")
	}
	manifest := s.cloud.manifest()
	for _, list := range manifest.Lists {
		s.allowed(list.SHA256, "in the manifest")
	}
	s.judgeLife(manifest)
	s.judgeLag()
}

// judgeLag looks at whether the trust store is behind for long without anybody
// being told.
func (s *simulation) judgeLag() {
	identity := s.ca.latest().identity
	accepted := levelOf(s.cloud.state(identity).Accepted.SHA256)
	if s.cloud.enforced(identity)[union] >= accepted {
		s.behind = time.Time{}
		return
	}
	if s.behind.IsZero() {
		s.behind = s.now
	}
	if s.now.Sub(s.behind) > patience && len(s.alarms.ringing(s.now)) == 0 {
		s.violates("the trust store is behind list %d without an alarm since %s", accepted, s.behind.Format(time.RFC3339))
	}
}

// allowed says what must not be in force.
func (s *simulation) allowed(sha256, where string) {
	list := s.ca.bySHA[sha256]
	switch {
	case list == nil:
		s.violates("weaker than the law: a list of somebody else is %s", where)
	case list.wrong == future && s.now.Before(list.until):
		s.violates("weaker than the law: a list from the future (%s) is %s", list.facts.ThisUpdate.Format(time.RFC3339), where)
	case list.wrong != "" && s.now.Before(list.until):
		s.violates("weaker than the law: list %d (%s) is %s before it was held back for its time", list.level, list.wrong, where)
	}
}

// patience is how long a list may be served before it has to be in force: some
// runs may fail, and CAs publish a moment later than they should.
const patience = time.Hour

// judgeLife looks at the list of the CA whose certificates are in use: whether
// it is stale without anybody being told, and whether its clients are locked
// out although a list that policy allows is served.
func (s *simulation) judgeLife(manifest snapshot.Manifest) {
	identity := s.ca.latest().identity
	at := slices.IndexFunc(manifest.Lists, func(l snapshot.List) bool { return l.Identity == identity })
	isStale := at < 0 || s.now.After(manifest.Lists[at].NextUpdate)
	if !isStale {
		s.staleFrom = time.Time{}
	}
	s.keepWatch(at >= 0 && s.ca.latest().breaches(s.ca.bySHA[manifest.Lists[max(at, 0)].SHA256]))
	if !isStale {
		return
	}
	s.stale += s.step
	if s.staleFrom.IsZero() {
		s.staleFrom = s.now
	}
	if at >= 0 && len(s.alarms.ringing(s.now)) == 0 {
		s.violates("a stale list without an alarm: list of %s", manifest.Lists[at].ThisUpdate.Format(time.RFC3339))
	}
	if s.served(patience) {
		s.violates("clients are locked out that policy would let in: what is served may be taken since %s, or had to be held back since %s", s.well.Format(time.RFC3339), s.wellHeld.Format(time.RFC3339))
	}
	s.locked += s.step
}

// keepWatch notes since when the source serves what policy allows, and whether
// a guard may hold that back.
func (s *simulation) keepWatch(breach bool) {
	honest := s.ca.honest()
	s.well = since(s.well, honest && !breach, s.now)
	s.wellHeld = since(s.wellHeld, honest && breach, s.now)
}

// since is since when something is so; zero when it is not.
func since(before time.Time, is bool, now time.Time) time.Time {
	switch {
	case !is:
		return time.Time{}
	case before.IsZero():
		return now
	default:
		return before
	}
}

// served says that a list that may be taken has been there for so long, or one
// that is held back for so long beyond its time.
func (s *simulation) served(long time.Duration) bool {
	if !s.well.IsZero() {
		return s.now.Sub(s.well) > long
	}
	return !s.wellHeld.IsZero() && s.now.Sub(s.wellHeld) > simGuards.HoldFor+long
}

// alarms are those on the metrics of a source, as they are to be deployed:
// life left below 25 %, no success for 15 minutes, a list refused, held back or
// miscounted, a removal that is possibly early.
type alarms struct {
	blind   bool
	success time.Time
	values  map[string]float64
}

func newAlarms(blind bool) *alarms { return &alarms{blind: blind, values: map[string]float64{}} }

func (a *alarms) take(lines []metrics.Line, now time.Time) {
	for _, line := range lines {
		for name, value := range line.Values {
			a.values[name] = value
		}
		if line.Values[metrics.Success] > 0 {
			a.success = now
		}
	}
	if a.blind {
		delete(a.values, metrics.LifeLeftPercent)
		delete(a.values, metrics.LifeLeft)
	}
}

// missing is a time at which nothing was measured: the alarms stay as they are.
func (a *alarms) missing(time.Time) {}

func (a *alarms) ringing(now time.Time) []string {
	var all []string
	left, measured := a.values[metrics.LifeLeftPercent]
	if measured && left < 25 {
		all = append(all, "life left")
	}
	if now.Sub(a.success) > 15*time.Minute {
		all = append(all, "no success")
	}
	for _, name := range []string{metrics.Refused, metrics.Held, metrics.Mismatched, metrics.PossiblyEarly} {
		if a.values[name] > 0 {
			all = append(all, name)
		}
	}
	return all
}
