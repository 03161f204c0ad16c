package doctor

import (
	"bufio"
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
	"net/url"
	"syscall"
	"time"
)

// sighting is what a client saw that asked once on a new connection.
type sighting struct {
	// reached says that TLS was spoken.
	reached bool
	// asked says that a certificate was asked for; names are the DER of the CA
	// names that came with it.
	asked bool
	names [][]byte
	// server is the chain of the server.
	server []*x509.Certificate
	// turnedAway says that the other side ended the handshake, or the
	// connection before it answered.
	turnedAway bool
	// status is that of the answer, 0 without one; reason is the verifier's word
	// for it, where it gave one; date is the answer's.
	status int
	reason string
	date   time.Time
	// err is why there is no answer.
	err error
}

// askTimeout bounds one question.
const askTimeout = 15 * time.Second

// ask asks once as a client; nil has no certificate.
func ask(ctx context.Context, address string, client *tls.Certificate, headers http.Header) sighting {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	var seen sighting
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		seen.err = err
		return seen
	}
	for name, values := range headers {
		request.Header[name] = values
	}
	request.Close = true
	seen.answer(send(request, watching(&seen, client)))
	return seen
}

// send speaks HTTP/1.1 on a connection of its own. What http.Transport makes of
// a connection that is ended while it writes is one error or another; here the
// answer is read whatever became of the request, and an alert is not lost.
func send(request *http.Request, config *tls.Config) (int, http.Header, []byte, error) {
	config.ServerName = request.URL.Hostname()
	conn, err := (&tls.Dialer{Config: config}).DialContext(request.Context(), "tcp", addressOf(request.URL))
	if err != nil {
		return 0, nil, nil, err
	}
	defer conn.Close()
	deadline, _ := request.Context().Deadline()
	err = conn.SetDeadline(deadline)
	if err != nil {
		return 0, nil, nil, err
	}
	unsent := request.Write(conn)
	response, err := http.ReadResponse(bufio.NewReader(conn), request)
	if err != nil {
		return 0, nil, nil, errors.Join(err, unsent)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	return response.StatusCode, response.Header, body, err
}

func addressOf(at *url.URL) string {
	if at.Port() != "" {
		return at.Host
	}
	return net.JoinHostPort(at.Hostname(), "443")
}

// watching is a configuration that notes what the server shows. The server's
// certificate is looked at by a check of its own; a client answers with its
// certificate whatever names the server asks for, or a refusal would not be
// about the certificate.
func watching(seen *sighting, client *tls.Certificate) *tls.Config {
	return &tls.Config{
		MinVersion:         tls.VersionTLS12,
		InsecureSkipVerify: true, //nolint:gosec // see above: nothing secret is sent
		GetClientCertificate: func(request *tls.CertificateRequestInfo) (*tls.Certificate, error) {
			seen.asked, seen.names = true, request.AcceptableCAs
			if client == nil {
				return &tls.Certificate{}, nil
			}
			return client, nil
		},
		VerifyConnection: func(state tls.ConnectionState) error {
			seen.reached, seen.server = true, state.PeerCertificates
			return nil
		},
	}
}

func (s *sighting) answer(status int, header http.Header, body []byte, err error) {
	if err != nil {
		s.err, s.turnedAway = err, turnedAway(err)
		return
	}
	s.status, s.reason = status, reasonIn(body)
	date, err := http.ParseTime(header.Get("Date"))
	if err == nil {
		s.date = date
	}
}

// reasonIn is the word by which the verifier says why.
func reasonIn(body []byte) string {
	var problem struct {
		Reason string `json:"reason"`
	}
	err := json.NewDecoder(bytes.NewReader(body)).Decode(&problem)
	if err != nil {
		return ""
	}
	return problem.Reason
}

// turnedAway tells a refusal from silence. With TLS 1.3 it arrives after the
// handshake seemed complete, as an alert, a reset, or a bare end.
func turnedAway(err error) bool {
	_, alert := errors.AsType[tls.AlertError](err)
	broken, network := errors.AsType[*net.OpError](err)
	return alert || network && broken.Op == "remote error" ||
		errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

// served says that the client got through to whatever is behind the gate.
func (s sighting) served() bool {
	return s.status != 0 && s.status < 500 && s.status != http.StatusUnauthorized && s.status != http.StatusForbidden
}

func (s sighting) String() string {
	switch {
	case s.turnedAway:
		return "the handshake was refused"
	case s.err != nil:
		return s.err.Error()
	case s.reason != "":
		return fmt.Sprintf("HTTP %d %s", s.status, s.reason)
	default:
		return fmt.Sprintf("HTTP %d", s.status)
	}
}
