package alb

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/pkitest"
)

func (s *site) dial(tb testing.TB, address string, leaf *pkitest.Leaf) (*tls.Conn, *bufio.Reader) {
	tb.Helper()
	conn, err := tls.Dial("tcp", address, s.clientTLS(leaf))
	if err != nil {
		tb.Fatalf("connecting: %v", err)
	}
	tb.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(30 * time.Second)) // a bound, not a pace
	return conn, bufio.NewReader(conn)
}

func readAll(r io.Reader) (string, error) {
	text, err := io.ReadAll(r)
	return string(text), err
}

// TestShutdownUnderLoad: clients come and go, some stay silent in the middle of
// a handshake, and afterwards nothing is left of the listener.
func TestShutdownUnderLoad(t *testing.T) {
	// Not parallel: it counts the goroutines of the process.
	s := newSite(t)
	before := runtime.NumGoroutine()
	var answered atomic.Int64
	listener, err := NewPassthrough(PassthroughConfig{
		Config: s.config("passthrough"), TargetGroupARN: testTargetGroup,
		Invoke: func(context.Context, []byte) ([]byte, error) {
			answered.Add(1)
			return []byte(`{"statusCode":200}`), nil
		},
	})
	if err != nil {
		t.Fatalf("making a listener: %v", err)
	}
	ln, served := serve(t, listener)

	leaf := s.issuing.Issue(t, "client")
	stopLoad := s.load(t, ln.Addr().String(), leaf)
	silent, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatalf("connecting: %v", err)
	}
	for answered.Load() < 20 {
		time.Sleep(time.Millisecond)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	err = listener.Shutdown(ctx)
	if err != nil {
		t.Errorf("shutting down: %v", err)
	}
	err = <-served
	if err != nil {
		t.Errorf("serving: got %v, want nil", err)
	}
	stopLoad()
	_, err = readAll(silent)
	if errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("silent connection: %v", err)
	}
	_ = silent.Close()
	goroutinesReturnTo(t, before)
}

// load keeps four clients busy, with a new connection for each request.
func (s *site) load(tb testing.TB, address string, leaf *pkitest.Leaf) func() {
	tb.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var clients sync.WaitGroup
	for _, edit := range []func(*http.Transport){noKeepAlive, noKeepAlive, overHTTP2, func(*http.Transport) {}} {
		client := s.client(tb, leaf, edit)
		clients.Go(func() {
			for ctx.Err() == nil {
				_, _, _ = get(client, address) // fails once the listener is gone
			}
			client.CloseIdleConnections()
		})
	}
	return func() {
		cancel()
		clients.Wait()
	}
}

func noKeepAlive(t *http.Transport) { t.DisableKeepAlives = true }

func serve(tb testing.TB, listener *Listener) (net.Listener, <-chan error) {
	tb.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatalf("listening: %v", err)
	}
	served := make(chan error, 1)
	go func() { served <- listener.Serve(ln) }()
	return ln, served
}

func goroutinesReturnTo(tb testing.TB, before int) {
	tb.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for runtime.NumGoroutine() > before {
		if time.Now().After(deadline) {
			stacks := make([]byte, 1<<16)
			tb.Fatalf("got %d goroutines, want %d:\n%s", runtime.NumGoroutine(), before, stacks[:runtime.Stack(stacks, true)])
		}
		time.Sleep(time.Millisecond)
	}
}

// TestShutdownCutsOffASlowFunction: when the context of Shutdown ends first, the
// function's context ends too.
func TestShutdownCutsOffASlowFunction(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	started, ended := make(chan struct{}), make(chan struct{})
	listener, err := NewPassthrough(PassthroughConfig{
		Config: s.config("passthrough"), TargetGroupARN: testTargetGroup,
		Invoke: func(ctx context.Context, _ []byte) ([]byte, error) {
			close(started)
			<-ctx.Done()
			close(ended)
			return nil, ctx.Err()
		},
	})
	if err != nil {
		t.Fatalf("making a listener: %v", err)
	}
	ln, served := serve(t, listener)
	patient := s.client(t, nil)
	patient.Timeout = 0 // it is not the client that gives up
	go func() { _, _, _ = get(patient, ln.Addr().String()) }()
	<-started
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	err = listener.Shutdown(ctx)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("shutting down: got %v, want %v", err, context.Canceled)
	}
	<-ended
	err = <-served
	if err != nil {
		t.Errorf("serving: got %v, want nil", err)
	}
}

func TestShutdownBeforeServe(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	listener, err := NewVerify(VerifyConfig{Config: s.config("verify"), TrustStore: s.store})
	if err != nil {
		t.Fatalf("making a listener: %v", err)
	}
	err = listener.Shutdown(context.Background())
	if err != nil {
		t.Fatalf("shutting down: %v", err)
	}
	ln, served := serve(t, listener)
	err = <-served
	if err != nil {
		t.Errorf("serving: got %v, want nil", err)
	}
	_, err = ln.Accept()
	if !errors.Is(err, net.ErrClosed) {
		t.Errorf("the listener: got %v, want it closed", err)
	}
}

func TestQueueClosesWhatNobodyTakes(t *testing.T) {
	t.Parallel()
	q := newQueue(&net.TCPAddr{})
	_ = q.Close()
	ours, theirs := net.Pipe()
	q.put(ours)
	_, err := theirs.Read(make([]byte, 1))
	if !errors.Is(err, io.EOF) {
		t.Errorf("the connection: got %v, want it closed", err)
	}
	_, err = q.Accept()
	if !errors.Is(err, net.ErrClosed) {
		t.Errorf("accepting: got %v, want %v", err, net.ErrClosed)
	}
}

// brokenListener fails with its errors, one after the other.
type brokenListener struct {
	net.Listener
	errors []error
}

func (l *brokenListener) Accept() (net.Conn, error) {
	err := l.errors[0]
	l.errors = l.errors[1:]
	return nil, err
}

func TestServeEndsWithTheListener(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	listener, err := NewVerify(VerifyConfig{Config: s.config("verify"), TrustStore: s.store})
	if err != nil {
		t.Fatalf("making a listener: %v", err)
	}
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("listening: %v", err)
	}
	defer inner.Close()
	broken := errors.New("broken")
	err = listener.Serve(&brokenListener{Listener: inner, errors: []error{tooManyFiles(), broken}})
	if !errors.Is(err, broken) {
		t.Errorf("got %v, want %v after the passing error", err, broken)
	}
	err = listener.Shutdown(context.Background())
	if err != nil {
		t.Errorf("shutting down: %v", err)
	}
}

func TestConfigurationErrors(t *testing.T) {
	t.Parallel()
	_, err := NewVerify(VerifyConfig{Config: Config{Headers: HeaderNames{Leaf: "X Leaf"}}})
	for _, want := range []string{"no server certificate", "no trust store", `"X Leaf"`} {
		contains(t, "verify", err.Error(), want)
	}
	_, err = NewPassthrough(PassthroughConfig{Config: Config{Headers: HeaderNames{Clientcert: "X:"}}})
	for _, want := range []string{"no server certificate", "no function", "no target group", `"X:"`} {
		contains(t, "passthrough", err.Error(), want)
	}
	if strings.Contains(err.Error(), "trust store") {
		t.Errorf("passthrough: got %v", err)
	}
}
