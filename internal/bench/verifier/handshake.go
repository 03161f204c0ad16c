package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sekisho/sekisho/internal/bench/measure"
)

// clients make handshakes at the same time: enough to keep a core busy.
const clients = 8

// handshakes measures how much time a server takes for a new client: TLS
// handshake, decision and answer. CPU is that of all its processes, and what
// counts: the clients run on the same machine.
func handshakes(ctx context.Context, start starter, list, ca, program, seconds string) (measure.Sample, error) {
	length, err := repetitions(seconds)
	if err != nil {
		return measure.Sample{}, err
	}
	good, revoked, err := issue(list, ca)
	if err != nil {
		return measure.Sample{}, err
	}
	under, err := start(ctx, list, ca, program)
	if err != nil {
		return measure.Sample{}, err
	}
	defer under.stop()
	err = errors.Join(under.wants(good, true), under.wants(revoked, false))
	if err != nil {
		return measure.Sample{}, err
	}
	return under.measure(good, time.Duration(length)*time.Second)
}

// wants checks that the server does what it is measured for.
func (s *underTest) wants(client tls.Certificate, in bool) error {
	status, err := ask(s.address, client)
	if in != (err == nil && status == http.StatusOK) {
		return fmt.Errorf("a client that has to be let in: %v, got %d and %w", in, status, err)
	}
	return nil
}

// measure has clients make handshakes for so long.
func (s *underTest) measure(client tls.Certificate, length time.Duration) (measure.Sample, error) {
	before, err := s.used()
	if err != nil {
		return measure.Sample{}, err
	}
	begun := time.Now()
	var done, failed atomic.Int64
	var all sync.WaitGroup
	for range clients {
		all.Go(func() {
			for time.Since(begun) < length {
				status, err := ask(s.address, client)
				if err != nil || status != http.StatusOK {
					failed.Add(1)
					continue
				}
				done.Add(1)
			}
		})
	}
	all.Wait()
	wall := time.Since(begun)
	after, err := s.used()
	if err != nil {
		return measure.Sample{}, err
	}
	if done.Load() == 0 || failed.Load() > done.Load()/100 {
		return measure.Sample{}, fmt.Errorf("%d handshakes, %d failed", done.Load(), failed.Load())
	}
	count := time.Duration(done.Load())
	return measure.Sample{Wall: wall / count, CPU: (after - before) / count}, nil
}

// ask makes a connection for one request.
func ask(address string, client tls.Certificate) (int, error) {
	config := &tls.Config{
		Certificates: []tls.Certificate{client}, MinVersion: tls.VersionTLS13,
		InsecureSkipVerify: true, //nolint:gosec // the server is our own, and what it costs to verify it is not asked
	}
	conn, err := tls.Dial("tcp", address, config)
	if err != nil {
		return 0, err
	}
	defer conn.Close() //nolint:errcheck // the answer was read
	_ = conn.SetDeadline(time.Now().Add(startTime))
	_, err = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
	if err != nil {
		return 0, err
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, response.Body)
	return response.StatusCode, err
}

// issue makes a client of the list's CA, and one that stands on the list.
func issue(list, ca string) (tls.Certificate, tls.Certificate, error) {
	serial, err := revokedSerial(list)
	if err != nil {
		return tls.Certificate{}, tls.Certificate{}, err
	}
	good, errGood := issueOne(ca, big.NewInt(4242))
	revoked, errRevoked := issueOne(ca, serial)
	return good, revoked, errors.Join(errGood, errRevoked)
}

// revokedSerial is one from the middle of the list.
func revokedSerial(list string) (*big.Int, error) {
	der, err := os.ReadFile(list)
	if err != nil {
		return nil, fmt.Errorf("reading the list: %w", err)
	}
	parsed, err := x509.ParseRevocationList(der)
	if err != nil {
		return nil, err
	}
	entries := parsed.RevokedCertificateEntries
	if len(entries) == 0 {
		return nil, errors.New("reading the list: it is empty")
	}
	return entries[len(entries)/2].SerialNumber, nil
}

func issueOne(ca string, serial *big.Int) (tls.Certificate, error) {
	issuer, by, err := authorityIn(ca)
	if err != nil {
		return tls.Certificate{}, err
	}
	key, err := kinds()["P-256"]()
	if err != nil {
		return tls.Certificate{}, err
	}
	cert, err := certify(client(serial), issuer, key, by)
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.Certificate{Certificate: [][]byte{cert.Raw}, PrivateKey: key}, nil
}
