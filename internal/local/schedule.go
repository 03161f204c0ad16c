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
	// beside is a second instance for what is asked meanwhile; the same where
	// no run takes long.
	beside  invoker
	every   time.Duration
	observe func(Run)

	mu   sync.Mutex
	last Run
}

// run keeps the schedule until the context ends. Where its runs poll, the first
// one begins at once, as that of a schedule by rate does: the run that came
// before was one look.
func (s *schedule) run(ctx context.Context) {
	ticker := time.NewTicker(s.every)
	defer ticker.Stop()
	if s.beside != s.function {
		s.invoke(ctx, s.function, scheduled(time.Now()))
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			s.invoke(ctx, s.function, scheduled(time.Now()))
		}
	}
}

// look runs the function once, now.
func (s *schedule) look(ctx context.Context) Run { return s.trigger(ctx, byHand()) }

// trigger runs the function for an event, beside a run that polls.
func (s *schedule) trigger(ctx context.Context, event []byte) Run {
	return s.invoke(ctx, s.beside, event)
}

// invoke runs the function now and remembers what it said.
func (s *schedule) invoke(ctx context.Context, function invoker, event []byte) Run {
	run := Run{Started: time.Now()}
	text, err := function.Invoke(ctx, event)
	run.Took = time.Since(run.Started)
	var given answer
	if err == nil {
		given, err = readAnswer(text)
	}
	run.Report, run.Error = given.Report, given.Error
	if err != nil {
		run.Error = said(err)
	}
	if ctx.Err() == nil {
		s.noteAll(given.Earlier, run)
	}
	return run
}

// noteAll notes every look of a run that polled.
func (s *schedule) noteAll(earlier []refresh.Report, last Run) {
	for _, report := range earlier {
		s.note(Run{Started: report.Started, Report: report})
	}
	if len(earlier) > 0 {
		last.Started = last.Report.Started
	}
	s.note(last)
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

// answer is what the refresh function answers: its last report, those of the
// looks before it, and what it says has failed.
type answer struct {
	refresh.Report
	Earlier []refresh.Report `json:"earlier"`
	Error   string           `json:"error"`
}

// readAnswer reads an answer: a program that answers something else is not the
// refresh function.
func readAnswer(text []byte) (answer, error) {
	var given answer
	err := json.Unmarshal(text, &given)
	if err != nil {
		return answer{}, fmt.Errorf("reading the answer of the refresh function: %w", err)
	}
	if given.Started.IsZero() {
		return answer{}, errors.New("reading the answer of the refresh function: it is no report of a run")
	}
	return given, nil
}
