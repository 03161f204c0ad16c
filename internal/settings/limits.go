package settings

import "github.com/sekisho/sekisho/internal/cabundle"

// Limits are the quotas of the trust store that AWS raises on request (ALB
// guide, load-balancer-limits.html). They are checked before a call that would
// exceed them. A zero field means the default.
type Limits struct {
	// How many revocation entries the trust store may hold (quota L-37E1617B).
	Entries int `json:"entries,omitempty"`
	// How many revocation lists the trust store may hold (quota L-332EE142).
	Lists int `json:"lists,omitempty"`
	// How many CA certificates the trust store may hold (quota L-43FE5A42).
	CACertificates int `json:"caCertificates,omitempty"`
	// How large the subjects of all CA certificates may be together, in bytes (quota L-F31E307C).
	CASubjectBytes int `json:"caSubjectBytes,omitempty"`
}

// The documented quotas of a trust store.
const (
	DefaultEntries = 500_000
	DefaultLists   = 30
	// MaxListBytes is how large one list may be as PEM. AWS writes 50 MB and
	// does not raise it; it is read as 50 million bytes, the smaller meaning.
	MaxListBytes = 50_000_000
)

// DefaultLimits are the quotas of an account that never asked for more.
func DefaultLimits() Limits { return Limits{}.withDefaults() }

func (l Limits) withDefaults() Limits {
	return Limits{
		Entries:        or(l.Entries, DefaultEntries),
		Lists:          or(l.Lists, DefaultLists),
		CACertificates: or(l.CACertificates, cabundle.DefaultCertificates),
		CASubjectBytes: or(l.CASubjectBytes, cabundle.DefaultSubjectBytes),
	}
}

func or(value, fallback int) int {
	if value == 0 {
		return fallback
	}
	return value
}
