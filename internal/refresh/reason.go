package refresh

import (
	"errors"

	"github.com/sekisho/sekisho/internal/crl"
)

const (
	// Unavailable is the reason of an error that names none.
	Unavailable Reason = "unavailable"
	// Overtaken: another run was faster; it or the next run does the rest.
	Overtaken Reason = "overtaken"
	// Claimed: another source delivers lists of the same identity.
	Claimed Reason = "claimed-by-another-source"
	// StateLost: what was remembered of a list was gone or damaged.
	StateLost Reason = "state-lost"
	// ObjectLost: an object that a state names was gone or damaged.
	ObjectLost Reason = "object-lost"
	// Uncovered: a CA of the bundle has no list at all.
	Uncovered Reason = "uncovered"
)

// reasoned is an error that says why in a stable word.
type reasoned interface {
	error
	Reason() string
}

// reasonOf is the stable word for an error.
func reasonOf(err error) Reason {
	var refused *crl.RefusedError
	if errors.As(err, &refused) {
		return Reason(refused.Reason)
	}
	var known reasoned
	if errors.As(err, &known) {
		return Reason(known.Reason())
	}
	if errors.Is(err, ErrOvertaken) {
		return Overtaken
	}
	return Unavailable
}

// reasonedError gives an error of this package its stable word.
type reasonedError struct {
	error
	reason Reason
}

func because(reason Reason, err error) error { return &reasonedError{error: err, reason: reason} }

func (e *reasonedError) Reason() string { return string(e.reason) }
func (e *reasonedError) Unwrap() error  { return e.error }
