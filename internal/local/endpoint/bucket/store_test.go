package bucket

import (
	"errors"
	"io"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/johannesboyne/gofakes3"
	"pgregory.net/rapid"
)

var epoch = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

func fixed() time.Time { return epoch }

// newStore is a store with the bucket "b", with versions or without.
func newStore(tb testing.TB, versions bool) *Store {
	tb.Helper()
	s := New(fixed, nil)
	err := s.CreateBucket("b")
	if err == nil && versions {
		err = s.SetVersioningConfiguration("b", gofakes3.VersioningConfiguration{Status: gofakes3.VersioningEnabled})
	}
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

func put(s *Store, key, body string, conditions *gofakes3.PutConditions) (string, error) {
	result, err := s.PutObject("b", key, map[string]string{}, strings.NewReader(body), int64(len(body)), conditions)
	return string(result.VersionID), err
}

func mustPut(tb testing.TB, s *Store, key, body string) string {
	tb.Helper()
	id, err := put(s, key, body, nil)
	if err != nil {
		tb.Fatalf("putting %s: %v", key, err)
	}
	return id
}

// entry is a version in the model of a bucket.
type entry struct {
	id, body string
	marker   bool
}

// Whatever is put and deleted: each version stays what it was until it is
// deleted for good, and the newest that is left is what is read.
func TestVersionsFollowTheirModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := New(fixed, nil)
		err := errors.Join(s.CreateBucket("b"), s.SetVersioningConfiguration("b", gofakes3.VersioningConfiguration{Status: gofakes3.VersioningEnabled}))
		if err != nil {
			t.Fatal(err)
		}
		var model []entry
		t.Repeat(map[string]func(*rapid.T){
			"put": func(t *rapid.T) {
				body := rapid.StringN(0, 5, -1).Draw(t, "body")
				id, err := put(s, "k", body, nil)
				if err != nil {
					t.Fatal(err)
				}
				model = append(model, entry{id: id, body: body})
			},
			"delete": func(t *rapid.T) {
				result, err := s.DeleteObject("b", "k")
				if err != nil || !result.IsDeleteMarker {
					t.Fatalf("got %v, %v; want a delete marker", result, err)
				}
				model = append(model, entry{id: string(result.VersionID), marker: true})
			},
			"delete a version": func(t *rapid.T) {
				if len(model) == 0 {
					t.Skip("nothing there")
				}
				at := rapid.IntRange(0, len(model)-1).Draw(t, "version")
				result, err := s.DeleteObjectVersion("b", "k", gofakes3.VersionID(model[at].id))
				if err != nil || result.IsDeleteMarker != model[at].marker {
					t.Fatalf("got %v, %v; want marker %v", result, err, model[at].marker)
				}
				model = append(model[:at:at], model[at+1:]...)
			},
			"": func(t *rapid.T) { compare(t, s, model) },
		})
	})
}

// compare reads everything back and holds it against the model.
func compare(t *rapid.T, s *Store, model []entry) {
	newest := entry{marker: true}
	if len(model) > 0 {
		newest = model[len(model)-1]
	}
	for _, want := range append(model, entry{body: newest.body, marker: newest.marker}) {
		body, err := s.Object("b", "k", want.id)
		if want.marker != errors.Is(err, fs.ErrNotExist) || !want.marker && string(body) != want.body {
			t.Fatalf("version %q: got %q, %v; want %+v", want.id, body, err, want)
		}
	}
	listed, err := s.ListBucketVersions("b", nil, nil)
	if err != nil || len(listed.Versions) != len(model) {
		t.Fatalf("listed %d versions, %v; want %d", len(listed.Versions), err, len(model))
	}
	for i, item := range listed.Versions {
		want := model[len(model)-1-i]
		_, marker := item.(*gofakes3.DeleteMarker)
		if string(item.GetVersionID()) != want.id || marker != want.marker {
			t.Fatalf("listed %v at place %d, want %+v", item, i, want)
		}
	}
	objects, err := s.ListBucket("b", nil, gofakes3.ListBucketPage{MaxKeys: 10})
	if err != nil || (len(objects.Contents) == 1) == newest.marker {
		t.Fatalf("listed %d objects, %v; newest is %+v", len(objects.Contents), err, newest)
	}
}

