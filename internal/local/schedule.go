package local

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/sekisho/sekisho/internal/local/runtime"
	"github.com/sekisho/sekisho/internal/refresh"
)

// invoker runs a function once. An error of the function itself is a
// *runtime.Error.
type invoker interface {
	Invoke(ctx context.Context, payload []byte) ([]byte, error)
}

// Run is one invocation of the refresh function.
type Run struct {
	Started time.Time      `json:"started"`
	Took    time.Duration  `json:"tookNanoseconds"`
	Report  refresh.Report `json:"report"`
	// Error is what the function answered instead of a report, or along with it.
	Error string `json:"error,omitempty"`
}

// schedule invokes the refresh function again and again, as EventBridge
// Scheduler does, and once more whenever somebody asks.
type schedule struct {
	function invoker
	every    time.Duration
	observe  func(Run)

	mu   sync.Mutex
	last Run
}

// event is what EventBridge Scheduler sends when no input is configured, and
// the wish to hear the whole report: a failure is shown here, not retried.
func event(now time.Time) []byte {
	text, err := json.Marshal(map[string]any{
		"version": "0", "source": "aws.scheduler", "detail-type": "Scheduled Event",
		"account": account, "region": region, "time": now.UTC().Format(time.RFC3339),
		"resources": []string{}, "detail": "{}", "report": "always",
	})
	if err != nil {
		return []byte("{}")
	}
	return text
}

// run keeps the schedule until the context ends.
func (s *schedule) run(ctx context.Context) {
	ticker := time.NewTicker(s.every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			s.invoke(ctx)
		}
	}
}

// invoke runs the function now and remembers what it said.
func (s *schedule) invoke(ctx context.Context) Run {
	run := Run{Started: time.Now()}
	answer, err := s.function.Invoke(ctx, event(run.Started))
	run.Took = time.Since(run.Started)
	if err == nil {
		run.Report, run.Error, err = reportOf(answer)
	}
	if err != nil {
		run.Error = said(err)
	}
	if ctx.Err() == nil {
		s.note(run)
	}
	return run
}

func (s *schedule) note(run Run) {
	s.mu.Lock()
	s.last = run
	s.mu.Unlock()
	s.observe(run)
}

func (s *schedule) latest() Run {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last
}

func said(err error) string {
	var failed *runtime.Error
	if errors.As(err, &failed) {
		return failed.Message
	}
	return err.Error()
}

// reportOf reads what the refresh function answers, and what it says has
// failed: a program that answers something else is not one.
func reportOf(answer []byte) (refresh.Report, string, error) {
	var said struct {
		refresh.Report
		Error string `json:"error"`
	}
	err := json.Unmarshal(answer, &said)
	if err != nil {
		return refresh.Report{}, "", fmt.Errorf("reading the answer of the refresh function: %w", err)
	}
	if said.Started.IsZero() {
		return refresh.Report{}, "", errors.New("reading the answer of the refresh function: it is no report of a run")
	}
	return said.Report, said.Error, nil
}
