package albtarget

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
)

var errTooLarge = errors.New("the answer exceeds what the load balancer takes")

// recorder keeps what a handler writes, as net/http's server would send it.
type recorder struct {
	header http.Header
	status int         // 0 until the handler has set it
	sent   http.Header // what the header was then
	body   bytes.Buffer
	excess bool
}

func newRecorder() *recorder { return &recorder{header: http.Header{}} }

// Header is the header to be sent.
func (r *recorder) Header() http.Header { return r.header }

// WriteHeader sets the status, once. Informational ones cannot be passed on.
func (r *recorder) WriteHeader(status int) {
	if r.status != 0 || status < 200 {
		return
	}
	r.status = status
	r.sent = r.header.Clone()
}

// Write keeps no more than could be answered.
func (r *recorder) Write(p []byte) (int, error) {
	if r.status == 0 {
		r.detectType(p)
		r.WriteHeader(http.StatusOK)
	}
	if r.excess || r.body.Len()+len(p) > maxResponse {
		r.excess = true
		return 0, errTooLarge
	}
	return r.body.Write(p)
}

func (r *recorder) detectType(p []byte) {
	_, set := r.header["Content-Type"]
	if !set && len(p) > 0 && r.header.Get("Content-Encoding") == "" {
		r.header.Set("Content-Type", http.DetectContentType(p))
	}
}

func (r *recorder) response(form shape) response {
	r.WriteHeader(http.StatusOK)
	answer := newResponse(r.status, r.sent, r.body.Bytes(), form)
	answer.excess = r.excess
	return answer
}

// problem is an answer of our own (RFC 9457): it says what happened in one word.
func problem(status int, reason string) *recorder {
	r := newRecorder()
	r.header.Set("Content-Type", "application/problem+json")
	r.header.Set("Cache-Control", "no-store")
	r.WriteHeader(status)
	_ = json.NewEncoder(r).Encode(struct {
		Title  string `json:"title"`
		Status int    `json:"status"`
		Reason string `json:"reason"`
	}{http.StatusText(status), status, reason})
	return r
}
