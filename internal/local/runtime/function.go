package runtime

import (
	"context"
	"fmt"
	"sync"
)

// maxPayload is Lambda's limit for an event and for an answer, in bytes: 6 MB
// and a little (Lambda Developer Guide, "Lambda quotas").
const maxPayload = 6<<20 + 100

// Function is one function: at most one process, and a queue before it. Its
// methods may be called from several goroutines.
type Function struct {
	config Config
	queue  chan *invocation
	ctx    context.Context
	cancel context.CancelFunc
	done   chan struct{}

	mu    sync.Mutex
	state State
}

// Start starts the program and returns without waiting for it to be ready. The
// function lives until Close, or until ctx ends.
func Start(ctx context.Context, config Config) (*Function, error) {
	config, err := config.withDefaults()
	if err != nil {
		return nil, fmt.Errorf("starting function %s: %w", config.Name, err)
	}
	f := &Function{config: config, queue: make(chan *invocation), done: make(chan struct{})}
	f.ctx, f.cancel = context.WithCancel(ctx)
	first, err := f.start()
	if err != nil {
		f.cancel()
		return nil, fmt.Errorf("starting function %s: %w", config.Name, err)
	}
	go f.supervise(first)
	return f, nil
}

// ARN is the name under which events tell the function that it was invoked.
func (f *Function) ARN() string { return f.config.arn() }

// Invoke is [Function.InvokeAs] without an alias.
func (f *Function) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	return f.InvokeAs(ctx, "", payload)
}

// InvokeAs hands one event to the function, through an alias unless that is
// empty, and returns its answer. The alias is the last part of the ARN that the
// function is told; every alias is of the one version there is. It waits for
// its turn and for the program to be ready; each is bounded by the time-outs of
// Config, and all by ctx. What the function reports, and what ends it, is an
// *Error. When ctx ends early, the function finishes the event all the same.
func (f *Function) InvokeAs(ctx context.Context, alias string, payload []byte) ([]byte, error) {
	answer, err := f.invoke(ctx, alias, payload)
	if err != nil {
		return nil, fmt.Errorf("invoking %s: %w", f.config.Name, err)
	}
	return answer, nil
}

func (f *Function) invoke(ctx context.Context, alias string, payload []byte) ([]byte, error) {
	if len(payload) > maxPayload {
		return nil, tooLargeError(TypeRequestTooLarge, "event")
	}
	call := newInvocation(payload)
	call.alias = alias
	select {
	case f.queue <- call:
	case <-ctx.Done():
		return nil, fmt.Errorf("waiting for a turn: %w", context.Cause(ctx))
	case <-f.done:
		return nil, ErrClosed
	}
	select {
	case result := <-call.result:
		return result.payload, result.err
	case <-ctx.Done():
		return nil, fmt.Errorf("waiting for the answer: %w", context.Cause(ctx))
	}
}

// Close kills the function and everything it started, and waits until they are
// gone and their output is written. Calls in flight end with ErrClosed.
func (f *Function) Close() error {
	f.cancel()
	<-f.done
	return nil
}
