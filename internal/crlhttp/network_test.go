package crlhttp

import (
	"bufio"
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// network is an internet in memory: names, the addresses behind them and what
// answers there. Inside a synctest bubble its time costs nothing.
type network struct {
	mu      sync.Mutex
	hosts   map[string]*host
	dialled []string
}

// host is what a name leads to.
type host struct {
	// addresses are the answers to successive look-ups; the last one stays.
	addresses []string
	// serve gets the server's end of each connection.
	serve func(net.Conn)
}

func newNetwork() *network {
	n := &network{hosts: map[string]*host{}}
	n.add("good.test", web(serveList))
	return n
}

// add puts a server on the public internet.
func (n *network) add(name string, serve func(net.Conn)) {
	n.hosts[name] = &host{addresses: []string{"203.0.113.5"}, serve: serve}
}

// addAt puts a server at given addresses.
func (n *network) addAt(name string, serve func(net.Conn), addresses ...string) {
	n.hosts[name] = &host{addresses: addresses, serve: serve}
}

// dial does what net.Dialer does: resolve, ask the guard, connect.
func (n *network) dial(ctx context.Context, kind, address string) (net.Conn, error) {
	name, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	ip, serve := n.resolve(name, address)
	if ip == "" {
		return nil, dialError(&net.DNSError{Err: "no such host", Name: name, IsNotFound: true})
	}
	at := net.JoinHostPort(ip, port)
	err = guard(ctx, kind, at, nil)
	if err != nil {
		return nil, dialError(err)
	}
	if serve == nil {
		return nil, nobodyHome(ctx)
	}
	client, server := net.Pipe()
	go serve(server)
	return &connection{Conn: client, remote: net.TCPAddrFromAddrPort(netip.MustParseAddrPort(at))}, nil
}

func (n *network) resolve(name, address string) (string, func(net.Conn)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.dialled = append(n.dialled, address)
	found := n.hosts[name]
	if found == nil {
		if _, err := netip.ParseAddr(name); err == nil {
			return name, func(c net.Conn) { web(serveList)(c) }
		}
		return "", nil
	}
	ip := found.addresses[0]
	if len(found.addresses) > 1 {
		found.addresses = found.addresses[1:]
	}
	return ip, found.serve
}

func (n *network) dials() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return len(n.dialled)
}

func dialError(err error) error { return &net.OpError{Op: "dial", Net: "tcp", Err: err} }

// nobodyHome is a connection attempt that nobody answers.
func nobodyHome(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return dialError(ctx.Err())
	case <-time.After(DefaultConnectTimeout):
		return dialError(os.ErrDeadlineExceeded)
	}
}

type connection struct {
	net.Conn
	remote net.Addr
}

func (c *connection) RemoteAddr() net.Addr { return c.remote }

// web serves HTTP on one connection.
func web(handler http.HandlerFunc) func(net.Conn) {
	return func(c net.Conn) {
		server := &http.Server{Handler: handler, ErrorLog: log.New(io.Discard, "", 0)}
		_ = server.Serve(&once{conn: c})
	}
}

// once is a listener with one connection.
type once struct{ conn net.Conn }

func (o *once) Accept() (net.Conn, error) {
	if o.conn == nil {
		return nil, net.ErrClosed
	}
	accepted := o.conn
	o.conn = nil
	return accepted, nil
}

func (o *once) Close() error   { return nil }
func (o *once) Addr() net.Addr { return &net.TCPAddr{} }

// client is a server's view of who asked.
type client struct {
	io.Writer
	gone <-chan struct{}
}

// wait pauses unless the client hangs up first.
func (c client) wait(pause time.Duration) error {
	select {
	case <-c.gone:
		return net.ErrClosed
	case <-time.After(pause):
		return nil
	}
}

// raw answers a request with bytes of its own making.
func raw(answer func(client)) func(net.Conn) {
	return func(c net.Conn) {
		defer c.Close()
		reader := bufio.NewReader(c)
		_, err := http.ReadRequest(reader)
		if err != nil {
			return
		}
		gone := make(chan struct{})
		go func() {
			defer close(gone)
			_, _ = io.Copy(io.Discard, reader)
		}()
		answer(client{Writer: c, gone: gone})
	}
}

// text answers with one text.
func text(answer string) func(net.Conn) {
	return raw(func(c client) { _, _ = io.WriteString(c, answer) })
}

// silent takes a connection and never says anything.
func silent(c net.Conn) {
	_, _ = io.Copy(io.Discard, c)
	_ = c.Close()
}

// closing hangs up at once.
func closing(c net.Conn) { _ = c.Close() }

// newTestFetcher fetches over a network in memory, without a proxy.
func newTestFetcher(t *testing.T, n *network, options Options) *Fetcher {
	t.Helper()
	if options.Proxy == nil {
		options.Proxy = func(*http.Request) (*url.URL, error) { return nil, nil }
	}
	options.Version = "test"
	fetcher, err := newFetcher(options, n.dial)
	if err != nil {
		t.Fatalf("got error %v, want a fetcher", err)
	}
	fetcher.jitter = func() float64 { return 0 }
	return fetcher
}

// aList is a body that looks like a revocation list: SEQUENCE, SEQUENCE,
// INTEGER 1 and so on.
func aList(size int) []byte {
	list := []byte{0x30, 0x83, 0, 0, 0, 0x30, 0x83, 0, 0, 0, 0x02, 0x01, 0x01}
	list = append(list, make([]byte, size-len(list))...)
	for i, at := range []int{2, 7} {
		length := size - 5*(i+1)
		list[at], list[at+1], list[at+2] = byte(length>>16), byte(length>>8), byte(length)
	}
	return list
}

// theList is what good servers serve.
var theList = aList(3000)

func serveList(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/pkix-crl")
	_, _ = w.Write(theList)
}

// ok is the head of a good answer, for raw servers.
func ok(headers ...string) string {
	return "HTTP/1.1 200 OK\r\n" + strings.Join(append(headers, "", ""), "\r\n")
}
