package refresh

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// rounds bounds the steps of one run on one identity. A change takes two: one
// that makes it, and one that finds nothing left to do.
const rounds = 6

// enforce makes the trust store hold the target and nothing that it
// supersedes: it plans a step, takes it, and looks again, until nothing is
// left to do. So a run also clears away what another one left while both were
// at work.
func (s *settling) enforce(ctx context.Context) error {
	s.world.turn.Lock()
	defer s.world.turn.Unlock()
	if s.world.unseen != nil {
		return s.world.unseen
	}
	claimed := s.state.Accepted.SHA256
	for range rounds {
		decision := s.plan(Offer{})
		s.describe(decision)
		if s.settled(decision) || s.leftToOthers(decision, claimed) {
			return nil
		}
		err := s.step(ctx, decision)
		if err != nil && !errors.Is(err, ErrOvertaken) {
			return err
		}
		again := s.lookAfter(ctx, err)
		if again != nil {
			return s.unsure(again, err)
		}
	}
	return fmt.Errorf("enforcing a list: %w, %d times: the next run goes on", ErrOvertaken, rounds)
}

// settled says that there is nothing to do, and that the state says so too.
func (s *settling) settled(decision Decision) bool {
	if decision.changes() {
		return false
	}
	return !decision.InForce() || s.state.Revocation == decision.Holder && s.state.Refused == nil
}

// leftToOthers says that a newer list turned up meanwhile: one that another
// run claimed and is on its way to put in force, or one that somebody added by
// hand. What it supersedes stays until then: it may be all that is in force.
func (s *settling) leftToOthers(decision Decision, claimed string) bool {
	bringing := decision.Target.SHA256 != claimed && (decision.Add || decision.Confirm != 0)
	if !bringing && !decision.Claim {
		return false
	}
	s.outcome.Detail = "a newer list turned up while this run was at work: another run goes on from here"
	return true
}

// lookAfter looks again after a step. The state is read again only if another
// run wrote it; if one does later, the next write will tell.
func (s *settling) lookAfter(ctx context.Context, overtaken error) error {
	if overtaken != nil {
		return s.lookAgain(ctx)
	}
	return s.observe(ctx, s.world, s.now)
}

// unsure ends a run that cannot look again. The step before was taken whole,
// unless another run came between: then nobody knows what is left to do.
func (s *settling) unsure(again, overtaken error) error {
	s.describe(s.plan(Offer{}))
	if overtaken == nil {
		return nil
	}
	return again
}

func (s *settling) step(ctx context.Context, decision Decision) error {
	switch {
	case decision.RemoveFirst:
		return s.replace(ctx, decision)
	case decision.Add:
		return s.add(ctx, decision)
	case decision.Confirm != 0:
		return s.confirm(ctx, decision.Confirm)
	default:
		return s.adopt(ctx, decision)
	}
}

// add imports the target, makes sure that it is still the newest and that it
// arrived whole, and only then lets go of what it supersedes.
func (s *settling) add(ctx context.Context, decision Decision) error {
	if !s.state.published() {
		return errors.New("adding the list to the trust store: it is not in the bucket: the next run stores it again")
	}
	begun := s.Clock()
	added, err := s.TrustStore.Add(ctx, s.state.List)
	s.answered(addCall, added, begun, err)
	if err != nil {
		return s.notAdded(ctx, err)
	}
	s.world.note(added, verdict{Identity: s.state.Identity, Facts: decision.Target})
	err = s.reload(ctx)
	if err != nil {
		return fmt.Errorf("reading the claim again after adding revocation %d: %w: both lists stay, the next run cleans up", added.ID, err)
	}
	if s.state.Accepted.SHA256 != decision.Target.SHA256 || s.state.gaveUp(added.ID) {
		return s.overtaken(ctx, added.ID)
	}
	held, err := s.readBack(ctx, added.ID, decision.Target)
	if err != nil {
		return fmt.Errorf("%w: both lists stay, the next run cleans up", err)
	}
	if !s.state.whole(held) {
		return s.mismatch(ctx, held)
	}
	return s.supersede(ctx, held, superseded(s.world.observed(s.state.Identity), held.Facts, held.ID))
}

// overtaken gives the new ID up for what another run brought, at once if that
// is in force already: a gate that goes by the highest ID goes by ours now.
// Until it is in force, ours may be the newest there is.
func (s *settling) overtaken(ctx context.Context, id int64) error {
	if s.state.Revocation != 0 {
		err := s.takeBack(ctx, id, s.remembered())
		if err != nil {
			return err
		}
	}
	return fmt.Errorf("adding revocation %d: %w", id, ErrOvertaken)
}

// notAdded remembers the trust store's verdict on the list, if that is what
// the error is, so that it is not asked the same question at every run.
func (s *settling) notAdded(ctx context.Context, problem error) error {
	problem = fmt.Errorf("adding the list to the trust store: %w", problem)
	reason := reasonOf(problem)
	if !slices.Contains([]Reason{InvalidContent, ContentNotFound, QuotaEntries, QuotaLists}, reason) {
		return problem
	}
	next := s.state.refusing(reason, s.now)
	if reason == ContentNotFound {
		next.List = Stored{}
	}
	next.Updated = s.now
	return errors.Join(problem, s.save(ctx, next))
}

// confirm looks again at an ID that was not counted right: either the answer
// was wrong, or the list did not arrive whole and whoever added it did not come
// to take it back.
func (s *settling) confirm(ctx context.Context, id int64) error {
	held, err := s.readBack(ctx, id, s.world.holding(id))
	switch {
	case errors.Is(err, errNotShown):
		s.world.drop(id)
		return nil
	case err != nil || held.whole():
		return err
	}
	return s.takeBack(ctx, id, s.remembered())
}

// adopt goes by the newest list that is there: it is the target, or has to
// stand in for it. Before anything leaves on the strength of it, the trust
// store must show that it still has it: its list of IDs may lag behind, and
// others remove IDs too.
func (s *settling) adopt(ctx context.Context, decision Decision) error {
	if len(decision.Remove) > 0 {
		_, err := s.proof(ctx, decision.Holder, decision.Held)
		if err != nil {
			return fmt.Errorf("making sure of what is in force before removing what it supersedes: %w: nothing was removed", err)
		}
	}
	return s.supersede(ctx, Held{Revocation: Revocation{ID: decision.Holder}, Facts: decision.Held}, decision.Remove)
}

// replace removes what is in force before its successor is added: the gap
// that an operator chose over a list that does not fit at all.
func (s *settling) replace(ctx context.Context, decision Decision) error {
	next := s.remembered().retiring(decision.Remove)
	next.Revocation, next.Updated = 0, s.now
	err := s.save(ctx, next)
	if err != nil {
		return fmt.Errorf("making room for the list: %w", err)
	}
	s.outcome.Gap = true
	err = s.remove(ctx, decision.Remove)
	if err != nil {
		return err
	}
	decision.Remove = nil
	return s.add(ctx, decision)
}
