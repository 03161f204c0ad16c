package gate

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"sync"
	"time"

	"github.com/sekisho/sekisho/internal/cabundle"
	"github.com/sekisho/sekisho/internal/chain"
	"github.com/sekisho/sekisho/internal/crl"
	"github.com/sekisho/sekisho/internal/snapshot"
)

// basis is one consistent snapshot, ready to decide from. It never changes.
// Policy and deny list will stand beside the verifier.
type basis struct {
	tag      string // of the manifest
	written  time.Time
	lists    int
	bundle   []*x509.Certificate
	verifier *chain.Verifier
}

// claimedIssuerKey is for the log, where there is no path: the key of the
// first certificate that has the name of the leaf's issuer.
func (b *basis) claimedIssuerKey(presented []*x509.Certificate) string {
	for _, cert := range slices.Concat(presented[1:], b.bundle) {
		if bytes.Equal(cert.RawSubject, presented[0].RawIssuer) {
			return keyHash(cert)
		}
	}
	return ""
}

// loader makes a basis of what lies in the bucket. What it has read it keeps,
// by hash, so that an attempt that ran out of time helps the next one.
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

// load returns the basis that the manifest describes now: held itself when the
// manifest has not changed.
func (l *loader) load(ctx context.Context, held *basis) (*basis, error) {
	var before string
	if held != nil {
		before = held.tag
	}
	body, tag, err := l.bucket.Get(ctx, snapshot.ManifestKey, before)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("reading the manifest: the refresher has not written one yet: %w", err)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the manifest: %w", err)
	}
	if held != nil && body == nil && tag == before {
		return held, nil
	}
	manifest, err := snapshot.Decode(body)
	if err != nil {
		return nil, err
	}
	return l.assemble(ctx, manifest, tag)
}

func (l *loader) assemble(ctx context.Context, manifest snapshot.Manifest, tag string) (*basis, error) {
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
	verifier, err := chain.New(bundle, indexes, l.config.Chain)
	if err != nil {
		return nil, err
	}
	l.forgetAllBut(manifest.Lists)
	return &basis{tag: tag, written: manifest.Written, lists: len(indexes), bundle: bundle, verifier: verifier}, nil
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

// loadIndexes reads all lists at the same time: a cold start waits for it.
func (l *loader) loadIndexes(ctx context.Context, lists []snapshot.List) ([]*crl.Index, error) {
	indexes := make([]*crl.Index, len(lists))
	errs := make([]error, len(lists))
	var readers sync.WaitGroup
	for i, list := range lists {
		readers.Go(func() { indexes[i], errs[i] = l.loadIndex(ctx, list) })
	}
	readers.Wait()
	return indexes, errors.Join(errs...)
}

func (l *loader) loadIndex(ctx context.Context, list snapshot.List) (*crl.Index, error) {
	l.mu.Lock()
	index := l.indexes[list.Index.SHA256]
	l.mu.Unlock()
	if index == nil {
		data, err := l.fetch(ctx, list.Index)
		if err != nil {
			return nil, fmt.Errorf("reading the index of %q: %w", list.Source, err)
		}
		index, err = crl.OpenIndex(data)
		if err != nil {
			return nil, fmt.Errorf("opening the index of %q: %w", list.Source, err)
		}
	}
	err := matches(index, list)
	if err != nil {
		return nil, fmt.Errorf("opening the index of %q: %w", list.Source, err)
	}
	l.mu.Lock()
	l.indexes[list.Index.SHA256] = index
	l.mu.Unlock()
	return index, nil
}

// matches says whether an index is that of the list that the manifest means.
func matches(index *crl.Index, list snapshot.List) error {
	hash := index.ListSHA256()
	if fmt.Sprintf("%x", hash) != list.SHA256 || string(index.Identity()) != list.Identity {
		return errors.New("it is the index of another list than the manifest says")
	}
	return nil
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

func (l *loader) forgetAllBut(lists []snapshot.List) {
	l.mu.Lock()
	defer l.mu.Unlock()
	kept := make(map[string]*crl.Index, len(lists))
	for _, list := range lists {
		kept[list.Index.SHA256] = l.indexes[list.Index.SHA256]
	}
	l.indexes = kept
}
