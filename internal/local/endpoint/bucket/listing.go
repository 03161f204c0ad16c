package bucket

import (
	"maps"
	"slices"
	"strings"

	"github.com/johannesboyne/gofakes3"
)

// ListBucket is a gofakes3.Backend's: the newest versions in the order of
// their keys. A page ends with the key or common prefix that was shown last.
func (s *Store) ListBucket(name string, prefix *gofakes3.Prefix, page gofakes3.ListBucketPage) (*gofakes3.ObjectList, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	b, err := s.find(name)
	if err != nil {
		return nil, err
	}
	list := gofakes3.NewObjectList()
	shown, last := int64(0), page.Marker
	for _, key := range slices.Sorted(maps.Keys(b.objects)) {
		v, err := b.newest(key)
		item, matched := group(key, prefix)
		if err != nil || v.marker || !matched || key <= page.Marker || item == last {
			continue
		}
		if shown == page.MaxKeys {
			list.IsTruncated, list.NextMarker = shown > 0, last
			return list, nil
		}
		shown, last = shown+1, item
		if item != key {
			list.AddPrefix(item)
			continue
		}
		list.Add(content(key, v))
	}
	return list, nil
}

func content(key string, v *version) *gofakes3.Content {
	return &gofakes3.Content{
		Key:          key,
		LastModified: gofakes3.NewContentTime(v.modified),
		ETag:         gofakes3.FormatETag(v.hash[:]),
		Size:         int64(len(v.body)),
	}
}

// ListBucketVersions is a gofakes3.VersionedBackend's: keys in order, and of
// each key the newest version first.
func (s *Store) ListBucketVersions(name string, prefix *gofakes3.Prefix, page *gofakes3.ListBucketVersionsPage) (*gofakes3.ListBucketVersionsResult, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	b, err := s.find(name)
	if err != nil {
		return nil, err
	}
	if prefix == nil {
		prefix = &gofakes3.Prefix{}
	}
	if page == nil {
		page = &gofakes3.ListBucketVersionsPage{MaxKeys: gofakes3.DefaultMaxBucketVersionKeys}
	}
	result := gofakes3.NewListBucketVersionsResult(name, prefix, page)
	for _, key := range slices.Sorted(maps.Keys(b.objects)) {
		item, matched := group(key, prefix)
		if !matched || key < page.KeyMarker {
			continue
		}
		if item != key {
			result.AddPrefix(item)
			continue
		}
		if !b.listVersions(key, page, result) {
			return result, nil
		}
	}
	result.NextKeyMarker, result.NextVersionIDMarker = "", ""
	return result, nil
}

// listVersions adds the versions of a key, and says whether all of them fitted
// on the page.
func (b *bucket) listVersions(key string, page *gofakes3.ListBucketVersionsPage, result *gofakes3.ListBucketVersionsResult) bool {
	for _, v := range b.after(key, page) {
		if int64(len(result.Versions)) == page.MaxKeys {
			result.IsTruncated = page.MaxKeys > 0
			return false
		}
		result.Versions = append(result.Versions, b.listed(key, v))
		result.NextKeyMarker, result.NextVersionIDMarker = key, orNull(v.id)
	}
	return true
}

// after are the versions of a key, newest first, that follow the markers.
func (b *bucket) after(key string, page *gofakes3.ListBucketVersionsPage) []*version {
	versions := slices.Clone(b.objects[key])
	slices.Reverse(versions)
	if key != page.KeyMarker {
		return versions
	}
	for i, v := range versions {
		if orNull(v.id) == page.VersionIDMarker {
			return versions[i+1:]
		}
	}
	return nil
}

func (b *bucket) listed(key string, v *version) gofakes3.VersionItem {
	newest, _ := b.newest(key)
	if v.marker {
		return &gofakes3.DeleteMarker{Key: key, VersionID: v.id, IsLatest: v == newest, LastModified: gofakes3.NewContentTime(v.modified)}
	}
	return &gofakes3.Version{
		Key:          key,
		VersionID:    v.id,
		IsLatest:     v == newest,
		LastModified: gofakes3.NewContentTime(v.modified),
		Size:         int64(len(v.body)),
		ETag:         gofakes3.FormatETag(v.hash[:]),
	}
}

// group is what a key is listed as: itself, or the prefix that it shares with
// others up to the delimiter (S3 user guide, Organizing objects using
// prefixes); and whether it is listed at all.
func group(key string, prefix *gofakes3.Prefix) (string, bool) {
	if prefix == nil {
		return key, true
	}
	rest, matched := strings.CutPrefix(key, prefix.Prefix)
	if !matched {
		return "", false
	}
	if prefix.HasDelimiter && prefix.Delimiter != "" {
		before, _, found := strings.Cut(rest, prefix.Delimiter)
		if found {
			return prefix.Prefix + before + prefix.Delimiter, true
		}
	}
	return key, true
}

// orNull is how S3 writes the ID of the null version.
func orNull(id gofakes3.VersionID) gofakes3.VersionID {
	if id == "" {
		return "null"
	}
	return id
}
