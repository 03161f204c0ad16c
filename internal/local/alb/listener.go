package alb

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"sync"
	"syscall"
	"time"
)

// Listener is an HTTPS listener with mutual TLS, in verify or in passthrough
// mode.
type Listener struct {
	config Config
	// clientAuth makes the part of a handshake's configuration that depends on
	// the mode.
	clientAuth func(*tls.Config)
	server     *http.Server

	// stopping ends when Shutdown begins, and with it every handshake.
	stopping context.Context
	stop     context.CancelFunc
	running  sync.WaitGroup

	mu     sync.Mutex
	accept net.Listener
}

// newListener takes the handler of requests that the load balancer itself does
// not answer.
func newListener(config Config, clientAuth func(*tls.Config), handler http.Handler) *Listener {
	l := &Listener{config: config, clientAuth: clientAuth}
	l.stopping, l.stop = context.WithCancel(context.Background())
	l.server = &http.Server{
		Handler:           l.front(handler),
		ConnContext:       rememberConnection,
		IdleTimeout:       config.IdleTimeout,
		ReadHeaderTimeout: config.IdleTimeout,
		ErrorLog:          config.ErrorLog,
	}
	return l
}

// Serve accepts connections from ln, which it closes, until Shutdown; it then
// returns nil. It is called once.
func (l *Listener) Serve(ln net.Listener) error {
	handshaken := newQueue(ln.Addr())
	defer ln.Close()
	if !l.start(ln) {
		return nil
	}
	defer l.running.Done()
	l.running.Go(func() { _ = l.server.Serve(handshaken) })
	err := l.acceptAll(ln, handshaken)
	if l.stopping.Err() != nil {
		return nil
	}
	_ = handshaken.Close()
	return err
}

// start reports false when Shutdown was first.
func (l *Listener) start(ln net.Listener) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.stopping.Err() != nil {
		return false
	}
	l.accept = ln
	l.running.Add(1)
	return true
}

func (l *Listener) acceptAll(ln net.Listener, handshaken *queue) error {
	for {
		raw, err := ln.Accept()
		if err != nil && l.pause(err) {
			continue
		}
		if err != nil {
			return err
		}
		l.running.Go(func() { l.admit(raw, handshaken) })
	}
}

// pause waits a little after an error that passes, such as too many open
// files, and reports whether to go on.
func (l *Listener) pause(err error) bool {
	if !passing(err) {
		return false
	}
	select {
	case <-l.stopping.Done():
		return false
	case <-time.After(10 * time.Millisecond):
		return true
	}
}

// passing lists the errors of accept(2) that are no reason to stop listening.
func passing(err error) bool {
	return errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) || errors.Is(err, syscall.ECONNABORTED)
}

// admit does the handshake, writes the log, and passes the connection on.
func (l *Listener) admit(raw net.Conn, handshaken *queue) {
	if l.config.Closed {
		_ = raw.Close()
		return
	}
	conn := newConnection(raw, l.config.Now())
	secure := tls.Server(conn, l.handshakeConfig())
	ctx, cancel := context.WithTimeout(l.stopping, l.config.HandshakeTimeout)
	defer cancel()
	err := secure.HandshakeContext(ctx)
	l.config.Log.record(l.entry(conn, secure.ConnectionState(), err))
	if err != nil {
		answerPlainHTTP(err)
		_ = raw.Close()
		return
	}
	handshaken.put(secure)
}

// handshakeConfig has no session tickets: with mutual TLS every handshake is a
// full one (ALB guide, "Mutual authentication": session resumption).
func (l *Listener) handshakeConfig() *tls.Config {
	config := &tls.Config{
		Certificates:           []tls.Certificate{l.config.Certificate},
		MinVersion:             tls.VersionTLS12,
		NextProtos:             []string{"h2", "http/1.1"},
		SessionTicketsDisabled: true,
	}
	l.clientAuth(config)
	return config
}

func (l *Listener) entry(conn *connection, state tls.ConnectionState, err error) Entry {
	now := l.config.Now()
	entry := Entry{
		Time:         now,
		Listener:     l.config.Name,
		Client:       conn.client,
		Node:         conn.listener,
		Latency:      now.Sub(conn.opened),
		TraceID:      conn.traceID,
		LoadBalancer: l.config.LoadBalancer,
	}
	entry.describeTLS(state)
	if err != nil {
		entry.describeFailure(err)
	}
	return entry
}

// front is what the load balancer does with every request.
func (l *Listener) front(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn := connectionOf(r)
		w.Header().Set("Date", l.config.Now().UTC().Format(http.TimeFormat))
		if conn.old(l.config.Now(), l.config.ClientKeepAlive) {
			// net/http closes an HTTP/1.1 connection after this answer, and
			// sends GOAWAY on an HTTP/2 one.
			w.Header().Set("Connection", "close")
		}
		status := refusedRequest(r)
		if status != 0 {
			answerError(w, status)
			return
		}
		dropInvalid(r.Header)
		addForwarded(r.Header, conn, traceID(l.config.Now()))
		next.ServeHTTP(w, r)
	})
}

// Shutdown accepts no more connections, ends handshakes, and waits for requests
// under way. When ctx ends first it closes their connections and returns ctx's
// error; the context of such a request has then ended. Nothing is left running
// but targets and functions that do not heed that.
func (l *Listener) Shutdown(ctx context.Context) error {
	l.mu.Lock()
	l.stop()
	if l.accept != nil {
		_ = l.accept.Close()
	}
	l.mu.Unlock()
	err := l.server.Shutdown(ctx)
	if err != nil {
		_ = l.server.Close()
	}
	l.running.Wait()
	return err
}
