package s3store

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/sekisho/sekisho/internal/refresh"
)

func upload(key, body string) refresh.Upload {
	return refresh.Upload{Key: key, Body: strings.NewReader(body), ContentType: "application/x-pem-file"}
}

func creating(key, body string) refresh.Upload {
	u := upload(key, body)
	u.Create = true
	return u
}

func replacing(key, body, tag string) refresh.Upload {
	u := upload(key, body)
	u.Replaces = tag
	return u
}

func mustPut(t *testing.T, store *Store, u refresh.Upload) refresh.Stored {
	t.Helper()
	stored, err := store.Put(context.Background(), u)
	if err != nil {
		t.Fatalf("got error %v, want the object stored", err)
	}
	return stored
}

func TestPutThenGet(t *testing.T) {
	t.Parallel()
	store := New(newServer(t, true).config, bucketName)
	stored := mustPut(t, store, upload("crl/a b+c.pem", "one"))
	if stored.Key != "crl/a b+c.pem" || stored.Version == "" || stored.Tag == "" {
		t.Errorf("got %+v, want key, version and tag", stored)
	}
	got, err := store.Get(context.Background(), "crl/a b+c.pem")
	if err != nil {
		t.Fatalf("got error %v, want the object", err)
	}
	if string(got.Body) != "one" || got.Tag != stored.Tag {
		t.Errorf("got body %q and tag %q, want one and %q", got.Body, got.Tag, stored.Tag)
	}
}

func TestPutEmptyObject(t *testing.T) {
	t.Parallel()
	store := New(newServer(t, true).config, bucketName)
	mustPut(t, store, upload("empty", ""))
	got, err := store.Get(context.Background(), "empty")
	if err != nil || len(got.Body) != 0 || got.Body == nil {
		t.Errorf("got %v and error %v, want an empty body that is not nil", got.Body, err)
	}
}

func TestPutVersionsEachWrite(t *testing.T) {
	t.Parallel()
	store := New(newServer(t, true).config, bucketName)
	first := mustPut(t, store, upload("key", "one"))
	second := mustPut(t, store, upload("key", "two"))
	if first.Version == second.Version {
		t.Errorf("got version %q twice, want two versions", first.Version)
	}
}

func TestPutReadsTheBodyFromItsStart(t *testing.T) {
	t.Parallel()
	store := New(newServer(t, true).config, bucketName)
	body := strings.NewReader("whole")
	_, _ = body.ReadByte()
	mustPut(t, store, refresh.Upload{Key: "key", Body: body})
	got, err := store.Get(context.Background(), "key")
	if err != nil || string(got.Body) != "whole" {
		t.Errorf("got %q and error %v, want whole", got.Body, err)
	}
}

func TestGetAbsent(t *testing.T) {
	t.Parallel()
	server := newServer(t, true)
	_, err := New(server.config, bucketName).Get(context.Background(), "nothing")
	if !errors.Is(err, refresh.ErrAbsent) || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got error %v, want one that is ErrAbsent and ErrNotExist", err)
	}
	if !strings.Contains(err.Error(), "s3://lists/nothing") {
		t.Errorf("got error %q, want it to name the object", err)
	}
}

func TestGetRefusesTooLarge(t *testing.T) {
	t.Parallel()
	store := New(newServer(t, true).config, bucketName)
	mustPut(t, store, upload("key", strings.Repeat("x", 101)))
	store.maxBytes = 100
	tooLarge, err := store.Get(context.Background(), "key")
	if !errors.Is(err, errTooLarge) {
		t.Errorf("got error %v, want too large", err)
	}
	store.maxBytes = 101
	object, err := store.Get(context.Background(), "key")
	if err != nil {
		t.Errorf("got error %v, want an object of exactly the limit", err)
	}
	if tooLarge.Tag == "" || tooLarge.Tag != object.Tag || tooLarge.Body != nil {
		t.Errorf("with the error came %+v, want the tag %s and no more", tooLarge, object.Tag)
	}
}

func TestGetBeginsAgainWhenTheBodyBreaksOff(t *testing.T) {
	t.Parallel()
	server := newServer(t, true)
	store := New(server.config, bucketName)
	mustPut(t, store, upload("key", strings.Repeat("x", 100_000)))
	server.inject(brokenOff, brokenOff)
	got, err := store.Get(context.Background(), "key")
	if err != nil || len(got.Body) != 100_000 {
		t.Errorf("got %d bytes and error %v, want all 100000", len(got.Body), err)
	}
}

func TestGetGivesUpOnABodyThatAlwaysBreaksOff(t *testing.T) {
	t.Parallel()
	server := newServer(t, true)
	store := New(server.config, bucketName)
	mustPut(t, store, upload("key", strings.Repeat("x", 100_000)))
	server.inject(brokenOff, brokenOff, brokenOff, brokenOff)
	_, err := store.Get(context.Background(), "key")
	if err == nil || !strings.Contains(err.Error(), "broke off") {
		t.Errorf("got error %v, want that the answer broke off", err)
	}
	if server.count("GET") != readTries {
		t.Errorf("got %d tries, want %d", server.count("GET"), readTries)
	}
}

