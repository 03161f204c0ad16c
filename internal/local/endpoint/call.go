package endpoint

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Call is one call as it arrived. A client that retries makes several.
type Call struct {
	// Number counts the calls from 1.
	Number int
	Time   time.Time
	// AccessKeyID is the caller's, as it says itself.
	AccessKeyID string
	Service     Service
	// Action is the operation by the name that the SDKs give it.
	Action string
	// Bucket and Key are S3's; empty where the action has none.
	Bucket, Key string
	// ARN is that of the trust store; empty where the action names none.
	ARN string
	// Status is the HTTP status of the answer: 0 until there is one, and for
	// an answer that was lost what the caller did not see.
	Status int
}

// formLimit bounds the form of a call to the trust-store API, in bytes.
const formLimit = 1 << 20

func callELB(caller caller, r *http.Request) (Call, error) {
	r.Body = http.MaxBytesReader(nil, r.Body, formLimit)
	err := r.ParseForm()
	if err != nil {
		return Call{}, fmt.Errorf("the request is not a form of at most %d bytes: %w", formLimit, err)
	}
	return Call{
		AccessKeyID: caller.accessKey,
		Service:     ELB,
		Action:      r.PostForm.Get("Action"),
		ARN:         r.PostForm.Get("TrustStoreArn"),
	}, nil
}

func callS3(caller caller, r *http.Request) Call {
	name, key := location(r)
	return Call{AccessKeyID: caller.accessKey, Service: S3, Action: actionOf(r), Bucket: name, Key: key}
}

// location is the bucket and the key that a path names.
func location(r *http.Request) (string, string) {
	name, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	return name, key
}

// recorder keeps the newest calls.
type recorder struct {
	limit int

	mu    sync.Mutex
	count int
	calls []Call
}

// begin notes a call and gives it its number.
func (r *recorder) begin(call Call) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.count++
	call.Number = r.count
	if len(r.calls) == r.limit {
		r.calls = r.calls[1:]
	}
	r.calls = append(r.calls, call)
	return call.Number
}

// end notes how a call was answered, if it is still remembered.
func (r *recorder) end(number, status int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	at := number - (r.count - len(r.calls)) - 1
	if at >= 0 {
		r.calls[at].Status = status
	}
}

func (r *recorder) all() []Call {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Call{}, r.calls...)
}
