package settings

// Revocation says of which certificates the verifier demands revocation data.
type Revocation string

// The revocation modes, the strictest first.
const (
	// RevocationRequire: every certificate below the anchor must be found in a
	// current list of its issuer.
	RevocationRequire Revocation = "require"
	// RevocationRequireLeaf: the client's own certificate must be; a CA whose
	// issuer has no list passes.
	RevocationRequireLeaf Revocation = "require-leaf"
	// RevocationAllowMissing: a certificate passes when its issuer has no
	// list. A list that is there and fails its own check does not count as missing.
	RevocationAllowMissing Revocation = "allow-missing"
	// RevocationOff: no revocation is looked at.
	RevocationOff Revocation = "off"
)

// Values are all that may be written.
func (Revocation) Values() []string {
	return []string{string(RevocationRequire), string(RevocationRequireLeaf), string(RevocationAllowMissing), string(RevocationOff)}
}
