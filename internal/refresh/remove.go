package refresh

import (
	"context"
	"fmt"
)

// supersede writes down what is given up in favour of holder, and that holder
// enforces the accepted list if it does. If that write stands, and only then,
// what is superseded leaves: no other run can have come to count on it.
func (s *settling) supersede(ctx context.Context, holder Held, remove []int64) error {
	next := s.remembered().retiring(remove)
	if holder.Facts.SHA256 == next.Accepted.SHA256 {
		next = next.settled(holder.ID)
	}
	next.Updated = s.now
	if s.says(next) {
		return s.remove(ctx, remove)
	}
	err := s.save(ctx, next)
	if err != nil {
		return err
	}
	return s.remove(ctx, remove)
}

// remembered is the state with what is known about the IDs now.
func (s *settling) remembered() State {
	return s.state.remembering(s.world.observed(s.state.Identity).Ours)
}

// says that the state has said so before, in an earlier try at the same.
func (s *settling) says(next State) bool {
	for _, id := range next.Retired {
		if !s.state.gaveUp(id) {
			return false
		}
	}
	return s.state.Revocation == next.Revocation && (s.state.Refused == nil) == (next.Refused == nil)
}

// takeBack gives up an ID that must not stay, and removes it. The state next is
// written first, so that no other run comes to count on that ID.
func (s *settling) takeBack(ctx context.Context, id int64, next State) error {
	next = next.retiring([]int64{id})
	next.Updated = s.now
	err := s.save(ctx, next)
	if err != nil {
		return err
	}
	return s.remove(ctx, []int64{id})
}

// remove takes lists out of force, one after the other: the order matters to a
// gate that goes by one of several lists, and a call may break off halfway.
func (s *settling) remove(ctx context.Context, ids []int64) error {
	for _, id := range ids {
		begun := s.Clock()
		err := s.TrustStore.Remove(ctx, []int64{id})
		s.answered(removeCall, Revocation{ID: id}, begun, err)
		if err != nil {
			return fmt.Errorf("removing revocation %d: %w: the next run tries again", id, err)
		}
		s.world.drop(id)
		s.outcome.Removed = append(s.outcome.Removed, id)
	}
	return nil
}
