package doctor

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"time"
)

// Gate is what is examined, and what there is to examine it with. What is
// missing has the checks skipped that need it.
type Gate struct {
	// Verify and Passthrough are the URLs of the listeners; one may be empty.
	Verify, Passthrough string
	// ServerCA is what clients trust of the listeners; nil is what this machine
	// trusts.
	ServerCA *x509.CertPool
	// Good is a client that should be served. Revoked is one that its CA has
	// revoked, and Expired one past its end; both should be fine otherwise.
	Good, Revoked, Expired *tls.Certificate
	// Header is what the passthrough listener calls the certificate header, in
	// case that it was renamed.
	Header string
	// Bundle are the CAs that the gate should trust of clients.
	Bundle []*x509.Certificate
	// Lists are the URLs of the revocation lists; none are those that the good
	// client's certificates name.
	Lists []string
	// TrustStore tells what the trust store holds; nil where nobody can look.
	TrustStore trustStore
	// Lag is how long a list may have been out before the trust store must hold
	// it.
	Lag time.Duration
	// KeepAlive is how long the gate lets a client's connection live, 0 when
	// that is not known. Patience is how long to wait for its end at most.
	KeepAlive, Patience time.Duration
	// Now tells the present.
	Now func() time.Time
}

// trustStore tells what a trust store holds. It retries what is worth it.
type trustStore interface {
	Holdings(ctx context.Context) (Holdings, error)
}

// Holdings are what a trust store holds, and its quotas.
type Holdings struct {
	// SHA256 are the hashes (hex, of the DER) of the lists that are in force.
	SHA256 []string
	// Entries and Lists are what is used of the quotas; Largest are the entries
	// of the largest list.
	Entries, Largest, EntryQuota int64
	Lists, ListQuota             int
}

// examination is what was seen so far.
type examination struct {
	gate                Gate
	verify, passthrough *listener
	fetched             map[string]fetchedList
	holdings            *Holdings
	unheld              error
}

// listener is one of the gate's two listeners.
type listener struct {
	name, url string
	// strict listeners end the handshake of a client that they refuse; the
	// others have somebody behind them who answers with a status.
	strict bool
	// seen are what clients saw that asked once; see the constants.
	seen map[visitor]sighting
}

// visitor is a kind of client.
type visitor string

const (
	anybody visitor = "nobody" // without a certificate
	goodOne visitor = "good"
)

func newExamination(gate Gate) *examination {
	e := &examination{gate: gate}
	if gate.Verify != "" {
		e.verify = &listener{name: "verify", url: gate.Verify, strict: true, seen: map[visitor]sighting{}}
	}
	if gate.Passthrough != "" {
		e.passthrough = &listener{name: "passthrough", url: gate.Passthrough, seen: map[visitor]sighting{}}
	}
	return e
}

func (e *examination) listeners() []*listener {
	var all []*listener
	for _, l := range []*listener{e.verify, e.passthrough} {
		if l != nil {
			all = append(all, l)
		}
	}
	return all
}

// reached are the listeners that answer at all.
func (e *examination) reached(ctx context.Context) []*listener {
	var all []*listener
	for _, l := range e.listeners() {
		if e.saw(ctx, l, anybody).reached {
			all = append(all, l)
		}
	}
	return all
}

// saw has a client ask once, and remembers what it saw.
func (e *examination) saw(ctx context.Context, l *listener, who visitor) sighting {
	seen, there := l.seen[who]
	if there {
		return seen
	}
	client := e.gate.Good
	if who == anybody {
		client = nil
	}
	seen = ask(ctx, l.url, client, nil)
	l.seen[who] = seen
	return seen
}

// onVerify and onPassthrough are a check of one listener.
func onVerify(check func(*examination, context.Context, *listener) finding) func(*examination, context.Context) finding {
	return on("verify", func(e *examination) *listener { return e.verify }, check)
}

func onPassthrough(check func(*examination, context.Context, *listener) finding) func(*examination, context.Context) finding {
	return on("passthrough", func(e *examination) *listener { return e.passthrough }, check)
}

func on(name string, pick func(*examination) *listener, check func(*examination, context.Context, *listener) finding) func(*examination, context.Context) finding {
	return func(e *examination, ctx context.Context) finding {
		l := pick(e)
		if l == nil {
			return skipped("no %s listener was named", name)
		}
		if !e.saw(ctx, l, anybody).reached {
			return skipped("the %s listener cannot be reached", name)
		}
		return check(e, ctx, l)
	}
}
