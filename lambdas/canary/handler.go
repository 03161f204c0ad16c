package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/sekisho/sekisho/internal/canary"
)

// store has the clients' certificates and keys.
type store interface {
	// Get is the present value of a secret.
	Get(ctx context.Context, id string) ([]byte, error)
}

// handler is one round of the canary for each event, whatever it is.
type handler struct {
	canary        *canary.Canary
	secrets       store
	good, revoked string
	stack         string
	metrics       io.Writer
	log           *slog.Logger
	now           func() time.Time
}

// handle makes one round. What it sees is said in log and metrics and fails
// nothing; it fails when it could not look. The certificates are read anew for
// each round, so that renewed ones count at once.
func (h *handler) handle(ctx context.Context) error {
	good, err := h.client(ctx, h.good)
	if err != nil {
		return err
	}
	revoked, err := h.client(ctx, h.revoked)
	if err != nil {
		return err
	}
	for _, result := range h.canary.Round(ctx, good, revoked) {
		h.say(ctx, result)
		text, err := result.Line(h.stack).Encode(h.now())
		if err != nil {
			return err
		}
		_, err = h.metrics.Write(text)
		if err != nil {
			return fmt.Errorf("publishing what was seen: %w", err)
		}
	}
	return nil
}

func (h *handler) client(ctx context.Context, id string) (tls.Certificate, error) {
	text, err := h.secrets.Get(ctx, id)
	if err != nil {
		return tls.Certificate{}, err
	}
	client, err := canary.ParseSecret(text)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("%s: %w", id, err)
	}
	return client, nil
}

func (h *handler) say(ctx context.Context, r canary.Result) {
	level := slog.LevelInfo
	switch r.Verdict {
	case canary.Wrong:
		level = slog.LevelError
	case canary.Unknown:
		level = slog.LevelWarn
	}
	h.log.LogAttrs(ctx, level, "canary",
		slog.String("listener", r.Listener), slog.String("verdict", string(r.Verdict)), slog.String("why", r.Why),
		slog.String("good", string(r.Good.Treatment)), slog.String("goodDetail", r.Good.Detail),
		slog.String("revoked", string(r.Revoked.Treatment)), slog.String("revokedDetail", r.Revoked.Detail),
		slog.Float64("enforcedSeconds", r.Enforced.Seconds()))
}
