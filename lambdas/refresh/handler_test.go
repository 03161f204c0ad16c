package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/pkitest"
	"github.com/sekisho/sekisho/internal/refresh"
)

// empty is a bucket, a trust store and a distribution point without anything.
type empty struct{}

func (empty) Fetch(context.Context, refresh.Request) (refresh.Fetched, error) {
	return refresh.Fetched{}, errors.New("nobody answers")
}

func (empty) Get(context.Context, string) (refresh.Object, error) {
	return refresh.Object{}, refresh.ErrAbsent
}

func (empty) Put(context.Context, refresh.Upload) (refresh.Stored, error) {
	return refresh.Stored{Version: "1", Tag: "1"}, nil
}

func (empty) List(context.Context, string) ([]string, error)            { return nil, nil }
func (empty) Delete(context.Context, string, string) error              { return nil }
func (empty) Revocations(context.Context) ([]refresh.Revocation, error) { return nil, nil }
func (empty) Remove(context.Context, []int64) error                     { return nil }

func (empty) Add(context.Context, refresh.Stored) (refresh.Revocation, error) {
	return refresh.Revocation{}, errors.New("there is no list to add")
}

func (empty) RevocationContent(context.Context, int64) ([]byte, error) {
	return nil, refresh.ErrAbsent
}

func (empty) Bundle(context.Context) ([]byte, error) { return nil, refresh.ErrAbsent }

// ready is a refresher whose one source cannot be fetched, or the reason why
// there is none.
type ready struct{ err error }

func (r ready) Load(context.Context) (*refresh.Refresher, error) {
	return &refresh.Refresher{
		Fetcher: empty{}, Bucket: empty{}, TrustStore: empty{}, Contents: empty{},
		Sources: []refresh.Source{{Name: "ca", URLs: []string{"http://ca.example.com/ca.crl"}}},
		Limits:  refresh.DefaultLimits(),
		Clock:   func() time.Time { return pkitest.Epoch },
		Pause:   func(context.Context, time.Duration) error { return nil },
	}, r.err
}

func TestFailureIsTheFunctionsUnlessTheReportIsAskedFor(t *testing.T) {
	for _, c := range []struct {
		name, event string
		fails       bool
	}{
		{"schedule", `{"source":"aws.scheduler","detail":"{}"}`, true},
		{"nothing in particular", `{}`, true},
		{"report asked for", `{"report":"always"}`, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			log := &bytes.Buffer{}
			h := &handler{deployed: ready{}, log: slog.New(slog.NewJSONHandler(log, nil)), metrics: io.Discard, stack: "gate", now: time.Now}
			got, err := h.handle(t.Context(), json.RawMessage(c.event))
			if (err != nil) != c.fails {
				t.Fatalf("got %v, want an error: %v", err, c.fails)
			}
			if !c.fails && (got.Error == "" || len(got.Outcomes) != 1) {
				t.Errorf("the answer does not say what failed: %+v", got)
			}
			if c.fails && !strings.Contains(err.Error(), "source ca has no list in force") {
				t.Errorf("got %v", err)
			}
			if lines := strings.Count(log.String(), `"msg":"revocation list"`); lines != 1 {
				t.Errorf("%d lines for one decision:\n%s", lines, log)
			}
		})
	}
}

func TestWhatCannotBeLoadedIsAFailure(t *testing.T) {
	log := &bytes.Buffer{}
	h := &handler{deployed: ready{errors.New("the bundle is another one")}, log: slog.New(slog.NewJSONHandler(log, nil)), metrics: io.Discard, stack: "gate", now: time.Now}
	_, err := h.handle(t.Context(), json.RawMessage(`{}`))
	if err == nil || !strings.Contains(err.Error(), "the bundle is another one") || !strings.Contains(log.String(), "the bundle is another one") {
		t.Errorf("got %v, logged %s", err, log)
	}
	got, err := h.handle(t.Context(), json.RawMessage(`{"report":"always"}`))
	if err != nil || got.Started.IsZero() || got.Error == "" {
		t.Errorf("the report that was asked for: %+v, %v", got, err)
	}
}

func TestHeapIsHalfOfTheMemory(t *testing.T) {
	for memory, want := range map[string]int64{"128": 64 << 20, "1024": 512 << 20, "": math.MaxInt64, "0": math.MaxInt64, "-1": math.MaxInt64, "much": math.MaxInt64} {
		got := heapLimit(func(name string) string {
			return map[string]string{"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": memory}[name]
		})
		if got != want {
			t.Errorf("%q: got %d, want %d", memory, got, want)
		}
	}
}

// TestUntidyBucketIsLogged: the report goes to whoever invoked the function, and
// the schedule reads none.
func TestUntidyBucketIsLogged(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	h := &handler{log: slog.New(slog.NewJSONHandler(&log, nil)), metrics: io.Discard, now: func() time.Time { return pkitest.Epoch }}
	h.say(t.Context(), refresh.Report{Untidy: "listing crl/: denied"}, nil)
	if !strings.Contains(log.String(), "listing crl/: denied") {
		t.Errorf("logged %s", log.String())
	}
}
