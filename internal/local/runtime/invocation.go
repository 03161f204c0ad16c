package runtime

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// invocation is one event and the one who waits for its answer.
type invocation struct {
	id       string
	trace    string
	alias    string // empty for none
	payload  []byte
	result   chan result // buffered: nobody blocks on a caller that has left
	answered bool        // used by the supervisor alone
}

// result is how an invocation ended.
type result struct {
	payload []byte
	err     error
}

func newInvocation(payload []byte) *invocation {
	return &invocation{id: newRequestID(), trace: newTraceID(time.Now()), payload: payload, result: make(chan result, 1)}
}

// end tells the caller, once; what comes later is dropped.
func (i *invocation) end(r result) {
	if i.answered {
		return
	}
	i.answered = true
	i.result <- r
}

// take judges an answer that the function posted and returns the HTTP status
// for it. A second answer to the same event is a wrong turn, not an answer.
func (i *invocation) take(a answer) int {
	if a.id != i.id {
		return http.StatusBadRequest
	}
	if i.answered {
		return http.StatusForbidden
	}
	i.end(a.result)
	if a.tooLarge {
		return http.StatusRequestEntityTooLarge
	}
	return http.StatusAccepted
}

// header is what stands beside an event (Lambda Developer Guide, "Using the
// Lambda runtime API").
func (i *invocation) header(arn string, deadline time.Time) http.Header {
	h := http.Header{}
	h.Set("Lambda-Runtime-Aws-Request-Id", i.id)
	h.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(deadline.UnixMilli(), 10))
	if i.alias != "" {
		arn += ":" + i.alias
	}
	h.Set("Lambda-Runtime-Invoked-Function-Arn", arn)
	h.Set("Lambda-Runtime-Trace-Id", i.trace)
	h.Set("Content-Type", "application/json")
	return h
}

// newRequestID is a random UUID (RFC 9562, version 4).
func newRequestID() string {
	id := randomBytes(16)
	id[6] = id[6]&0x0f | 0x40
	id[8] = id[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:])
}

// newTraceID has the form of an X-Ray trace header that is not sampled.
func newTraceID(now time.Time) string {
	return fmt.Sprintf("Root=1-%08x-%x;Parent=%x;Sampled=0", now.Unix(), randomBytes(12), randomBytes(8))
}

func randomBytes(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails: crypto/rand ends the program instead
	return b
}
