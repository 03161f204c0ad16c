package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/sekisho/sekisho/internal/cabundle"
	"github.com/sekisho/sekisho/internal/crl"
	"github.com/sekisho/sekisho/internal/refresh"
	"github.com/sekisho/sekisho/internal/settings"
)

// bucket is where the deployed CA bundle lies.
type bucket interface {
	Get(ctx context.Context, key string) (refresh.Object, error)
}

// trustStoreBundle reads the bundle of an attached trust store.
type trustStoreBundle interface {
	Bundle(ctx context.Context) ([]byte, error)
}

// handler runs the refresher for each event. What the event says is no matter:
// every trigger means the same, look now.
type handler struct {
	settings   settings.Refresh
	bucket     bucket
	trustStore trustStoreBundle
	refresher  *refresh.Refresher
	log        *slog.Logger

	mu     sync.Mutex
	loaded bool
}

// handle is the function. Its error means that some source has no list in
// force; a source that is merely down is said in the report and in the log.
func (h *handler) handle(ctx context.Context, _ json.RawMessage) (refresh.Report, error) {
	err := h.loadBundle(ctx)
	if err != nil {
		h.log.Error("refresh failed", "error", err.Error())
		return refresh.Report{}, err
	}
	report, err := h.refresher.Run(ctx)
	for _, outcome := range report.Outcomes {
		logOutcome(ctx, h.log, outcome)
	}
	if err != nil {
		h.log.Error("refresh failed", "error", err.Error())
	}
	return report, err
}

// loadBundle reads the CA bundle once for each instance of the function.
func (h *handler) loadBundle(ctx context.Context) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.loaded {
		return nil
	}
	text, err := h.readBundle(ctx)
	if err != nil {
		return err
	}
	bundle, err := cabundle.Parse(text)
	if err != nil {
		return fmt.Errorf("reading the CA bundle: %w", err)
	}
	h.refresher.Bundle = refresh.Bundle{Key: h.settings.BundleKey, SHA256: bundle.SHA256, Issuers: bundle.Certificates}
	h.loaded = true
	return nil
}

// readBundle is the bundle with the deployed hash, or the trust store's own.
func (h *handler) readBundle(ctx context.Context) ([]byte, error) {
	if h.settings.BundleKey == "" {
		return h.trustStore.Bundle(ctx)
	}
	object, err := h.bucket.Get(ctx, h.settings.BundleKey)
	if err != nil {
		return nil, fmt.Errorf("reading the CA bundle: %w", err)
	}
	sum := sha256.Sum256(object.Body)
	if hex.EncodeToString(sum[:]) != h.settings.BundleSHA256 {
		return nil, fmt.Errorf("reading the CA bundle: %s is not the bundle that was deployed: deploy again, and find out who wrote it", h.settings.BundleKey)
	}
	return object.Body, nil
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
