// Package clientcert turns the header in which an Application Load Balancer
// forwards a client's certificates back into certificates, and back again.
//
// It answers one question: which certificates does this header value hold,
// leaf first? It trusts nothing: whether the chain leads to a trust anchor,
// whether it is current or revoked, is for package chain to say. It is strict
// where a lenient reader could be led to see another leaf than the sender's:
// a value is read as a whole or refused as a whole.
//
//	value, err := clientcert.FromHeader(request.Header, clientcert.DefaultHeader)
//	…
//	presented, err := clientcert.Decode(value)
package clientcert

import (
	"crypto/x509"
	"fmt"
)

const (
	// DefaultHeader is the header of a passthrough listener, unless it was
	// renamed (ALB guide, "HTTP headers and mutual TLS").
	DefaultHeader = "X-Amzn-Mtls-Clientcert"

	// MaxCertificates is the most certificates that one value may hold: the
	// longest chain that ALB itself takes (ALB guide, "Quotas": maximum
	// certificate chain depth).
	MaxCertificates = 4

	// MaxBytes is the longest value that is looked at. ALB bounds a whole
	// request header to 64 K.
	MaxBytes = 64 << 10
)

// Decode reads one header value: percent-encoded PEM, leaf first, in ALB's
// form or any other in which the same bytes can be percent-encoded.
//
// The value is decoded once: `+`, `=` and `/` may stand literal or escaped,
// the digits of an escape in either case. What then stands there must be
// CERTIFICATE blocks and white space between them, nothing else. Lines end
// with LF or CRLF, because a proxy may have rewritten the one to the other.
//
// The error is ErrMissing for an empty value, else a *RefusedError.
func Decode(value string) ([]*x509.Certificate, error) {
	if value == "" {
		return nil, ErrMissing
	}
	if len(value) > MaxBytes {
		return nil, refuse(ReasonHeaderTooLarge, "%d bytes, at most %d are read", len(value), MaxBytes)
	}
	text, err := unescape(value)
	if err != nil {
		return nil, err
	}
	blocks, err := splitPEM(text)
	if err != nil {
		return nil, err
	}
	return parse(blocks)
}

func parse(blocks [][]byte) ([]*x509.Certificate, error) {
	certs := make([]*x509.Certificate, len(blocks))
	for i, der := range blocks {
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, &RefusedError{
				Reason: ReasonCertificateSyntax,
				Detail: fmt.Sprintf("parsing certificate %d of %d: %v", i+1, len(blocks), err),
			}
		}
		certs[i] = cert
	}
	return certs, nil
}
