package elbv2

import (
	"context"
	"crypto/rand"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
)

const (
	namespace  = "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/"
	apiVersion = "2015-12-01"
	// requestLimit bounds the form of a call, in bytes.
	requestLimit = 1 << 20
)

type staleKey struct{}

// WithStale marks a request so that, when it only reads, it is answered from
// the state before the newest change, as an eventually consistent service may.
func WithStale(ctx context.Context) context.Context {
	return context.WithValue(ctx, staleKey{}, true)
}

// ServeHTTP answers one call in the AWS Query protocol: a form with Action and
// Version, answered with XML.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, requestLimit)
	err := r.ParseForm()
	if err != nil {
		s.refuse(w, failf(codeValidation, "the request is not a form of at most %d bytes", requestLimit))
		return
	}
	name := r.PostForm.Get("Action")
	action := s.action(name)
	if action == nil || r.PostForm.Get("Version") != apiVersion {
		s.refuse(w, failf(codeInvalidAction, "could not find operation %s for version %s", name, r.PostForm.Get("Version")))
		return
	}
	result, err := action(query{form: r.PostForm, origin: origin(r), state: s.read(r.Context())})
	if err != nil {
		s.refuse(w, err)
		return
	}
	s.answer(w, name, result)
}

// action is what answers a call by this name; nil when nothing does.
func (s *Service) action(name string) func(query) (any, error) {
	switch name {
	case "CreateTrustStore":
		return s.createTrustStore
	case "DescribeTrustStores":
		return describeTrustStores
	case "ModifyTrustStore":
		return s.modifyTrustStore
	case "DeleteTrustStore":
		return s.deleteTrustStore
	case "AddTrustStoreRevocations":
		return s.addRevocations
	case "RemoveTrustStoreRevocations":
		return s.removeRevocations
	case "DescribeTrustStoreRevocations":
		return describeRevocations
	case "GetTrustStoreRevocationContent":
		return s.getRevocationContent
	case "GetTrustStoreCaCertificatesBundle":
		return s.getBundle
	case "DescribeTrustStoreAssociations":
		return describeAssociations
	}
	return nil
}

func (s *Service) read(ctx context.Context) *state {
	if ctx.Value(staleKey{}) != nil {
		return s.previous.Load()
	}
	return s.current.Load()
}

func origin(r *http.Request) string {
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// answer writes the result of an action.
func (s *Service) answer(w http.ResponseWriter, action string, result any) {
	id := newRequestID()
	write(w, http.StatusOK, id, answerDocument{action: action, result: result, requestID: id})
}

// refuse writes an error. One that is not ours to explain is InternalFailure.
func (s *Service) refuse(w http.ResponseWriter, err error) {
	id := newRequestID()
	var no *failure
	if !errors.As(err, &no) {
		write(w, http.StatusInternalServerError, id, newErrorDocument("Receiver", "InternalFailure", err.Error(), id))
		return
	}
	write(w, http.StatusBadRequest, id, newErrorDocument("Sender", no.code, no.message, id))
}

func write(w http.ResponseWriter, status int, requestID string, document any) {
	text, err := xml.Marshal(document)
	if err != nil {
		http.Error(w, fmt.Sprintf("encoding the answer: %v", err), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/xml")
	w.Header().Set("X-Amzn-RequestId", requestID)
	w.WriteHeader(status)
	_, _ = w.Write(text) // a caller that has gone away is not our error
}

func newRequestID() string { return rand.Text() }
