package canary

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"fmt"

	"github.com/sekisho/sekisho/internal/crl"
	"github.com/sekisho/sekisho/internal/snapshot"
)

// bucket reads what the refresher wrote. It retries what is worth retrying and
// bounds what it reads.
type bucket interface {
	// Get returns an object; with an empty tag always its body.
	Get(ctx context.Context, key, tag string) (body []byte, newTag string, err error)
}

// InForce are the lists that the manifest in the bucket names.
type InForce struct{ Bucket bucket }

// Find looks a certificate up in every list of its issuer. Where the chain
// holds the issuer, a list of another key of that name does not count.
func (f InForce) Find(ctx context.Context, chain []*x509.Certificate) (Entry, error) {
	text, _, err := f.Bucket.Get(ctx, snapshot.ManifestKey, "")
	if err != nil {
		return Entry{}, fmt.Errorf("reading the manifest: %w", err)
	}
	manifest, err := snapshot.Decode(text)
	if err != nil {
		return Entry{}, err
	}
	for _, list := range manifest.Lists {
		index, err := f.open(ctx, list)
		if err != nil {
			return Entry{}, fmt.Errorf("reading the index of %q: %w", list.Source, err)
		}
		if !isOf(index, chain) {
			continue
		}
		entry, found := index.Find(chain[0].SerialNumber)
		if found {
			return Entry{RevokedAt: entry.RevokedAt}, nil
		}
	}
	return Entry{}, nil
}

func (f InForce) open(ctx context.Context, list snapshot.List) (*crl.Index, error) {
	data, _, err := f.Bucket.Get(ctx, list.Index.Key, "")
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(data)
	if hex.EncodeToString(sum[:]) != list.Index.SHA256 {
		return nil, fmt.Errorf("%s is not what the manifest says", list.Index.Key)
	}
	return crl.OpenIndex(data)
}

func isOf(index *crl.Index, chain []*x509.Certificate) bool {
	if !bytes.Equal(index.RawIssuer(), chain[0].RawIssuer) {
		return false
	}
	return len(chain) == 1 || index.IssuerKeySHA256() == sha256.Sum256(chain[1].RawSubjectPublicKeyInfo)
}
