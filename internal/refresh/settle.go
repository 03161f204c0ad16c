package refresh

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// tries bounds how often a step is begun anew because another run wrote the
// state meanwhile, and how often an answer that lags behind is asked for.
const tries = 5

// settling is the work on one identity in one run.
type settling struct {
	*Refresher
	world *world
	state tracked
	// list is what was fetched and checked, nil when nothing new was.
	list   *candidate
	limits Limits
	now    time.Time

	// delivered is why the source delivered no list, refused why this list
	// was not taken.
	delivered error
	refused   error
	outcome   Outcome
}

// settle brings one identity to where it should be: claim, publish, put in
// force, point the verifier to it. Publishing and pointing do not wait for the
// trust store's consent: the verifier can use a list that a quota keeps out.
func (s *settling) settle(ctx context.Context) Outcome {
	decision, err := s.claim(ctx)
	s.describe(decision)
	if err == nil {
		err = s.timed("publish", func() error { return s.publish(ctx, decision) })
	}
	if err == nil {
		err = s.timed("enforce", func() error { return s.enforce(ctx, decision) })
		err = errors.Join(err, s.timed("point", func() error { return s.point(ctx) }))
	}
	return s.finish(err)
}

// claim writes down which list is the newest accepted one before anything is
// done with it. When another run was faster, it plans again from what that
// run wrote.
func (s *settling) claim(ctx context.Context) (Decision, error) {
	for range tries {
		decision := s.plan()
		if !decision.Claim {
			return decision, nil
		}
		next := s.state.claimed(decision.Target, s.outcome.Source, s.now)
		if s.list != nil {
			next.Issuer, next.Authority = s.list.issuer.Subject.String(), authority(s.list.issuer)
		}
		saved, err := s.saveState(ctx, s.state, next)
		if err == nil {
			s.state = saved
			return decision, nil
		}
		if !errors.Is(err, ErrOvertaken) {
			return decision, err
		}
		s.state, err = s.loadState(ctx, s.state.Identity)
		if err != nil {
			return decision, err
		}
	}
	return Decision{Action: Keep, Reason: Unchanged, Target: s.state.Accepted}, fmt.Errorf("claiming a list: %w, %d times: the next run tries again", ErrOvertaken, tries)
}

// plan decides from what is known now. A list that is not newer than the
// accepted one is reported, and changes nothing.
func (s *settling) plan() Decision {
	list := Facts{}
	s.refused = nil
	if s.list != nil {
		list = s.list.facts
		s.refused = s.list.recheck(s.state.State, s.now)
	}
	if s.refused != nil {
		list = Facts{}
	}
	decision := Plan(s.state.State, s.world.observed(s.state.Identity), list, s.limits, s.now)
	if s.world.unseen != nil {
		decision.Add, decision.Holder, decision.Remove = false, 0, nil
	}
	return decision
}

func (s *settling) describe(decision Decision) {
	s.outcome.Action, s.outcome.Reason, s.outcome.Detail = decision.Action, decision.Reason, decision.Detail
	s.outcome.List = decision.Target
	s.outcome.Stale = decision.Target.stale(s.now)
	s.outcome.Revocation = decision.Holder
}

// finish says what went wrong, if anything did: on the way here, with the
// list, or with its delivery.
func (s *settling) finish(err error) Outcome {
	s.outcome.Issuer = s.state.Issuer
	s.outcome.taken = s.refused == nil
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
