package gate

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/sekisho/sekisho/internal/chain"
)

const (
	// connectTime bounds one connection to the upstream, answerTime how long it
	// may think.
	connectTime = 5 * time.Second
	answerTime  = time.Minute
	// spareTime is left of a function's time for saying that the upstream did
	// not answer.
	spareTime = 500 * time.Millisecond
)

// UpstreamOptions say where accepted requests go.
type UpstreamOptions struct {
	// URL is scheme, host and port of the upstream.
	URL string
	// WholeBytes, where it is not 0, has answers read whole before they are
	// passed on, up to this many bytes: for callers that cannot tell the client
	// that an answer broke off.
	WholeBytes int64
}

// Upstream passes the requests that the gate accepts on to another server. It
// removes whatever the client says about its own identity and sets what was
// verified. The request goes on as it was sent otherwise: path, query, host and
// the X-Forwarded headers of the proxy before. Everything else it answers as
// the gate does.
func (g *Gate) Upstream(options UpstreamOptions) (http.Handler, error) {
	target, err := url.Parse(options.URL)
	if err != nil || target.Host == "" || (target.Scheme != "http" && target.Scheme != "https") {
		return nil, errors.New("setting up the upstream: want a URL such as http://127.0.0.1:8080")
	}
	if strings.Trim(target.Path, "/") != "" || target.RawQuery != "" || target.User != nil {
		return nil, errors.New("setting up the upstream: want scheme, host and port alone: the path is the client's")
	}
	u := &upstream{gate: g, target: target, options: options}
	u.proxy = &httputil.ReverseProxy{
		Rewrite:        u.rewrite,
		Transport:      newTransport(),
		ModifyResponse: u.receive,
		ErrorHandler:   u.fail,
		ErrorLog:       slog.NewLogLogger(g.logger.Handler(), slog.LevelWarn),
	}
	return u, nil
}

// newTransport goes straight to the upstream: through a proxy of the
// environment, others would be told who is verified.
func newTransport() *http.Transport {
	return &http.Transport{
		DialContext:           (&net.Dialer{Timeout: connectTime}).DialContext,
		TLSHandshakeTimeout:   connectTime,
		ResponseHeaderTimeout: answerTime,
		IdleConnTimeout:       time.Minute,
		MaxIdleConnsPerHost:   64,
		ForceAttemptHTTP2:     true,
	}
}

type upstream struct {
	gate    *Gate
	target  *url.URL
	options UpstreamOptions
	proxy   *httputil.ReverseProxy
}

// passedKey is under what travels to rewrite and fail. In rewrite the proxy has
// removed already what the client's Connection header names.
type passedKey struct{}

// passed is a request that was accepted: from whom, and what comes with it.
type passed struct {
	identity *chain.Identity
	body     *clientBody
}

// clientBody remembers that the client did not send what it announced.
type clientBody struct {
	io.ReadCloser
	broken atomic.Bool
}

func (b *clientBody) Read(p []byte) (int, error) {
	count, err := b.ReadCloser.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		b.broken.Store(true)
	}
	return count, err
}

func (u *upstream) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if u.gate.isHealthCheck(r) {
		writeHealthy(w)
		return
	}
	v := u.gate.judge(r, requested(r))
	if v.status != http.StatusOK {
		v.write(w, readerOf(r.Header))
		return
	}
	if !strings.HasPrefix(r.URL.Path, "/") {
		writeProblem(w, http.StatusBadRequest, "request-target")
		return
	}
	body := &clientBody{ReadCloser: r.Body}
	ctx, cancel := within(context.WithValue(r.Context(), passedKey{}, passed{v.client.identity, body}))
	defer cancel()
	r = r.WithContext(ctx)
	r.Body = body
	u.proxy.ServeHTTP(w, r)
}

// within ends a little before a function does.
func within(ctx context.Context) (context.Context, context.CancelFunc) {
	end, limited := ctx.Deadline()
	if !limited {
		return context.WithCancel(ctx)
	}
	return context.WithDeadline(ctx, end.Add(-spareTime))
}

// unfitForPath are the characters that RFC 3986 wants encoded and that clients
// send all the same. Left as they are they would have Go encode the path anew
// from its decoded form, in which an encoded slash looks like any other.
const unfitForPath = "\"<>\\^`{|}"

func (u *upstream) rewrite(r *httputil.ProxyRequest) {
	r.Out.URL.Scheme, r.Out.URL.Host = u.target.Scheme, u.target.Host
	r.Out.URL.RawPath = encodeExcept(r.In.URL.RawPath, unfitForPath)
	r.Out.Host, r.Out.URL.RawQuery = r.In.Host, r.In.URL.RawQuery
	r.Out.Trailer = nil // a claim could come after the body, too
	for name, values := range r.In.Header {
		if strings.HasPrefix(name, "X-Forwarded-") || name == "Forwarded" {
			r.Out.Header[name] = values
		}
	}
	dropClaims(r.Out.Header, u.gate.config.Header)
	dropUpgrade(r.Out.Header)
	accepted, _ := r.In.Context().Value(passedKey{}).(passed)
	setIdentity(r.Out.Header, accepted.identity)
}

// receive reads an answer whole where that was asked for.
func (u *upstream) receive(response *http.Response) error {
	if u.options.WholeBytes == 0 {
		return nil
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, u.options.WholeBytes+1))
	if err != nil {
		return fmt.Errorf("the answer broke off: %w", err)
	}
	if int64(len(body)) > u.options.WholeBytes {
		return fmt.Errorf("the answer is longer than the %d bytes that can be passed on", u.options.WholeBytes)
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	return nil
}

// fail answers for an upstream that does not.
func (u *upstream) fail(w http.ResponseWriter, r *http.Request, err error) {
	status, reason := http.StatusBadGateway, "upstream-unreachable"
	accepted, _ := r.Context().Value(passedKey{}).(passed)
	if accepted.body.broken.Load() {
		// No fault of the upstream, and nothing to wake anybody for.
		writeProblem(w, http.StatusBadRequest, "request-body")
		return
	}
	if errors.Is(err, context.DeadlineExceeded) || isTimeout(err) {
		status, reason = http.StatusGatewayTimeout, "upstream-too-slow"
	}
	u.gate.logger.ErrorContext(r.Context(), "upstream failed", "reason", reason, "error", plain(err.Error()))
	writeProblem(w, status, reason)
}

func writeProblem(w http.ResponseWriter, status int, reason string) {
	secure(w.Header())
	writeJSON(w, status, problemType, problem{Title: http.StatusText(status), Status: status, Reason: reason})
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}
