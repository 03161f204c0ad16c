package local

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/sekisho/sekisho/internal/local/alb"
	"github.com/sekisho/sekisho/internal/local/ca"
	"github.com/sekisho/sekisho/internal/local/endpoint"
	"github.com/sekisho/sekisho/internal/local/runtime"
	"github.com/sekisho/sekisho/internal/settings"
	"github.com/sekisho/sekisho/internal/statuspage"
)

// Twin is a running twin.
type Twin struct {
	options Options
	dir     *directory
	console *console

	prepared    settings.Prepared
	authority   *ca.CA
	certificate tls.Certificate
	endpoint    *endpoint.Endpoint
	refresh     *runtime.Function
	beside      *runtime.Function // for what is asked while refresh polls
	verify      *runtime.Function
	schedule    *schedule
	triggers    triggers
	connections *alb.Log
	journal     statuspage.Journal
	sources     sources

	description Description

	mu      sync.Mutex
	closers []func() error
	failed  chan error
}

// Start starts a twin and returns once it can be used: both listeners accept,
// and the first refresh of every source has ended, well or not. Close it.
func Start(ctx context.Context, options Options) (*Twin, error) {
	err := options.check()
	if err != nil {
		return nil, err
	}
	dir, err := openDirectory(options.Dir)
	if err != nil {
		return nil, err
	}
	t := &Twin{options: options, dir: dir, console: &console{out: options.Out}, failed: make(chan error, 8)}
	t.triggers = newTriggers()
	t.onClose(dir.close)
	t.description.PID = os.Getpid()
	err = t.start(ctx)
	if err != nil {
		return nil, errors.Join(err, t.Close())
	}
	return t, nil
}

// start brings the parts up in the order of a deployment: no listener accepts
// before the first refresh.
func (t *Twin) start(ctx context.Context) error {
	for _, step := range []func(context.Context) error{
		t.startAuthority,
		t.startEndpoint,
		t.deploy,
		t.startSchedule,
		t.startGate,
		t.startStatusPage,
		t.startControl,
	} {
		err := step(ctx)
		if err != nil {
			return err
		}
		err = ctx.Err()
		if err != nil {
			return fmt.Errorf("starting the twin: %w", err)
		}
	}
	t.console.announce(t)
	err := t.description.write(t.dir.file(descriptionName))
	if err != nil {
		return err
	}
	t.console.open()
	return nil
}

// startSchedule runs the refresh function once, and then on its schedule.
func (t *Twin) startSchedule(ctx context.Context) error {
	var err error
	t.beside, err = t.besides(ctx)
	if err != nil {
		return err
	}
	t.schedule = &schedule{function: t.refresh, beside: t.beside, every: t.options.Every, observe: t.refreshed}
	t.console.printf("Waiting for the first refresh of %s\n", strings.Join(t.description.CRL, " and "))
	t.schedule.look(ctx)
	background, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { t.schedule.run(background) })
	running.Go(func() { t.triggers.run(background, t.schedule) })
	t.onClose(func() error {
		stop()
		running.Wait()
		return nil
	})
	return nil
}

// besides is the instance of the refresh function for what is asked while its
// schedule's run polls: a deployment leaves room for two then.
func (t *Twin) besides(ctx context.Context) (*runtime.Function, error) {
	if t.options.PollEvery >= settings.DefaultPollEvery {
		return t.refresh, nil
	}
	return t.startFunction(ctx, refreshFunction, t.options.RefreshBinary, refreshTimeout, maps.Clone(t.description.RefreshEnvironment))
}

// Run waits until the context ends or a part of the twin fails.
func (t *Twin) Run(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case err := <-t.failed:
		return err
	}
}

// Description says where everything is.
func (t *Twin) Description() Description { return t.description }

// Close stops everything that was started, the newest first, and removes
// local.json.
func (t *Twin) Close() error {
	t.mu.Lock()
	closers := t.closers
	t.closers = nil
	t.mu.Unlock()
	var errs []error
	for _, closer := range slices.Backward(closers) {
		errs = append(errs, closer())
	}
	return errors.Join(errs...)
}

// onClose has closer called when the twin stops.
func (t *Twin) onClose(closer func() error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closers = append(t.closers, closer)
}

// listen takes one of the twin's ports until the twin stops.
func (t *Twin) listen(offset int) (net.Listener, error) {
	listener, err := listen(t.options.PortBase, offset)
	if err != nil {
		return nil, err
	}
	t.onClose(func() error {
		err := listener.Close()
		if errors.Is(err, net.ErrClosed) {
			return nil
		}
		return err
	})
	return listener, nil
}

// stopTimeout bounds how long open requests may hold up the end.
const stopTimeout = 2 * time.Second

// serve runs an HTTP server until the twin stops.
func (t *Twin) serve(name string, listener net.Listener, handler http.Handler) {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	t.background(name, func() error { return server.Serve(listener) }, func(ctx context.Context) error {
		err := server.Shutdown(ctx)
		if err != nil {
			return server.Close()
		}
		return nil
	})
}

// background runs something that ends by itself only when it fails. shutdown
// ends it: gently while its context lasts, and then at once.
func (t *Twin) background(name string, run func() error, shutdown func(context.Context) error) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		err := run()
		if err != nil && !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
			t.failed <- fmt.Errorf("serving the %s: %w", name, err)
		}
	}()
	t.onClose(func() error {
		ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
		defer cancel()
		err := shutdown(ctx)
		<-done
		if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, net.ErrClosed) {
			return nil
		}
		return err
	})
}
