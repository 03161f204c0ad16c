package local

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"time"
)

// Verdict is how a listener treated a client.
type Verdict string

const (
	// Served: the client got what it asked for.
	Served Verdict = "served"
	// Refused: the client was turned away for what it is.
	Refused Verdict = "refused"
	// Undecided: the listener could not decide, or somebody else answered.
	Undecided Verdict = "undecided"
)

// Answer is what a client saw.
type Answer struct {
	Verdict Verdict
	// Status is the HTTP status, 0 when the handshake failed.
	Status int
	// Reason is the verifier's word, or what the handshake ended with.
	Reason string
	Body   string
}

// Prober asks a listener as one client, each time on a new connection.
type Prober struct {
	Client  tls.Certificate
	Servers *x509.CertPool
}

// NewProber is a client that trusts the twin's listeners. Without a
// certificate it is nobody.
func NewProber(d Description, client tls.Certificate) (*Prober, error) {
	text, err := os.ReadFile(d.ServerCA)
	if err != nil {
		return nil, fmt.Errorf("reading the CA of the listeners: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("reading the CA of the listeners: no certificate in %s", d.ServerCA)
	}
	return &Prober{Client: client, Servers: pool}, nil
}

// probeTimeout bounds one question.
const probeTimeout = 15 * time.Second

// HTTPClient is one that keeps its connections, for as long as they live.
func (p *Prober) HTTPClient() *http.Client {
	config := &tls.Config{RootCAs: p.Servers, MinVersion: tls.VersionTLS12}
	if p.Client.Certificate != nil {
		config.Certificates = []tls.Certificate{p.Client}
	}
	return &http.Client{Timeout: probeTimeout, Transport: &http.Transport{TLSClientConfig: config}}
}

// Ask asks once, on a connection of its own.
func (p *Prober) Ask(ctx context.Context, url string, headers http.Header) (Answer, error) {
	client := p.HTTPClient()
	defer client.CloseIdleConnections()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/", nil)
	if err != nil {
		return Answer{}, fmt.Errorf("asking %s: %w", url, err)
	}
	for name, values := range headers {
		request.Header[name] = values
	}
	response, err := client.Do(request)
	if err != nil {
		return refusedHandshake(url, err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	if err != nil {
		return refusedHandshake(url, err)
	}
	return answerOf(response.StatusCode, body), nil
}

// refusedHandshake tells a refusal from a listener that is not there. With
// TLS 1.3 the refusal arrives at the first read, after the handshake seemed
// complete.
func refusedHandshake(url string, err error) (Answer, error) {
	var alert tls.AlertError
	var broken *net.OpError
	switch {
	case errors.As(err, &alert):
		return Answer{Verdict: Refused, Reason: alert.Error()}, nil
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return Answer{Verdict: Refused, Reason: "connection reset"}, nil
	case errors.As(err, &broken) && broken.Op == "remote error":
		return Answer{Verdict: Refused, Reason: broken.Err.Error()}, nil
	default:
		return Answer{Verdict: Undecided}, fmt.Errorf("asking %s: %w", url, err)
	}
}

func answerOf(status int, body []byte) Answer {
	answer := Answer{Verdict: Undecided, Status: status, Body: string(body)}
	var problem struct {
		Reason string `json:"reason"`
	}
	err := json.NewDecoder(bytes.NewReader(body)).Decode(&problem)
	if err == nil {
		answer.Reason = problem.Reason
	}
	switch status {
	case http.StatusOK:
		answer.Verdict = Served
	case http.StatusUnauthorized, http.StatusForbidden:
		answer.Verdict = Refused
	}
	return answer
}

// String is the answer in a few words.
func (a Answer) String() string {
	words := []string{string(a.Verdict)}
	if a.Status != 0 {
		words = append(words, fmt.Sprintf("(HTTP %d)", a.Status))
	}
	if a.Reason != "" {
		words = append(words, a.Reason)
	}
	return strings.Join(words, " ")
}
