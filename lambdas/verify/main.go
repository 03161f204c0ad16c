// Command verify is the function behind a passthrough listener: it decides who
// may pass from the certificate chain that the load balancer forwards. It only
// wires: the work is in package gate.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/sekisho/sekisho/internal/albtarget"
	"github.com/sekisho/sekisho/internal/awsenv"
	"github.com/sekisho/sekisho/internal/chain"
	"github.com/sekisho/sekisho/internal/gate"
	"github.com/sekisho/sekisho/internal/s3store"
	"github.com/sekisho/sekisho/internal/settings"
)

func main() {
	log := slog.New(slog.NewJSONHandler(os.Stdout, nil))
	target, err := newTarget(context.Background(), os.Getenv, log)
	if err != nil {
		log.Error("starting the verify function", "error", err.Error())
		os.Exit(1)
	}
	lambda.Start(target)
}

// newTarget wires the function from its environment, and reads the snapshot
// while Lambda still counts it as initialisation.
func newTarget(ctx context.Context, getenv func(string) string, log *slog.Logger) (*albtarget.Target, error) {
	given, err := settings.VerifyFromEnv(getenv)
	if err != nil {
		return nil, fmt.Errorf("reading the settings: %w", err)
	}
	config, err := awsenv.Config(getenv)
	if err != nil {
		return nil, err
	}
	told := gateConfig(given)
	told.Observe = observer(given.Name, os.Stdout, log)
	verifier, err := gate.New(s3store.NewReader(config, given.Bucket, 0), told, time.Now, log)
	if err != nil {
		return nil, err
	}
	err = verifier.Load(ctx)
	if err != nil {
		log.Warn("starting without a snapshot: requests get 503 until there is one", "error", err.Error())
	}
	handler, err := handlerOf(verifier, given.Gate.Upstream)
	if err != nil {
		return nil, err
	}
	return albtarget.New(handler, log), nil
}

// maxAnswer is what a load balancer takes of a function in bytes (ALB guide,
// "Lambda functions as targets").
const maxAnswer = 1 << 20

// handlerOf answers with the identity, or passes accepted requests on.
func handlerOf(verifier *gate.Gate, upstream string) (http.Handler, error) {
	if upstream == "" {
		return verifier, nil
	}
	return verifier.Upstream(gate.UpstreamOptions{URL: upstream, WholeBytes: maxAnswer})
}

func gateConfig(given settings.Verify) gate.Config {
	g := given.Gate
	return gate.Config{
		Header:       g.Header,
		BundleKey:    given.BundleKey,
		BundleSHA256: given.BundleSHA256,
		Chain: chain.Options{
			Revocation: chain.Mode(g.Revocation),
			Grace:      time.Duration(g.Grace),
		},
		MaxSnapshotAge: time.Duration(g.MaxSnapshotAge),
		SnapshotGrace:  time.Duration(g.SnapshotGrace),
		Expected: gate.Expected{
			TargetGroup: g.TargetGroup, Port: g.Port, Proto: g.Proto,
			SubjectCN: g.SubjectCN, IssuerCN: g.IssuerCN,
		},
		HealthPath: g.HealthPath,
	}
}
