// Command canary is the function that tries a good and a revoked client
// certificate at both listeners, as clients would, and publishes what became
// of them. It only wires: the work is in package canary.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/sekisho/sekisho/internal/awsenv"
	"github.com/sekisho/sekisho/internal/canary"
	"github.com/sekisho/sekisho/internal/s3store"
	"github.com/sekisho/sekisho/internal/secrets"
	"github.com/sekisho/sekisho/internal/settings"
)

func main() {
	log := slog.New(slog.NewJSONHandler(os.Stdout, nil))
	h, err := newHandler(os.Getenv, log)
	if err != nil {
		log.Error("starting the canary function", "error", err.Error())
		os.Exit(1)
	}
	lambda.Start(func(ctx context.Context) error { return h.handle(ctx) })
}

// newHandler wires the function from its environment. It makes no call.
func newHandler(getenv func(string) string, log *slog.Logger) (*handler, error) {
	given, err := settings.CanaryFromEnv(getenv)
	if err != nil {
		return nil, fmt.Errorf("reading the settings: %w", err)
	}
	config, err := awsenv.Config(getenv)
	if err != nil {
		return nil, err
	}
	return &handler{
		canary: &canary.Canary{
			Dial: canary.Dialer{}, Lists: canary.InForce{Bucket: s3store.NewReader(config, given.Bucket, 0)}, Clock: time.Now,
			Listeners: []canary.Listener{{Name: canary.Verify, URL: given.Round.VerifyURL}, {Name: canary.Passthrough, URL: given.Round.PassthroughURL}},
		},
		secrets: secrets.New(config), good: given.Round.GoodSecretARN, revoked: given.Round.RevokedSecretARN,
		stack: given.Name, metrics: os.Stdout, log: log, now: time.Now,
	}, nil
}
