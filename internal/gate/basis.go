package gate

import (
	"bytes"
	"crypto/x509"
	"slices"
	"time"

	"github.com/sekisho/sekisho/internal/chain"
	"github.com/sekisho/sekisho/internal/policy"
)

// basis is all that is decided from. It never changes.
type basis struct {
	trust *trust
	// current are the operator's rules and denials, as they are now.
	current rules
}

// trust is one consistent set of anchors and lists: what a manifest names.
type trust struct {
	tag      string // of the manifest
	written  time.Time
	lists    int
	bundle   []*x509.Certificate
	verifier *chain.Verifier
	memory   *memory
	// pinned are the rules and denials that the manifest names itself.
	pinned rules
}

// rules are a policy and a deny list, and the tags of the objects that they
// were read from, where these may change.
type rules struct {
	policy             *policy.Policy
	deny               *policy.DenyList
	policyTag, denyTag string
}

// noRules let every verified client pass.
func noRules() rules { return rules{policy: new(policy.Policy), deny: new(policy.DenyList)} }

// permit returns the name of the rule by which a verified client may do this,
// empty when there are no rules. Every deny list and every policy counts.
func (b *basis) permit(client *policy.Client, request policy.Request) (string, error) {
	first, err := b.trust.pinned.permit(client, request)
	if err != nil {
		return "", err
	}
	second, err := b.current.permit(client, request)
	if err != nil {
		return "", err
	}
	if first == "" || second == "" {
		return first + second, nil
	}
	return first + "+" + second, nil
}

func (r rules) permit(client *policy.Client, request policy.Request) (string, error) {
	err := r.deny.Check(client)
	if err != nil {
		return "", err
	}
	return r.policy.Permit(client, request)
}

// claimedIssuerKey is for the log, where there is no path: the key of the
// first certificate that has the name of the leaf's issuer.
func (t *trust) claimedIssuerKey(presented []*x509.Certificate) string {
	if len(presented) == 0 {
		return ""
	}
	for _, cert := range slices.Concat(presented[1:], t.bundle) {
		if bytes.Equal(cert.RawSubject, presented[0].RawIssuer) {
			return keyHash(cert)
		}
	}
	return ""
}
