package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/sekisho/sekisho/internal/awsenv"
	"github.com/sekisho/sekisho/internal/chain"
	"github.com/sekisho/sekisho/internal/gate"
	"github.com/sekisho/sekisho/internal/s3store"
	"github.com/sekisho/sekisho/internal/settings"
	"github.com/sekisho/sekisho/internal/snapshot"
)

// snapshots is where a gate reads, as the gate wants it.
type snapshots interface {
	Get(ctx context.Context, key, etag string) ([]byte, string, error)
}

// newVerifier is the gate over a bucket or over files. Names of files count
// from where the configuration is.
func newVerifier(config settings.Server, name string, log *slog.Logger, page *serveStatus) (*gate.Gate, error) {
	if config.Bucket.Name == "" {
		files, err := openFiles(config.Files, name)
		if err != nil {
			return nil, err
		}
		return newGate(page.watch(files), files.bundle.SHA256, config.Gate, log)
	}
	aws, err := awsenv.Config(os.Getenv)
	if err != nil {
		return nil, &usageError{err}
	}
	return newGate(page.watch(s3store.NewReader(aws, config.Bucket.Name, 0)), config.Bucket.CABundleSHA256, config.Gate, log)
}

func newGate(source snapshots, bundle string, g settings.Gate, log *slog.Logger) (*gate.Gate, error) {
	verifier, err := gate.New(source, gate.Config{
		Header:       g.Header,
		BundleKey:    snapshot.BundleKey(bundle),
		BundleSHA256: bundle,
		Chain: chain.Options{
			Revocation: chain.Mode(g.Revocation),
			Grace:      time.Duration(g.Grace),
		},
		MaxSnapshotAge: time.Duration(g.MaxSnapshotAge),
		SnapshotGrace:  time.Duration(g.SnapshotGrace),
		Expected:       gate.Expected{Port: g.Port, Proto: g.Proto, SubjectCN: g.SubjectCN, IssuerCN: g.IssuerCN},
		HealthPath:     g.HealthPath,
	}, time.Now, log)
	if err != nil {
		return nil, fmt.Errorf("making the verifier: %w", err)
	}
	return verifier, nil
}
