package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/sekisho/sekisho/internal/local/elbv2"
	"github.com/sekisho/sekisho/internal/local/endpoint"
	"github.com/sekisho/sekisho/internal/snapshot"
)

// raised is a quota that no list of the benchmark reaches.
const raised = 10_000_000

// cloud is the twin's endpoint and the distribution point of the list, with a
// stopwatch on both.
type cloud struct {
	endpoint *endpoint.Endpoint
	servers  []*http.Server

	address, listURL string

	mu   sync.Mutex
	list []byte
	// served is when the first byte of the list was sent, pointed when the
	// manifest was written.
	served, pointed time.Time
	// busy is how long the endpoint took since then over requests that it had
	// whole.
	busy time.Duration
}

func startCloud() (*cloud, error) {
	c := &cloud{endpoint: endpoint.New(endpoint.Options{
		Region: region, Account: account, Quotas: elbv2.Quotas{Entries: raised},
	})}
	var err error
	c.address, err = c.serve(http.HandlerFunc(c.call))
	if err != nil {
		return nil, err
	}
	c.listURL, err = c.serve(http.HandlerFunc(c.deliver))
	if err != nil {
		return nil, err
	}
	return c, nil
}

// load puts a list on the distribution point and sets the stopwatch back.
func (c *cloud) load(file string) error {
	list, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("reading the list: %w", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.list, c.served, c.pointed, c.busy = list, time.Time{}, time.Time{}, 0
	return nil
}

func (c *cloud) serve(handler http.Handler) (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("listening: %w", err)
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: time.Minute}
	c.servers = append(c.servers, server)
	go func() { _ = server.Serve(listener) }()
	return "http://" + listener.Addr().String(), nil
}

func (c *cloud) close() {
	for _, server := range c.servers {
		_ = server.Close()
	}
}

// deliver is the distribution point.
func (c *cloud) deliver(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	list := c.list
	c.served = time.Now()
	c.mu.Unlock()
	w.Header().Set("Content-Type", "application/pkix-crl")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(list))
}

// call is the endpoint with the stopwatch.
func (c *cloud) call(w http.ResponseWriter, r *http.Request) {
	body := &arriving{ReadCloser: r.Body, arrived: time.Now()}
	r.Body = body
	manifest := r.Method == http.MethodPut && strings.HasSuffix(r.URL.Path, "/"+snapshot.ManifestKey)
	c.endpoint.ServeHTTP(w, r)
	now := time.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.served.IsZero() {
		c.busy += now.Sub(body.arrived)
	}
	if manifest {
		c.pointed = now
	}
}

// arriving notes when a body was there whole.
type arriving struct {
	io.ReadCloser
	arrived time.Time
}

func (a *arriving) Read(b []byte) (int, error) {
	count, err := a.ReadCloser.Read(b)
	if count > 0 || errors.Is(err, io.EOF) {
		a.arrived = time.Now()
	}
	return count, err
}
