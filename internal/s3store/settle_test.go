package s3store

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/sekisho/sekisho/internal/refresh"
)

func TestCreate(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("0123456789abcdef", 5000)
	tests := []struct {
		name string
		held string // "" is an absent object
		body string
		want error
	}{
		{"free key", "", "one", nil},
		{"same content", "one", "one", nil},
		{"same long content", long, long, nil},
		{"other content of the same length", "one", "two", refresh.ErrExists},
		{"long content that differs at the end", long + "a", long + "b", refresh.ErrExists},
		{"longer content", "one", "one and more", refresh.ErrExists},
		{"shorter content", "one", "on", refresh.ErrExists},
		{"no content against some", "one", "", refresh.ErrExists},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			store := New(newServer(t, true).config, bucketName)
			var held refresh.Stored
			if test.held != "" {
				held = mustPut(t, store, upload("key", test.held))
			}
			stored, err := store.Put(context.Background(), creating("key", test.body))
			if !errors.Is(err, test.want) {
				t.Fatalf("got error %v, want %v", err, test.want)
			}
			if test.want != nil {
				return
			}
			if stored.Version == "" || test.held != "" && stored != held {
				t.Errorf("got %+v, want %+v: the version that holds these bytes", stored, held)
			}
		})
	}
}

func TestReplace(t *testing.T) {
	t.Parallel()
	store := New(newServer(t, true).config, bucketName)
	first := mustPut(t, store, upload("key", "one"))
	second := mustPut(t, store, replacing("key", "two", first.Tag))

	_, err := store.Put(context.Background(), replacing("key", "three", first.Tag))
	if !errors.Is(err, refresh.ErrOvertaken) {
		t.Errorf("stale tag: got error %v, want ErrOvertaken", err)
	}
	// Not even the very same bytes make a stale tag a success: somebody else
	// wrote them, and whoever replaces wants to know.
	_, err = store.Put(context.Background(), replacing("key", "two", first.Tag))
	if !errors.Is(err, refresh.ErrOvertaken) {
		t.Errorf("stale tag, same bytes: got error %v, want ErrOvertaken", err)
	}
	_, err = store.Put(context.Background(), replacing("nothing", "two", first.Tag))
	if !errors.Is(err, refresh.ErrOvertaken) {
		t.Errorf("absent object: got error %v, want ErrOvertaken", err)
	}
	got, err := store.Get(context.Background(), "key")
	if err != nil || string(got.Body) != "two" || got.Tag != second.Tag {
		t.Errorf("got %q and error %v, want the second write untouched", got.Body, err)
	}
}

// A first try that took effect unheard makes the SDK's second try fail its
// condition.
func TestLostAnswerIsRecognised(t *testing.T) {
	t.Parallel()
	server := newServer(t, true)
	store := New(server.config, bucketName)

	server.inject(lost)
	created := mustPut(t, store, creating("key", "one"))
	if server.count("PUT") != 2 {
		t.Errorf("got %d tries, want 2", server.count("PUT"))
	}
	server.inject(lost)
	replaced := mustPut(t, store, replacing("key", "two", created.Tag))

	got, err := store.Get(context.Background(), "key")
	if err != nil || string(got.Body) != "two" || got.Tag != replaced.Tag {
		t.Errorf("got %q with tag %q and error %v, want two with %q", got.Body, got.Tag, err, replaced.Tag)
	}
}

// The first try of a replacement is lost, and before the second somebody else
// writes the same bytes: the object is not ours.
func TestLostAnswerThenOvertaken(t *testing.T) {
	t.Parallel()
	server := newServer(t, true)
	store := New(server.config, bucketName)
	other := New(server.config, bucketName)
	first := mustPut(t, store, upload("key", "one"))
	server.inject(answers(500, "InternalError"), none, none)
	store.mark = func() string {
		// Called before the first try.
		mustPut(t, other, upload("key", "two"))
		return "ours"
	}
	_, err := store.Put(context.Background(), replacing("key", "two", first.Tag))
	if !errors.Is(err, refresh.ErrOvertaken) {
		t.Errorf("got error %v, want ErrOvertaken", err)
	}
}

