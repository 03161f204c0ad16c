package alb

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"time"
)

// connection is a client's TCP connection and what the listener remembers of it.
type connection struct {
	net.Conn
	opened           time.Time
	client, listener netip.AddrPort
	traceID          string
}

func newConnection(raw net.Conn, now time.Time) *connection {
	return &connection{
		Conn:     raw,
		opened:   now,
		client:   address(raw.RemoteAddr()),
		listener: address(raw.LocalAddr()),
		traceID:  "TID_" + randomHex(16),
	}
}

// address is zero for anything but TCP, for example a pipe in a test.
func address(a net.Addr) netip.AddrPort {
	tcp, ok := a.(*net.TCPAddr)
	if !ok {
		return netip.AddrPort{}
	}
	both := tcp.AddrPort()
	return netip.AddrPortFrom(both.Addr().Unmap(), both.Port())
}

// old reports whether the next answer must be the connection's last.
func (c *connection) old(now time.Time, keepAlive time.Duration) bool {
	return now.Sub(c.opened) > keepAlive
}

type connectionKey struct{}

// rememberConnection is the http.Server's ConnContext.
func rememberConnection(ctx context.Context, conn net.Conn) context.Context {
	return context.WithValue(ctx, connectionKey{}, conn.(*tls.Conn).NetConn())
}

func connectionOf(r *http.Request) *connection {
	return r.Context().Value(connectionKey{}).(*connection)
}

// answerPlainHTTP tells a client that speaks HTTP to the HTTPS port what is
// wrong, as far as it can be told.
func answerPlainHTTP(err error) {
	record, found := errors.AsType[tls.RecordHeaderError](err)
	if !found || record.Conn == nil || !looksLikeHTTP(record.RecordHeader) {
		return
	}
	_, _ = io.WriteString(record.Conn, "HTTP/1.1 400 Bad Request\r\nServer: awselb/2.0\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\nThe plain HTTP request was sent to HTTPS port\n")
}

func looksLikeHTTP(start [5]byte) bool {
	switch string(start[:]) {
	case "GET /", "HEAD ", "POST ", "PUT /", "OPTIO", "DELET", "PATCH", "CONNE", "TRACE":
		return true
	default:
		return false
	}
}
