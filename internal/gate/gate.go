// Package gate decides whether a request may pass, from the certificate chain
// that a load balancer forwards with it: an ordinary http.Handler over one
// consistent snapshot of trust anchors and revocation lists.
//
// It answers 200 with the identity, 401 without a certificate, 403 with a
// reason, and 503 when it cannot decide. Nothing that is missing, doubtful or
// too old ever lets anybody in.
//
// The snapshot is what the refresher's manifest names (package snapshot). It is
// checked before a decision when it is older than a few seconds, because
// nothing runs between requests in a function that is frozen; ages are judged
// by the wall clock for the same reason.
//
// The package knows neither Lambda nor S3: albtarget brings events in, and
// anything with a Get can be the bucket. It does not terminate TLS, so it
// believes the header that it is configured with: who can write that header,
// and reach the gate, decides what the header says. Origin is the defence.
package gate

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"time"

	"github.com/sekisho/sekisho/internal/chain"
	"github.com/sekisho/sekisho/internal/policy"
)

// bucket reads what the refresher wrote. It retries what is worth retrying
// within ctx, and bounds what it reads.
type bucket interface {
	// Get returns the object and its tag. With the tag of an earlier answer it
	// may return a nil body and that tag: the object is unchanged. That there
	// never was such an object is an error that is fs.ErrNotExist. Where the
	// bucket can tell that there was, and it was deleted, the error is not, and
	// has a method Deleted() bool.
	Get(ctx context.Context, key, etag string) (body []byte, tag string, err error)
}

// Config says what a gate believes and demands. Its zero value is as strict as
// it can be, and refused for what it leaves out.
type Config struct {
	// Header carries the client's chain.
	Header string
	// BundleKey is the CA bundle in the bucket, BundleSHA256 (hex) the only
	// content that is accepted there.
	BundleKey    string
	BundleSHA256 string
	// Chain is how certificates are verified.
	Chain chain.Options
	// MaxSnapshotAge is how old the snapshot may be before it is checked
	// again; 0 checks it before every decision.
	MaxSnapshotAge time.Duration
	// SnapshotGrace is how old it may be when that check fails.
	SnapshotGrace time.Duration
	// Expected is what every request must be like.
	Expected Expected
	// HealthPath is answered without a look at anything; empty for none.
	HealthPath string
	// Observe, where it is set, is told of every decision before the answer is
	// written. It is called concurrently.
	Observe func(Decision)
}

// Gate is the handler. It may be used concurrently.
type Gate struct {
	config Config
	holder *holder
	now    func() time.Time
	logger *slog.Logger
}

// New makes a gate and reads nothing yet. Decisions go to logger, one line
// each, and so does everything that is wrong with the snapshot.
func New(bucket bucket, config Config, now func() time.Time, logger *slog.Logger) (*Gate, error) {
	err := config.check()
	if err != nil {
		return nil, fmt.Errorf("setting up the gate: %w", err)
	}
	return &Gate{config: config, holder: newHolder(bucket, config, now, logger), now: now, logger: logger}, nil
}

// Load gets the snapshot ready before the first request. That it fails need
// not end a program: the first request tries again.
func (g *Gate) Load(ctx context.Context) error {
	_, _, err := g.holder.current(ctx)
	return err
}

// ServeHTTP answers one request, whatever its path and method.
func (g *Gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if g.isHealthCheck(r) {
		writeHealthy(w)
		return
	}
	g.judge(r, requested(r)).write(w, readerOf(r.Header))
}

// judge decides, and writes it into the log.
func (g *Gate) judge(r *http.Request, asked policy.Request) verdict {
	began := g.now()
	v := g.decide(r, asked)
	took := g.now().Sub(began)
	g.audit(r.Context(), v, took)
	g.observed(v, took)
	return v
}

// isHealthCheck goes by the path alone: a client can call itself a health
// checker as well. The path serves nothing else, so its answer grants nothing.
func (g *Gate) isHealthCheck(r *http.Request) bool {
	return g.config.HealthPath != "" && r.URL.EscapedPath() == g.config.HealthPath
}

func (c Config) check() error {
	var errs []error
	if c.Header == "" {
		errs = append(errs, errors.New("no header is named that carries the client's chain"))
	}
	if c.BundleKey == "" || !isSHA256(c.BundleSHA256) {
		errs = append(errs, errors.New("the CA bundle needs a key and its SHA-256 in 64 lower-case hexadecimal digits"))
	}
	if c.MaxSnapshotAge < 0 || c.SnapshotGrace < 0 {
		errs = append(errs, errors.New("the age and the grace of a snapshot cannot be negative"))
	}
	return errors.Join(errs...)
}

func isSHA256(text string) bool { return regexp.MustCompile(`^[0-9a-f]{64}$`).MatchString(text) }
