package endpoint

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/johannesboyne/gofakes3"

	"github.com/sekisho/sekisho/internal/local/elbv2"
	"github.com/sekisho/sekisho/internal/local/endpoint/bucket"
)

// Options are the settings of an Endpoint; the zero value of each field is
// its default.
type Options struct {
	// Region and Account stand in the ARNs: ap-northeast-1, 000000000000.
	Region, Account string
	Switches        elbv2.Switches
	Quotas          elbv2.Quotas
	// Now tells the present: time.Now.
	Now func() time.Time
	// Fault decides what becomes of a call; nil lets every call pass. It is
	// asked before the call has any effect, once for each attempt of a
	// client that retries, and from several goroutines at a time.
	Fault func(Call) Fault
	// Created is told of every object that was written, as S3 tells
	// EventBridge, before the writer gets its answer; nil for nobody.
	Created func(bucket, key string, size int64)
	// Remembered is how many calls are kept for Calls: 10,000.
	Remembered int
}

// Endpoint is the one address of the twin's AWS. It starts without buckets
// and without trust stores.
type Endpoint struct {
	options Options
	trust   *elbv2.Service
	store   *bucket.Store
	s3      http.Handler
	calls   recorder
}

// New makes an endpoint.
func New(options Options) *Endpoint {
	if options.Now == nil {
		options.Now = time.Now
	}
	if options.Remembered == 0 {
		options.Remembered = 10_000
	}
	store := bucket.New(options.Now, options.Created)
	return &Endpoint{
		options: options,
		store:   store,
		s3:      newS3(store),
		calls:   recorder{limit: options.Remembered},
		trust: elbv2.New(store, elbv2.Options{
			Region:   options.Region,
			Account:  options.Account,
			Switches: options.Switches,
			Quotas:   options.Quotas,
			Now:      options.Now,
		}),
	}
}

// TrustStores is the trust-store service, for a gate to take its views from.
func (e *Endpoint) TrustStores() *elbv2.Service { return e.trust }

// CreateBucket makes a bucket with versioning on. One that exists is an error.
func (e *Endpoint) CreateBucket(name string) error {
	err := gofakes3.ValidateBucketName(name)
	if err != nil {
		return fmt.Errorf("creating bucket %q: %w", name, err)
	}
	err = e.store.CreateBucket(name)
	if err != nil {
		return fmt.Errorf("creating bucket %q: %w", name, err)
	}
	return e.store.SetVersioningConfiguration(name, gofakes3.VersioningConfiguration{Status: gofakes3.VersioningEnabled})
}

// Calls are the newest calls, the oldest of them first.
func (e *Endpoint) Calls() []Call { return e.calls.all() }

// ServeHTTP answers one call to either service.
func (e *Endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, elbv2.ContentPath) {
		e.trust.ServeContent(w, r)
		return
	}
	caller, err := identify(r)
	if err != nil {
		refuse(w, serviceOf(r), http.StatusForbidden, "MissingAuthenticationToken", err.Error())
		return
	}
	switch caller.service {
	case S3:
		e.serve(w, r, callS3(caller, r), e.s3)
	case ELB:
		call, err := callELB(caller, r)
		if err != nil {
			refuse(w, ELB, http.StatusBadRequest, "ValidationError", err.Error())
			return
		}
		e.serve(w, r, call, e.trust)
	default:
		refuse(w, serviceOf(r), http.StatusBadRequest, "UnknownService", fmt.Sprintf("the twin has %s and %s, not %q", S3, ELB, caller.service))
	}
}

// serve records a call, asks for its fate and has the handler answer.
func (e *Endpoint) serve(w http.ResponseWriter, r *http.Request, call Call, handler http.Handler) {
	call.Time = e.options.Now()
	call.Number = e.calls.begin(call)
	fault := Fault{}
	if e.options.Fault != nil {
		fault = e.options.Fault(call)
	}
	noting := &statusWriter{ResponseWriter: w, note: func(status int) { e.calls.end(call.Number, status) }}
	fault.apply(noting, r, call.Service, handler)
}
