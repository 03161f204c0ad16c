package doctor

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"time"
)

const (
	// endMargin is how long after its time a connection may still be open.
	endMargin = 5 * time.Second
	endStep   = 200 * time.Millisecond
)

// openConnections keeps one connection busy until the gate ends it: a client
// that is revoked meanwhile is served on it until then.
func (e *examination) openConnections(ctx context.Context) finding {
	l := e.verify
	if l == nil {
		l = e.passthrough
	}
	switch {
	case l == nil || !e.saw(ctx, l, anybody).reached:
		return skipped("no listener can be reached")
	case e.telling(ctx, l) != "":
		return skipped("%s", e.telling(ctx, l))
	case e.gate.KeepAlive <= 0:
		return skipped("how long a connection may live is not known (--keep-alive)")
	case e.gate.KeepAlive > e.gate.Patience:
		return skipped("it would take %s, longer than --patience %s: a revoked client is served on an open connection until then", e.gate.KeepAlive, e.gate.Patience)
	}
	return e.outlast(ctx, l)
}

func (e *examination) outlast(ctx context.Context, l *listener) finding {
	var seen sighting
	config := watching(&seen, e.gate.Good)
	transport := &http.Transport{TLSClientConfig: config, ForceAttemptHTTP2: true, MaxConnsPerHost: 1}
	defer transport.CloseIdleConnections()
	opened, requests := time.Now(), 0
	for time.Since(opened) < e.gate.KeepAlive+endMargin {
		reused, err := again(ctx, transport, l.url)
		if err != nil {
			return skipped("a request on the open connection failed after %s: %v", round(time.Since(opened)), err)
		}
		if !reused && requests > 0 {
			return passed("after %s and %d requests", round(time.Since(opened)), requests)
		}
		requests++
		err = pause(ctx, endStep)
		if err != nil {
			return skipped("%v", err)
		}
	}
	return failed("set client_keep_alive.seconds at the load balancer: a revoked client is served on an open connection for as long as it lives", "still open after %s, and it should live %s", round(time.Since(opened)), e.gate.KeepAlive)
}

// again asks once more, and says whether that was on a connection that was open.
func again(ctx context.Context, transport *http.Transport, url string) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	reused := false
	trace := &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) { reused = info.Reused }}
	request, err := http.NewRequestWithContext(httptrace.WithClientTrace(ctx, trace), http.MethodGet, url, nil)
	if err != nil {
		return false, err
	}
	response, err := transport.RoundTrip(request)
	if err != nil {
		return false, err
	}
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, io.LimitReader(response.Body, 1<<20))
	if err != nil {
		return false, fmt.Errorf("reading the answer: %w", err)
	}
	return reused, nil
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

func round(d time.Duration) time.Duration { return d.Round(100 * time.Millisecond) }