func TestConflicts(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		upload func(tag string) refresh.Upload
		faults []fault
		want   error
	}{
		{"create races with other content", func(string) refresh.Upload { return creating("key", "mine") },
			[]fault{answers(409, "ConditionalRequestConflict")}, refresh.ErrOvertaken},
		{"create races with the same content", func(string) refresh.Upload { return creating("key", "held") },
			[]fault{answers(409, "ConditionalRequestConflict")}, nil},
		{"create races with a delete", func(string) refresh.Upload { return creating("key", "held") },
			[]fault{answers(412, "PreconditionFailed"), answers(404, "NoSuchKey")}, refresh.ErrOvertaken},
		{"replace races", func(tag string) refresh.Upload { return replacing("key", "mine", tag) },
			[]fault{answers(409, "ConditionalRequestConflict")}, refresh.ErrOvertaken},
		{"replace finds nothing", func(tag string) refresh.Upload { return replacing("key", "mine", tag) },
			[]fault{answers(404, "NoSuchKey"), answers(404, "NoSuchKey")}, refresh.ErrOvertaken},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := newServer(t, true)
			store := New(server.config, bucketName)
			held := mustPut(t, store, upload("key", "held"))
			server.inject(test.faults...)
			_, err := store.Put(context.Background(), test.upload(held.Tag))
			if !errors.Is(err, test.want) {
				t.Errorf("got error %v, want %v", err, test.want)
			}
		})
	}
}

func TestPutSaysWhatToDo(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		faults []fault
		upload refresh.Upload
		want   string
	}{
		{"no bucket", []fault{answers(404, "NoSuchBucket")}, upload("key", "x"), "there is no such bucket"},
		{"no bucket, conditional", []fault{answers(404, "NoSuchBucket")}, replacing("key", "x", `"tag"`), "there is no such bucket"},
		{"denied", []fault{answers(403, "AccessDenied")}, upload("key", "x"), "allow this role s3:GetObject and s3:PutObject"},
		{"other region", []fault{answers(301, "PermanentRedirect")}, upload("key", "x"), "another region"},
		{"denied while looking", []fault{answers(412, "PreconditionFailed"), answers(403, "AccessDenied")}, creating("key", "x"), "looking at what is in the way"},
		{"both conditions", nil, refresh.Upload{Key: "key", Body: strings.NewReader("x"), Create: true, Replaces: "tag"}, "both to create and to replace"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := newServer(t, true)
			server.inject(test.faults...)
			_, err := New(server.config, bucketName).Put(context.Background(), test.upload)
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "writing s3://lists/key") {
				t.Errorf("got error %v, want it to contain %q and the object", err, test.want)
			}
			for _, branch := range []error{refresh.ErrAbsent, refresh.ErrExists, refresh.ErrOvertaken} {
				if errors.Is(err, branch) {
					t.Errorf("got error %v, which a caller would take for %v", err, branch)
				}
			}
		})
	}
}

func TestPutDemandsVersions(t *testing.T) {
	t.Parallel()
	store := New(newServer(t, false).config, bucketName)
	_, err := store.Put(context.Background(), upload("key", "x"))
	if err == nil || !strings.Contains(err.Error(), "must be versioned") || !strings.Contains(err.Error(), "put-bucket-versioning") {
		t.Errorf("got error %v, want that the bucket must be versioned and how", err)
	}
}

func TestSameBytesReportsBrokenReads(t *testing.T) {
	t.Parallel()
	body := strings.Repeat("x", 100_000)
	_, err := sameBytes(strings.NewReader(body), iotest.TimeoutReader(strings.NewReader(body)), 100_000)
	if err == nil {
		t.Error("got no error, want that the other side could not be read")
	}
	_, err = sameBytes(strings.NewReader(body), strings.NewReader(body[1:]), 100_000)
	if err == nil {
		t.Error("got no error, want that the other side ended early")
	}
}

func TestSameBytesAtBufferEdges(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 1, 32<<10 - 1, 32 << 10, 32<<10 + 1, 64 << 10} {
		body := bytes.Repeat([]byte{7}, size)
		same, err := sameBytes(bytes.NewReader(body), iotest.HalfReader(bytes.NewReader(body)), int64(size))
		if err != nil || !same {
			t.Errorf("%d bytes: got %v and error %v, want the same", size, same, err)
		}
		if size == 0 {
			continue
		}
		other := bytes.Clone(body)
		other[size-1] = 8
		same, err = sameBytes(bytes.NewReader(body), bytes.NewReader(other), int64(size))
		if err != nil || same {
			t.Errorf("%d bytes, last one different: got %v and error %v, want a difference", size, same, err)
		}
	}
}
