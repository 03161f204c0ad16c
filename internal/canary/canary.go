package canary

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"time"
)

// dialer makes one request as one client, over a TLS connection of its own.
//
// It retries nothing: a second try could hide what a client saw. The sight is
// of the listener, whatever it was; Undecided says that there was none, or none
// that tells anything, and why.
type dialer interface {
	Try(ctx context.Context, listener Listener, client tls.Certificate) Sight
}

// lists know what is in force.
//
// It reads what the verifier decides from. The entry is zero without an error
// when no list of the certificate's issuer has it.
type lists interface {
	Find(ctx context.Context, chain []*x509.Certificate) (Entry, error)
}

// Entry says that a certificate is on a list in force.
type Entry struct {
	// RevokedAt is the revocation date of the entry; zero when there is none.
	RevokedAt time.Time
}

// Listener is one side of the gate.
type Listener struct {
	// Name is Verify or Passthrough.
	Name string
	// URL is that of a page that the good client may see.
	URL string
}

// The listeners' names, as in the metrics.
const (
	Verify      = "verify"
	Passthrough = "passthrough"
)

// Treatment is what became of a client.
type Treatment string

// What may become of a client.
const (
	// Served: the client got through to what is behind the gate.
	Served Treatment = "served"
	// Refused: the gate turned the client away.
	Refused Treatment = "refused"
	// Undecided: nobody answered, or nobody could tell.
	Undecided Treatment = "undecided"
)

// Sight is what was seen of a listener.
type Sight struct {
	Treatment Treatment
	// Detail is for people: a status, a reason, what went wrong.
	Detail string
}

// Canary holds a good and a revoked certificate. It serves one caller at a
// time; what it remembers between rounds is when a revocation took effect.
type Canary struct {
	Dial      dialer
	Lists     lists
	Listeners []Listener
	Clock     func() time.Time

	// let are the serial numbers that a listener was seen to let in.
	let map[string]bool
}

// Round tries both clients at every listener, one after the other: a moment
// lies between the good one and the revoked one, no more.
func (c *Canary) Round(ctx context.Context, good, revoked tls.Certificate) []Result {
	results := make([]Result, 0, len(c.Listeners))
	for _, listener := range c.Listeners {
		results = append(results, c.try(ctx, listener, good, revoked))
	}
	return results
}

func (c *Canary) try(ctx context.Context, listener Listener, good, revoked tls.Certificate) Result {
	result := Result{Listener: listener.Name, Good: c.Dial.Try(ctx, listener, good)}
	result.Revoked = c.Dial.Try(ctx, listener, revoked)
	now := c.Clock()
	key := listener.Name + " " + serialOf(revoked)
	switch result.Revoked.Treatment {
	case Served:
		result.Verdict, result.Why = Wrong, "the revoked client was served"
		c.remember(key)
	case Refused:
		entry, why := c.proves(ctx, result.Good, good, revoked, now)
		result.Verdict, result.Why = verdictOf(why), why
		if result.Verdict == Right && c.let[key] && !entry.RevokedAt.IsZero() {
			result.Enforced = now.Sub(entry.RevokedAt)
			delete(c.let, key)
		}
	default:
		result.Verdict, result.Why = Unknown, "the revoked client: "+result.Revoked.Detail
	}
	return result
}

func (c *Canary) remember(key string) {
	if c.let == nil {
		c.let = map[string]bool{}
	}
	c.let[key] = true
}

// proves says why a refusal proves nothing; empty when it does.
func (c *Canary) proves(ctx context.Context, seen Sight, good, revoked tls.Certificate, now time.Time) (Entry, string) {
	if seen.Treatment != Served {
		return Entry{}, fmt.Sprintf("the good client was not served either (%s): nobody can tell why the revoked one was refused", seen.Detail)
	}
	for name, client := range map[string]tls.Certificate{"good": good, "revoked": revoked} {
		err := valid(client, now)
		if err != nil {
			return Entry{}, fmt.Sprintf("the %s certificate: %v", name, err)
		}
	}
	chain, err := chainOf(revoked)
	if err != nil {
		return Entry{}, fmt.Sprintf("the revoked certificate: %v", err)
	}
	entry, err := c.Lists.Find(ctx, chain)
	if err != nil {
		return Entry{}, fmt.Sprintf("looking for the list in force: %v", err)
	}
	if entry.RevokedAt.IsZero() {
		return Entry{}, "the revoked certificate is on no list in force: revoke it at its CA, or see why the list does not arrive"
	}
	return entry, ""
}

func verdictOf(why string) Verdict {
	if why == "" {
		return Right
	}
	return Unknown
}
