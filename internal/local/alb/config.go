package alb

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net/http"
	"time"
)

// Config is what both kinds of listener need.
type Config struct {
	// Name says in log entries which listener it was.
	Name string
	// Certificate is the server's, with its key. Required.
	Certificate tls.Certificate
	// Now is the clock for validity, connection age and logs; nil is time.Now.
	Now      func() time.Time
	Switches Switches
	// Headers renames the headers that the listener generates.
	Headers HeaderNames
	// ClientKeepAlive is how old a connection may become: the first request
	// after that is answered with a response that closes it. 0 is 300 s, what
	// our stack sets (AWS's own default is an hour).
	ClientKeepAlive time.Duration
	// IdleTimeout ends a connection without requests; 0 is 60 s, as at AWS.
	IdleTimeout time.Duration
	// HandshakeTimeout bounds a handshake; 0 is 10 s. AWS names no figure.
	HandshakeTimeout time.Duration
	// Closed ends every connection unread, as a gate that is down does.
	Closed bool
	// LoadBalancer is the resource ID in the log, app/NAME/ID.
	LoadBalancer string
	// Log gets one entry for each connection attempt; nil writes none.
	Log *Log
	// ErrorLog gets what net/http reports, such as a panic of a Target; nil is
	// the standard logger.
	ErrorLog *log.Logger
}

// VerifyConfig configures a listener in verify mode.
type VerifyConfig struct {
	Config
	// TrustStore holds the bundle and the lists. Required.
	TrustStore TrustStore
	// Holes are reasons for which this listener does not refuse a client,
	// although it should: for showing that somebody notices.
	Holes []Reason
	// HideCANames leaves the names of the bundle's CAs out of the
	// CertificateRequest (AdvertiseTrustStoreCaNames off).
	HideCANames bool
	// Target answers the requests of clients that were let in; nil is a page
	// that shows who the client is. It must not set the Connection header.
	Target http.Handler
}

// Invoke runs the function behind a passthrough listener: an event in, the
// function's answer out. An error is anything that AWS would report as the
// function having failed, timed out or been throttled. It must return when ctx
// ends.
type Invoke func(ctx context.Context, event []byte) ([]byte, error)

// PassthroughConfig configures a listener in passthrough mode whose default
// action is a function.
type PassthroughConfig struct {
	Config
	// Invoke asks the function. Required.
	Invoke Invoke
	// TargetGroupARN stands in every event. Required.
	TargetGroupARN string
	// SingleValueHeaders turns lambda.multi_value_headers.enabled off: of
	// several values the event then holds the last.
	SingleValueHeaders bool
	// Off asks for no certificate, as a listener does whose mutual TLS is off.
	Off bool
}

func (c Config) orDefault() Config {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = NewLog(io.Discard, 0, nil)
	}
	c.Headers = c.Headers.orDefault()
	c.ClientKeepAlive = cmp.Or(c.ClientKeepAlive, 300*time.Second)
	c.IdleTimeout = cmp.Or(c.IdleTimeout, 60*time.Second)
	c.HandshakeTimeout = cmp.Or(c.HandshakeTimeout, 10*time.Second)
	return c
}

func (c Config) check() error {
	problems := []error{c.Headers.check()}
	if len(c.Certificate.Certificate) == 0 {
		problems = append(problems, errors.New("configuring a listener: no server certificate"))
	}
	return errors.Join(problems...)
}
