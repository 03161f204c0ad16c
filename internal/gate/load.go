package gate

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"sync"

	"github.com/sekisho/sekisho/internal/cabundle"
	"github.com/sekisho/sekisho/internal/chain"
	"github.com/sekisho/sekisho/internal/crl"
	"github.com/sekisho/sekisho/internal/snapshot"
)

// loader makes a basis of what lies in the bucket. What it has read it keeps,
// by hash, so that an attempt that ran out of time helps the next one: of the
// indexes those that the manifest names which was read last.
type loader struct {
	bucket bucket
	config Config

	mu      sync.Mutex
	bundle  []*x509.Certificate
	indexes map[string]*crl.Index // by the SHA-256 of the file
}

func newLoader(bucket bucket, config Config) *loader {
	return &loader{bucket: bucket, config: config, indexes: map[string]*crl.Index{}}
}

// load returns the newest basis that there is: held itself when nothing has
// changed. With an error it is what could be read beside what was held before,
// so that a denial takes effect although a list is missing, and the other way
// round; nil when that is not enough to decide from.
func (l *loader) load(ctx context.Context, held *basis) (*basis, error) {
	next := basis{current: noRules()}
	if held != nil {
		next = *held
	}
	var trustErr, policyErr, denyErr error
	var readers sync.WaitGroup
	before, current := next.trust, next.current
	readers.Go(func() { next.trust, trustErr = l.loadTrust(ctx, before) })
	readers.Go(func() { next.current.policy, next.current.policyTag, policyErr = l.loadPolicy(ctx, current) })
	readers.Go(func() { next.current.deny, next.current.denyTag, denyErr = l.loadDenyList(ctx, current) })
	readers.Wait()
	err := errors.Join(trustErr, policyErr, denyErr)
	switch {
	case held != nil && next == *held:
		return held, err
	case held == nil && err != nil:
		return nil, err
	}
	return &next, err
}

// loadTrust returns what the manifest describes now: held itself when the
// manifest has not changed, or cannot be used.
func (l *loader) loadTrust(ctx context.Context, held *trust) (*trust, error) {
	var before string
	if held != nil {
		before = held.tag
	}
	body, tag, err := l.bucket.Get(ctx, snapshot.ManifestKey, before)
	if errors.Is(err, fs.ErrNotExist) {
		return held, fmt.Errorf("reading the manifest: the refresher has not written one yet: %w", err)
	}
	if err != nil {
		return held, fmt.Errorf("reading the manifest: %w", err)
	}
	if held != nil && body == nil && tag == before {
		return held, nil
	}
	manifest, err := snapshot.Decode(body)
	if err != nil {
		return held, err
	}
	found, err := l.assemble(ctx, manifest, tag)
	if err != nil {
		return held, err
	}
	return found, nil
}

func (l *loader) assemble(ctx context.Context, manifest snapshot.Manifest, tag string) (*trust, error) {
	if manifest.Bundle.SHA256 != l.config.BundleSHA256 {
		return nil, fmt.Errorf("the manifest is for the CA bundle %.64q, this gate was deployed with %q: let the refresher of the same deployment run, or find out who writes to the bucket", manifest.Bundle.SHA256, l.config.BundleSHA256)
	}
	bundle, err := l.loadBundle(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the CA bundle: %w", err)
	}
	indexes, err := l.loadIndexes(ctx, manifest.Lists)
	if err != nil {
		return nil, err
	}
	pinned, err := l.loadPinned(ctx, manifest)
	if err != nil {
		return nil, err
	}
	verifier, err := chain.New(bundle, indexes, l.config.Chain)
	if err != nil {
		return nil, err
	}
	return &trust{
		tag: tag, written: manifest.Written, lists: len(indexes),
		bundle: bundle, verifier: verifier, memory: newMemory(), pinned: pinned,
	}, nil
}

func (l *loader) loadBundle(ctx context.Context) ([]*x509.Certificate, error) {
	l.mu.Lock()
	held := l.bundle
	l.mu.Unlock()
	if held != nil {
		return held, nil
	}
	text, err := l.fetch(ctx, snapshot.Object{Key: l.config.BundleKey, SHA256: l.config.BundleSHA256})
	if err != nil {
		return nil, err
	}
	bundle, err := cabundle.Parse(text)
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	l.bundle = bundle.Certificates
	l.mu.Unlock()
	return bundle.Certificates, nil
}

// fetch reads an object that must have one content.
func (l *loader) fetch(ctx context.Context, object snapshot.Object) ([]byte, error) {
	body, _, err := l.bucket.Get(ctx, object.Key, "")
	if err != nil {
		return nil, err
	}
	if hexSHA256(body) != object.SHA256 {
		return nil, fmt.Errorf("%s holds other bytes than its hash says", object.Key)
	}
	return body, nil
}
