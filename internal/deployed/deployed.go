// Package deployed makes the refresher that an environment describes: its
// settings, the AWS adapters, and what the deployment pinned by hash. The
// refresh function runs it, the operator's command looks ahead with it, and
// neither can come to see something else than the other.
//
// It decides nothing, and makes no call before Load.
//
//	deployed, err := deployed.New(os.Getenv)
//	refresher, err := deployed.Load(ctx)
//	report, err := refresher.Run(ctx)
package deployed

import (
	"context"
	"fmt"
	"time"

	"github.com/sekisho/sekisho/internal/awsenv"
	"github.com/sekisho/sekisho/internal/crlhttp"
	"github.com/sekisho/sekisho/internal/elbtrust"
	"github.com/sekisho/sekisho/internal/refresh"
	"github.com/sekisho/sekisho/internal/release"
	"github.com/sekisho/sekisho/internal/s3store"
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

// Refresh is a refresher and what it needs before it can run. It serves one
// caller at a time, as a function does.
type Refresh struct {
	settings   settings.Refresh
	bucket     bucket
	trustStore trustStoreBundle
	// fetcher is made once it is known which CAs HTTPS is trusted by.
	fetcher   func(httpsCA []byte) (*crlhttp.Fetcher, error)
	refresher *refresh.Refresher
	loaded    bool
}

// New wires the refresher from the environment variables of the refresh
// function (package settings) and of AWS (package awsenv). The error names
// everything that is missing or wrong.
func New(getenv func(string) string) (*Refresh, error) {
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
	return &Refresh{
		settings: given, bucket: store, trustStore: trust,
		fetcher: func(httpsCA []byte) (*crlhttp.Fetcher, error) {
			return crlhttp.New(crlhttp.Options{Version: release.Version, RootCAs: httpsCA, Objects: s3store.NewLists(config)})
		},
		refresher: &refresh.Refresher{
			Bucket: store, TrustStore: trust, Contents: trust, TrustStoreARN: given.TrustStoreARN,
			Sources: sources(given.Sources), Limits: limits(given),
			RequireCoverage: given.Revocation == settings.RevocationRequire,
			Clock:           time.Now, Pause: Pause,
		},
	}, nil
}

func sources(given []settings.Source) []refresh.Source {
	all := make([]refresh.Source, len(given))
	for i, s := range given {
		all[i] = refresh.Source{
			Name: s.Name, URLs: s.URLs, MaxAge: time.Duration(s.MaxAge), AllowScoped: s.AllowScoped,
			MaxBytes: s.MaxBytes, Timeout: time.Duration(s.Timeout),
			ReplaceOverlap:      s.Overlap == settings.OverlapReplace,
			CertificateLifetime: time.Duration(s.CertificateLifetime), Guards: guards(s.Guards),
		}
	}
	return all
}

func guards(given settings.Guards) refresh.Guards {
	return refresh.Guards{
		MaxShrinkPercent: given.MaxShrinkPercent, MaxNewlyRevoked: given.MaxNewlyRevoked,
		Hold: given.OnBreach == settings.OnBreachHold, HoldFor: time.Duration(given.HoldFor),
	}
}

func limits(given settings.Refresh) refresh.Limits {
	return refresh.Limits{
		Entries: int64(given.Limits.Entries), Lists: given.Limits.Lists, PEMBytes: settings.MaxListBytes,
	}
}

// Name is the stack's.
func (d *Refresh) Name() string { return d.settings.Name }

// PollEvery is the time between two polls of one run.
func (d *Refresh) PollEvery() time.Duration { return time.Duration(d.settings.PollEvery) }

// Pause waits, and ends early with the context.
func Pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
