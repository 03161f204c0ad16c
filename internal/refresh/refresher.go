package refresh

import (
	"context"
	"crypto/x509"
	"sync"
	"time"
)

// Source is one place that lists come from.
type Source struct {
	Name string
	// URLs are mirrors of one list, the preferred one first.
	URLs []string
	// MaxAge stands in for a next update that the list does not name; zero
	// refuses such a list.
	MaxAge time.Duration
	// AllowScoped lets a list that speaks for some certificates only into the
	// trust store.
	AllowScoped bool
	// MaxBytes bounds what is fetched, Timeout one attempt at one mirror; 0 is
	// the fetcher's default.
	MaxBytes int64
	Timeout  time.Duration
	// ReplaceOverlap is that of Limits, for the lists of this source.
	ReplaceOverlap bool
	// CertificateLifetime is how long certificates of the CA are valid; zero
	// where nobody knows.
	CertificateLifetime time.Duration
	Guards              Guards
}

// Bundle is the CA bundle as it was deployed: whoever is not in it can publish
// no list here.
type Bundle struct {
	// Key and SHA256 (hex) name the object in the bucket, for the manifest.
	Key    string
	SHA256 string
	// Issuers are its certificates.
	Issuers []*x509.Certificate
}

// Refresher keeps one trust store and one bucket at the newest lists of its
// sources. It may be used for one run after another; what it remembers between
// them only saves work.
type Refresher struct {
	Fetcher    fetcher
	Bucket     bucket
	TrustStore trustStore
	Contents   contents

	Sources []Source
	Bundle  Bundle
	Limits  Limits
	// TrustStoreARN names the trust store. What is remembered of the IDs of
	// another one is forgotten: they begin anew there.
	TrustStoreARN string
	// RequireCoverage fails a run that leaves a CA of the bundle without a list.
	RequireCoverage bool

	// Clock is the present; Pause waits between two looks at an answer that
	// may lag behind, and ends early with the context.
	Clock func() time.Time
	Pause func(ctx context.Context, d time.Duration) error

	held   memory
	folds  folds
	polled polled
	upkeep upkeep
	// preview only plans.
	preview bool
}

// memory keeps the validators of the last answers, so that an unchanged list
// costs one conditional request and no write.
type memory struct {
	mu     sync.Mutex
	latest map[string]Validators
}

func (m *memory) get(source string) (Validators, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	v, ok := m.latest[source]
	return v, ok
}

func (m *memory) set(source string, v Validators) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.latest == nil {
		m.latest = map[string]Validators{}
	}
	m.latest[source] = v
}
