package endpoint

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/sekisho/sekisho/internal/local/elbv2"
)

// Fault is what becomes of a call. Its zero value lets the call pass.
type Fault struct {
	Effect Effect
	// Delay holds the call back before anything else happens.
	Delay time.Duration
	// Status, Code and Message are the answer of Fail: 500, InternalFailure
	// (InternalError at S3) and a text that says that it was made up.
	Status        int
	Code, Message string
	// Unheard, where set, is called by Cut and Lose before they close the
	// connection: what the call does is done, and its caller knows nothing.
	Unheard func()
}

// Effect is a kind of fault.
type Effect int

const (
	// Pass does what was asked and says so.
	Pass Effect = iota
	// Fail does nothing and answers with an error.
	Fail
	// Throttle does nothing and answers as AWS does to too many calls: 400
	// ThrottlingException, or 503 SlowDown at S3.
	Throttle
	// Cut does nothing and closes the connection without an answer.
	Cut
	// Lose does what was asked and closes the connection without an answer.
	Lose
	// Stale answers a call that reads from the trust-store API with what was
	// true before the newest change; other calls pass.
	Stale
)

// apply lets a call meet its fate.
func (f Fault) apply(w *statusWriter, r *http.Request, service Service, handler http.Handler) {
	if !wait(r, f.Delay) {
		return // the caller has gone away
	}
	if f.Effect == Stale {
		r = r.WithContext(elbv2.WithStale(r.Context()))
	}
	switch f.Effect {
	case Fail:
		f.fail(w, service)
	case Throttle:
		throttle(w, service)
	case Cut:
		f.unheard()
		hangUp(w)
	case Lose:
		unseen := &unseenWriter{header: http.Header{}}
		handler.ServeHTTP(unseen, r)
		unseen.WriteHeader(http.StatusOK) // unless it has one
		w.noteStatus(unseen.status)
		f.unheard()
		hangUp(w)
	default:
		handler.ServeHTTP(w, r)
		w.noteStatus(http.StatusOK) // unless it has one
	}
}

// wait holds a call back, and says whether the caller is still there. The body
// is read first: net/http notices that a caller has gone only after that.
func wait(r *http.Request, delay time.Duration) bool {
	if delay <= 0 {
		return true
	}
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, 2*bodyLimit))
	if err != nil {
		return false
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
		return false
	}
}

func (f Fault) unheard() {
	if f.Unheard != nil {
		f.Unheard()
	}
}

func (f Fault) fail(w http.ResponseWriter, service Service) {
	status, code, message := f.Status, f.Code, f.Message
	if status == 0 {
		status = http.StatusInternalServerError
	}
	if code == "" && service == S3 {
		code = "InternalError"
	}
	if code == "" {
		code = "InternalFailure"
	}
	if message == "" {
		message = "this fault was asked for"
	}
	refuse(w, service, status, code, message)
}

func throttle(w http.ResponseWriter, service Service) {
	if service == S3 {
		refuse(w, S3, http.StatusServiceUnavailable, "SlowDown", "Please reduce your request rate.")
		return
	}
	refuse(w, ELB, http.StatusBadRequest, "ThrottlingException", "Rate exceeded")
}

// hangUp closes the connection so that the caller sees it reset: a plain end
// could pass for a server that is shutting down.
func hangUp(w *statusWriter) {
	connection, _, err := http.NewResponseController(w.ResponseWriter).Hijack()
	if err != nil {
		http.Error(w.ResponseWriter, "the connection could not be closed", http.StatusInternalServerError)
		return
	}
	tcp, ok := connection.(*net.TCPConn)
	if ok {
		_ = tcp.SetLinger(0)
	}
	_ = connection.Close()
}
