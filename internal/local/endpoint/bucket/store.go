package bucket

import (
	"bytes"
	"crypto/md5" //nolint:gosec // an ETag, not a protection
	"crypto/rand"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/johannesboyne/gofakes3"
)

// Store is a set of buckets. It is safe for concurrent use; bytes that were
// stored are never changed, so they are handed out without a copy.
type Store struct {
	now     func() time.Time
	created Created

	mu      sync.RWMutex
	buckets map[string]*bucket
}

// bucket is one bucket; Store.mu guards it.
type bucket struct {
	created    time.Time
	versioning gofakes3.VersioningStatus
	// objects has the versions of each key, the newest last, never none.
	objects map[string][]*version
}

// version is one version of an object, or a delete marker.
type version struct {
	// id is empty for what S3 calls the null version.
	id       gofakes3.VersionID
	marker   bool
	body     []byte
	hash     [md5.Size]byte
	metadata map[string]string
	modified time.Time
}

var (
	_ gofakes3.Backend          = (*Store)(nil)
	_ gofakes3.VersionedBackend = (*Store)(nil)
)

// Created is told of every object that was written, once it can be read.
type Created func(bucket, key string, size int64)

// New makes a store without buckets. Nobody is told of objects where created
// is nil.
func New(now func() time.Time, created Created) *Store {
	if created == nil {
		created = func(string, string, int64) {}
	}
	return &Store{now: now, created: created, buckets: map[string]*bucket{}}
}

// find is a bucket by name; s.mu is held.
func (s *Store) find(name string) (*bucket, error) {
	found, ok := s.buckets[name]
	if !ok {
		return nil, gofakes3.BucketNotFound(name)
	}
	return found, nil
}

// newest is the newest version of a key, which may be a delete marker.
func (b *bucket) newest(key string) (*version, error) {
	versions := b.objects[key]
	if len(versions) == 0 {
		return nil, gofakes3.KeyNotFound(key)
	}
	return versions[len(versions)-1], nil
}

// version is the version of a key with this ID, the newest for an empty one.
func (b *bucket) version(key string, id gofakes3.VersionID) (*version, error) {
	if id == "" {
		return b.newest(key)
	}
	for _, v := range b.objects[key] {
		if v.id == id {
			return v, nil
		}
	}
	return nil, gofakes3.ErrNoSuchVersion
}

// put adds v as the newest version. Where versioning is not on, v is the null
// version and takes the place of the one that is there.
func (b *bucket) put(key string, v *version) {
	if b.versioning == gofakes3.VersioningEnabled {
		v.id = gofakes3.VersionID(rand.Text())
	} else {
		b.remove(key, "")
	}
	b.objects[key] = append(b.objects[key], v)
}

// remove deletes one version for good; nil when it is not there. What came
// before it becomes the newest again.
func (b *bucket) remove(key string, id gofakes3.VersionID) *version {
	versions := b.objects[key]
	for i, v := range versions {
		if v.id != id {
			continue
		}
		left := append(versions[:i:i], versions[i+1:]...)
		b.objects[key] = left
		if len(left) == 0 {
			delete(b.objects, key)
		}
		return v
	}
	return nil
}

// shown is the ID that callers see: none in a bucket without versions.
func (b *bucket) shown(v *version) gofakes3.VersionID {
	if b.versioning == "" {
		return ""
	}
	return v.id
}

// object is a version as the protocol layer wants it.
func (b *bucket) object(key string, v *version, part *gofakes3.ObjectRangeRequest) (*gofakes3.Object, error) {
	span, err := part.Range(int64(len(v.body)))
	if err != nil {
		return nil, err
	}
	body, metadata := v.body, v.metadata
	if span != nil {
		body = body[span.Start : span.Start+span.Length]
		metadata = withoutChecksums(metadata) // they are of the whole
	}
	return &gofakes3.Object{
		Name:           key,
		Metadata:       metadata,
		Size:           int64(len(v.body)),
		Contents:       io.NopCloser(bytes.NewReader(body)),
		Hash:           v.hash[:],
		Range:          span,
		VersionID:      b.shown(v),
		IsDeleteMarker: v.marker,
	}, nil
}

// kept is the metadata that belongs to an object. The protocol layer passes
// every header of the request that begins with X-Amz-.
func kept(headers map[string]string) map[string]string {
	metadata := map[string]string{}
	for name, value := range headers {
		switch {
		case !strings.HasPrefix(name, "X-Amz-"),
			strings.HasPrefix(name, "X-Amz-Meta-"),
			isChecksum(name):
			metadata[name] = value
		}
	}
	return metadata
}

func withoutChecksums(metadata map[string]string) map[string]string {
	rest := map[string]string{}
	for name, value := range metadata {
		if !isChecksum(name) {
			rest[name] = value
		}
	}
	return rest
}

func isChecksum(name string) bool {
	switch http.CanonicalHeaderKey(name) {
	case "X-Amz-Checksum-Crc32", "X-Amz-Checksum-Crc32c", "X-Amz-Checksum-Crc64nvme", "X-Amz-Checksum-Sha1", "X-Amz-Checksum-Sha256":
		return true
	}
	return false
}
