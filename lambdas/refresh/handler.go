package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"github.com/sekisho/sekisho/internal/crl"
	"github.com/sekisho/sekisho/internal/refresh"
)

// loader makes the refresher ready, as package deployed does.
type loader interface {
	Load(ctx context.Context) (*refresh.Refresher, error)
}

// handler runs the refresher for each event. What triggered it is no matter:
// every trigger means the same, look now.
type handler struct {
	deployed loader
	log      *slog.Logger
}

// event is what the function understands of an event.
type event struct {
	// Report "always" answers with the report even when a source has no list
	// in force. A schedule leaves it out: there a failure has to be one.
	Report string `json:"report"`
}

// answer is the report, and what failed.
type answer struct {
	refresh.Report
	Error string `json:"error,omitempty"`
}

// handle is the function. Its error means that some source has no list in
// force; a source that is merely down is said in the report and in the log.
func (h *handler) handle(ctx context.Context, payload json.RawMessage) (answer, error) {
	var asked event
	err := json.Unmarshal(payload, &asked)
	if err != nil {
		return answer{}, fmt.Errorf("reading the event: %w", err)
	}
	report, err := h.run(ctx)
	if err != nil {
		h.log.ErrorContext(ctx, "refresh failed", "error", err.Error())
	}
	if err != nil && asked.Report == "always" {
		return answer{Report: report, Error: err.Error()}, nil
	}
	return answer{Report: report}, err
}

func (h *handler) run(ctx context.Context) (refresh.Report, error) {
	begun := time.Now()
	refresher, err := h.deployed.Load(ctx)
	if err != nil {
		return refresh.Report{Started: begun}, err
	}
	report, err := refresher.Run(ctx)
	for _, outcome := range report.Outcomes {
		logOutcome(ctx, h.log, outcome)
	}
	return report, err
}

// logOutcome writes one line for each decision.
func logOutcome(ctx context.Context, log *slog.Logger, outcome refresh.Outcome) {
	level := levelOf(outcome)
	attributes := []slog.Attr{
		slog.String("source", outcome.Source),
		slog.String("action", string(outcome.Action)),
		slog.String("reason", string(outcome.Reason)),
		slog.String("issuer", outcome.Issuer),
		slog.String("url", outcome.URL),
		slog.String("sha256", outcome.List.SHA256),
		slog.String("number", outcome.List.Number),
		slog.Int("entries", outcome.List.Entries),
		slog.Bool("stale", outcome.Stale),
		slog.Int64("revocationId", outcome.Revocation),
		slog.Any("removed", outcome.Removed),
		slog.String("detail", outcome.Detail),
		slog.String("error", outcome.Error),
	}
	if !outcome.List.ThisUpdate.IsZero() {
		attributes = append(attributes, slog.Time("thisUpdate", outcome.List.ThisUpdate), slog.Time("nextUpdate", outcome.List.NextUpdate))
	}
	for _, step := range outcome.Steps {
		attributes = append(attributes, slog.Float64(step.Name+"Ms", float64(step.Took)/float64(time.Millisecond)))
	}
	log.LogAttrs(ctx, level, "revocation list", attributes...)
}

// levelOf is an error where somebody has to look. A mirror that lags and a
// list past its date are warnings: what alarms is how long they last.
func levelOf(outcome refresh.Outcome) slog.Level {
	switch {
	case outcome.Reason == refresh.Reason(crl.ReasonBehind):
		return slog.LevelWarn
	case outcome.Failed():
		return slog.LevelError
	case outcome.Stale, outcome.Gap:
		return slog.LevelWarn
	default:
		return slog.LevelInfo
	}
}