func TestBucketWithoutVersions(t *testing.T) {
	t.Parallel()
	s := newStore(t, false)
	first, second := mustPut(t, s, "k", "one"), mustPut(t, s, "k", "two")
	body, err := s.Object("b", "k", "")
	listed, errList := s.ListBucketVersions("b", nil, nil)
	if first != "" || second != "" || string(body) != "two" || len(listed.Versions) != 1 {
		t.Errorf("got versions %q and %q, %q, %d listed, %v; want none, two, one", first, second, body, len(listed.Versions), errors.Join(err, errList))
	}
	result, err := s.DeleteObject("b", "k")
	_, gone := s.Object("b", "k", "")
	if err != nil || result.IsDeleteMarker || !errors.Is(gone, fs.ErrNotExist) {
		t.Errorf("deleting: %v, %v; then %v", result, err, gone)
	}
	err = s.DeleteBucket("b")
	if err != nil {
		t.Errorf("deleting the empty bucket: %v", err)
	}
}

// A write without versions replaces the null version only.
func TestSuspendedVersions(t *testing.T) {
	t.Parallel()
	s := newStore(t, true)
	kept := mustPut(t, s, "k", "kept")
	err := s.SetVersioningConfiguration("b", gofakes3.VersioningConfiguration{Status: gofakes3.VersioningSuspended})
	if err != nil {
		t.Fatal(err)
	}
	mustPut(t, s, "k", "one")
	mustPut(t, s, "k", "two")
	listed, err := s.ListBucketVersions("b", nil, nil)
	if err != nil || len(listed.Versions) != 2 {
		t.Errorf("listed %d versions, %v; want the kept one and the null one", len(listed.Versions), err)
	}
	body, err := s.Object("b", "k", kept)
	if err != nil || string(body) != "kept" {
		t.Errorf("the kept version is %q, %v", body, err)
	}
	_, err = s.DeleteObject("b", "k")
	_, gone := s.Object("b", "k", "")
	if err != nil || !errors.Is(gone, fs.ErrNotExist) {
		t.Errorf("deleting: %v, then %v", err, gone)
	}
}

