package refresh

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// enforce makes the trust store hold the target and nothing that it supersedes.
func (s *settling) enforce(ctx context.Context, decision Decision) error {
	if s.world.unseen != nil {
		return s.world.unseen
	}
	if decision.RemoveFirst {
		err := s.makeRoom(ctx, decision.Remove)
		if err != nil {
			return err
		}
		decision.Remove = nil
	}
	if decision.Add {
		return s.add(ctx, decision)
	}
	if decision.Holder != 0 {
		return s.adopt(ctx, decision)
	}
	return nil
}

// adopt takes an ID that holds the target already. Before anything leaves on
// the strength of it, the trust store must show that it still has it: its list
// of IDs may lag behind, and other runs and operators remove IDs too.
func (s *settling) adopt(ctx context.Context, decision Decision) error {
	if len(decision.Remove) > 0 {
		err := s.alive(ctx, decision.Holder, decision.Target)
		if err != nil {
			return err
		}
	}
	return s.supersede(ctx, decision.Holder, decision)
}

func (s *settling) alive(ctx context.Context, id int64, target Facts) error {
	held, err := s.contentOf(ctx, id)
	if err != nil {
		return fmt.Errorf("making sure of revocation %d before removing what it supersedes: %w", id, err)
	}
	if held.facts.SHA256 != target.SHA256 {
		return fmt.Errorf("making sure of revocation %d before removing what it supersedes: it holds another list than is remembered: nothing was removed", id)
	}
	return nil
}

// add imports the target, makes sure that it is still the newest and that it
// arrived whole, and only then lets go of what it supersedes.
func (s *settling) add(ctx context.Context, decision Decision) error {
	added, err := s.TrustStore.Add(ctx, s.state.List)
	if err != nil {
		return fmt.Errorf("adding the list to the trust store: %w", err)
	}
	state, err := s.loadState(ctx, s.state.Identity)
	if err != nil {
		return fmt.Errorf("reading the claim again after adding revocation %d: %w: both lists stay, the next run cleans up", added.ID, err)
	}
	s.state = state
	if state.Accepted.SHA256 != decision.Target.SHA256 {
		s.outcome.Detail = fmt.Sprintf("another run brought a newer list meanwhile: revocation %d is taken back", added.ID)
		return s.takeBack(ctx, added.ID, unchanged)
	}
	entries, err := s.readBack(ctx, added.ID)
	if err != nil {
		return err
	}
	if !decision.Target.counts(entries) || !decision.Target.counts(added.Entries) {
		return s.mismatch(ctx, added.ID, entries, decision.Target)
	}
	return s.supersede(ctx, added.ID, decision)
}

// readBack asks the trust store what it counted under the new ID.
func (s *settling) readBack(ctx context.Context, id int64) (int64, error) {
	for try := range tries {
		revocations, err := s.TrustStore.Revocations(ctx)
		if err != nil {
			return 0, fmt.Errorf("reading back revocation %d: %w: both lists stay, the next run cleans up", id, err)
		}
		for _, revocation := range revocations {
			if revocation.ID == id {
				return revocation.Entries, nil
			}
		}
		err = s.Pause(ctx, 250*time.Millisecond<<try)
		if err != nil {
			return 0, fmt.Errorf("waiting for revocation %d to appear: %w", id, err)
		}
	}
	return 0, fmt.Errorf("reading back revocation %d: the trust store does not show it: both lists stay, the next run cleans up", id)
}

// mismatch takes the new ID back, never the old one, and remembers the list.
func (s *settling) mismatch(ctx context.Context, id, entries int64, target Facts) error {
	s.outcome.Action, s.outcome.Reason = Refuse, CountMismatch
	err := s.takeBack(ctx, id, func(state State) State { return state.refusing(CountMismatch, s.now) })
	return errors.Join(err, because(CountMismatch, fmt.Errorf(
		"reading back revocation %d: the trust store counted %d entries, the list has %d: the list before it stays in force; look at the list with sekisho crl inspect",
		id, entries, target.Entries)))
}

// supersede writes down that id enforces the target and what it supersedes;
// if that write stands, and only then, what is superseded leaves.
func (s *settling) supersede(ctx context.Context, id int64, decision Decision) error {
	s.outcome.Revocation = id
	next := s.state.settled(id, decision.Remove, s.now).pruned(s.world.shown())
	if s.state.enforces(id, decision.Remove) {
		return s.remove(ctx, decision.Remove)
	}
	saved, err := s.saveState(ctx, s.state, next)
	if errors.Is(err, ErrOvertaken) {
		s.outcome.Detail = "another run is at work on this list: the next run cleans up"
		return nil
	}
	if err != nil {
		return err
	}
	s.state = saved
	return s.remove(ctx, decision.Remove)
}

// takeBack gives up an ID of our own that must not stay, and removes it. The
// state is written first, so that no other run comes to count on that ID; if
// one already does, the ID stays and the next run sorts it out.
func (s *settling) takeBack(ctx context.Context, id int64, also func(State) State) error {
	for range tries {
		if s.state.Revocation == id {
			s.outcome.Detail = fmt.Sprintf("another run counts on revocation %d: it stays", id)
			return nil
		}
		saved, err := s.saveState(ctx, s.state, also(s.state.retiring([]int64{id})))
		if err == nil {
			s.state = saved
			return s.remove(ctx, []int64{id})
		}
		if !errors.Is(err, ErrOvertaken) {
			return err
		}
		s.state, err = s.loadState(ctx, s.state.Identity)
		if err != nil {
			return err
		}
	}
	return fmt.Errorf("giving up revocation %d: %w, %d times: the next run cleans up", id, ErrOvertaken, tries)
}

func unchanged(state State) State { return state }

// makeRoom removes what is in force before its successor is added: the gap
// that an operator chose over a list that does not fit at all.
func (s *settling) makeRoom(ctx context.Context, ids []int64) error {
	next := s.state.retiring(ids)
	next.Revocation = 0
	saved, err := s.saveState(ctx, s.state, next)
	if err != nil {
		return fmt.Errorf("making room for the list: %w", err)
	}
	s.state = saved
	s.outcome.Gap = true
	return s.remove(ctx, ids)
}

func (s *settling) remove(ctx context.Context, ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	err := s.TrustStore.Remove(ctx, ids)
	if err != nil {
		return fmt.Errorf("removing revocations %v: %w: the next run tries again", ids, err)
	}
	s.outcome.Removed = append(s.outcome.Removed, ids...)
	return nil
}
