package doctor

import (
	"context"
	"crypto/tls"
	"net/http"
	"strings"
	"time"

	"github.com/sekisho/sekisho/internal/clientcert"
)

func (e *examination) good(ctx context.Context, l *listener) finding {
	if e.gate.Good == nil {
		return skipped("no good client was given (--cert and --key)")
	}
	if !e.saw(ctx, l, anybody).asked {
		return skipped("no certificate is asked for")
	}
	seen := e.saw(ctx, l, goodOne)
	switch {
	case seen.served():
		return passed("%s", seen)
	case seen.status >= 500:
		return failed("the client was let in, what stands behind the listener has failed: look at its log", "%s", seen)
	case l.strict:
		return failed("look at the connection log for the reason; the usual ones are a CA that is missing in the bundle, no clientAuth usage, or a key that ALB does not take", "%s", seen)
	default:
		return failed("look at the verifier's log for the reason, or ask \"sekisho verify\" about the certificate", "%s", seen)
	}
}

// telling is why a refusal by this listener would show nothing; empty where it
// would.
func (e *examination) telling(ctx context.Context, l *listener) string {
	switch {
	case e.gate.Good == nil:
		return "nothing to compare with: no good client was given (--cert and --key)"
	case !e.saw(ctx, l, anybody).asked:
		return "no certificate is asked for"
	case !e.saw(ctx, l, goodOne).served():
		return "a refusal shows nothing: the good client is not served either"
	}
	return ""
}

func (e *examination) nobody(ctx context.Context, l *listener) finding {
	why := e.telling(ctx, l)
	if why != "" {
		return skipped("%s", why)
	}
	seen := e.saw(ctx, l, anybody)
	if l.strict {
		return refusedByHandshake(seen, "set the listener's mutual TLS mode to verify")
	}
	if seen.status == http.StatusUnauthorized {
		return passed("%s", seen)
	}
	return e.notRefused(l, seen, "whatever stands behind the listener must refuse a request without a certificate with 401: put the verifier there")
}

func (e *examination) revoked(ctx context.Context, l *listener) finding {
	if e.gate.Revoked == nil {
		return skipped("no revoked client was given (--revoked-cert and --revoked-key)")
	}
	if leaf := e.gate.Revoked.Leaf; leaf != nil && outside(e.gate.Now(), leaf.NotBefore, leaf.NotAfter) {
		return skipped("the revoked certificate is out of date: a refusal would not show that revocation works")
	}
	why := e.telling(ctx, l)
	if why != "" {
		return skipped("%s", why)
	}
	return e.refusal(ctx, l, e.gate.Revoked, "revoked", "see \"sekisho status\" and \"sekisho plan\": the newest list has to be in the trust store, and in the verifier's snapshot")
}

func (e *examination) expired(ctx context.Context, l *listener) finding {
	if e.gate.Expired == nil {
		return skipped("no expired client was given (--expired-cert and --expired-key)")
	}
	if leaf := e.gate.Expired.Leaf; leaf == nil || !e.gate.Now().After(leaf.NotAfter) {
		return skipped("the certificate that was given as expired is not")
	}
	why := e.telling(ctx, l)
	if why != "" {
		return skipped("%s", why)
	}
	return e.refusal(ctx, l, e.gate.Expired, "expired", "set IgnoreClientCertificateExpiry to false at the listener; behind passthrough the verifier has to check the dates")
}

func (e *examination) selfMade(ctx context.Context, l *listener) finding {
	why := e.telling(ctx, l)
	if why != "" {
		return skipped("%s", why)
	}
	impostor, err := impostorOf(e.gate.Good.Leaf)
	if err != nil {
		return skipped("%v", err)
	}
	return e.refusal(ctx, l, impostor, "", "the names in a certificate prove nothing: its chain has to be verified up to a CA of the bundle")
}

// refusal has a client ask that must not get in. Where the verifier says why,
// it has to be for the reason that is looked for.
func (e *examination) refusal(ctx context.Context, l *listener, client *tls.Certificate, reason, fix string) finding {
	seen := ask(ctx, l.url, client, nil)
	if l.strict {
		return refusedByHandshake(seen, fix)
	}
	if seen.status != http.StatusForbidden && seen.status != http.StatusUnauthorized {
		return e.notRefused(l, seen, fix)
	}
	if reason != "" && seen.reason != "" && seen.reason != reason {
		return skipped("refused, but as %s: that does not show what happens to %s ones", seen.reason, reason)
	}
	return passed("%s", seen)
}

func refusedByHandshake(seen sighting, fix string) finding {
	switch {
	case seen.turnedAway:
		return passed("%s", seen)
	case seen.err != nil:
		return skipped("neither served nor refused: %s", seen)
	default:
		return failed(fix, "let in: %s", seen)
	}
}

// notRefused is what to say where there was no answer that refuses.
func (e *examination) notRefused(_ *listener, seen sighting, fix string) finding {
	if seen.status == 0 {
		return skipped("neither served nor refused: %s", seen)
	}
	return failed(fix, "%s", seen)
}

// forgedHeader claims to be the good client without its key: once without any
// certificate, and once with one of its own making.
func (e *examination) forgedHeader(ctx context.Context, l *listener) finding {
	why := e.telling(ctx, l)
	if why != "" {
		return skipped("%s", why)
	}
	if e.saw(ctx, l, anybody).served() {
		return skipped("everybody is served without any header")
	}
	impostor, err := impostorOf(e.gate.Good.Leaf)
	if err != nil {
		return skipped("%v", err)
	}
	if ask(ctx, l.url, impostor, nil).served() {
		return skipped("a self-made certificate is served without any header")
	}
	for _, client := range []*tls.Certificate{nil, impostor} {
		seen := ask(ctx, l.url, client, e.forgery())
		if seen.status == 0 {
			return skipped("neither served nor refused: %s", seen)
		}
		if seen.served() {
			return failed("rename the certificate header to a name that nobody can guess (certificateHeader), and let nothing but this listener reach the target group", "served as the good client, without its key: %s", seen)
		}
	}
	return passed("as anybody and as a self-made client")
}

// forgery are the headers of somebody who knows the good client's certificate,
// which is no secret.
func (e *examination) forgery() http.Header {
	chain := chainOf(e.gate.Good)
	value := clientcert.Encode(chain)
	headers := http.Header{}
	for _, name := range []string{"X-Amzn-Mtls-Clientcert", e.gate.Header} {
		if strings.TrimSpace(name) != "" {
			headers.Set(name, value)
		}
	}
	return headers
}

func outside(now, from, to time.Time) bool { return now.Before(from) || now.After(to) }
