package bucket

import (
	"bytes"
	"crypto/md5" //nolint:gosec // an ETag, not a protection
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"time"

	"github.com/johannesboyne/gofakes3"
)

// Object is the content of one version of an object, of the newest when
// version is empty. What is not there, a delete marker included, is
// fs.ErrNotExist. The caller must not change the bytes.
func (s *Store) Object(bucketName, key, versionID string) ([]byte, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	b, err := s.find(bucketName)
	if err != nil {
		return nil, fmt.Errorf("%w: bucket %s", fs.ErrNotExist, bucketName)
	}
	v, err := b.version(key, gofakes3.VersionID(versionID))
	if err != nil || v.marker {
		return nil, fmt.Errorf("%w: %s in bucket %s", fs.ErrNotExist, key, bucketName)
	}
	return v.body, nil
}

// Status is what a condition on a request is compared with.
type Status struct {
	// ETag is in quotes.
	ETag     string
	Modified time.Time
	// Version is empty in a bucket that never had versions.
	Version string
}

// Status is that of a version, of the newest when version is empty; what is
// not there is fs.ErrNotExist, as for Object.
func (s *Store) Status(bucketName, key, versionID string) (Status, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	b, err := s.find(bucketName)
	if err != nil {
		return Status{}, fmt.Errorf("%w: bucket %s", fs.ErrNotExist, bucketName)
	}
	v, err := b.version(key, gofakes3.VersionID(versionID))
	if err != nil || v.marker {
		return Status{}, fmt.Errorf("%w: %s in bucket %s", fs.ErrNotExist, key, bucketName)
	}
	return Status{ETag: gofakes3.FormatETag(v.hash[:]), Modified: v.modified, Version: string(b.shown(v))}, nil
}

// GetObject is a gofakes3.Backend's. A delete marker comes without an error;
// the protocol layer tells the caller about it.
func (s *Store) GetObject(bucketName, key string, part *gofakes3.ObjectRangeRequest) (*gofakes3.Object, error) {
	return s.GetObjectVersion(bucketName, key, "", part)
}

// HeadObject is a gofakes3.Backend's.
func (s *Store) HeadObject(bucketName, key string) (*gofakes3.Object, error) {
	return s.GetObjectVersion(bucketName, key, "", nil)
}

// HeadObjectVersion is a gofakes3.VersionedBackend's.
func (s *Store) HeadObjectVersion(bucketName, key string, id gofakes3.VersionID) (*gofakes3.Object, error) {
	return s.GetObjectVersion(bucketName, key, id, nil)
}

// GetObjectVersion is a gofakes3.VersionedBackend's.
func (s *Store) GetObjectVersion(bucketName, key string, id gofakes3.VersionID, part *gofakes3.ObjectRangeRequest) (*gofakes3.Object, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	b, err := s.find(bucketName)
	if err != nil {
		return nil, err
	}
	v, err := b.version(key, id)
	if err != nil {
		return nil, err
	}
	if v.marker {
		part = nil
	}
	return b.object(key, v, part)
}

// PutObject is a gofakes3.Backend's. Condition and write are one step.
func (s *Store) PutObject(bucketName, key string, headers map[string]string, input io.Reader, size int64, conditions *gofakes3.PutConditions) (gofakes3.PutObjectResult, error) {
	body, err := gofakes3.ReadAll(input, size)
	if err != nil {
		return gofakes3.PutObjectResult{}, err
	}
	result, err := s.putObject(bucketName, key, headers, body, conditions)
	if err != nil {
		return gofakes3.PutObjectResult{}, err
	}
	s.created(bucketName, key, int64(len(body)))
	return result, nil
}

func (s *Store) putObject(bucketName, key string, headers map[string]string, body []byte, conditions *gofakes3.PutConditions) (gofakes3.PutObjectResult, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := s.find(bucketName)
	if err != nil {
		return gofakes3.PutObjectResult{}, err
	}
	err = b.check(key, conditions)
	if err != nil {
		return gofakes3.PutObjectResult{}, err
	}
	v := &version{body: body, hash: md5.Sum(body), metadata: kept(headers), modified: s.now()} //nolint:gosec // an ETag
	v.metadata["Last-Modified"] = v.modified.UTC().Format(http.TimeFormat)
	b.put(key, v)
	return gofakes3.PutObjectResult{VersionID: b.shown(v)}, nil
}

// check holds the conditions of a write against what is there: If-None-Match
// fails with 412 when the key exists, If-Match with 412 when it has another
// tag and with 404 when it does not exist (S3 user guide, Conditional writes).
func (b *bucket) check(key string, conditions *gofakes3.PutConditions) error {
	if conditions == nil {
		return nil
	}
	v, err := b.newest(key)
	exists := err == nil && !v.marker
	if !exists {
		if conditions.IfMatch != nil {
			return gofakes3.KeyNotFound(key)
		}
		return nil
	}
	return gofakes3.CheckPutConditions(conditions, &gofakes3.ConditionalObjectInfo{Exists: true, Hash: v.hash[:]})
}

// CopyObject is a gofakes3.Backend's; it copies the newest version.
func (s *Store) CopyObject(fromBucket, fromKey, toBucket, toKey string, headers map[string]string) (gofakes3.CopyObjectResult, error) {
	body, err := s.Object(fromBucket, fromKey, "")
	if errors.Is(err, fs.ErrNotExist) {
		return gofakes3.CopyObjectResult{}, gofakes3.KeyNotFound(fromKey)
	}
	if err != nil {
		return gofakes3.CopyObjectResult{}, err
	}
	_, err = s.PutObject(toBucket, toKey, headers, bytes.NewReader(body), int64(len(body)), nil)
	if err != nil {
		return gofakes3.CopyObjectResult{}, err
	}
	sum := md5.Sum(body) //nolint:gosec // an ETag
	return gofakes3.CopyObjectResult{ETag: gofakes3.FormatETag(sum[:]), LastModified: gofakes3.NewContentTime(s.now())}, nil
}
