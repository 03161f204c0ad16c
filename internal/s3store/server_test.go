package s3store

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
)

const bucketName = "lists"

// server speaks S3 and misbehaves on demand.
type server struct {
	config aws.Config

	mu       sync.Mutex
	requests []string
	// faults are asked in order, each for one request.
	faults []fault
}

// fault answers a request in place of the server, or says that it does not.
// Calling serve lets the request take effect.
type fault func(w http.ResponseWriter, r *http.Request, serve http.Handler) bool

// newServer is a bucket in memory, versioned or not.
func newServer(t *testing.T, versioned bool) *server {
	t.Helper()
	backend := s3mem.New()
	err := backend.CreateBucket(bucketName)
	if err != nil {
		t.Fatalf("creating the bucket: %v", err)
	}
	if versioned {
		err = backend.SetVersioningConfiguration(bucketName, gofakes3.VersioningConfiguration{Status: gofakes3.VersioningEnabled})
		if err != nil {
			t.Fatalf("versioning the bucket: %v", err)
		}
	}
	s := &server{}
	s.config = serve(t, s.handler(gofakes3.New(backend).Server()))
	return s
}

// serve starts an HTTP server and returns the configuration that leads to it;
// retries do not wait.
func serve(t *testing.T, handler http.Handler) aws.Config {
	t.Helper()
	listening := httptest.NewServer(handler)
	t.Cleanup(listening.Close)
	return aws.Config{
		Region:       "eu-central-1",
		Credentials:  credentials.NewStaticCredentialsProvider("id", "secret", ""),
		BaseEndpoint: aws.String(listening.URL),
		HTTPClient:   listening.Client(),
		Retryer: func() aws.Retryer {
			return retry.NewStandard(func(options *retry.StandardOptions) { options.Backoff = noBackoff{} })
		},
	}
}

type noBackoff struct{}

func (noBackoff) BackoffDelay(int, error) (time.Duration, error) { return 0, nil }

func (s *server) handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fault := s.note(r)
		if fault == nil || !fault(w, r, next) {
			next.ServeHTTP(w, r)
		}
	})
}

func (s *server) note(r *http.Request) fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, r.Method)
	if len(s.faults) == 0 {
		return nil
	}
	next := s.faults[0]
	s.faults = s.faults[1:]
	return next
}

// inject sets the faults of the requests to come.
func (s *server) inject(faults ...fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests, s.faults = nil, faults
}

func (s *server) count(method string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	count := 0
	for _, seen := range s.requests {
		if seen == method {
			count++
		}
	}
	return count
}

// none lets a request through.
func none(http.ResponseWriter, *http.Request, http.Handler) bool { return false }

// answers refuses with a status and an S3 error code.
func answers(status int, code string) fault {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) bool {
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(status)
		_, _ = w.Write([]byte("<Error><Code>" + code + "</Code><Message>for the test</Message></Error>"))
		return true
	}
}

// lost lets a request take effect and loses the answer.
func lost(_ http.ResponseWriter, r *http.Request, serve http.Handler) bool {
	serve.ServeHTTP(httptest.NewRecorder(), r)
	panic(http.ErrAbortHandler)
}

// brokenOff sends half of the answer.
func brokenOff(w http.ResponseWriter, r *http.Request, serve http.Handler) bool {
	whole := httptest.NewRecorder()
	serve.ServeHTTP(whole, r)
	for name, values := range whole.Header() {
		w.Header()[name] = values
	}
	w.WriteHeader(whole.Code)
	_, _ = w.Write(whole.Body.Bytes()[:whole.Body.Len()/2])
	panic(http.ErrAbortHandler)
}