func TestConditions(t *testing.T) {
	t.Parallel()
	any, wrong := "*", `"00"`
	one := `"f97c5d29941bfb1b2fdab0874906ab82"` // the MD5 of "one"
	for _, test := range []struct {
		name       string
		stored     bool
		deleted    bool
		conditions gofakes3.PutConditions
		want       gofakes3.ErrorCode
	}{
		{"create-free", false, false, gofakes3.PutConditions{IfNoneMatch: &any}, ""},
		{"create-taken", true, false, gofakes3.PutConditions{IfNoneMatch: &any}, gofakes3.ErrPreconditionFailed},
		{"create-behind-a-marker", true, true, gofakes3.PutConditions{IfNoneMatch: &any}, ""},
		{"replace-free", false, false, gofakes3.PutConditions{IfMatch: &one}, gofakes3.ErrNoSuchKey},
		{"replace-same", true, false, gofakes3.PutConditions{IfMatch: &one}, ""},
		{"replace-other", true, false, gofakes3.PutConditions{IfMatch: &wrong}, gofakes3.ErrPreconditionFailed},
		{"replace-behind-a-marker", true, true, gofakes3.PutConditions{IfMatch: &one}, gofakes3.ErrNoSuchKey},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newStore(t, true)
			if test.stored {
				mustPut(t, s, "k", "one")
			}
			if test.deleted {
				_, err := s.DeleteObject("b", "k")
				if err != nil {
					t.Fatal(err)
				}
			}
			_, err := put(s, "k", "two", &test.conditions)
			if !gofakes3.HasErrorCode(err, test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

// Of writers at the same time on the same condition exactly one wins.
func TestConditionAndWriteAreOneStep(t *testing.T) {
	t.Parallel()
	any := "*"
	for range 20 {
		s := newStore(t, true)
		var won atomic.Int32
		var group sync.WaitGroup
		for range 8 {
			group.Go(func() {
				_, err := put(s, "k", "body", &gofakes3.PutConditions{IfNoneMatch: &any})
				if err == nil {
					won.Add(1)
				}
			})
		}
		group.Wait()
		if won.Load() != 1 {
			t.Fatalf("%d writers won, want 1", won.Load())
		}
	}
}

func TestMetadataThatIsKept(t *testing.T) {
	t.Parallel()
	s := newStore(t, true)
	_, err := s.PutObject("b", "k", map[string]string{
		"X-Amz-Meta-Number": "7", "Content-Type": "text/plain", "X-Amz-Checksum-Crc32": "AAAAAA==",
		"X-Amz-Date": "x", "X-Amz-Content-Sha256": "x", "X-Amz-Security-Token": "x",
	}, strings.NewReader("0123456789"), 10, nil)
	if err != nil {
		t.Fatal(err)
	}
	whole, errWhole := s.GetObject("b", "k", nil)
	part, errPart := s.GetObject("b", "k", &gofakes3.ObjectRangeRequest{Start: 2, End: 4})
	if errWhole != nil || errPart != nil {
		t.Fatal(errWhole, errPart)
	}
	if whole.Metadata["Last-Modified"] != "Mon, 01 Jun 2026 12:00:00 GMT" {
		t.Errorf("the date is %s, want the store's", whole.Metadata["Last-Modified"])
	}
	if len(whole.Metadata) != 4 || len(part.Metadata) != 3 || part.Metadata["X-Amz-Checksum-Crc32"] != "" {
		t.Errorf("the whole has %v, a part %v; want no credentials, and no checksum for a part", whole.Metadata, part.Metadata)
	}
	body, err := io.ReadAll(part.Contents)
	if err != nil || string(body) != "234" {
		t.Errorf("the part is %q, %v; want 234", body, err)
	}
	_, err = s.GetObject("b", "k", &gofakes3.ObjectRangeRequest{Start: 20, End: 30})
	if !gofakes3.HasErrorCode(err, gofakes3.ErrInvalidRange) {
		t.Errorf("beyond the end: %v, want InvalidRange", err)
	}
}

func TestWhatIsNotThere(t *testing.T) {
	t.Parallel()
	s := newStore(t, true)
	mustPut(t, s, "k", "body")
	for _, test := range []struct{ name, bucket, key, version string }{
		{"bucket", "none", "k", ""}, {"key", "b", "none", ""}, {"version", "b", "k", "none"},
	} {
		_, errObject := s.Object(test.bucket, test.key, test.version)
		_, errStatus := s.Status(test.bucket, test.key, test.version)
		if !errors.Is(errObject, fs.ErrNotExist) || !errors.Is(errStatus, fs.ErrNotExist) {
			t.Errorf("%s: got %v and %v, want fs.ErrNotExist", test.name, errObject, errStatus)
		}
	}
	removed, err := s.DeleteObjectVersion("b", "k", "none")
	if err != nil || removed.VersionID != "" {
		t.Errorf("deleting a version that is not there: %v, %v; want nothing", removed, err)
	}
	err = s.DeleteBucket("b")
	if !gofakes3.HasErrorCode(err, gofakes3.ErrBucketNotEmpty) {
		t.Errorf("deleting a bucket with an object: %v, want BucketNotEmpty", err)
	}
	_, err = s.DeleteObject("none", "k")
	if !gofakes3.HasErrorCode(err, gofakes3.ErrNoSuchBucket) {
		t.Errorf("deleting from no bucket: %v, want NoSuchBucket", err)
	}
}

// TestWhoeverListensIsToldOfWhatWasWritten: after it can be read, and of
// nothing else.
func TestWhoeverListensIsToldOfWhatWasWritten(t *testing.T) {
	t.Parallel()
	var told []string
	var s *Store
	s = New(fixed, func(bucket, key string, size int64) {
		body, err := s.Object(bucket, key, "")
		if err != nil || int64(len(body)) != size {
			t.Errorf("%s cannot be read yet: %v", key, err)
		}
		told = append(told, bucket+"/"+key)
	})
	err := s.CreateBucket("b")
	if err != nil {
		t.Fatal(err)
	}
	none := `"none"`
	for _, c := range []struct {
		bucket     string
		conditions *gofakes3.PutConditions
	}{{"b", nil}, {"elsewhere", nil}, {"b", &gofakes3.PutConditions{IfMatch: &none}}} {
		_, _ = s.PutObject(c.bucket, "inbox/a", map[string]string{}, strings.NewReader("abc"), 3, c.conditions)
	}
	_, err = s.CopyObject("b", "inbox/a", "b", "inbox/copy", map[string]string{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.DeleteObject("b", "inbox/a")
	if err != nil || !slices.Equal(told, []string{"b/inbox/a", "b/inbox/copy"}) {
		t.Errorf("got %v, %v", told, err)
	}
}
