package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/local"
	"github.com/sekisho/sekisho/internal/settings"
)

// sekishoIn runs a command in this process.
func sekishoIn(t *testing.T, args ...string) (int, string, string) {
	t.Helper()
	var out, errs bytes.Buffer
	code := run(t.Context(), args, &out, &errs)
	return code, out.String(), errs.String()
}

// TestOrdersInTheTwin plays what an operator does: sees that a list is held,
// looks at what it changes, approves it, and asks since when a client is refused.
func TestOrdersInTheTwin(t *testing.T) {
	w := startWatchedTwin(t, func(o *local.Options) {
		o.Guards = settings.Guards{MaxNewlyRevoked: 1, OnBreach: settings.OnBreachHold, HoldFor: settings.Duration(time.Hour)}
	})
	commands := local.NewCommands(w.dir)
	for range 2 {
		_, err := commands.Issue(t.Context(), "laptop-1", 1)
		if err != nil {
			t.Fatal(err)
		}
	}
	revoked, err := commands.Revoke(t.Context(), "laptop-1")
	if err != nil {
		t.Fatal(err)
	}
	done, err := commands.Refresh(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	sha256 := ""
	for _, outcome := range done.Report.Outcomes {
		if outcome.Holding != nil {
			sha256 = outcome.Holding.List.SHA256
		}
	}
	code, out, errs := sekishoIn(t, "plan", "--dir", w.dir)
	if !strings.HasPrefix(row(out, "issuing"), "issuing hold guard-mass-revocation") || !strings.Contains(out, "sekisho approve issuing "+sha256) {
		t.Errorf("plan: exit code %d, %s%s", code, out, errs)
	}
	code, out, errs = sekishoIn(t, "approve", "issuing", strings.Repeat("0", 64), "--reason", "x", "--dir", w.dir)
	if code != exitRefused || !strings.Contains(errs, "holds another list back, "+sha256) {
		t.Errorf("another hash: exit code %d, %s%s", code, out, errs)
	}
	code, out, errs = sekishoIn(t, "reset", "issuing", sha256, "--reason", "x", "--dir", w.dir)
	if code != exitRefused || !strings.Contains(errs, "there is nothing to reset") {
		t.Errorf("reset: exit code %d, %s%s", code, out, errs)
	}
	code, out, errs = sekishoIn(t, "approve", "issuing", sha256, "--reason", "the CA confirmed it", "--by", "ops", "--dir", w.dir)
	if code != exitFine || !strings.Contains(out, "list "+sha256+" is in force") || !strings.Contains(out, "issuing: replace (approved)") {
		t.Errorf("approve: exit code %d, %s%s", code, out, errs)
	}
	code, out, errs = sekishoIn(t, "records", "--dir", w.dir)
	for _, want := range []string{"issuing hold guard-mass-revocation 1 number 2, 2 revoked +2 -0", "issuing approve approve 1", "issuing replace approved 1 number 2, 2 revoked +2 -0"} {
		if code != exitFine || !strings.Contains(strings.Join(strings.Fields(out), " "), want) {
			t.Errorf("records: exit code %d, %q is not in\n%s%s", code, want, out, errs)
		}
	}
	t.Logf("sekisho records:\n%s", out)
	code, out, errs = sekishoIn(t, "history", revoked.Serials[0], "--issuer", "issuing", "--dir", w.dir)
	if code != exitFine || !strings.Contains(out, "refused from here on (list number 2, 2 revoked); revoked by the CA at") || !strings.Contains(out, "now: refused, by list number 2") {
		t.Errorf("history: exit code %d, %s%s", code, out, errs)
	}
	t.Logf("sekisho history:\n%s", out)
	code, out, _ = sekishoIn(t, "records", "--json", "--dir", w.dir)
	for line := range strings.Lines(out) {
		if !json.Valid([]byte(line)) {
			t.Errorf("records --json: exit code %d, %s", code, line)
		}
	}
}

// functionOf is the Lambda API with one function (Lambda API reference,
// "Invoke").
func functionOf(t *testing.T, answer func(payload string) (int, string, string)) *[]string {
	t.Helper()
	var asked []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		payload, _ := io.ReadAll(r.Body)
		asked = append(asked, r.Method+" "+r.URL.String()+" "+string(payload))
		status, failed, body := answer(string(payload))
		if failed != "" {
			w.Header().Set("X-Amz-Function-Error", failed)
		}
		if status == http.StatusTooManyRequests {
			w.Header().Set("X-Amzn-ErrorType", "TooManyRequestsException")
		}
		w.WriteHeader(status)
		_, _ = fmt.Fprint(w, body)
	}))
	t.Cleanup(server.Close)
	for name, value := range map[string]string{
		"AWS_REGION": "eu-central-1", "AWS_ENDPOINT_URL": server.URL, "AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret",
	} {
		t.Setenv(name, value)
	}
	return &asked
}

