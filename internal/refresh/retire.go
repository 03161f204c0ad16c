package refresh

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/sekisho/sekisho/internal/cabundle"
)

// respite is how long a list stays in force after its CA has left every
// bundle: long enough to notice, and to put the CA back.
const respite = 24 * time.Hour

// departed says that the deployed bundle does not hold the CA of a list.
func (r *Refresher) departed(state State) bool {
	return state.Authority != "" && !holds(r.Bundle.Issuers, state.Authority)
}

func holds(bundle []*x509.Certificate, ca string) bool {
	return slices.ContainsFunc(bundle, func(c *x509.Certificate) bool { return authority(c) == ca })
}

// retire takes a list out of force whose CA is gone: not only from the
// deployed bundle, for a deployment may still be under way, but from the trust
// store's own, so that nobody can use that CA's certificates any more, and not
// before a day has passed. Until then the list is looked after like any other.
func (s *settling) retire(ctx context.Context) Outcome {
	if s.state.unread == nil && !s.state.Ended {
		err := s.noteDeparture(ctx)
		s.delivered = errors.Join(s.delivered, err)
	}
	if !s.state.Ended && (s.state.Unwanted.IsZero() || s.now.Sub(s.state.Unwanted) < respite && s.mayHold()) {
		return s.settle(ctx)
	}
	return s.finish(s.end(ctx))
}

// mayHold says that the trust store may hold a list of this identity. A new
// trust store that never knew the CA holds none and would refuse it: there is
// nothing to look after for a day.
func (s *settling) mayHold() bool {
	return s.world.unseen != nil || len(s.world.observed(s.state.Identity).Ours) > 0
}

// noteDeparture writes down since when the trust store's bundle is without the
// CA, or that it has it again.
func (s *settling) noteDeparture(ctx context.Context) error {
	text, err := s.Contents.Bundle(ctx)
	if err != nil {
		return fmt.Errorf("reading the trust store's own bundle before a list is retired: %w", err)
	}
	bundle, err := cabundle.Parse(text)
	if err != nil {
		return fmt.Errorf("reading the trust store's own bundle before a list is retired: %w", err)
	}
	wanted := holds(bundle.Certificates, s.state.Authority)
	if wanted == s.state.Unwanted.IsZero() {
		return nil
	}
	next := s.state.State
	next.Unwanted, next.Updated = s.now, s.now
	if wanted {
		next.Unwanted = time.Time{}
	}
	return s.save(ctx, next)
}

// end takes every list of the identity out of force. What was accepted stays
// known, in case the CA comes back.
func (s *settling) end(ctx context.Context) error {
	s.world.turn.Lock()
	defer s.world.turn.Unlock()
	s.outcome.Action, s.outcome.Reason, s.outcome.List = Keep, Retired, s.state.Accepted
	s.outcome.exempt = true
	if s.world.unseen != nil {
		return s.world.unseen
	}
	var ids []int64
	for _, held := range s.world.observed(s.state.Identity).Ours {
		ids = append(ids, held.ID)
	}
	if !s.state.Ended {
		next := s.remembered().retiring(ids)
		next.Ended, next.Revocation, next.Updated = true, 0, s.now
		err := s.save(ctx, next)
		if err != nil {
			return fmt.Errorf("retiring a list of %s: %w", s.state.Issuer, err)
		}
		s.outcome.Action = Heal
	}
	return s.remove(ctx, ids)
}
