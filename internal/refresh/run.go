package refresh

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// Run brings every source's lists to where they should be and says what it
// did. Sources are independent: one that fails or is slow does not stop the
// others. The error says that some source has no list in force, or that
// nothing could be done at all; what was in force before still is.
func (r *Refresher) Run(ctx context.Context) (Report, error) {
	now := r.Clock()
	report := Report{Started: now}
	r.polled.begin(now)
	w, err := r.look(ctx, now)
	if err != nil {
		return report, err
	}
	report.Outcomes = r.settleAll(ctx, w, now)
	pointed := r.point(ctx, w)
	report.Untidy = r.tidied(ctx, w, now)
	report.Foreign = w.foreign()
	report.Quota = w.quotaUse(r.Limits)
	report.Uncovered = r.uncovered(w)
	report.Unrecorded = r.recordAll(ctx, report)
	err = errors.Join(report.Err(), w.unseen, pointed, r.coverage(report.Uncovered))
	r.polled.end(report, err)
	return report, err
}

// settleAll works on what was dropped into the bucket, then on each source at
// the same time, and then on the identities that no source delivers any more:
// their lists stay in force.
func (r *Refresher) settleAll(ctx context.Context, w *world, now time.Time) []Outcome {
	fromInbox := r.settleDropped(ctx, w, now)
	results := make([][]Outcome, len(r.Sources))
	var working sync.WaitGroup
	for i, source := range r.Sources {
		working.Go(func() { results[i] = r.settleSource(ctx, w, source, now) })
	}
	working.Wait()
	outcomes := append(fromInbox, slices.Concat(results...)...)
	return append(outcomes, r.settleRest(ctx, w, outcomes, now)...)
}

// settleSource fetches what a source has and settles each identity that it
// delivers or has delivered.
func (r *Refresher) settleSource(ctx context.Context, w *world, source Source, now time.Time) []Outcome {
	begun := r.Clock()
	got := r.deliver(ctx, source, r.heldOf(w, source, now), now)
	fetching := Step{Name: "fetch", Took: r.Clock().Sub(begun)}
	var outcomes []Outcome
	for _, identity := range w.identitiesOf(source, got.lists) {
		s := r.begin(w, identity, source, now)
		s.outcome.URL, s.outcome.Steps = got.url, []Step{fetching}
		s.receive(got)
		outcomes = append(outcomes, r.settleOne(ctx, s))
	}
	if got.unsaid(outcomes) {
		outcomes = append(outcomes, nothing(source, got, fetching, len(outcomes) > 0))
	}
	r.remember(source, got, outcomes)
	return outcomes
}

// unsaid says that no outcome tells what was wrong with the delivery.
func (d delivery) unsaid(outcomes []Outcome) bool {
	said := slices.ContainsFunc(outcomes, func(o Outcome) bool { return errors.Is(o.err, d.err) })
	return len(outcomes) == 0 || d.err != nil && !said
}

// receive takes from a delivery what belongs to the identity.
func (s *settling) receive(got delivery) {
	s.list = s.state.choose(got.lists, s.now)
	s.heard = got.err == nil && !got.notModified
	if s.conflict() != nil {
		s.list.validators = Validators{}
	}
	if s.list == nil {
		s.delivered = got.err
		s.withdrawn = got.err == nil && !got.notModified
	}
}

// settleRest looks after the lists that belong to no configured source, and
// those whose state does not say to which.
func (r *Refresher) settleRest(ctx context.Context, w *world, done []Outcome, now time.Time) []Outcome {
	var outcomes []Outcome
	states := w.latest()
	for _, identity := range slices.Sorted(maps.Keys(states)) {
		state := states[identity]
		settled := slices.ContainsFunc(done, func(o Outcome) bool { return o.Identity == identity })
		if settled || !state.Accepted.known() && state.unread == nil {
			continue
		}
		s := r.begin(w, identity, Source{Name: state.Source}, now)
		outcome := r.settleOne(ctx, s)
		if !r.departed(s.state.State) {
			outcome.formerly = s.state.Formerly
		}
		outcomes = append(outcomes, outcome)
	}
	return outcomes
}

func (r *Refresher) settleOne(ctx context.Context, s *settling) Outcome {
	switch {
	case r.preview:
		return s.foresee(ctx)
	case s.list == nil && r.departed(s.state.State):
		return s.retire(ctx)
	default:
		return s.settle(ctx)
	}
}

