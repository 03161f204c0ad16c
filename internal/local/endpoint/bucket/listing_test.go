package bucket

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/johannesboyne/gofakes3"
	"pgregory.net/rapid"
)

// Walking the pages of a listing shows what one page would, whatever the keys,
// the prefix, the delimiter and the size of a page.
func TestPagesOfAListing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := New(fixed, nil)
		err := s.CreateBucket("b")
		if err != nil {
			t.Fatal(err)
		}
		keys := rapid.SliceOfN(rapid.StringMatching(`[ab/]{1,4}`), 0, 12).Draw(t, "keys")
		for _, key := range keys {
			_, err := put(s, key, "x", nil)
			if err != nil {
				t.Fatal(err)
			}
		}
		prefix := &gofakes3.Prefix{HasPrefix: true, Prefix: rapid.SampledFrom([]string{"", "a", "a/", "b/a"}).Draw(t, "prefix")}
		if rapid.Bool().Draw(t, "delimited") {
			prefix.HasDelimiter, prefix.Delimiter = true, "/"
		}
		page := gofakes3.ListBucketPage{MaxKeys: rapid.Int64Range(1, 5).Draw(t, "size")}
		var got []string
		for {
			list, err := s.ListBucket("b", prefix, page)
			if err != nil || int64(len(list.Contents)+len(list.CommonPrefixes)) > page.MaxKeys {
				t.Fatalf("a page of %d and %d, %v; want at most %d", len(list.Contents), len(list.CommonPrefixes), err, page.MaxKeys)
			}
			got = append(got, names(list)...)
			if !list.IsTruncated {
				break
			}
			page.HasMarker, page.Marker = true, list.NextMarker
		}
		want := expected(keys, prefix)
		if !slices.Equal(got, want) {
			t.Fatalf("got %q, want %q", got, want)
		}
	})
}

// names are the objects and prefixes of a page in order.
func names(list *gofakes3.ObjectList) []string {
	var all []string
	for _, object := range list.Contents {
		all = append(all, object.Key)
	}
	for _, prefix := range list.CommonPrefixes {
		all = append(all, prefix.Prefix)
	}
	slices.Sort(all)
	return all
}

// expected is the whole listing, worked out another way.
func expected(keys []string, prefix *gofakes3.Prefix) []string {
	set := map[string]bool{}
	for _, key := range keys {
		if !strings.HasPrefix(key, prefix.Prefix) {
			continue
		}
		end := -1
		if prefix.HasDelimiter {
			end = strings.Index(key[len(prefix.Prefix):], prefix.Delimiter)
		}
		if end >= 0 {
			key = key[:len(prefix.Prefix)+end+1]
		}
		set[key] = true
	}
	return slices.Sorted(maps.Keys(set))
}

// The same for versions: each is shown once, in the order of one large page.
func TestPagesOfVersions(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := New(fixed, nil)
		err := errors.Join(s.CreateBucket("b"), s.SetVersioningConfiguration("b", gofakes3.VersioningConfiguration{Status: gofakes3.VersioningEnabled}))
		for _, key := range rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c"}), 0, 12).Draw(t, "keys") {
			_, errPut := put(s, key, "x", nil)
			err = errors.Join(err, errPut)
		}
		if err != nil {
			t.Fatal(err)
		}
		whole, err := s.ListBucketVersions("b", nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		page := &gofakes3.ListBucketVersionsPage{MaxKeys: rapid.Int64Range(1, 5).Draw(t, "size")}
		var got []gofakes3.VersionID
		for range len(whole.Versions) + 1 {
			list, err := s.ListBucketVersions("b", nil, page)
			if err != nil || int64(len(list.Versions)) > page.MaxKeys {
				t.Fatalf("a page of %d, %v; want at most %d", len(list.Versions), err, page.MaxKeys)
			}
			got = append(got, ids(list)...)
			if !list.IsTruncated {
				break
			}
			page.KeyMarker, page.VersionIDMarker = list.NextKeyMarker, list.NextVersionIDMarker
		}
		if !slices.Equal(got, ids(whole)) {
			t.Fatalf("got %q, want %q", got, ids(whole))
		}
	})
}

func ids(list *gofakes3.ListBucketVersionsResult) []gofakes3.VersionID {
	var all []gofakes3.VersionID
	for _, item := range list.Versions {
		all = append(all, item.GetVersionID())
	}
	return all
}

func TestListingOfNothing(t *testing.T) {
	t.Parallel()
	s := newStore(t, true)
	mustPut(t, s, "k", "x")
	list, err := s.ListBucket("b", nil, gofakes3.ListBucketPage{})
	if err != nil || len(list.Contents) != 0 || list.IsTruncated {
		t.Errorf("a page of none: %v, %v; want nothing, and no next page", list, err)
	}
	versions, err := s.ListBucketVersions("b", nil, &gofakes3.ListBucketVersionsPage{})
	if err != nil || len(versions.Versions) != 0 || versions.IsTruncated {
		t.Errorf("a page of no versions: %v, %v; want nothing, and no next page", versions, err)
	}
	for _, name := range []string{"none", ""} {
		_, errObjects := s.ListBucket(name, nil, gofakes3.ListBucketPage{})
		_, errVersions := s.ListBucketVersions(name, nil, nil)
		if !gofakes3.HasErrorCode(errObjects, gofakes3.ErrNoSuchBucket) || !gofakes3.HasErrorCode(errVersions, gofakes3.ErrNoSuchBucket) {
			t.Errorf("bucket %q: %v and %v, want NoSuchBucket", name, errObjects, errVersions)
		}
	}
}

func TestVersionsUnderAPrefix(t *testing.T) {
	t.Parallel()
	s := newStore(t, true)
	for _, key := range []string{"crl/a", "crl/a", "index/b", "snapshot.json"} {
		mustPut(t, s, key, "x")
	}
	page := &gofakes3.ListBucketVersionsPage{MaxKeys: 10}
	under, err := s.ListBucketVersions("b", &gofakes3.Prefix{HasPrefix: true, Prefix: "crl/"}, page)
	if err != nil || len(under.Versions) != 2 {
		t.Errorf("under crl/: %d versions, %v; want 2", len(under.Versions), err)
	}
	top, err := s.ListBucketVersions("b", &gofakes3.Prefix{HasDelimiter: true, Delimiter: "/"}, page)
	if err != nil || len(top.Versions) != 1 || len(top.CommonPrefixes) != 2 {
		t.Errorf("at the top: %d versions and %d prefixes, %v; want 1 and 2", len(top.Versions), len(top.CommonPrefixes), err)
	}
	after, err := s.ListBucketVersions("b", nil, &gofakes3.ListBucketVersionsPage{MaxKeys: 10, HasKeyMarker: true, KeyMarker: "crl/a"})
	if err != nil || len(after.Versions) != 2 {
		t.Errorf("after crl/a: %d versions, %v; want those of the two other keys", len(after.Versions), err)
	}
}

func TestListBuckets(t *testing.T) {
	t.Parallel()
	s := newStore(t, true)
	err := s.CreateBucket("a")
	if err != nil {
		t.Fatal(err)
	}
	all, err := s.ListBuckets()
	if err != nil || len(all) != 2 || all[0].Name != "a" || !all[1].CreationDate.Equal(epoch) {
		t.Errorf("got %v, %v; want a and b", all, err)
	}
	err = s.ForceDeleteBucket("a")
	if !gofakes3.HasErrorCode(err, gofakes3.ErrNotImplemented) {
		t.Errorf("forcing a deletion: %v, want NotImplemented", err)
	}
}
