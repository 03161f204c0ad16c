package main

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"time"

	"github.com/sekisho/sekisho/internal/refresh"
)

// loader makes the refresher ready, as package deployed does.
type loader interface {
	Load(ctx context.Context) (*refresh.Refresher, error)
}

// handler runs the refresher for each event. What triggered it is no matter:
// every trigger means the same, look now. Only the schedule's run goes on
// looking until the next one is near.
type handler struct {
	deployed loader
	log      *slog.Logger
	// metrics takes lines for CloudWatch, under the name of the stack.
	metrics io.Writer
	stack   string
	// every is the time between two polls.
	every time.Duration
	// now is the present; pause waits, and ends early with the context.
	now   func() time.Time
	pause func(ctx context.Context, d time.Duration) error
}

// answer is the report, and what failed.
type answer struct {
	refresh.Report
	// Earlier are the reports of the looks before the last one.
	Earlier []refresh.Report `json:"earlier,omitempty"`
	Error   string           `json:"error,omitempty"`

	err error
}

func (a answer) with(last look) answer {
	a.Report, a.err = last.report, last.err
	return a
}

// look is what one look at everything came to.
type look struct {
	refresher *refresh.Refresher
	report    refresh.Report
	err       error
}

// handle is the function. Its error means that some source has no list in
// force; a source that is merely down is said in the report, in the log and in
// the metrics. So a CA that is away for days fills no queue of failed events.
func (h *handler) handle(ctx context.Context, payload json.RawMessage) (answer, error) {
	ctx, cancel := inTime(ctx)
	defer cancel()
	asked := eventOf(payload)
	ordered, err := ordersOf(payload)
	if err != nil {
		return answer{}, err
	}
	if ordered.given() {
		return h.carryOut(ctx, ordered)
	}
	if asked.trigger() != bySchedule {
		h.log.InfoContext(ctx, "triggered", asked.attributes()...)
	}
	given := h.run(ctx, asked)
	if given.err != nil && asked.Report == "always" {
		given.Error = given.err.Error()
		return given, nil
	}
	return given, given.err
}

func (h *handler) run(ctx context.Context, asked event) answer {
	begun := h.now()
	refresher, err := h.deployed.Load(ctx)
	if err != nil {
		h.log.ErrorContext(ctx, "refresh failed", "error", err.Error())
		return answer{}.with(look{report: refresh.Report{Started: begun}, err: err})
	}
	first := h.look(ctx, refresher)
	if !asked.polls(begun) {
		return answer{}.with(first)
	}
	return h.poll(ctx, begun, first)
}

// look runs once, and says what came of it in log and metrics.
func (h *handler) look(ctx context.Context, refresher *refresh.Refresher) look {
	report, err := refresher.Run(ctx)
	h.say(ctx, report, err)
	return look{refresher: refresher, report: report, err: err}
}

// say puts what a run came to into log and metrics.
func (h *handler) say(ctx context.Context, report refresh.Report, err error) {
	for _, problem := range report.Unrecorded {
		h.log.ErrorContext(ctx, "decision record not written", "error", problem)
	}
	if report.Untidy != "" {
		h.log.WarnContext(ctx, "bucket not tidied up", "error", report.Untidy)
	}
	for _, outcome := range report.Outcomes {
		logOutcome(ctx, h.log, outcome)
	}
	if err != nil {
		h.log.ErrorContext(ctx, "refresh failed", "error", err.Error())
	}
	h.measure(ctx, report)
}

// measure publishes the metrics of a look. That they are lost is no reason to
// call the look failed: alarms take missing ones for bad news.
func (h *handler) measure(ctx context.Context, report refresh.Report) {
	now := h.now()
	for _, line := range report.Measure(h.stack, now) {
		text, err := line.Encode(now)
		if err == nil {
			_, err = h.metrics.Write(text)
		}
		if err != nil {
			h.log.ErrorContext(ctx, "metrics are lost", "error", err.Error())
		}
	}
}
