package crlhttp

import (
	"context"
	"net"
	"net/netip"
	"syscall"
	"time"
)

// dialFunc makes a connection; it asks guard about every address before it
// connects.
type dialFunc func(ctx context.Context, network, address string) (net.Conn, error)

// systemDial asks after the name was resolved, so that a name which leads
// somewhere else at the second look-up gains nothing.
func systemDial(timeout time.Duration) dialFunc {
	dialer := &net.Dialer{Timeout: timeout, ControlContext: guard}
	return dialer.DialContext
}

// hop is one request on the way to a list.
type hop struct {
	// redirected says that a server chose this hop, not the operator.
	redirected bool
	// fromLoopback says that the server that chose it is on this machine.
	fromLoopback bool
	// proxied says that a proxy makes the connection: what is dialled is the
	// proxy, which the operator chose.
	proxied bool
}

type hopKey struct{}

func withHop(ctx context.Context, hop hop) context.Context {
	return context.WithValue(ctx, hopKey{}, hop)
}

// guard refuses to connect a redirected hop to an address that a server
// elsewhere has no business to point at.
func guard(ctx context.Context, _, address string, _ syscall.RawConn) error {
	hop, _ := ctx.Value(hopKey{}).(hop)
	if !hop.redirected || hop.proxied {
		return nil
	}
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return because(RedirectRefused, "the redirect leads to %s", quoted(address))
	}
	return hop.check(at.Addr())
}

// check is nil if the hop may lead to this address.
func (h hop) check(address netip.Addr) error {
	kind := kindOf(address)
	if !h.redirected || kind == "" || kind == loopback && h.fromLoopback {
		return nil
	}
	return because(RedirectRefused, "the redirect leads to %s (%s)", address, kind)
}
