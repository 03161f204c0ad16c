package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/sekisho/sekisho/internal/snapshot"
	"github.com/sekisho/sekisho/internal/statuspage"
)

// serveStatus is the status page of a server; nil is none. It has a listener of
// its own, on loopback: proxies and their clients have no business with it.
type serveStatus struct {
	listener net.Listener
	server   *http.Server
	journal  statuspage.Journal
	where    string

	mu       sync.Mutex
	manifest snapshot.Manifest // the newest that the verifier has read
	problem  string
}

// openStatus listens where the flag says; without it there is no page.
func openStatus(ctx context.Context, address, where string) (*serveStatus, error) {
	if address == "" {
		return nil, nil
	}
	at, err := net.ResolveTCPAddr("tcp", address)
	if err != nil || !at.IP.IsLoopback() {
		return nil, &usageError{fmt.Errorf("--status %q: want a loopback address, such as 127.0.0.1:9001: the page says who comes and goes", address)}
	}
	s := &serveStatus{where: where}
	page, err := statuspage.New(s.status)
	if err != nil {
		return nil, err
	}
	s.listener, err = new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listening for the status page: %w", err)
	}
	s.server = &http.Server{Handler: page, ReadHeaderTimeout: headerTime}
	return s, nil
}

// along has the page read the log of the verifier.
func (s *serveStatus) along(log io.Writer) io.Writer {
	if s == nil {
		return log
	}
	return s.journal.Along(log, "serve")
}

// serve answers until it is closed.
func (s *serveStatus) serve(log *slog.Logger) {
	if s == nil {
		return
	}
	log.Info("status page", "address", "http://"+s.listener.Addr().String()+"/")
	err := s.server.Serve(s.listener)
	if err != nil && !errors.Is(err, http.ErrServerClosed) {
		log.Error("the status page has ended", "error", err.Error())
	}
}

func (s *serveStatus) close() {
	if s != nil {
		_ = s.server.Close() // nothing there is worth waiting for
		_ = s.listener.Close()
	}
}

// watch has the page see what the verifier reads.
func (s *serveStatus) watch(source snapshots) snapshots {
	if s == nil {
		return source
	}
	return &watchedSource{source, s}
}

type watchedSource struct {
	snapshots
	page *serveStatus
}

func (w *watchedSource) Get(ctx context.Context, key, etag string) ([]byte, string, error) {
	body, tag, err := w.snapshots.Get(ctx, key, etag)
	if key == snapshot.ManifestKey {
		w.page.note(time.Now(), body, err)
	}
	return body, tag, err
}

// note takes a manifest; nil is the one before.
func (s *serveStatus) note(now time.Time, body []byte, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.problem = ""
	if err != nil {
		s.problem = err.Error()
	}
	if err != nil || body == nil {
		return
	}
	manifest, err := snapshot.Decode(body)
	if err != nil {
		s.problem = err.Error()
		return
	}
	known := map[string]string{}
	for _, list := range s.manifest.Lists {
		known[list.Identity] = list.SHA256
	}
	for _, list := range manifest.Lists {
		s.journal.Counted(statuspage.Count{At: now, Source: nameOfList(list), Entries: list.Entries})
		if known[list.Identity] != list.SHA256 {
			s.journal.Decided(statuspage.Decision{
				At: now, Source: nameOfList(list), Action: "load", Reason: "newer",
				Detail: fmt.Sprintf("%s, list number %s, %d revoked", list.Issuer, orNone(list.Number), list.Entries),
			})
		}
	}
	s.manifest = manifest
}

// nameOfList is the source's name; lists from files have none.
func nameOfList(list snapshot.List) string {
	if list.Source == "" {
		return list.Issuer
	}
	return list.Source
}

func (s *serveStatus) status(context.Context) statuspage.Status {
	s.mu.Lock()
	status := statuspage.Status{Now: time.Now(), Where: s.where, Problem: s.problem}
	for _, list := range s.manifest.Lists {
		status.Sources = append(status.Sources, statuspage.Source{
			Name: nameOfList(list), Issuer: list.Issuer, Number: list.Number, ThisUpdate: list.ThisUpdate, NextUpdate: list.NextUpdate,
			Entries: list.Entries, Enforced: cmp.Or(list.Number, "–"), Decision: "in the snapshot",
		})
	}
	s.mu.Unlock()
	s.journal.Fill(&status)
	return status
}
