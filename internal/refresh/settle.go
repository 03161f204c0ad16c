package refresh

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// tries bounds how often a step is begun anew because another run wrote
// meanwhile.
const tries = 5

// settling is the work on one identity in one run.
type settling struct {
	*Refresher
	world  *world
	source Source
	state  tracked
	// list is what was fetched and checked, nil when nothing new was.
	list   *candidate
	limits Limits
	now    time.Time
	// heard says that the source's answer was taken whole.
	heard bool
	// withdrawn says that the source answers, and no longer with this list.
	withdrawn bool

	// delivered is why the source delivered no list, refused why this list
	// was not taken.
	delivered error
	refused   error
	outcome   Outcome
	// change is what the list changes against the accepted one with the hash
	// compared.
	change   Change
	compared string
}

// settle brings one identity to where it should be: store and claim the list,
// point the verifier to it, put it in force. Pointing does not wait for the
// trust store's consent: the verifier can use a list that a quota keeps out.
// What was accepted before is put in force again even where the claim of a newer
// list fails.
func (s *settling) settle(ctx context.Context) Outcome {
	if s.state.unread != nil {
		return s.barred(s.state.unread)
	}
	lost, spoilt := s.state.lost, s.state.spoilt
	err := s.timed("claim", func() error { return s.claim(ctx) })
	if reasonOf(err) == Claimed {
		return s.barred(err)
	}
	if err != nil {
		s.withoutClaim()
	}
	enforced := s.timed("enforce", func() error { return s.enforce(ctx) })
	if !errors.Is(err, enforced) {
		err = errors.Join(err, enforced)
	}
	pointed := s.timed("point", func() error { return s.point(ctx, s.world) })
	return s.finish(errors.Join(s.noteLoss(lost), s.noteSpoilt(spoilt), s.conflict(), err, pointed))
}

// withoutClaim has the outcome speak of what the state says: it is looked
// after although the list that was to be claimed could not be.
func (s *settling) withoutClaim() {
	s.outcome.Action = ""
	s.describe(s.plan(Offer{}))
}

// noteLoss reports once, and loudly, that the state had to be made anew.
func (s *settling) noteLoss(lost error) error {
	if lost == nil {
		return nil
	}
	if s.outcome.Action == Keep {
		s.outcome.Action = Heal
	}
	return because(StateLost, fmt.Errorf("the state of a list was lost and is made anew from what the bucket and the trust store hold: %w", lost))
}

// barred is the outcome where nothing may be done about an identity.
func (s *settling) barred(problem error) Outcome {
	decision := s.plan(Offer{})
	decision.Action, decision.Reason, decision.Detail = Keep, Unchanged, ""
	s.outcome.Action = ""
	s.describe(decision)
	return s.finish(problem)
}

// claim writes down which list is the newest accepted one before it comes into
// force. When another run was faster, it plans again from what that run wrote.
func (s *settling) claim(ctx context.Context) error {
	for range tries {
		offer, err := s.acceptable(ctx)
		decision := s.plan(offer)
		s.describe(decision)
		s.tell(decision, offer)
		err = errors.Join(err, s.mayClaim(decision))
		if err != nil || s.recorded(decision) {
			return err
		}
		err = s.record(ctx, decision)
		if !errors.Is(err, ErrOvertaken) {
			return err
		}
		err = s.lookAgain(ctx)
		if err != nil {
			return err
		}
	}
	return fmt.Errorf("claiming a list: %w, %d times: the next run tries again", ErrOvertaken, tries)
}

// mayClaim says why a list must not be claimed now: because another source
// delivers lists of this identity, and this one is no newer, or because nobody
// can say whether a list that seems to be the first is not older than one that
// is forgotten.
func (s *settling) mayClaim(decision Decision) error {
	if s.list != nil && !s.list.facts.newer(s.state.Accepted) && s.conflict() != nil {
		return s.conflict()
	}
	if decision.Claim && !s.state.Accepted.known() {
		return errors.Join(s.world.blind, s.world.unseen)
	}
	return nil
}

// recorded says that the state is as it should be.
func (s *settling) recorded(decision Decision) bool {
	target := decision.Target
	if !target.known() {
		return true
	}
	if !s.state.Holding.same(decision.Holding) {
		return false
	}
	if s.list != nil && s.list.facts.SHA256 == target.SHA256 && !s.list.facts.NextUpdate.Equal(s.state.Accepted.NextUpdate) {
		return false
	}
	if !s.departed(s.state.State) && (s.state.Ended || !s.state.Unwanted.IsZero()) {
		return false
	}
	return s.state.Accepted.SHA256 == target.SHA256 && s.state.published() && s.state.Source == s.owner()
}

