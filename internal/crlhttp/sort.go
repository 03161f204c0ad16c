package crlhttp

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"strings"
)

var (
	errTooSlow  = errors.New("the body makes no progress")
	errTimedOut = errors.New("the attempt took too long")
)

// sorted names what ended an exchange before there was an answer. Why the
// context ended says more than how the connection noticed.
func sorted(ctx context.Context, err error) error {
	var known *problem
	if errors.As(err, &known) {
		return known
	}
	if ctx.Err() != nil {
		return outOfTime(ctx)
	}
	var connecting *net.OpError
	var waiting net.Error
	switch {
	case isTLS(err):
		return because(TLS, "the server could not be authenticated").by(err)
	case errors.As(err, &connecting) && connecting.Op != "read" && connecting.Op != "write":
		return because(Unreachable, "no connection").by(err).pass()
	case errors.As(err, &waiting) && waiting.Timeout():
		return because(TimedOut, "no answer").by(err).pass()
	default:
		return because(NotHTTP, "no answer in HTTP").by(err).pass()
	}
}

// outOfTime names why a context ended.
func outOfTime(ctx context.Context) error {
	cause := context.Cause(ctx)
	switch {
	case errors.Is(cause, errTooSlow):
		return because(TooSlow, "less than %d bytes came in %s", minProgress, progressWindow).pass()
	case errors.Is(cause, errTimedOut):
		return because(TimedOut, "the attempt took too long").pass()
	case errors.Is(cause, context.Canceled):
		return because(Cancelled, "cancelled").by(cause)
	default:
		return because(TimedOut, "out of time").by(cause)
	}
}

// isTLS says whether a handshake failed for what the other side said; one that
// took too long is not meant.
func isTLS(err error) bool {
	var verification *tls.CertificateVerificationError
	var alert tls.AlertError
	var record tls.RecordHeaderError
	var unknown x509.UnknownAuthorityError
	return errors.As(err, &verification) || errors.As(err, &alert) || errors.As(err, &record) ||
		errors.As(err, &unknown) || strings.HasPrefix(err.Error(), "tls: ") || strings.HasPrefix(err.Error(), "remote error: tls: ")
}
