package canary

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/sekisho/sekisho/internal/crl"
	"github.com/sekisho/sekisho/internal/pkitest"
	"github.com/sekisho/sekisho/internal/snapshot"
)

type objects map[string][]byte

func (o objects) Get(_ context.Context, key, _ string) ([]byte, string, error) {
	body, ok := o[key]
	if !ok {
		return nil, "", errors.New("absent: " + key)
	}
	return body, "", nil
}

// publish adds a list to the manifest.
func (o objects) publish(t *testing.T, m *snapshot.Manifest, ca *pkitest.CA, der []byte) {
	t.Helper()
	list, builder, err := crl.Parse(der)
	if err != nil {
		t.Fatal(err)
	}
	index, err := builder.Build(list, ca.Cert)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(index.Bytes())
	key := snapshot.IndexKey(fmt.Sprintf("%x", list.SHA256))
	o[key] = index.Bytes()
	m.Lists = append(m.Lists, snapshot.List{Source: "ca", Index: snapshot.Object{Key: key, SHA256: hex.EncodeToString(sum[:])}})
	o[snapshot.ManifestKey], err = m.Encode()
	if err != nil {
		t.Fatal(err)
	}
}

func TestInForce(t *testing.T) {
	t.Parallel()
	ca, again, other := pkitest.NewCA(t, "ca"), pkitest.NewCA(t, "ca"), pkitest.NewCA(t, "other")
	revoked, good := ca.Issue(t, "revoked"), ca.Issue(t, "good")
	stores := objects{}
	manifest := &snapshot.Manifest{}
	stores.publish(t, manifest, other, other.CRL(t, good.Cert.SerialNumber))
	stores.publish(t, manifest, again, again.CRL(t, good.Cert.SerialNumber))
	stores.publish(t, manifest, ca, ca.CRL(t, revoked.Cert.SerialNumber))
	find := func(chain ...*x509.Certificate) bool {
		t.Helper()
		entry, err := InForce{stores}.Find(t.Context(), chain)
		if err != nil {
			t.Fatal(err)
		}
		return !entry.RevokedAt.IsZero()
	}
	if !find(revoked.Cert, ca.Cert) || !find(revoked.Cert) {
		t.Error("the revoked certificate is not found")
	}
	if find(good.Cert, ca.Cert) {
		t.Error("another CA's list counts, of another name or of another key")
	}
	if !find(good.Cert) {
		t.Error("without the issuer the name alone counts, and does not")
	}
}

func TestListsThatCannotBeRead(t *testing.T) {
	t.Parallel()
	ca := pkitest.NewCA(t, "ca")
	leaf := ca.Issue(t, "revoked")
	for _, c := range []struct {
		name string
		edit func(objects, snapshot.Manifest)
		says string
	}{
		{"no manifest", func(o objects, _ snapshot.Manifest) { delete(o, snapshot.ManifestKey) }, "reading the manifest: absent"},
		{"damaged manifest", func(o objects, _ snapshot.Manifest) { o[snapshot.ManifestKey] = []byte("{") }, "decoding the snapshot manifest"},
		{"no index", func(o objects, m snapshot.Manifest) { delete(o, m.Lists[0].Index.Key) }, `reading the index of "ca": absent`},
		{"another index", func(o objects, m snapshot.Manifest) { o[m.Lists[0].Index.Key] = []byte("x") }, "is not what the manifest says"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			stores, manifest := objects{}, &snapshot.Manifest{}
			stores.publish(t, manifest, ca, ca.CRL(t, leaf.Cert.SerialNumber))
			c.edit(stores, *manifest)
			entry, err := InForce{stores}.Find(t.Context(), leaf.Chain)
			if err == nil || !strings.Contains(err.Error(), c.says) || !entry.RevokedAt.IsZero() {
				t.Errorf("got %+v, %v, want %q", entry, err, c.says)
			}
		})
	}
}
