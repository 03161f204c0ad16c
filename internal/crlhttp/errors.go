package crlhttp

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Error is a list that could not be fetched from any mirror. It speaks of the
// preferred one; Others speak of the rest.
type Error struct {
	// URL is the mirror, without its query.
	URL string
	// Others are the failures of the other mirrors, in their order.
	Others []*Error

	problem *problem
}

func (e *Error) Error() string {
	text := e.one()
	for _, other := range e.Others {
		text += "; " + other.one()
	}
	return text
}

func (e *Error) one() string { return "fetching " + e.URL + ": " + e.problem.Error() }

// Reason is why, in a stable word: one of the constants of this package.
func (e *Error) Reason() string { return e.problem.reason }

// Unwrap gives the cause, where there is one beside the reason.
func (e *Error) Unwrap() error { return e.problem.cause }

// problem is why one attempt failed.
type problem struct {
	reason string
	detail string
	cause  error
	// passing says that another attempt may well succeed.
	passing bool
	// wait is how long the server asks to be left alone.
	wait time.Duration
}

func (p *problem) Error() string {
	parts := []string{p.detail}
	if p.cause != nil {
		parts = append(parts, p.cause.Error())
	}
	advice, found := advices[p.reason]
	if found {
		parts = append(parts, advice)
	}
	return strings.Join(parts, ": ")
}

// because is a problem that another attempt will not solve.
func because(reason, format string, values ...any) *problem {
	return &problem{reason: reason, detail: fmt.Sprintf(format, values...)}
}

// by adds the cause. The text of a cause may come from outside.
func (p *problem) by(cause error) *problem {
	p.cause = sanitised{cause}
	return p
}

// pass marks a problem that may be gone at the next attempt.
func (p *problem) pass() *problem {
	p.passing = true
	return p
}

// sanitised is an error whose text fits in a log.
type sanitised struct{ error }

func (s sanitised) Error() string { return cut(printable(s.error.Error()), 2*maxQuoted) }
func (s sanitised) Unwrap() error { return s.error }

// problemOf is the problem that an attempt ended with.
func problemOf(err error) *problem {
	var known *problem
	if errors.As(err, &known) {
		return known
	}
	return because(NotHTTP, "the answer was not understood").by(err)
}
