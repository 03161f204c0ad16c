package bucket

import (
	"maps"
	"slices"

	"github.com/johannesboyne/gofakes3"
)

// ListBuckets is a gofakes3.Backend's.
func (s *Store) ListBuckets() ([]gofakes3.BucketInfo, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	all := make([]gofakes3.BucketInfo, 0, len(s.buckets))
	for _, name := range slices.Sorted(maps.Keys(s.buckets)) {
		all = append(all, gofakes3.BucketInfo{Name: name, CreationDate: gofakes3.NewContentTime(s.buckets[name].created)})
	}
	return all, nil
}

// CreateBucket is a gofakes3.Backend's.
func (s *Store) CreateBucket(name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.buckets[name] != nil {
		return gofakes3.ResourceError(gofakes3.ErrBucketAlreadyExists, name)
	}
	s.buckets[name] = &bucket{created: s.now(), objects: map[string][]*version{}}
	return nil
}

// BucketExists is a gofakes3.Backend's.
func (s *Store) BucketExists(name string) (bool, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.buckets[name] != nil, nil
}

// DeleteBucket is a gofakes3.Backend's. A version or a delete marker that is
// left stands in the way.
func (s *Store) DeleteBucket(name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := s.find(name)
	if err != nil {
		return err
	}
	if len(b.objects) > 0 {
		return gofakes3.ResourceError(gofakes3.ErrBucketNotEmpty, name)
	}
	delete(s.buckets, name)
	return nil
}

// ForceDeleteBucket is a gofakes3.Backend's; S3 has no such thing.
func (s *Store) ForceDeleteBucket(string) error { return gofakes3.ErrNotImplemented }

// VersioningConfiguration is a gofakes3.VersionedBackend's.
func (s *Store) VersioningConfiguration(name string) (gofakes3.VersioningConfiguration, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	b, err := s.find(name)
	if err != nil {
		return gofakes3.VersioningConfiguration{}, err
	}
	return gofakes3.VersioningConfiguration{Status: b.versioning}, nil
}

// SetVersioningConfiguration is a gofakes3.VersionedBackend's. Once on,
// versions can be suspended but never go away.
func (s *Store) SetVersioningConfiguration(name string, wanted gofakes3.VersioningConfiguration) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := s.find(name)
	if err != nil {
		return err
	}
	switch {
	case wanted.MFADelete.Enabled():
		return gofakes3.ErrNotImplemented
	case wanted.Enabled():
		b.versioning = gofakes3.VersioningEnabled
	case b.versioning == gofakes3.VersioningEnabled:
		b.versioning = gofakes3.VersioningSuspended
	}
	return nil
}