func TestList(t *testing.T) {
	t.Parallel()
	store := New(newServer(t, true).config, bucketName)
	for _, key := range []string{"state/b.json", "state/a.json", "records/x", "state"} {
		mustPut(t, store, upload(key, key))
	}
	got, err := store.List(context.Background(), "state/")
	if err != nil || !slices.Equal(got, []string{"state/a.json", "state/b.json"}) {
		t.Errorf("got %q and error %v, want the two states in order", got, err)
	}
	got, err = store.List(context.Background(), "none/")
	if err != nil || len(got) != 0 {
		t.Errorf("got %q and error %v, want nothing", got, err)
	}
}

func TestReader(t *testing.T) {
	t.Parallel()
	server := newServer(t, true)
	store := New(server.config, bucketName)
	stored := mustPut(t, store, upload("key", "one"))
	reader := NewReader(server.config, bucketName, 0)

	body, tag, err := reader.Get(context.Background(), "key", "")
	if err != nil || string(body) != "one" || tag != stored.Tag {
		t.Errorf("without a tag: got %q, %q, error %v, want one, %q", body, tag, err, stored.Tag)
	}
	body, tag, err = reader.Get(context.Background(), "key", stored.Tag)
	if err != nil || body != nil || tag != stored.Tag {
		t.Errorf("unchanged: got %q, %q, error %v, want nil, %q", body, tag, err, stored.Tag)
	}
	changed := mustPut(t, store, upload("key", "two"))
	body, tag, err = reader.Get(context.Background(), "key", stored.Tag)
	if err != nil || string(body) != "two" || tag != changed.Tag {
		t.Errorf("changed: got %q, %q, error %v, want two, %q", body, tag, err, changed.Tag)
	}
	_, _, err = reader.Get(context.Background(), "nothing", stored.Tag)
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("absent: got error %v, want ErrNotExist", err)
	}
}

// What was deleted is told from what never was, where the bucket says so: S3
// answers with this header in a versioned one.
func TestReaderTellsWhatWasDeleted(t *testing.T) {
	t.Parallel()
	for _, marker := range []string{"true", "false", ""} {
		server := newServer(t, true)
		answer := fault(func(w http.ResponseWriter, r *http.Request, serve http.Handler) bool {
			if marker != "" {
				w.Header().Set("X-Amz-Delete-Marker", marker)
			}
			return answers(http.StatusNotFound, "NoSuchKey")(w, r, serve)
		})
		server.inject(answer, answer)
		_, _, err := NewReader(server.config, bucketName, 0).Get(t.Context(), "key", "")
		var told interface{ Deleted() bool }
		deleted := errors.As(err, &told) && told.Deleted()
		if deleted != (marker == "true") || errors.Is(err, fs.ErrNotExist) == deleted {
			t.Errorf("header %q: got %v, want that it was deleted: %v", marker, err, marker == "true")
		}
		_, stored := New(server.config, bucketName).Get(t.Context(), "key")
		if !errors.Is(stored, refresh.ErrAbsent) || !errors.As(stored, &told) || told.Deleted() != deleted {
			t.Errorf("header %q: the store says %v, want that it is absent, and deleted: %v", marker, stored, deleted)
		}
		if deleted && !strings.Contains(err.Error(), "reading s3://"+bucketName+"/key: it was deleted") {
			t.Errorf("got %v, want what was deleted", err)
		}
	}
}

func TestReaderLimit(t *testing.T) {
	t.Parallel()
	server := newServer(t, true)
	mustPut(t, New(server.config, bucketName), upload("key", "12345"))
	_, _, err := NewReader(server.config, bucketName, 4).Get(context.Background(), "key", "")
	if !errors.Is(err, errTooLarge) {
		t.Errorf("got error %v, want too large", err)
	}
}

func TestListsReadAnyBucket(t *testing.T) {
	t.Parallel()
	server := newServer(t, true)
	stored := mustPut(t, New(server.config, bucketName), upload("ca.crl", "list"))
	lists := NewLists(server.config)
	body, tag, err := lists.Get(context.Background(), bucketName, "ca.crl", "", 0)
	if err != nil || string(body) != "list" || tag != stored.Tag {
		t.Errorf("got %q, %q, error %v, want list, %q", body, tag, err, stored.Tag)
	}
	_, _, err = lists.Get(context.Background(), bucketName, "ca.crl", "", 3)
	if !errors.Is(err, errTooLarge) {
		t.Errorf("got error %v, want too large", err)
	}
	_, _, err = lists.Get(context.Background(), "elsewhere", "ca.crl", "", 0)
	if err == nil || !strings.Contains(err.Error(), "there is no such bucket") {
		t.Errorf("got error %v, want that there is no such bucket", err)
	}
}

func TestReadBounded(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name          string
		body          string
		length, limit int64
		wantErr       bool
	}{
		{"stated length", "12345", 5, 10, false},
		{"no length", "12345", -1, 10, false},
		{"understated length", "12345", 2, 10, false},
		{"exactly the limit", "12345", 5, 5, false},
		{"stated above the limit", "12345", 6, 5, true},
		{"unstated above the limit", "12345", -1, 4, true},
		{"understated above the limit", "12345", 1, 4, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := readBounded(bytes.NewReader([]byte(test.body)), test.length, test.limit)
			if test.wantErr != errors.Is(err, errTooLarge) {
				t.Fatalf("got error %v, want too large: %v", err, test.wantErr)
			}
			if !test.wantErr && string(got) != test.body {
				t.Errorf("got %q, want %q", got, test.body)
			}
		})
	}
}

// The refresher takes it as it is.
var _ = refresh.Refresher{Bucket: (*Store)(nil)}
