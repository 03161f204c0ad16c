package main

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/local"
	"github.com/sekisho/sekisho/internal/local/endpoint"
	"github.com/sekisho/sekisho/internal/pkitest"
	"github.com/sekisho/sekisho/internal/programtest"
	"github.com/sekisho/sekisho/internal/refresh"
	"github.com/sekisho/sekisho/internal/settings"
)

// watchedTwin is a twin in this process that notes what an operator calls.
type watchedTwin struct {
	dir  string
	twin *local.Twin

	mu    sync.Mutex
	calls []string
}

func startWatchedTwin(t *testing.T, edits ...func(*local.Options)) *watchedTwin {
	t.Helper()
	w := &watchedTwin{dir: t.TempDir()}
	options := local.DefaultOptions()
	options.Dir, options.PortBase, options.Every = w.dir, 0, time.Hour
	options.RefreshBinary = programtest.Function("refresh")
	options.VerifyBinary = programtest.Function("verify")
	options.Fault = w.note
	for _, edit := range edits {
		edit(&options)
	}
	twin, err := local.Start(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	w.twin = twin
	t.Cleanup(func() {
		err := twin.Close()
		if err != nil {
			t.Error(err)
		}
	})
	return w
}

func (w *watchedTwin) note(call endpoint.Call) endpoint.Fault {
	if call.AccessKeyID == "sekisho-operator" {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.calls = append(w.calls, call.Action)
	}
	return endpoint.Fault{}
}

// plan runs the command, and demands that it only reads.
func (w *watchedTwin) plan(t *testing.T, args ...string) (int, string, string) {
	t.Helper()
	w.mu.Lock()
	w.calls = nil
	w.mu.Unlock()
	var out, errs bytes.Buffer
	code := run(t.Context(), append([]string{"plan"}, args...), &out, &errs)
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, action := range w.calls {
		reads := strings.HasPrefix(action, "Get") || strings.HasPrefix(action, "List") || strings.HasPrefix(action, "Describe")
		if !reads {
			t.Errorf("it calls %s", action)
		}
	}
	if len(w.calls) == 0 && code != exitUsage {
		t.Error("it asked nobody")
	}
	return code, out.String(), errs.String()
}

// row is the line of a source, its columns apart by one space.
func row(text, source string) string {
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if len(fields) > 0 && fields[0] == source {
			return strings.Join(fields, " ")
		}
	}
	return ""
}

func TestPlanSaysWhatTheNextRefreshDoes(t *testing.T) {
	w := startWatchedTwin(t)
	commands := local.NewCommands(w.dir)
	code, text, errs := w.plan(t, "--dir", w.dir)
	if code != exitFine || !strings.HasPrefix(row(text, "issuing"), "issuing keep unchanged number 1, 0 revoked number 1, 0 revoked, revocation ") {
		t.Errorf("when all is well: exit code %d, %s%s", code, text, errs)
	}
	_, err := commands.Issue(t.Context(), "laptop-1", 1)
	if err != nil {
		t.Fatal(err)
	}
	_, err = commands.Revoke(t.Context(), "laptop-1")
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		code, text, errs = w.plan(t, "--dir", w.dir)
		if code != exitFine || row(text, "issuing") != "issuing replace newer number 2, 1 revoked number 1, 0 revoked" {
			t.Errorf("after a revocation: exit code %d, %s%s", code, text, errs)
		}
	}
	done, err := commands.Refresh(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(done.Report.Outcomes, func(o refresh.Outcome) bool { return o.Source == "issuing" })
	if done.Report.Outcomes[at].Action != refresh.Replace || done.Report.Outcomes[at].Reason != refresh.Newer {
		t.Errorf("and the refresh did: %s", local.Line(done.Report.Outcomes[at]))
	}
}

