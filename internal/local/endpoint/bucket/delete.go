package bucket

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/johannesboyne/gofakes3"
)

// ErrUnmatched says that an object has another tag than was demanded.
var ErrUnmatched = errors.New("the object has another tag")

// DeleteMatching is DeleteObject if the newest version has this tag, which is
// in quotes. It returns the version of the marker; what is not there is
// fs.ErrNotExist. Condition and deletion are one step.
func (s *Store) DeleteMatching(bucketName, key, tag string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := s.find(bucketName)
	if err != nil {
		return "", fmt.Errorf("%w: bucket %s", fs.ErrNotExist, bucketName)
	}
	v, err := b.newest(key)
	if err != nil || v.marker {
		return "", fmt.Errorf("%w: %s in bucket %s", fs.ErrNotExist, key, bucketName)
	}
	if gofakes3.FormatETag(v.hash[:]) != tag {
		return "", ErrUnmatched
	}
	if b.versioning == "" {
		b.remove(key, "")
		return "", nil
	}
	marker := &version{marker: true, modified: s.now()}
	b.put(key, marker)
	return string(marker.id), nil
}

// DeleteObject is a gofakes3.Backend's: with versions it adds a delete marker,
// without it removes the object. Deleting what is not there is no error.
func (s *Store) DeleteObject(bucketName, key string) (gofakes3.ObjectDeleteResult, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := s.find(bucketName)
	if err != nil {
		return gofakes3.ObjectDeleteResult{}, err
	}
	if b.versioning == "" {
		b.remove(key, "")
		return gofakes3.ObjectDeleteResult{}, nil
	}
	marker := &version{marker: true, modified: s.now()}
	b.put(key, marker)
	return gofakes3.ObjectDeleteResult{IsDeleteMarker: true, VersionID: marker.id}, nil
}

// DeleteObjectVersion is a gofakes3.VersionedBackend's: it removes one version
// for good. Deleting the newest one, or a delete marker, brings the version
// before it back.
func (s *Store) DeleteObjectVersion(bucketName, key string, id gofakes3.VersionID) (gofakes3.ObjectDeleteResult, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := s.find(bucketName)
	if err != nil {
		return gofakes3.ObjectDeleteResult{}, err
	}
	removed := b.remove(key, id)
	if removed == nil {
		return gofakes3.ObjectDeleteResult{}, nil
	}
	return gofakes3.ObjectDeleteResult{IsDeleteMarker: removed.marker, VersionID: removed.id}, nil
}

// DeleteMulti is a gofakes3.Backend's.
func (s *Store) DeleteMulti(bucketName string, keys ...string) (gofakes3.MultiDeleteResult, error) {
	objects := make([]gofakes3.ObjectID, 0, len(keys))
	for _, key := range keys {
		objects = append(objects, gofakes3.ObjectID{Key: key})
	}
	return s.DeleteMultiVersions(bucketName, objects...)
}

// DeleteMultiVersions is a gofakes3.VersionedBackend's.
func (s *Store) DeleteMultiVersions(bucketName string, objects ...gofakes3.ObjectID) (gofakes3.MultiDeleteResult, error) {
	var result gofakes3.MultiDeleteResult
	for _, object := range objects {
		var err error
		if object.VersionID == "" {
			_, err = s.DeleteObject(bucketName, object.Key)
		} else {
			_, err = s.DeleteObjectVersion(bucketName, object.Key, gofakes3.VersionID(object.VersionID))
		}
		if err != nil {
			return result, err
		}
		result.Deleted = append(result.Deleted, object)
	}
	return result, nil
}
