package attack

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/sekisho/sekisho/internal/crl"
	"github.com/sekisho/sekisho/internal/pkitest"
	"github.com/sekisho/sekisho/internal/snapshot"
)

// bucket is the twin's bucket in the hands of somebody who may write to it.
type bucket struct {
	*testing.T
	name   string
	client *s3.Client
	// before is what was there, of the objects that were changed: nil when
	// there was none.
	before map[string][]byte
}

func openBucket(t *testing.T, w *twin) *bucket {
	return &bucket{T: t, name: w.Bucket, before: map[string][]byte{}, client: s3.New(s3.Options{
		Region: w.Region, BaseEndpoint: aws.String(w.AWSEndpoint), UsePathStyle: true,
		Credentials: credentials.NewStaticCredentialsProvider("attacker", "local", ""),
	})}
}

// get is nil when there is no such object.
func (b *bucket) get(key string) []byte {
	b.Helper()
	got, err := b.client.GetObject(b.Context(), &s3.GetObjectInput{Bucket: aws.String(b.name), Key: aws.String(key)})
	if err != nil {
		return nil
	}
	defer got.Body.Close()
	body, err := io.ReadAll(got.Body)
	if err != nil {
		b.Fatal(err)
	}
	return body
}

func (b *bucket) remember(key string) {
	_, known := b.before[key]
	if !known {
		b.before[key] = b.get(key)
	}
}

func (b *bucket) put(key string, body []byte) {
	b.Helper()
	b.remember(key)
	_, err := b.client.PutObject(b.Context(), &s3.PutObjectInput{Bucket: aws.String(b.name), Key: aws.String(key), Body: bytes.NewReader(body)})
	if err != nil {
		b.Fatal(err)
	}
}

func (b *bucket) remove(key string) {
	b.Helper()
	b.remember(key)
	_, err := b.client.DeleteObject(b.Context(), &s3.DeleteObjectInput{Bucket: aws.String(b.name), Key: aws.String(key)})
	if err != nil {
		b.Fatal(err)
	}
}

// restore undoes everything.
func (b *bucket) restore() {
	b.Helper()
	before := b.before
	b.before = map[string][]byte{}
	for key, body := range before {
		if body == nil {
			b.remove(key)
			continue
		}
		b.put(key, body)
	}
	b.before = map[string][]byte{}
}

// manifest is the one that is in force, without the list of the CA's new key,
// which speaks for certificates of the old one too (RFC 5280, section 6.3.3).
func (b *bucket) manifest(h *house) snapshot.Manifest {
	b.Helper()
	var m snapshot.Manifest
	err := json.Unmarshal(b.get(snapshot.ManifestKey), &m)
	if err != nil {
		b.Fatal(err)
	}
	m.Lists = slices.DeleteFunc(m.Lists, func(l snapshot.List) bool { return b.signed(l, h.renewed) })
	return m
}

// signed says whether a list is one of ca.
func (b *bucket) signed(list snapshot.List, ca *pkitest.CA) bool {
	b.Helper()
	index, err := crl.OpenIndex(b.get(list.Index.Key))
	if err != nil {
		b.Fatal(err)
	}
	return index.IssuerKeySHA256() == sha256.Sum256(ca.Cert.RawSubjectPublicKeyInfo)
}

func (b *bucket) putManifest(m snapshot.Manifest) {
	b.Helper()
	m.Written = time.Now()
	text, err := m.Encode()
	if err != nil {
		b.Fatal(err)
	}
	b.put(snapshot.ManifestKey, text)
}

// of is the place of the list that a CA signed.
func (b *bucket) of(m snapshot.Manifest, ca *pkitest.CA) *snapshot.List {
	b.Helper()
	for i := range m.Lists {
		if b.signed(m.Lists[i], ca) {
			return &m.Lists[i]
		}
	}
	b.Fatalf("the manifest names no list of %s", ca.Cert.Subject)
	return nil
}

// publish writes the index of a list of ca, and says what a manifest says of it.
func (b *bucket) publish(ca *pkitest.CA, der []byte) snapshot.List {
	b.Helper()
	list, builder, err := crl.Parse(der)
	if err != nil {
		b.Fatal(err)
	}
	index, err := builder.Build(list, ca.Cert)
	if err != nil {
		b.Fatal(err)
	}
	hash := hex.EncodeToString(list.SHA256[:])
	b.put(snapshot.IndexKey(hash), index.Bytes())
	return snapshot.List{
		Identity: string(index.Identity()), SHA256: hash,
		Index: snapshot.Object{Key: snapshot.IndexKey(hash), SHA256: fingerprint(index.Bytes())},
	}
}
