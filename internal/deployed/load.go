package deployed

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/sekisho/sekisho/internal/cabundle"
	"github.com/sekisho/sekisho/internal/refresh"
)

// Load reads what does not change as long as this process lives, CA bundle and
// HTTPS CAs, once: they are pinned by their hashes. The bundle of an attached
// trust store is its owner's and read every time.
func (d *Refresh) Load(ctx context.Context) (*refresh.Refresher, error) {
	if d.loaded && d.settings.BundleKey != "" {
		return d.refresher, nil
	}
	err := d.loadBundle(ctx)
	if err != nil {
		return nil, err
	}
	if d.loaded {
		return d.refresher, nil
	}
	httpsCA, err := d.pinned(ctx, "the CAs for HTTPS", d.settings.HTTPSCAKey, d.settings.HTTPSCASHA256)
	if err != nil {
		return nil, err
	}
	d.refresher.Fetcher, err = d.fetcher(httpsCA)
	if err != nil {
		return nil, err
	}
	d.loaded = true
	return d.refresher, nil
}

func (d *Refresh) loadBundle(ctx context.Context) error {
	text, err := d.readBundle(ctx)
	if err != nil {
		return err
	}
	bundle, err := cabundle.Parse(text)
	if err != nil {
		return fmt.Errorf("reading the CA bundle: %w", err)
	}
	d.refresher.Bundle = refresh.Bundle{Key: d.settings.BundleKey, SHA256: bundle.SHA256, Issuers: bundle.Certificates}
	return nil
}

// readBundle is the bundle with the deployed hash, or the trust store's own.
func (d *Refresh) readBundle(ctx context.Context) ([]byte, error) {
	if d.settings.BundleKey == "" {
		return d.trustStore.Bundle(ctx)
	}
	return d.pinned(ctx, "the CA bundle", d.settings.BundleKey, d.settings.BundleSHA256)
}

// pinned reads an object that must have the hash it had at deployment; nothing
// when there is none.
func (d *Refresh) pinned(ctx context.Context, what, key, hash string) ([]byte, error) {
	if key == "" {
		return nil, nil
	}
	object, err := d.bucket.Get(ctx, key)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", what, err)
	}
	sum := sha256.Sum256(object.Body)
	if hex.EncodeToString(sum[:]) != hash {
		return nil, fmt.Errorf("reading %s: %s is not what was deployed: deploy again, and find out who wrote it", what, key)
	}
	return object.Body, nil
}
