package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/sekisho/sekisho/internal/crl"
	"github.com/sekisho/sekisho/internal/refresh"
)

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
		slog.String("breach", string(outcome.Breach)),
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
	case outcome.Failed(), outcome.Action == refresh.Hold:
		return slog.LevelError
	case outcome.Stale, outcome.Gap, outcome.Breach != "":
		return slog.LevelWarn
	default:
		return slog.LevelInfo
	}
}
