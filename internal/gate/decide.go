package gate

import (
	"crypto/x509"
	"errors"
	"net/http"

	"github.com/sekisho/sekisho/internal/chain"
	"github.com/sekisho/sekisho/internal/clientcert"
	"github.com/sekisho/sekisho/internal/policy"
)

// verdict is what was decided about one request, and from what.
type verdict struct {
	status int
	// reason is one word for programs, empty when the request may pass; detail
	// is for the operator alone.
	reason, detail string
	// client is who it is, whether or not that one may pass; nil when nobody was
	// verified. Then presented is what was shown, as far as it could be read,
	// and issuerKey the SHA-256 (hex) of the key of whom it names as its issuer.
	client    *known
	presented []*x509.Certificate
	issuerKey string
	// rule is by which rule the request may pass, if there are any.
	rule string
}

// decide takes the steps in order; the first one that objects decides.
func (g *Gate) decide(r *http.Request, asked policy.Request) verdict {
	var v verdict
	value, err := g.claimed(r)
	if err != nil {
		return v.refused(err)
	}
	basis, now, err := g.holder.current(r.Context())
	if err != nil {
		return v.unread(value, err)
	}
	v.client, v.presented, err = basis.trust.recognise(value, now)
	if err != nil {
		v.issuerKey = basis.trust.claimedIssuerKey(v.presented)
		return v.refused(err)
	}
	v.rule, err = g.permit(basis, v.client, asked)
	if err != nil {
		return v.refused(err)
	}
	v.status = http.StatusOK
	return v
}

// claimed is who the client says it is: the value of the header, in a request
// that came the way it has to.
func (g *Gate) claimed(r *http.Request) (string, error) {
	err := g.config.Expected.admit(OriginOf(r.Context()))
	if err != nil {
		return "", err
	}
	return clientcert.FromHeader(r.Header, g.config.Header)
}

// permit returns the rule by which a client who was verified may do this.
func (g *Gate) permit(basis *basis, client *known, asked policy.Request) (string, error) {
	err := g.config.Expected.recognise(client.identity)
	if err != nil {
		return "", err
	}
	return basis.permit(client.client, asked)
}

// unread is v for a request that nothing can be decided about. What is wrong
// with the header is said all the same: it will still be wrong.
func (v verdict) unread(value string, cause error) verdict {
	presented, err := clientcert.Decode(value)
	if err != nil {
		return v.refused(err)
	}
	v.presented = presented
	return v.refused(cause)
}

// requested is what a request asks for. The path is as it was sent where that
// is known: Go encodes one anew that holds characters it would have encoded.
func requested(r *http.Request) policy.Request {
	path := r.URL.RawPath
	if path == "" {
		path = r.URL.EscapedPath()
	}
	return policy.Request{Method: r.Method, Path: path}
}

// refusedError is a refusal of the gate's own.
type refusedError struct {
	status int
	reason string
	detail string
}

func (e *refusedError) Error() string { return e.reason + ": " + e.detail }

// refused is v with the answer to an error. An error that nobody foresaw is no
// reason to let anybody in.
func (v verdict) refused(err error) verdict {
	v.status, v.reason, v.detail = http.StatusServiceUnavailable, "internal", err.Error()
	var ours *refusedError
	var header *clientcert.RefusedError
	var path *chain.RefusedError
	var rules *policy.RefusedError
	switch {
	case errors.As(err, &ours):
		v.status, v.reason, v.detail = ours.status, ours.reason, ours.detail
	case errors.As(err, &header):
		v.status, v.reason, v.detail = statusOfHeader(header.Reason), string(header.Reason), header.Detail
	case errors.As(err, &path):
		v.status, v.reason, v.detail = statusOfPath(path.Reason), string(path.Reason), path.Detail
	case errors.As(err, &rules):
		v.status, v.reason, v.detail = http.StatusForbidden, string(rules.Reason), rules.Detail
	}
	return v
}

func statusOfHeader(reason clientcert.Reason) int {
	if reason == clientcert.ReasonNoCertificate {
		return http.StatusUnauthorized
	}
	return http.StatusForbidden
}

func statusOfPath(reason chain.Reason) int {
	if reason == chain.ReasonRevocationUnavailable {
		return http.StatusServiceUnavailable
	}
	return http.StatusForbidden
}
