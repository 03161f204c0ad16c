package main

import (
	"fmt"
	"net"
)

// freePort is a port that nobody has now.
func freePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("looking for a port: %w", err)
	}
	defer listener.Close()
	address, _ := listener.Addr().(*net.TCPAddr)
	return address.Port, nil
}

// listens says whether somebody takes connections.
func (s *underTest) listens() bool {
	conn, err := net.Dial("tcp", s.address)
	if err != nil {
		return false
	}
	return conn.Close() == nil
}