// owner is the source that the state is to name: the one that delivers the
// list, nobody once that has stopped.
func (s *settling) owner() string {
	switch {
	case s.list != nil && s.conflict() == nil:
		return s.source.Name
	case s.withdrawn:
		return ""
	default:
		return s.state.Source
	}
}

// plan decides from what is known now. Once a list is claimed, it is part of
// that.
func (s *settling) plan(offer Offer) Decision {
	limits := s.limits
	limits.Guards = s.guards()
	return Plan(s.state.State, s.world.observed(s.state.Identity), offer, limits, s.now)
}

// acceptable is the list that was fetched, if there is one and it is not older
// than the accepted one. One that is older is reported, and changes nothing.
// An error means that it is not known what the list changes, and must be.
func (s *settling) acceptable(ctx context.Context) (Offer, error) {
	s.refused = nil
	withdrawn := s.heard && s.state.Holding != nil && s.state.Holding.Source == s.source.Name
	nothing := Offer{Answered: withdrawn}
	if s.list == nil {
		return nothing, nil
	}
	s.refused = s.list.recheck(s.source, s.state.State, s.now)
	if s.refused != nil {
		return nothing, nil
	}
	offer := Offer{Facts: s.list.facts, Answered: withdrawn}
	if !s.state.Accepted.known() || s.state.Accepted.SHA256 == offer.SHA256 {
		return offer, nil
	}
	change, err := s.compare(ctx)
	if err != nil {
		return Offer{}, err
	}
	offer.Change = change
	return offer, nil
}

// tell says in the outcome what was fetched, what it changes, and whose word
// let it through or which limit it goes beyond.
func (s *settling) tell(decision Decision, offer Offer) {
	s.outcome.Breach, s.outcome.Holding = decision.Breach, decision.Holding
	s.outcome.Change, s.outcome.Approval, s.outcome.Before = nil, nil, Facts{}
	if s.list != nil {
		s.outcome.Fetched = s.list.facts
	}
	if !offer.known() || offer.SHA256 == s.state.Accepted.SHA256 {
		return
	}
	s.outcome.Before = s.state.Accepted
	if s.state.Accepted.known() {
		change := offer.Change
		s.outcome.Change = &change
	}
	if s.state.approves(offer.Facts) {
		s.outcome.Approval = s.state.Approval
	}
}

// lookAgain reads the state and the trust store anew.
func (s *settling) lookAgain(ctx context.Context) error {
	err := s.reload(ctx)
	if err != nil {
		return err
	}
	return s.observe(ctx, s.world, s.now)
}

func (s *settling) reload(ctx context.Context) error {
	state, err := s.reloadState(ctx, s.state)
	if err != nil {
		return err
	}
	s.state = state
	s.world.keep(state)
	return nil
}

// save writes the state, if nobody else did meanwhile.
func (s *settling) save(ctx context.Context, next State) error {
	saved, err := s.saveState(ctx, s.state, next)
	if err != nil {
		return err
	}
	s.state = saved
	s.world.keep(saved)
	return nil
}

// describe tells what is being done. What was begun stays the headline unless
// it comes to a refusal.
func (s *settling) describe(decision Decision) {
	s.outcome.List = decision.Target
	s.outcome.Stale = decision.Target.stale(s.now)
	s.outcome.exempt = decision.Target.Scoped && !s.limits.AllowScoped
	s.outcome.Enforced, s.outcome.Revocation = decision.Held, 0
	if decision.InForce() {
		s.outcome.Revocation = decision.Holder
	}
	begun := s.outcome.Action != "" && s.outcome.Action != Keep && s.outcome.Action != Refuse
	if begun && decision.Action != Refuse {
		return
	}
	s.outcome.Action, s.outcome.Reason, s.outcome.Detail = decision.Action, decision.Reason, decision.Detail
}

// finish says what went wrong, if anything did: on the way here, with the
// list, or with its delivery.
func (s *settling) finish(err error) Outcome {
	s.outcome.Issuer = s.state.Issuer
	if s.withdrawn && s.outcome.Detail == "" {
		s.outcome.Detail = "the source does not deliver this list any more: what is in force stays, and gets stale"
	}
	s.outcome.taken = s.list == nil || s.list.facts.SHA256 == s.state.Accepted.SHA256 ||
		s.state.Holding != nil && s.list.facts.SHA256 == s.state.Holding.List.SHA256
	for _, problem := range []error{s.delivered, s.refused, err} {
		if problem != nil {
			s.outcome = s.outcome.failed(problem)
		}
	}
	return s.outcome
}

// timed runs a step and notes how long it took.
func (s *settling) timed(name string, step func() error) error {
	begun := s.Clock()
	err := step()
	s.outcome.Steps = append(s.outcome.Steps, Step{Name: name, Took: s.Clock().Sub(begun)})
	return err
}
