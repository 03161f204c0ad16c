package attack

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/cabundle"
	"github.com/sekisho/sekisho/internal/local/runtime"
	"github.com/sekisho/sekisho/internal/programtest"
	"github.com/sekisho/sekisho/internal/settings"
	"github.com/sekisho/sekisho/internal/snapshot"
)

// function is the verify function without a load balancer before it.
type function struct {
	*runtime.Function
	output *lines
}

const (
	targetGroup  = "arn:aws:elasticloadbalancing:ap-northeast-1:000000000000:targetgroup/verifier/0123456789abcdef"
	listenerPort = 443
)

// verifySettings are those of a stack whose bucket is the twin's.
func verifySettings(t *testing.T, w *twin) settings.Verify {
	t.Helper()
	bundle, err := cabundle.Parse(read(t, w.CABundle))
	if err != nil {
		t.Fatal(err)
	}
	given := settings.Verify{Bucket: w.Bucket, BundleKey: snapshot.BundleKey(bundle.SHA256), BundleSHA256: bundle.SHA256, Gate: settings.DefaultGate()}
	given.Gate.TargetGroup, given.Gate.Port, given.Gate.Proto = targetGroup, listenerPort, "https"
	return given
}

func startFunction(t *testing.T, w *twin, given settings.Verify) *function {
	t.Helper()
	env := given.Env()
	env["AWS_ENDPOINT_URL"] = w.AWSEndpoint
	f := &function{output: &lines{}}
	var err error
	f.Function, err = runtime.Start(t.Context(), runtime.Config{
		Name: "sekisho-verify", Bootstrap: programtest.Function("verify"), Environment: env, Region: w.Region,
		Credentials: runtime.Credentials{AccessKeyID: "verify", SecretAccessKey: "local"},
		Timeout:     patience, InitTimeout: time.Minute, Output: f.output,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

// ask invokes the function as a load balancer does: what is no answer is 502.
func (f *function) ask(t *testing.T, event []byte) answer {
	t.Helper()
	text, err := f.Invoke(t.Context(), event)
	if err != nil {
		return answer{status: http.StatusBadGateway}
	}
	var given struct {
		StatusCode        int                 `json:"statusCode"`
		Headers           map[string]string   `json:"headers"`
		MultiValueHeaders map[string][]string `json:"multiValueHeaders"`
		Body              string              `json:"body"`
	}
	err = json.Unmarshal(text, &given)
	if err != nil {
		t.Fatal(err)
	}
	got := answer{status: given.StatusCode, header: given.MultiValueHeaders, body: []byte(given.Body)}
	for name, value := range given.Headers {
		got.header = http.Header{name: {value}}
	}
	return got
}

// event is what a load balancer sends (ALB guide, "Lambda functions as
// targets"), with the multi-value fields; a nil value stands for no header.
type event map[string]any

func newEvent(headers map[string][]string) event {
	all := map[string][]string{
		"host": {"localhost"}, "x-forwarded-for": {"127.0.0.1"},
		"x-forwarded-port": {strconv.Itoa(listenerPort)}, "x-forwarded-proto": {"https"},
		"x-amzn-trace-id": {"Root=1-5c34e7d4-00ca239424b68028d4c56d68"},
	}
	for name, values := range headers {
		all[name] = values
		if values == nil {
			delete(all, name)
		}
	}
	return event{
		"requestContext": map[string]any{"elb": map[string]any{"targetGroupArn": targetGroup}},
		"httpMethod":     "GET", "path": "/", "body": "", "isBase64Encoded": false,
		"multiValueQueryStringParameters": map[string][]string{}, "multiValueHeaders": all,
	}
}

// carrying is an event with that value of the certificate header.
func carrying(value string) event {
	return newEvent(map[string][]string{strings.ToLower(defaultHeader): {value}})
}

// single is the event as a target group without multi-value headers sends it.
func (e event) single() event {
	last := map[string]string{}
	for name, values := range e["multiValueHeaders"].(map[string][]string) {
		last[name] = values[len(values)-1]
	}
	other := e.with("headers", last).with("queryStringParameters", map[string]string{})
	delete(other, "multiValueHeaders")
	delete(other, "multiValueQueryStringParameters")
	return other
}

// with is the event with one field changed.
func (e event) with(field string, value any) event {
	other := event{}
	for name, old := range e {
		other[name] = old
	}
	other[field] = value
	return other
}

func (e event) json(t *testing.T) []byte {
	t.Helper()
	text, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// lines is what a function printed.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}
