package crlhttp

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/refresh"
)

// shelf is a bucket for tests.
type shelf struct {
	body       []byte
	tag        string
	err        error
	wait       bool
	asked      string
	bucket     string
	key        string
	maxAllowed int64
}

func (s *shelf) Get(ctx context.Context, bucket, key, etag string, maxBytes int64) ([]byte, string, error) {
	s.bucket, s.key, s.asked, s.maxAllowed = bucket, key, etag, maxBytes
	if s.wait {
		<-ctx.Done()
		return nil, "", ctx.Err()
	}
	if s.err != nil {
		return nil, "", s.err
	}
	if etag == s.tag {
		return nil, etag, nil
	}
	return s.body, s.tag, nil
}

func TestObjects(t *testing.T) {
	t.Parallel()
	const at = "s3://lists/ca/a%20b.crl"
	held := refresh.Validators{URL: at, ETag: tag, Whole: now.Add(-time.Minute)}
	old := held
	old.Whole = now.Add(-wholeEvery)
	elsewhere := held
	elsewhere.URL = "s3://lists/other"
	tests := []struct {
		name        string
		shelf       *shelf
		held        refresh.Validators
		asked       string
		notModified bool
		reason      string
	}{
		{"first time", &shelf{body: theList, tag: tag}, refresh.Validators{}, "", false, ""},
		{"unchanged", &shelf{body: theList, tag: tag}, held, tag, true, ""},
		{"changed", &shelf{body: theList, tag: `"new"`}, held, tag, false, ""},
		{"unchanged for long", &shelf{body: theList, tag: tag}, old, "", false, ""},
		{"held from elsewhere", &shelf{body: theList, tag: tag}, elsewhere, "", false, ""},
		{"without a tag", &shelf{body: theList, tag: ""}, held, tag, false, ""},
		{"absent", &shelf{err: fmt.Errorf("reading: %w", fs.ErrNotExist)}, held, tag, false, Absent},
		{"failing", &shelf{err: errors.New("access denied")}, held, tag, false, Bucket},
		{"something else", &shelf{body: []byte("<html>"), tag: `"new"`}, held, tag, false, NotAList},
		{"empty", &shelf{body: []byte{}, tag: `"new"`}, held, tag, false, Empty},
		{"nothing at all", &shelf{body: nil, tag: `"new"`}, refresh.Validators{}, "", false, Empty},
		{"slow", &shelf{wait: true}, held, tag, false, TimedOut},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				fetcher := newTestFetcher(t, newNetwork(), Options{Objects: test.shelf})
				fetched, err := fetcher.Fetch(context.Background(), refresh.Request{URLs: []string{at}, Now: now, Held: test.held, MaxBytes: 5000})
				if test.shelf.bucket != "lists" || test.shelf.key != "ca/a b.crl" || test.shelf.asked != test.asked || test.shelf.maxAllowed != 5000 {
					t.Errorf("got %+v asked for, want the object with tag %q", test.shelf, test.asked)
				}
				if test.reason != "" {
					wantReason(t, err, test.reason)
					return
				}
				if err != nil || fetched.NotModified != test.notModified || fetched.URL != at {
					t.Fatalf("got %+v and error %v, want unchanged: %v", fetched, err, test.notModified)
				}
				checkObject(t, test.shelf, test.held, fetched)
			})
		})
	}
}

func checkObject(t *testing.T, shelf *shelf, held refresh.Validators, fetched refresh.Fetched) {
	t.Helper()
	want := refresh.Validators{URL: "s3://lists/ca/a%20b.crl", ETag: shelf.tag, Whole: now}
	if fetched.NotModified {
		want = held
	}
	if shelf.tag == "" {
		want = refresh.Validators{}
	}
	if fetched.Validators != want || fetched.NotModified != (fetched.Body == nil) {
		t.Errorf("got %+v with %d bytes, want %+v", fetched.Validators, len(fetched.Body), want)
	}
}

func TestObjectsWithoutABucket(t *testing.T) {
	bubble(t, func(t *testing.T) {
		_, err := fetch(t, newNetwork(), "s3://lists/ca.crl")
		wantReason(t, err, UnsupportedScheme)
	})
}