func TestOrdersInAWS(t *testing.T) {
	sha256 := strings.Repeat("ab", 32)
	inForce := fmt.Sprintf(`{"started": "2026-06-01T12:00:00Z", "outcomes": [{"source": "issuing", "action": "replace", "reason": "approved", "list": {"sha256": %q}, "enforced": {"sha256": %q}}]}`, sha256, sha256)
	waiting := `{"started": "2026-06-01T12:00:00Z", "outcomes": [{"source": "issuing", "action": "hold", "reason": "unreachable"}], "error": "no route to host"}`
	for _, c := range []struct {
		name string
		// busy is how often the function is busy before it answers.
		busy   int
		status int
		failed string
		body   string
		code   int
		says   string
	}{
		{"in force", 0, 200, "", inForce, exitFine, "list " + sha256 + " is in force"},
		{"busy with a run of the schedule", 1, 200, "", inForce, exitFine, "is in force"},
		{"not delivered", 0, 200, "", waiting, exitRefused, "is carried out when issuing delivers that list"},
		{"refused by the function", 0, 200, "Unhandled", `{"errorMessage": "approving a list: source issuing holds no list back", "errorType": "wrapError"}`, exitRefused, "holds no list back"},
		{"no such function", 0, 404, "", `{"Message": "Function not found"}`, exitRefused, "invoking Sekisho-refresh:operator"},
		{"no report", 0, 200, "", `<html>`, exitRefused, "reading the answer of the refresh function"},
	} {
		t.Run(c.name, func(t *testing.T) {
			asked := functionOf(t, func(string) (int, string, string) {
				if c.busy > 0 {
					c.busy--
					return http.StatusTooManyRequests, "", `{"Message": "Rate Exceeded"}`
				}
				return c.status, c.failed, c.body
			})
			code, out, errs := sekishoIn(t, "approve", "issuing", sha256, "--reason", "why", "--by", "ops", "--function", "Sekisho-refresh")
			if code != c.code || !strings.Contains(out+errs, c.says) {
				t.Errorf("exit code %d, %s%s; want %d and %q", code, out, errs, c.code, c.says)
			}
			want := `POST /2015-03-31/functions/Sekisho-refresh/invocations?Qualifier=operator {"approve":{"source":"issuing","sha256":"` + sha256 + `","by":"ops","reason":"why"}}`
			if (*asked)[0] != want || (c.name == "busy with a run of the schedule") != (len(*asked) > 1) {
				t.Errorf("asked\n%s\nwant\n%s", (*asked)[0], want)
			}
		})
	}
}

func TestOrdersThatMakeNoSense(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		code int
		says string
	}{
		"no reason":        {[]string{"approve", "a", "b"}, exitUsage, "say why, with --reason"},
		"no hash":          {[]string{"approve", "a"}, exitUsage, "accepts 2 arg(s)"},
		"twin and AWS":     {[]string{"reset", "a", "b", "--reason", "c", "--dir", "d", "--function", "e"}, exitUsage, "give --dir or --function"},
		"no twin":          {[]string{"reset", "a", "b", "--reason", "c", "--dir", t.TempDir()}, exitRefused, "none is running on"},
		"no serial number": {[]string{"history", "xyz"}, exitUsage, "write it in hexadecimal"},
		"no time":          {[]string{"records", "--since", "0s"}, exitUsage, "say how far to look back"},
	} {
		code, out, errs := sekishoIn(t, c.args...)
		if code != c.code || !strings.Contains(errs, c.says) {
			t.Errorf("%s: exit code %d, %s%s; want %d and %q", name, code, out, errs, c.code, c.says)
		}
	}
}
