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
	"github.com/sekisho/sekisho/internal/crlhttp"
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

// handler runs the refresher for each event. What triggered it is no matter:
// every trigger means the same, look now.
type handler struct {
	settings   settings.Refresh
	bucket     bucket
	trustStore trustStoreBundle
	// fetcher is made once it is known which CAs HTTPS is trusted by.
	fetcher   func(httpsCA []byte) (*crlhttp.Fetcher, error)
	refresher *refresh.Refresher
	log       *slog.Logger

	mu     sync.Mutex
	loaded bool
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
	err := h.load(ctx)
	if err != nil {
		return refresh.Report{Started: h.refresher.Clock()}, err
	}
	report, err := h.refresher.Run(ctx)
	for _, outcome := range report.Outcomes {
		logOutcome(ctx, h.log, outcome)
	}
	return report, err
}

// load reads what does not change as long as this instance of the function
// lives: CA bundle and HTTPS CAs are pinned by their hashes. The bundle of an
// attached trust store is its owner's and read every time.
func (h *handler) load(ctx context.Context) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.loaded && h.settings.BundleKey != "" {
		return nil
	}
	err := h.loadBundle(ctx)
	if err != nil || h.loaded {
		return err
	}
	httpsCA, err := h.pinned(ctx, "the CAs for HTTPS", h.settings.HTTPSCAKey, h.settings.HTTPSCASHA256)
	if err != nil {
		return err
	}
	h.refresher.Fetcher, err = h.fetcher(httpsCA)
	h.loaded = err == nil
	return err
}

func (h *handler) loadBundle(ctx context.Context) error {
	text, err := h.readBundle(ctx)
	if err != nil {
		return err
	}
	bundle, err := cabundle.Parse(text)
	if err != nil {
		return fmt.Errorf("reading the CA bundle: %w", err)
	}
	h.refresher.Bundle = refresh.Bundle{Key: h.settings.BundleKey, SHA256: bundle.SHA256, Issuers: bundle.Certificates}
	return nil
}

// readBundle is the bundle with the deployed hash, or the trust store's own.
func (h *handler) readBundle(ctx context.Context) ([]byte, error) {
	if h.settings.BundleKey == "" {
		return h.trustStore.Bundle(ctx)
	}
	return h.pinned(ctx, "the CA bundle", h.settings.BundleKey, h.settings.BundleSHA256)
}

// pinned reads an object that must have the hash it had at deployment; nothing
// when there is none.
func (h *handler) pinned(ctx context.Context, what, key, hash string) ([]byte, error) {
	if key == "" {
		return nil, nil
	}
	object, err := h.bucket.Get(ctx, key)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", what, err)
	}
	sum := sha256.Sum256(object.Body)
	if hex.EncodeToString(sum[:]) != hash {
		return nil, fmt.Errorf("reading %s: %s is not what was deployed: deploy again, and find out who wrote it", what, key)
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
