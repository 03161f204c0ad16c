package alb

import (
	"net"
	"sync"
)

// queue hands connections whose handshake is over to an http.Server, which
// takes it for a listener.
type queue struct {
	address net.Addr
	ready   chan net.Conn
	closed  chan struct{}
	once    sync.Once
}

func newQueue(address net.Addr) *queue {
	return &queue{address: address, ready: make(chan net.Conn), closed: make(chan struct{})}
}

// put waits until the server takes conn, and closes it when nobody will.
func (q *queue) put(conn net.Conn) {
	select {
	case q.ready <- conn:
	case <-q.closed:
		_ = conn.Close()
	}
}

// Accept is the server's side.
func (q *queue) Accept() (net.Conn, error) {
	select {
	case conn := <-q.ready:
		return conn, nil
	case <-q.closed:
		return nil, net.ErrClosed
	}
}

// Close ends Accept and put.
func (q *queue) Close() error {
	q.once.Do(func() { close(q.closed) })
	return nil
}

// Addr is the address of the listener that the connections came from.
func (q *queue) Addr() net.Addr { return q.address }
