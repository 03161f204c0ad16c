package local

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"syscall"
)

// The fixed ports, counted from the base.
const (
	verifyPort      = 3
	passthroughPort = 4
	listPort        = 5
	endpointPort    = 6
	statusPort      = 7
)

// portTries bounds the search for a free port. Each port moves on by ten, so
// that the last digit keeps telling what a port is for.
const portTries = 200

// listen takes the port at base+offset or the next free one behind it; with a
// base of 0, any. Everything listens on this machine's loopback address only.
func listen(base, offset int) (net.Listener, error) {
	if base == 0 {
		return listenOn(0)
	}
	for step := range portTries {
		listener, err := listenOn(base + offset + step*10)
		if !errors.Is(err, syscall.EADDRINUSE) {
			return listener, err
		}
	}
	return nil, fmt.Errorf("listening: none of %d ports from %d on is free: choose another --port-base", portTries, base+offset)
}

func listenOn(port int) (net.Listener, error) {
	listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return nil, fmt.Errorf("listening on port %d: %w", port, err)
	}
	return listener, nil
}

// portOf is the port that a listener got.
func portOf(listener net.Listener) int {
	address, ok := listener.Addr().(*net.TCPAddr)
	if !ok {
		return 0
	}
	return address.Port
}
