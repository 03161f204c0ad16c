package main

import (
	"context"
	"crypto/x509"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"github.com/sekisho/sekisho/internal/awsenv"
	"github.com/sekisho/sekisho/internal/chain"
	"github.com/sekisho/sekisho/internal/gate"
	"github.com/sekisho/sekisho/internal/local/runtime"
	"github.com/sekisho/sekisho/internal/pkitest"
	"github.com/sekisho/sekisho/internal/settings"
)

// The test program is also the function, when it is started as one.
func TestMain(m *testing.M) {
	if os.Getenv("AWS_LAMBDA_RUNTIME_API") != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

const targetGroup = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/verifier/0123456789abcdef"

// The real main, in a process of its own that is stopped between requests, over
// a real S3 client: what the whole thing is for.
func TestClientRevokedWhileTheFunctionIsFrozen(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	function := s.start(t)
	leaf := s.issuing.Issue(t, "laptop-1", current)
	other := s.issuing.Issue(t, "laptop-2", current)

	check(t, send(t, function, event(leaf)), 503, `"reason":"snapshot-unavailable"`)
	s.publish(t, 1)
	eventually(t, "the client is accepted", func() bool { return send(t, function, event(leaf)).StatusCode == 200 })

	eventually(t, "the function is frozen", func() bool { return function.State().Phase == runtime.Frozen })
	s.publish(t, 2, leaf.Cert.SerialNumber)
	check(t, send(t, function, event(leaf)), 403, `"reason":"revoked"`)
	check(t, send(t, function, event(other)), 200, `"subject":"CN=laptop-2"`)
	if function.Restarts() != 0 {
		t.Errorf("the function was restarted %d times, want the same process", function.Restarts())
	}
}

func TestBothFormsOfEvent(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.publish(t, 1)
	function := s.start(t)
	leaf := s.issuing.Issue(t, "laptop-1", current)
	multi := event(leaf)
	single := multi
	single.MultiValueHeaders, single.Headers = nil, map[string]string{}
	for name, values := range multi.MultiValueHeaders {
		single.Headers[name] = values[0]
	}
	check(t, send(t, function, multi), 200, `"subject":"CN=laptop-1"`)
	check(t, send(t, function, single), 200, `"subject":"CN=laptop-1"`)

	both := multi
	both.Headers = single.Headers
	check(t, send(t, function, both), 400, `"reason":"ambiguous-headers"`)
	without := multi
	without.MultiValueHeaders = maps.Clone(multi.MultiValueHeaders)
	delete(without.MultiValueHeaders, "x-amzn-mtls-clientcert")
	check(t, send(t, function, without), 401, `"reason":"no-certificate"`)
	elsewhere := multi
	elsewhere.RequestContext.ELB.TargetGroupArn = strings.Replace(targetGroup, "verifier", "other", 1)
	check(t, send(t, function, elsewhere), 403, `"reason":"target-group"`)
	health := events.ALBTargetGroupRequest{HTTPMethod: "GET", Path: "/healthz", Headers: map[string]string{"user-agent": "ELB-HealthChecker/2.0"}}
	check(t, send(t, function, health), 200, "ok\n")
}

// With an upstream the function stands before an application.
func TestUpstream(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.publish(t, 1)
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/long" {
			_, _ = w.Write(make([]byte, maxAnswer+1))
			return
		}
		fmt.Fprintf(w, "%s %s as %s", r.Method, r.RequestURI, r.Header["X-Sekisho-Subject"])
	}))
	t.Cleanup(app.Close)
	s.gate = func(g *settings.Gate) { g.Upstream = app.URL }
	function := s.start(t)
	leaf := s.issuing.Issue(t, "laptop-1", current)
	accepted := event(leaf)
	accepted.Path = "/a%2Fb"
	accepted.MultiValueHeaders["x-sekisho-subject"] = []string{"CN=admin"}
	accepted.MultiValueHeaders["connection"] = []string{"x-sekisho-subject"}
	check(t, send(t, function, accepted), 200, "GET /a%2Fb as [CN=laptop-1]")
	accepted.Path = "/long"
	check(t, send(t, function, accepted), 502, `"reason":"upstream-unreachable"`)
	delete(accepted.MultiValueHeaders, "x-amzn-mtls-clientcert")
	check(t, send(t, function, accepted), 401, `"reason":"no-certificate"`)
	app.Close()
	check(t, send(t, function, event(leaf)), 502, `"reason":"upstream-unreachable"`)
}

func TestEnvironmentThatIsIncomplete(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	cases := []struct{ name, variable, value, want string }{
		{"no bucket", settings.EnvBucket, "", settings.EnvBucket},
		{"no bundle", settings.EnvBundleSHA256, "", settings.EnvBundleSHA256},
		{"gate is no JSON", settings.EnvGate, "{", settings.EnvGate},
		{"no region", awsenv.Region, "", awsenv.Region},
		{"upstream with a path", settings.EnvGate, `{"upstream":"http://127.0.0.1:1/app"}`, "upstream"},
	}
	for _, c := range cases {
		env := s.env(t)
		env[c.variable] = c.value
		target, err := newTarget(context.Background(), getenv(env), slog.New(slog.DiscardHandler))
		if err == nil || target != nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v and %v, want an error about %s", c.name, target, err, c.want)
		}
	}
}

func TestSettingsReachTheGate(t *testing.T) {
	t.Parallel()
	got := gateConfig(settings.Verify{
		Bucket: "b", BundleKey: "k", BundleSHA256: "h",
		Gate: settings.Gate{
			Header: "X-H", Revocation: settings.RevocationRequireLeaf, Grace: 1, MaxSnapshotAge: 2, SnapshotGrace: 3,
			TargetGroup: "arn", Port: 4, Proto: "https", SubjectCN: "s", IssuerCN: "i", HealthPath: "/h",
		},
	})
	want := gate.Config{
		Header: "X-H", BundleKey: "k", BundleSHA256: "h",
		Chain:          chain.Options{Revocation: chain.ModeRequireLeaf, Grace: 1},
		MaxSnapshotAge: 2, SnapshotGrace: 3, HealthPath: "/h",
		Expected: gate.Expected{TargetGroup: "arn", Port: 4, Proto: "https", SubjectCN: "s", IssuerCN: "i"},
	}
	diff := cmp.Diff(want, got)
	if diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// The words of the settings must be words of the verifier.
func TestEveryRevocationModeIsKnown(t *testing.T) {
	t.Parallel()
	root := pkitest.NewCA(t, "root")
	for _, word := range settings.Revocation("").Values() {
		config := gateConfig(settings.Verify{Gate: settings.Gate{Revocation: settings.Revocation(word)}})
		_, err := chain.New([]*x509.Certificate{root.Cert}, nil, config.Chain)
		if err != nil {
			t.Errorf("%s: %v", word, err)
		}
	}
}
