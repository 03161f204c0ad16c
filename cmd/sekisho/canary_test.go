package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/local"
	"github.com/sekisho/sekisho/internal/local/alb"
	"github.com/sekisho/sekisho/internal/programtest"
)

// canaryIn runs the command against a twin and returns its exit code and what
// it printed.
func canaryIn(t *testing.T, edit func(*local.Options), args ...string) (int, string) {
	t.Helper()
	options := local.DefaultOptions()
	options.Dir, options.PortBase, options.PollEvery = t.TempDir(), 0, time.Second
	options.RefreshBinary, options.VerifyBinary = programtest.Function("refresh"), programtest.Function("verify")
	edit(&options)
	twin, err := local.Start(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	defer twin.Close()
	var out, errs bytes.Buffer
	code := run(t.Context(), append([]string{"canary", "--dir", options.Dir}, args...), &out, &errs)
	if errs.Len() > 0 {
		t.Errorf("on standard error: %s", errs.String())
	}
	return code, out.String()
}

func TestCanaryCommand(t *testing.T) {
	t.Parallel()
	down := func(o *local.Options) {
		o.Listeners = func(verify *alb.VerifyConfig, passthrough *alb.PassthroughConfig) {
			verify.Closed, passthrough.Closed = true, true
		}
	}
	neverAgain := func(o *local.Options) { o.PollEvery, o.Every = time.Minute, time.Hour }
	for _, c := range []struct {
		name    string
		edit    func(*local.Options)
		wait    string
		code    int
		verdict string
	}{
		{"well", func(*local.Options) {}, "30s", exitFine, "right"},
		{"no refresh after the revocation", neverAgain, "1s", exitRefused, "wrong"},
		{"gate down", down, "1s", exitRefused, "unknown"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			code, out := canaryIn(t, c.edit, "--json", "--wait", c.wait)
			var said struct {
				Verdict   string
				Listeners []canaryRow
			}
			err := json.Unmarshal([]byte(out), &said)
			if err != nil || code != c.code || said.Verdict != c.verdict || len(said.Listeners) != 2 {
				t.Fatalf("exit code %d, %v: %s; want %d and %s", code, err, out, c.code, c.verdict)
			}
			for _, row := range said.Listeners {
				if row.Verdict != c.verdict || (row.Seconds > 0) != (c.verdict == "right") || (row.Why == "") != (c.verdict == "right") {
					t.Errorf("%+v", row)
				}
			}
		})
	}
}

func TestCanaryTable(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	err := printCanary(&out, "wrong", []canaryRow{
		{Listener: "verify", Good: "served", Revoked: "refused", Verdict: "right", Seconds: 1.25},
		{Listener: "passthrough", Good: "served", Revoked: "served", Verdict: "wrong", Why: "the revoked client was served"},
	}, false)
	if err != nil || strings.Count(out.String(), "\n") != 3 || !strings.Contains(out.String(), "1.2 s") || !strings.Contains(out.String(), "wrong    –               the revoked client was served") {
		t.Errorf("got %v\n%s", err, &out)
	}
}
