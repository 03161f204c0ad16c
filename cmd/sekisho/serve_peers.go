package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"sync/atomic"
	"time"
)

// peers are the networks from which connections are taken.
type peers []netip.Prefix

// parsePeers refuses to listen where anybody could claim to be a proxy.
func parsePeers(listen string, trusted []string) (peers, error) {
	var all peers
	for _, text := range trusted {
		network, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, fmt.Errorf("reading --trusted-proxy: want a network such as 10.0.3.0/24: %w", err)
		}
		if network.Bits() == 0 {
			return nil, fmt.Errorf("reading --trusted-proxy: %s is everybody, and whoever can connect can claim to be any client", text)
		}
		all = append(all, network.Masked())
	}
	address, err := net.ResolveTCPAddr("tcp", listen)
	if err != nil {
		return nil, fmt.Errorf("reading --listen: %w", err)
	}
	if len(all) > 0 {
		return all, nil
	}
	if !address.IP.IsLoopback() {
		return nil, errors.New("--listen is not a loopback address: name the network of the proxies with --trusted-proxy, because whoever can connect can claim to be any client")
	}
	return peers{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}, nil
}

func (p peers) include(address net.Addr) bool {
	tcp, is := address.(*net.TCPAddr)
	if !is {
		return false
	}
	ip := tcp.AddrPort().Addr().Unmap().WithZone("")
	return slices.ContainsFunc(p, func(network netip.Prefix) bool { return network.Contains(ip) })
}

// guard takes connections of peers only. Others are closed unread.
func (p peers) guard(listener net.Listener, log *slog.Logger) net.Listener {
	return &guardedListener{Listener: listener, peers: p, log: log}
}

type guardedListener struct {
	net.Listener
	peers peers
	log   *slog.Logger
	told  atomic.Int64 // when somebody was told of last, Unix seconds
}

func (l *guardedListener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if l.peers.include(conn.RemoteAddr()) {
			return conn, nil
		}
		l.tell(conn.RemoteAddr())
		_ = conn.Close()
	}
}

// tell writes of strangers once a minute: they can come as fast as they like.
func (l *guardedListener) tell(address net.Addr) {
	now := time.Now().Unix()
	before := l.told.Load()
	if now-before >= 60 && l.told.CompareAndSwap(before, now) {
		l.log.Warn("connection refused: not from a trusted proxy", "peer", address.String())
	}
}
