package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/awsenv"
	"github.com/sekisho/sekisho/internal/clientcert"
	"github.com/sekisho/sekisho/internal/gate"
	"github.com/sekisho/sekisho/internal/s3store"
	"github.com/sekisho/sekisho/internal/settings"
)

// TestEveryDecisionIsPublished: and nothing of who asked.
func TestEveryDecisionIsPublished(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	env := s.env(t)
	given, err := settings.VerifyFromEnv(getenv(env))
	if err != nil {
		t.Fatal(err)
	}
	given.Gate.TargetGroup, given.Gate.Port, given.Gate.Proto = "", 0, ""
	config, err := awsenv.Config(getenv(env))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	told := gateConfig(given)
	told.Observe = observer("gate-2", &out, slog.New(slog.DiscardHandler))
	g, err := gate.New(s3store.NewReader(config, given.Bucket, 0), told, time.Now, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	leaf := s.issuing.Issue(t, "laptop-1", current)
	ask := func(value string) {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		if value != "" {
			r.Header.Set(given.Gate.Header, value)
		}
		g.ServeHTTP(httptest.NewRecorder(), r)
	}
	header := clientcert.Encode(leaf.Chain)
	s.publish(t, 1)
	ask(header)
	ask("")
	ask("x" + header)
	s.publish(t, 2, leaf.Cert.SerialNumber)
	ask(header)
	g.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/healthz", nil))

	got := decisionsIn(t, out.String())
	want := []string{"accepted 0", "no-certificate 0", "pem-syntax 0", "revoked 0"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	for _, secret := range []string{"laptop-1", fmt.Sprintf("\"%X\"", leaf.Cert.SerialNumber), "serial", "CERTIFICATE"} {
		if strings.Contains(out.String(), secret) {
			t.Errorf("%q stands in the metrics: %s", secret, out.String())
		}
	}
}

// decisionsIn are the reasons, and whether nothing could be decided.
func decisionsIn(t *testing.T, text string) []string {
	t.Helper()
	var all []string
	for line := range strings.Lines(text) {
		var read struct {
			AWS                             any `json:"_aws"`
			Stack, Reason                   string
			Decisions, Unavailable, Latency *float64
		}
		err := json.Unmarshal([]byte(line), &read)
		if err != nil || read.AWS == nil || read.Stack != "gate-2" || read.Decisions == nil || *read.Decisions != 1 || read.Latency == nil || *read.Latency < 0 {
			t.Fatalf("no line of one decision: %v: %s", err, line)
		}
		all = append(all, fmt.Sprint(read.Reason, " ", *read.Unavailable))
	}
	return all
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestLostMetricsAreSaid(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	observe := observer("gate", brokenPipe{}, slog.New(slog.NewJSONHandler(&log, nil)))
	observe(gate.Decision{Reason: "revoked"})
	observe(gate.Decision{})
	if strings.Count(log.String(), "metrics are lost") != 2 || !strings.Contains(log.String(), "broken pipe") {
		t.Errorf("logged %s", log.String())
	}
}

func TestLatencyIsInMicroseconds(t *testing.T) {
	t.Parallel()
	line := measured("gate", gate.Decision{Reason: "snapshot-unavailable", Unavailable: true, Took: 1500 * time.Microsecond})
	if got := line.Values["Latency"]; got != 1500 || line.Values["Unavailable"] != 1 {
		t.Errorf("got %v, want 1500 and unavailable", line.Values)
	}
}