func (r *Refresher) begin(w *world, identity string, source Source, now time.Time) *settling {
	limits := r.Limits
	limits.AllowScoped = source.AllowScoped
	limits.ReplaceOverlap = limits.ReplaceOverlap || source.ReplaceOverlap
	limits.Guards = source.Guards
	state, ok := w.latest()[identity]
	if !ok {
		state = tracked{State: State{Identity: identity, TrustStore: r.TrustStoreARN}}
	}
	return &settling{
		Refresher: r, world: w, source: source, state: state, limits: limits, now: now,
		outcome: Outcome{Source: source.Name, Identity: identity},
	}
}

// nothing is the outcome of a source that has never delivered a good list, or
// of what a source delivers beside its good lists.
func nothing(source Source, got delivery, fetching Step, beside bool) Outcome {
	outcome := Outcome{Source: source.Name, URL: got.url, Action: Refuse, Steps: []Step{fetching}, exempt: beside}
	if got.err == nil {
		got.err = errors.New("no list in the answer")
	}
	return outcome.failed(got.err)
}

// choose is the list of this identity to go on with: the one that an operator
// let through, or else the newest of those that no reset made older.
func (s State) choose(lists []*candidate, now time.Time) *candidate {
	var found *candidate
	var best Facts
	for _, list := range lists {
		facts := list.facts
		facts.Overruled = s.overruled(facts.SHA256)
		switch {
		case list.identity != s.Identity:
		case s.letsThrough(facts, now):
			return list
		case found == nil || facts.newer(best):
			found, best = list, facts
		}
	}
	return found
}

// letsThrough says that an operator's order waits for this very list.
func (s State) letsThrough(list Facts, now time.Time) bool {
	return s.resets(list, now) || s.approves(list) && s.Approval.Kind == ApproveAction && list.newer(s.Accepted)
}

func (r *Refresher) configured(name string) bool {
	return slices.ContainsFunc(r.Sources, func(s Source) bool { return s.Name == name })
}

// heldOf is the condition for the next request: what came with the last
// answer, as long as every list of that source is stored, and all came with
// that answer.
func (r *Refresher) heldOf(w *world, source Source, now time.Time) Validators {
	states := w.latest()
	identities := w.identitiesOf(source, nil)
	if len(identities) == 0 {
		return Validators{}
	}
	held := states[identities[0]].latestValidators()
	for _, identity := range identities {
		if !states[identity].published() || states[identity].released(source.Guards, now) {
			return Validators{}
		}
		if states[identity].latestValidators() != held {
			held = Validators{}
		}
	}
	latest, ok := r.held.get(source.Name)
	if ok {
		return latest
	}
	return held
}

// remember keeps the validators of an answer that was taken whole, and holds no
// list of another source: nobody would ask for that one again when its time comes.
func (r *Refresher) remember(source Source, got delivery, outcomes []Outcome) {
	if got.err != nil || slices.ContainsFunc(outcomes, func(o Outcome) bool { return !o.taken || errors.Is(o.err, errContested) }) {
		r.held.set(source.Name, Validators{})
		return
	}
	r.held.set(source.Name, got.validators)
}

// identitiesOf are the identities that a source delivered now or before.
func (w *world) identitiesOf(source Source, lists []*candidate) []string {
	var all []string
	for identity, state := range w.latest() {
		if state.Source == source.Name {
			all = append(all, identity)
		}
	}
	for _, list := range lists {
		all = append(all, list.identity)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// uncovered names the CAs of the bundle of which no list is published.
func (r *Refresher) uncovered(w *world) []string {
	covered := map[string]bool{}
	for _, state := range w.latest() {
		covered[state.Authority] = covered[state.Authority] || state.published()
	}
	var missing []string
	for _, ca := range r.Bundle.Issuers {
		if !covered[authority(ca)] {
			missing = append(missing, ca.Subject.String())
		}
	}
	slices.SortFunc(missing, cmp.Compare[string])
	return slices.Compact(missing)
}

// coverage is the reason to call a run failed that leaves a CA without a list
// although every certificate must be found in one.
func (r *Refresher) coverage(uncovered []string) error {
	if !r.RequireCoverage || len(uncovered) == 0 {
		return nil
	}
	return because(Uncovered, fmt.Errorf(
		"no list of %s is in force: the verifier can let nobody below in, and the verify listener asks about no revocation there: add a source for it, or set revocation to \"require-leaf\" if only the lists of issuing CAs matter",
		strings.Join(uncovered, " and of ")))
}
