package refresh

import (
	"cmp"
	"errors"
	"fmt"
)

// conflict says that a list was delivered whose identity belongs to another
// source. That one keeps it, and its conditions for the next request; but a
// list that is newer than the accepted one is taken whoever brings it, past the
// guards of both. Otherwise the first to serve a list, which may be a mirror
// that somebody else has in his hands, could keep it from ever being replaced.
func (s *settling) conflict() error {
	if s.list == nil || !s.contested() {
		return nil
	}
	return because(Claimed, fmt.Errorf(
		"settling a list of %s: %w: source %s delivers it already: name the addresses of one list as mirrors of one source", s.state.Issuer, errContested, s.state.Source))
}

// errContested says that two sources deliver one list.
var errContested = errors.New("two sources deliver it")

// contested says that another source delivers lists of this identity.
func (s *settling) contested() bool {
	owner := s.state.Source
	return owner != "" && owner != s.source.Name && s.configured(owner)
}

// guards are those of the source, or where two deliver one list the stricter
// ones of both: neither is a way around the other's.
func (s *settling) guards() Guards {
	guards := s.limits.Guards
	for _, source := range s.Sources {
		if s.contested() && source.Name == s.state.Source {
			guards = guards.stricter(source.Guards)
		}
	}
	return guards
}

func (g Guards) stricter(than Guards) Guards {
	return Guards{
		MaxShrinkPercent: lower(g.MaxShrinkPercent, than.MaxShrinkPercent),
		MaxNewlyRevoked:  lower(g.MaxNewlyRevoked, than.MaxNewlyRevoked),
		Hold:             g.Hold || than.Hold,
		HoldFor:          max(g.HoldFor, than.HoldFor),
	}
}

// lower is the lower one of two limits, of which 0 is none.
func lower(a, b int) int {
	if a == 0 || b == 0 {
		return cmp.Or(a, b)
	}
	return min(a, b)
}
