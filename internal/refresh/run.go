package refresh

import (
	"cmp"
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
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
	w, err := r.look(ctx, now)
	if err != nil {
		return report, err
	}
	report.Foreign = w.foreign
	report.Outcomes = r.settleAll(ctx, w, now)
	pointed := r.point(ctx)
	report.Uncovered, err = r.uncovered(ctx)
	return report, errors.Join(report.Err(), pointed, err, r.coverage(report.Uncovered))
}

// coverage is the reason to call a run failed that leaves a CA without a list
// although every certificate must be found in one.
func (r *Refresher) coverage(uncovered []string) error {
	if !r.RequireCoverage || len(uncovered) == 0 {
		return nil
	}
	return because(Uncovered, fmt.Errorf(
		"no list of %s is in force, so nobody below could be let in: add a source for it, or set revocation to \"require-leaf\" if only the lists of issuing CAs matter",
		strings.Join(uncovered, " and of ")))
}

// settleAll works on each source at the same time, and on the identities that
// no source delivers any more: their lists stay in force.
func (r *Refresher) settleAll(ctx context.Context, w *world, now time.Time) []Outcome {
	results := make([][]Outcome, len(r.Sources)+1)
	var working sync.WaitGroup
	for i, source := range r.Sources {
		working.Go(func() { results[i] = r.settleSource(ctx, w, source, now) })
	}
	working.Go(func() { results[len(r.Sources)] = r.settleOrphans(ctx, w, now) })
	working.Wait()
	return slices.Concat(results...)
}

// settleSource fetches what a source has and settles each identity that it
// delivers or has delivered.
func (r *Refresher) settleSource(ctx context.Context, w *world, source Source, now time.Time) []Outcome {
	begun := r.Clock()
	got := r.deliver(ctx, source, r.heldOf(w, source), now)
	fetching := Step{Name: "fetch", Took: r.Clock().Sub(begun)}
	var outcomes []Outcome
	for _, identity := range w.identitiesOf(source, got.lists) {
		s := r.begin(w, identity, source, now)
		s.outcome.URL, s.outcome.Steps = got.url, []Step{fetching}
		s.list = pick(got.lists, identity)
		if s.list == nil {
			s.delivered = got.err
		}
		outcomes = append(outcomes, r.settleOne(ctx, s))
	}
	if len(outcomes) == 0 {
		outcomes = []Outcome{nothing(source, got, fetching)}
	}
	r.remember(source, got, outcomes)
	return outcomes
}

// settleOne refuses a list whose identity another configured source delivers:
// two mirrors of one list belong into one source.
func (r *Refresher) settleOne(ctx context.Context, s *settling) Outcome {
	owner := s.state.Source
	if owner == "" || owner == s.outcome.Source || !r.configured(owner) {
		return s.settle(ctx)
	}
	s.outcome.List, s.outcome.Revocation = s.state.Accepted, s.state.Revocation
	s.outcome.Action = Refuse
	return s.finish(because(Claimed, fmt.Errorf(
		"settling a list of %s: source %s delivers it already: name the addresses of one list as mirrors of one source", s.state.Issuer, owner)))
}

// settleOrphans heals the lists of sources that are no longer configured.
func (r *Refresher) settleOrphans(ctx context.Context, w *world, now time.Time) []Outcome {
	var outcomes []Outcome
	for _, identity := range w.identities() {
		owner := w.states[identity].Source
		if r.configured(owner) || !w.states[identity].Accepted.known() {
			continue
		}
		outcomes = append(outcomes, r.begin(w, identity, Source{Name: owner}, now).settle(ctx))
	}
	return outcomes
}

func (r *Refresher) begin(w *world, identity string, source Source, now time.Time) *settling {
	limits := r.Limits
	limits.AllowScoped = source.AllowScoped
	limits.ReplaceOverlap = limits.ReplaceOverlap || source.ReplaceOverlap
	state, ok := w.states[identity]
	if !ok {
		state = tracked{State: State{Identity: identity}}
	}
	return &settling{
		Refresher: r, world: w, state: state, limits: limits, now: now,
		outcome: Outcome{Source: source.Name, Identity: identity},
	}
}

// nothing is the outcome of a source that has never delivered a good list.
func nothing(source Source, got delivery, fetching Step) Outcome {
	outcome := Outcome{Source: source.Name, URL: got.url, Action: Refuse, Steps: []Step{fetching}}
	if got.err == nil {
		got.err = errors.New("no list in the answer")
	}
	return outcome.failed(got.err)
}

func pick(lists []candidate, identity string) *candidate {
	var newest *candidate
	for i, list := range lists {
		if list.identity == identity && (newest == nil || list.facts.newer(newest.facts)) {
			newest = &lists[i]
		}
	}
	return newest
}

func (r *Refresher) configured(name string) bool {
	return slices.ContainsFunc(r.Sources, func(s Source) bool { return s.Name == name })
}

// heldOf is the condition for the next request: what came with the last
// answer, as long as every list of that source is stored.
func (r *Refresher) heldOf(w *world, source Source) Validators {
	var held Validators
	for _, identity := range w.identitiesOf(source, nil) {
		state := w.states[identity]
		if !state.published() {
			return Validators{}
		}
		held = state.Validators
	}
	latest, ok := r.held.get(source.Name)
	if ok && held != (Validators{}) {
		return latest
	}
	return held
}

// remember keeps the validators of an answer that was taken whole.
func (r *Refresher) remember(source Source, got delivery, outcomes []Outcome) {
	if got.err != nil || slices.ContainsFunc(outcomes, func(o Outcome) bool { return !o.taken }) {
		r.held.set(source.Name, Validators{})
		return
	}
	r.held.set(source.Name, got.validators)
}

// identities are all that states are kept of, in order.
func (w *world) identities() []string { return slices.Sorted(maps.Keys(w.states)) }

// identitiesOf are the identities that a source delivered now or before.
func (w *world) identitiesOf(source Source, lists []candidate) []string {
	var all []string
	for identity, state := range w.states {
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

// shown are the IDs that the trust store had at the start of the run.
func (w *world) shown() []int64 {
	ids := make([]int64, len(w.revocations))
	for i, revocation := range w.revocations {
		ids[i] = revocation.ID
	}
	return ids
}

// uncovered names the CAs of the bundle of which no list is in force.
func (r *Refresher) uncovered(ctx context.Context) ([]string, error) {
	w := &world{states: map[string]tracked{}, identified: map[int64]identified{}}
	err := r.loadStates(ctx, w)
	if err != nil {
		return nil, err
	}
	covered := map[string]bool{}
	for _, state := range w.states {
		covered[state.Authority] = covered[state.Authority] || state.published()
	}
	var missing []string
	for _, ca := range r.Bundle.Issuers {
		if !covered[authority(ca)] {
			missing = append(missing, ca.Subject.String())
		}
	}
	slices.SortFunc(missing, cmp.Compare[string])
	return slices.Compact(missing), nil
}

// authority tells one CA from another: its name and its key.
func authority(ca *x509.Certificate) string {
	h := sha256.New()
	h.Write(ca.RawSubject)
	h.Write(ca.RawSubjectPublicKeyInfo)
	return hex.EncodeToString(h.Sum(nil))
}
