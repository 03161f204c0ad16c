package runtime

import (
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestEnvironmentIsThatOfALambda(t *testing.T) {
	t.Setenv("HOME_OF_THE_PARENT", "must not be seen")
	f := startFunction(t, "function", func(c *Config) { c.Environment["SEKISHO_BUCKET"] = "b"; c.MemoryMB = 256 })
	got := map[string]string{}
	for _, line := range decode[[]string](t, invoke(t, f, `{"Do":"environment"}`)) {
		name, value, _ := strings.Cut(line, "=")
		got[name] = value
	}
	folder := filepath.Dir(f.config.Bootstrap)
	want := map[string]string{
		"AWS_ACCESS_KEY_ID":               "AKID",
		"AWS_DEFAULT_REGION":              "eu-central-1",
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
		"AWS_LAMBDA_FUNCTION_NAME":        "verify",
		"AWS_LAMBDA_FUNCTION_VERSION":     "$LATEST",
		"AWS_LAMBDA_INITIALIZATION_TYPE":  "on-demand",
		"AWS_LAMBDA_LOG_GROUP_NAME":       "/aws/lambda/verify",
		"AWS_LAMBDA_LOG_STREAM_NAME":      "local",
		"AWS_REGION":                      "eu-central-1",
		"AWS_SECRET_ACCESS_KEY":           "SECRET",
		"AWS_SESSION_TOKEN":               "TOKEN",
		"LAMBDA_RUNTIME_DIR":              folder,
		"LAMBDA_TASK_ROOT":                folder,
		"LANG":                            "en_US.UTF-8",
		"PATH":                            "/usr/local/bin:/usr/bin:/bin:/opt/bin",
		"PROGRAM":                         "function",
		"SEKISHO_BUCKET":                  "b",
		"TZ":                              ":UTC",
		"_HANDLER":                        "bootstrap",
	}
	api, trace := got["AWS_LAMBDA_RUNTIME_API"], got["_X_AMZN_TRACE_ID"]
	delete(got, "AWS_LAMBDA_RUNTIME_API")
	delete(got, "_X_AMZN_TRACE_ID") // the function sets it itself
	if !maps.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", lines(got), lines(want))
	}
	if !strings.HasPrefix(api, "127.0.0.1:") || trace == "" {
		t.Errorf("runtime API %q and trace %q: want a loopback address and a trace", api, trace)
	}
}

func TestEventComesWithItsContext(t *testing.T) {
	t.Parallel()
	f := startFunction(t, "function", nil)
	first := decode[map[string]string](t, invoke(t, f, `{"Do":"context"}`))
	second := decode[map[string]string](t, invoke(t, f, `{"Do":"context"}`))
	want := map[string]string{
		"id":    `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`,
		"arn":   `^arn:aws:lambda:eu-central-1:000000000000:function:verify$`,
		"trace": `^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0$`,
		"name":  `^verify$`,
	}
	for key, pattern := range want {
		if !regexp.MustCompile(pattern).MatchString(first[key]) {
			t.Errorf("%s: got %q, want %s", key, first[key], pattern)
		}
	}
	if first["id"] == second["id"] || first["trace"] == second["trace"] {
		t.Errorf("two events share %q or %q", first["id"], first["trace"])
	}
	left, err := time.ParseDuration(first["left"])
	if err != nil || left <= 0 || left > time.Minute {
		t.Errorf("time left: got %q, want what remains of a minute", first["left"])
	}
	through, err := f.InvokeAs(t.Context(), "operator", []byte(`{"Do":"context"}`))
	if err != nil {
		t.Fatal(err)
	}
	if got := decode[map[string]string](t, string(through))["arn"]; got != f.ARN()+":operator" {
		t.Errorf("through an alias: got %s, want %s:operator", got, f.ARN())
	}
	if f.ARN() != first["arn"] {
		t.Errorf("ARN: got %s, want %s", f.ARN(), first["arn"])
	}
}

func lines(of map[string]string) string {
	var all []string
	for name, value := range of {
		all = append(all, name+"="+value)
	}
	slices.Sort(all)
	return strings.Join(all, "\n     ")
}
