package settings

import "time"

// Source is where one CA publishes its revocation list.
type Source struct {
	// What the source is called in logs, records and metrics: letters, digits, dots, hyphens and underscores, at most 48.
	Name string `json:"name" required:"true"`
	// Mirrors of one list, the preferred one first: http, https or s3 (s3://bucket/key).
	URLs []string `json:"urls,omitempty" required:"true"`
	// The CAs of the bundle whose lists these are, by common name, by distinguished name (RFC 2253) or as sha256:HEX of the public key (SubjectPublicKeyInfo). Only needed where that is not known before the list was fetched; more than one only where a PEM file holds several lists.
	Issuers []string `json:"issuers,omitempty"`
	// Lets a list pass that does not say when its successor is due: it counts as stale this long after its issue. Without it such a list is refused.
	MaxAge Duration `json:"maxAge,omitzero"`
	// Lets a list that speaks of some certificates only (RFC 5280, section 5.2.5) go to the trust store, which may apply it to all. The verifier honours the scope either way.
	AllowScoped bool `json:"allowScoped,omitempty"`
	// What to do when the old and the new list do not fit into the trust store together: refuse the new one, or replace (remove, then add; the gap is recorded).
	Overlap Overlap `json:"overlap,omitempty"`
	// How large a download may be in bytes, before and after decompression.
	MaxBytes int64 `json:"maxBytes,omitempty"`
	// How long one attempt to fetch the list from one mirror may take, from connecting to the last byte.
	Timeout Duration `json:"timeout,omitzero"`
	// How long this CA's certificates are valid. A certificate that leaves the list sooner than this after its revocation is reported as possibly early; without it, nobody can tell.
	CertificateLifetime Duration `json:"certificateLifetime,omitzero"`
	// How much one list may change at once, and what happens when it changes more.
	Guards Guards `json:"guards,omitzero"`
}

// Defaults of a source.
const (
	DefaultMaxBytes = 64 << 20
	DefaultTimeout  = Duration(20 * time.Second)
)

// WithDefaults fills in what was not written.
func (s Source) WithDefaults() Source {
	if s.Overlap == "" {
		s.Overlap = OverlapRefuse
	}
	if s.MaxBytes == 0 {
		s.MaxBytes = DefaultMaxBytes
	}
	if s.Timeout == 0 {
		s.Timeout = DefaultTimeout
	}
	s.Guards = s.Guards.withDefaults()
	return s
}

// Overlap is what happens when two lists of one CA do not fit into the trust
// store at the same time.
type Overlap string

// The ways to deal with an overlap.
const (
	OverlapRefuse  Overlap = "refuse"
	OverlapReplace Overlap = "replace"
)

// Values are all that may be written.
func (Overlap) Values() []string { return []string{string(OverlapRefuse), string(OverlapReplace)} }
