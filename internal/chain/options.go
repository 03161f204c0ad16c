package chain

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// Profile says by whose rules certificates are taken. The words are those of
// settings and command line.
type Profile string

// The profiles.
const (
	// ProfileALB is what an Application Load Balancer takes in verify mode
	// (ALB guide, "Mutual authentication with TLS" and "Quotas"), so that both
	// ways in agree: X.509 v3, RSA of 2048 to 8192 bits or P-256, P-384, P-521,
	// SHA-256 or better, at most four certificates, no CA as a client. Paths
	// end at the topmost certificates of the bundle.
	ProfileALB Profile = "alb"
	// ProfileRFC5280 is what RFC 5280, section 6, takes: also version 1 and any
	// key that crypto/x509 knows, up to twenty certificates; and every
	// certificate of the bundle is an anchor.
	ProfileRFC5280 Profile = "rfc5280"
)

// Usage is what the certificate must be meant for.
type Usage string

// The usages.
const (
	UsageClient Usage = "client" // TLS client authentication
	UsageServer Usage = "server" // TLS server authentication
	UsageAny    Usage = "any"
)

// Mode says what happens when there is no list for a certificate. A revoked
// certificate is refused in every mode but ModeOff.
type Mode string

// The modes.
const (
	// ModeRequire refuses a path on which any certificate below the anchor
	// has no list.
	ModeRequire Mode = "require"
	// ModeRequireLeaf refuses a leaf that has no list, and lets a CA pass. A
	// list that is there but cannot be used does not count as missing.
	ModeRequireLeaf Mode = "require-leaf"
	// ModeAllowMissing lets every certificate without a list pass. A list that
	// is there but cannot be used does not count as missing.
	ModeAllowMissing Mode = "allow-missing"
	// ModeOff does not look at lists.
	ModeOff Mode = "off"
)

// Options say how strictly to verify. The zero value is the strictest: client
// certificates by the rules of ALB, a current list for each of them.
type Options struct {
	Profile    Profile // "" is ProfileALB
	Usage      Usage   // "" is UsageClient
	Revocation Mode    // "" is ModeRequire
	// Grace is how long a list may be overdue and still decide. Not negative.
	Grace time.Duration
	// Refused are the lists that were there but did not pass their own check.
	Refused []RefusedList
}

// Forever is a grace that no list outlasts.
const Forever time.Duration = math.MaxInt64

// RefusedList is a list that cannot be used. It makes revocation-unavailable
// out of what would otherwise be a list that is merely missing.
type RefusedList struct {
	// RawIssuer is the DER of the issuer's name, nil when the list was too
	// damaged to tell: then it may have been anybody's.
	RawIssuer []byte
	// Why is what to tell the operator.
	Why string
}

func (o Options) withDefaults() (Options, error) {
	var err error
	o.Profile, err = oneOf("profile", o.Profile, ProfileALB, ProfileRFC5280)
	if err != nil {
		return o, err
	}
	o.Usage, err = oneOf("usage", o.Usage, UsageClient, UsageServer, UsageAny)
	if err != nil {
		return o, err
	}
	o.Revocation, err = oneOf("revocation mode", o.Revocation, ModeRequire, ModeRequireLeaf, ModeAllowMissing, ModeOff)
	if err != nil {
		return o, err
	}
	if o.Grace < 0 {
		return o, fmt.Errorf("grace is negative: %s", o.Grace)
	}
	return o, nil
}

// oneOf returns word if it is among words, and the first of them for "".
func oneOf[T ~string](what string, word T, words ...T) (T, error) {
	if word == "" {
		return words[0], nil
	}
	if !slices.Contains(words, word) {
		return "", fmt.Errorf("unknown %s %q, want one of %q", what, word, words)
	}
	return word, nil
}