// TestPlanWithTheVariablesOfAFunction looks at the twin as it would at AWS.
func TestPlanWithTheVariablesOfAFunction(t *testing.T) {
	w := startWatchedTwin(t)
	described := w.twin.Description()
	for name, value := range map[string]string{
		"AWS_REGION": described.Region, "AWS_ENDPOINT_URL": described.AWSEndpoint,
		"AWS_ACCESS_KEY_ID": "sekisho-operator", "AWS_SECRET_ACCESS_KEY": "local",
	} {
		t.Setenv(name, value)
	}
	variables := maps.Clone(described.RefreshEnvironment)
	variables[settings.EnvSources] = strings.ReplaceAll(variables[settings.EnvSources], "issuing.crl", "gone.crl")
	text, err := json.Marshal(variables)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "refresh.json")
	err = os.WriteFile(file, text, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	code, answer, errs := w.plan(t, "--environment", file)
	if code != exitRefused || !strings.HasPrefix(row(answer, "root"), "root keep unchanged number 1, 0 revoked number 1, 0 revoked, revocation ") || !strings.Contains(answer, "issuing: ") || errs != "" {
		t.Errorf("a list that is gone: exit code %d, %s%s", code, answer, errs)
	}
	for name, value := range described.RefreshEnvironment {
		t.Setenv(name, value)
	}
	code, answer, errs = w.plan(t, "--json")
	var report refresh.Report
	err = json.Unmarshal([]byte(answer), &report)
	if code != exitFine || err != nil || len(report.Outcomes) != 2 {
		t.Errorf("from the environment, as JSON: exit code %d, %v, %s%s", code, err, answer, errs)
	}
	code, answer, _ = w.plan(t, "--dir", w.dir)
	if code != exitFine || !strings.HasPrefix(answer, "the twin on "+w.dir) {
		t.Errorf("the twin, because its directory is named: exit code %d, %s", code, answer)
	}
}

func TestPlanThatMakesNoSense(t *testing.T) {
	t.Setenv(settings.EnvTrustStore, "")
	dir := t.TempDir()
	broken := filepath.Join(dir, "broken.json")
	err := os.WriteFile(broken, []byte(`["SEKISHO_BUCKET"]`), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	lacking := filepath.Join(dir, "lacking.json")
	err = os.WriteFile(lacking, []byte(`{"SEKISHO_BUCKET": "b"}`), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		args []string
		code int
		says string
	}{
		{"no twin", []string{"--dir", dir}, exitRefused, "none is running on " + dir},
		{"twin and AWS", []string{"--dir", dir, "--environment", lacking}, exitUsage, "give --dir or --environment"},
		{"no such file", []string{"--environment", filepath.Join(dir, "none.json")}, exitUsage, "none.json"},
		{"no object", []string{"--environment", broken}, exitUsage, "want a JSON object of variables"},
		{"variables missing", []string{"--environment", lacking}, exitUsage, settings.EnvTrustStore},
		{"an argument", []string{"now"}, exitUsage, "unknown command"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out, errs bytes.Buffer
			code := run(t.Context(), append([]string{"plan"}, c.args...), &out, &errs)
			if code != c.code || !strings.Contains(errs.String(), c.says) {
				t.Errorf("exit code %d, said %q; want %d and %q", code, errs.String(), c.code, c.says)
			}
		})
	}
}

func TestPlanInWords(t *testing.T) {
	t.Parallel()
	list := func(number string, entries int) refresh.Facts {
		return refresh.Facts{SHA256: "1", Number: number, Entries: entries, ThisUpdate: pkitest.Epoch, NextUpdate: pkitest.Epoch.AddDate(0, 0, 7)}
	}
	var out bytes.Buffer
	err := printPlan(&out, "here", refresh.Report{
		Outcomes: []refresh.Outcome{
			{Source: "one", Action: refresh.Heal, Reason: refresh.NotInForce, List: list("7", 3), Stale: true},
			{Source: "two", Action: refresh.Refuse, Reason: refresh.QuotaEntries, Detail: "too many", List: list("", 9), Enforced: list("", 8)},
			{Action: refresh.Refuse, Reason: "unreachable", Error: "nobody answers"},
		},
		Foreign: []int64{3, 5}, Uncovered: []string{"CN=Leaf"},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := `here: what the next refresh would do (nothing was changed)

SOURCE  WOULD   WHY            NEWEST LIST                                            IN FORCE NOW
one     heal    not-in-force   number 7, 3 revoked, STALE since 2026-06-08T12:00:00Z  none
two     refuse  quota-entries  of 2026-06-01T12:00:00Z, 9 revoked                     of 2026-06-01T12:00:00Z, 8 revoked
none    refuse  unreachable    none                                                   none

two: too many
none: nobody answers
left alone, because no CA of the bundle signed them: revocations 3 5
no list is published so far of CN=Leaf
`
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
}
