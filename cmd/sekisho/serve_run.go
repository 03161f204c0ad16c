package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/sekisho/sekisho/internal/gate"
)

// proxyServer is a verifier that listens.
type proxyServer struct {
	listener net.Listener
	server   *http.Server
	log      *slog.Logger
	page     *serveStatus // nil without one
}

// authPath leaves one path to sub-requests. It goes by the path as it was sent:
// another spelling of it is a path of the application.
func authPath(auth, others http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.EscapedPath() == "/auth" {
			auth.ServeHTTP(w, r)
			return
		}
		others.ServeHTTP(w, r)
	})
}

// withOrigin believes the proxy about port and protocol. One that is told twice
// tells nothing.
func withOrigin(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		only := func(name string) string {
			if len(r.Header[name]) != 1 {
				return ""
			}
			return r.Header[name][0]
		}
		origin := gate.Origin{Port: only("X-Forwarded-Port"), Proto: only("X-Forwarded-Proto"), TraceID: only("X-Amzn-Trace-Id")}
		next.ServeHTTP(w, r.WithContext(gate.WithOrigin(r.Context(), origin)))
	})
}

const (
	// headerTime bounds how long a proxy takes to send a request's header, and
	// headerBytes how long that may be: a certificate chain takes up to 64 KiB.
	headerTime  = 10 * time.Second
	headerBytes = 128 << 10
	// Bodies and answers may be long. idleTime is longer than what proxies keep
	// a connection for, so that they are the ones to close it.
	readTime  = 5 * time.Minute
	writeTime = 10 * time.Minute
	idleTime  = 2 * time.Minute
	// stopTime is how long requests that are under way may go on.
	stopTime = 15 * time.Second
)

func newHTTPServer(handler http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:                      handler,
		ReadHeaderTimeout:            headerTime,
		ReadTimeout:                  readTime,
		WriteTimeout:                 writeTime,
		IdleTimeout:                  idleTime,
		MaxHeaderBytes:               headerBytes,
		DisableGeneralOptionsHandler: true, // OPTIONS * is for the verifier to judge, too
		ErrorLog:                     slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
}

// run serves until ctx ends, and then finishes what is under way.
func (s *proxyServer) run(ctx context.Context) error {
	s.log.Info("listening", "address", s.listener.Addr().String())
	go s.page.serve(s.log)
	defer s.page.close()
	failed := make(chan error, 1)
	go func() { failed <- s.server.Serve(s.listener) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serving: %w", err)
	case <-ctx.Done():
	}
	s.log.Info("stopping")
	ending, cancel := context.WithTimeout(context.Background(), stopTime)
	defer cancel()
	err := s.server.Shutdown(ending)
	if err != nil {
		return errors.Join(fmt.Errorf("stopping: some requests were cut off: %w", err), s.server.Close())
	}
	return nil
}
