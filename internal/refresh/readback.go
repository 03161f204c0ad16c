package refresh

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// looks is how often the trust store is asked for an ID that it does not show
// yet, or not with the right count: at once, and after pauses that double.
const looks = 4

// errNotShown says that the trust store does not show an ID.
var errNotShown = errors.New("the trust store does not show it")

// readBack asks the trust store what it counted under an ID, until that is
// what the list has or there is no more hope for it. The answer becomes what
// is observed: with the ID it shows whatever came before it.
func (s *settling) readBack(ctx context.Context, id int64, list Facts) (Held, error) {
	held := Held{Facts: list}
	for look := range looks {
		if look > 0 {
			err := s.Pause(ctx, 125*time.Millisecond<<look)
			if err != nil {
				return held, fmt.Errorf("reading back revocation %d: %w", id, err)
			}
		}
		shown, ok, err := s.shown(ctx, id)
		if err != nil {
			return held, fmt.Errorf("reading back revocation %d: %w", id, err)
		}
		if ok {
			held.Revocation = shown
		}
		if held.ID != 0 && held.whole() {
			return held, nil
		}
	}
	if held.ID == 0 {
		return held, fmt.Errorf("reading back revocation %d: %w", id, errNotShown)
	}
	return held, nil
}

// shown asks the trust store once, and notes what it answered.
func (s *settling) shown(ctx context.Context, id int64) (Revocation, bool, error) {
	begun := s.Clock()
	err := s.observe(ctx, s.world, s.now)
	if err != nil {
		s.answered(describeCall, Revocation{ID: id}, begun, err)
		return Revocation{}, false, err
	}
	shown, ok := s.world.showing(id)
	s.answered(describeCall, shown, begun, nil)
	return shown, ok, nil
}

// mismatch takes the new ID back, never the old one, and remembers the list.
func (s *settling) mismatch(ctx context.Context, held Held) error {
	problem := because(CountMismatch, fmt.Errorf(
		"reading back revocation %d: the trust store counted %d entries, the list has %d: the list before it stays in force; look at the list with sekisho crl inspect",
		held.ID, held.Entries, held.Facts.Entries))
	s.outcome = s.outcome.failed(problem)
	return s.takeBack(ctx, held.ID, s.remembered().refusing(CountMismatch, s.now))
}
