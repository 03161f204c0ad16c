// Command refresh is the function that keeps the trust store and the bucket at
// the newest revocation lists. It only wires: the work is in package refresh.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/sekisho/sekisho/internal/awsenv"
	"github.com/sekisho/sekisho/internal/crlhttp"
	"github.com/sekisho/sekisho/internal/elbtrust"
	"github.com/sekisho/sekisho/internal/refresh"
	"github.com/sekisho/sekisho/internal/release"
	"github.com/sekisho/sekisho/internal/s3store"
	"github.com/sekisho/sekisho/internal/settings"
)

func main() {
	log := slog.New(slog.NewJSONHandler(os.Stdout, nil))
	h, err := newHandler(os.Getenv, log)
	if err != nil {
		log.Error("starting the refresh function", "error", err.Error())
		os.Exit(1)
	}
	lambda.Start(h.handle)
}

// newHandler wires the function from its environment.
func newHandler(getenv func(string) string, log *slog.Logger) (*handler, error) {
	given, err := settings.RefreshFromEnv(getenv)
	if err != nil {
		return nil, fmt.Errorf("reading the settings: %w", err)
	}
	config, err := awsenv.Config(getenv)
	if err != nil {
		return nil, err
	}
	store := s3store.New(config, given.Bucket)
	trust, err := elbtrust.New(config, given.TrustStoreARN, given.Bucket)
	if err != nil {
		return nil, err
	}
	fetcher := func(httpsCA []byte) (*crlhttp.Fetcher, error) {
		return crlhttp.New(crlhttp.Options{Version: release.Version, RootCAs: httpsCA, Objects: s3store.NewLists(config)})
	}
	return &handler{
		settings: given, bucket: store, trustStore: trust, fetcher: fetcher, log: log,
		refresher: &refresh.Refresher{
			Bucket: store, TrustStore: trust, Contents: trust,
			Sources: sources(given.Sources), Limits: limits(given),
			RequireCoverage: given.Revocation == settings.RevocationRequire,
			Clock:           time.Now, Pause: pause,
		},
	}, nil
}

func sources(given []settings.Source) []refresh.Source {
	all := make([]refresh.Source, len(given))
	for i, s := range given {
		all[i] = refresh.Source{
			Name: s.Name, URLs: s.URLs, MaxAge: time.Duration(s.MaxAge), AllowScoped: s.AllowScoped,
			MaxBytes: s.MaxBytes, Timeout: time.Duration(s.Timeout),
			ReplaceOverlap: s.Overlap == settings.OverlapReplace,
		}
	}
	return all
}

func limits(given settings.Refresh) refresh.Limits {
	return refresh.Limits{
		Entries: int64(given.Limits.Entries), Lists: given.Limits.Lists, PEMBytes: settings.MaxListBytes,
	}
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
