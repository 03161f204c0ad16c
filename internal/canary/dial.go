package canary

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"syscall"
	"time"
)

const (
	// tryTimeout bounds one try, from the address's look-up to the answer.
	tryTimeout = 10 * time.Second
	// maxBody bounds what is read of an answer.
	maxBody = 64 << 10
)

// Dialer tries listeners over HTTPS.
type Dialer struct {
	// Roots are whom the listeners' certificates are trusted by; nil for the
	// system's.
	Roots *x509.CertPool
}

// Try makes one request on a connection of its own, follows no redirect, and
// asks for an answer that a program can read.
func (d Dialer) Try(ctx context.Context, listener Listener, client tls.Certificate) Sight {
	ctx, cancel := context.WithTimeout(ctx, tryTimeout)
	defer cancel()
	transport := &http.Transport{
		TLSClientConfig:   &tls.Config{RootCAs: d.Roots, MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{client}},
		DisableKeepAlives: true,
	}
	asking := &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, listener.URL, nil)
	if err != nil {
		return Sight{Undecided, err.Error()}
	}
	request.Header.Set("Accept", "application/json")
	response, err := asking.Do(request)
	if err != nil {
		return sightOfError(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxBody))
	if err != nil {
		return sightOfError(err)
	}
	return sightOf(listener, response.StatusCode, body)
}

// sightOf tells what an answer means. Behind a verify listener every answer
// does: whoever is refused there gets none. Behind a passthrough listener the
// verifier says why, and only one reason proves anything.
func sightOf(listener Listener, status int, body []byte) Sight {
	detail := fmt.Sprintf("HTTP %d", status)
	reason := reasonIn(body)
	if reason != "" {
		detail += ", " + reason
	}
	switch {
	case listener.Name == Verify:
		return Sight{Served, detail}
	case status == http.StatusForbidden && reason == "revoked":
		return Sight{Refused, detail}
	case status == http.StatusUnauthorized, status == http.StatusForbidden, status >= http.StatusInternalServerError:
		return Sight{Undecided, detail}
	default:
		return Sight{Served, detail}
	}
}

// reasonIn is the verifier's word, if this is its answer.
func reasonIn(body []byte) string {
	var problem struct {
		Reason string `json:"reason"`
	}
	err := json.Unmarshal(body, &problem)
	if err != nil || len(problem.Reason) > 64 {
		return ""
	}
	return problem.Reason
}

// sightOfError tells a refusal from a listener that is not there. A load
// balancer ends the handshake with an alert, or just the connection; with TLS
// 1.3 that is seen at the first read, after the handshake seemed complete.
func sightOfError(err error) Sight {
	var alert tls.AlertError
	var broken *net.OpError
	switch {
	case errors.As(err, &alert):
		return Sight{Refused, alert.Error()}
	case errors.As(err, &broken) && broken.Op == "remote error":
		return Sight{Refused, broken.Err.Error()}
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return Sight{Refused, "the connection was closed"}
	default:
		return Sight{Undecided, err.Error()}
	}
}
