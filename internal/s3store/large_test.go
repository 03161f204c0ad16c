package s3store

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/sekisho/sekisho/internal/refresh"
)

// generated is a large body that exists nowhere: it is made while it is read,
// and counts how much of it is.
type generated struct {
	*io.SectionReader
	read *int64
}

func newGenerated(size int64) generated {
	read := new(int64)
	return generated{io.NewSectionReader(zeroes{read}, 0, size), read}
}

type zeroes struct{ read *int64 }

func (z zeroes) ReadAt(buffer []byte, _ int64) (int, error) {
	clear(buffer)
	*z.read += int64(len(buffer))
	return len(buffer), nil
}

// sink takes any write and forgets it.
func sink(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	w.Header().Set("X-Amz-Version-Id", "v1")
	w.Header().Set("ETag", `"tag"`)
}

// Not parallel: it measures what the process allocates.
func TestPutOfALargeBody(t *testing.T) {
	const size = 70 << 20
	tests := []struct {
		name   string
		start  func(http.Handler) *httptest.Server
		passes int64
	}{
		{"over TLS the body is read once", httptest.NewTLSServer, 1},
		{"without TLS the body is read twice", httptest.NewServer, 2},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			server := test.start(http.HandlerFunc(sink))
			defer server.Close()
			config := serve(t, http.NotFoundHandler())
			config.BaseEndpoint, config.HTTPClient = aws.String(server.URL), server.Client()
			store := New(config, bucketName)
			body := newGenerated(size)

			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			mustPut(t, store, refresh.Upload{Key: "key", Body: body, Create: true})
			runtime.ReadMemStats(&after)

			if *body.read != test.passes*size {
				t.Errorf("got %d bytes read, want %d passes over %d", *body.read, test.passes, size)
			}
			allocated := after.TotalAlloc - before.TotalAlloc
			if allocated > size/4 {
				t.Errorf("got %d bytes allocated for a body of %d, want a small part of it", allocated, size)
			}
		})
	}
}

// A stated length within the limit is believed, one above it is not.
func TestGetDoesNotAllocateForAnObjectAboveTheLimit(t *testing.T) {
	config := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1099511627776")
	}))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := New(config, bucketName).Get(context.Background(), "key")
	runtime.ReadMemStats(&after)
	if err == nil {
		t.Error("got no error, want too large")
	}
	if allocated := after.TotalAlloc - before.TotalAlloc; allocated > 8<<20 {
		t.Errorf("got %d bytes allocated, want few", allocated)
	}
}

// A 128 MB function reads indexes of many MB: into one buffer (which the race
// detector allocates twice), not by doubling.
func TestGetAllocatesOnceForALargeObject(t *testing.T) {
	const size = 40_000_000
	config := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "40000000")
		_, _ = io.Copy(w, newGenerated(size))
	}))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	got, err := New(config, bucketName).Get(context.Background(), "key")
	runtime.ReadMemStats(&after)
	if err != nil || len(got.Body) != size || cap(got.Body) > size+size/8 {
		t.Errorf("got %d bytes in %d and error %v, want %d in little more", len(got.Body), cap(got.Body), err, size)
	}
	if allocated := after.TotalAlloc - before.TotalAlloc; allocated > 2*size+size/8 {
		t.Errorf("got %d bytes allocated for %d, want little more", allocated, size)
	}
}
