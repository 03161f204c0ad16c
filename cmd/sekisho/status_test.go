package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sekisho/sekisho/internal/awsenv"
	"github.com/sekisho/sekisho/internal/local"
	"github.com/sekisho/sekisho/internal/statuspage"
)

// command runs a command that should end well, and returns what it printed.
func command(t *testing.T, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	code := run(t.Context(), args, &out, &errs)
	if code != exitFine || errs.Len() > 0 {
		t.Fatalf("%v: exit code %d: %s", args, code, errs.String())
	}
	return out.String()
}

// A client comes, is revoked and refused; the status tells of it, the twin's and
// the one that is read as AWS's.
func TestStatusTellsTheStory(t *testing.T) {
	p := newPatient(t)
	twin, err := local.Start(t.Context(), p.options)
	if err != nil {
		t.Fatal(err)
	}
	defer twin.Close()
	dir := p.options.Dir
	commands := local.NewCommands(dir)
	_, err = commands.Issue(t.Context(), "laptop-1", 1)
	if err != nil {
		t.Fatal(err)
	}
	visit(t, dir, "laptop-1")
	revoked, err := commands.Revoke(t.Context(), "laptop-1")
	if err != nil {
		t.Fatal(err)
	}
	_, err = commands.Refresh(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	visit(t, dir, "laptop-1")

	said := command(t, "status", "--dir", dir)
	for _, want := range []string{
		"CN=Sekisho local issuing CA", "(99 %)", "revocation 3", "issuing: replace (newer)", "root: replace (first)",
		"verify       refused: revoked  CN=laptop-1", "passthrough  let in", "verify refused " + revoked.Serials[0], "passthrough refused " + revoked.Serials[0],
	} {
		if !strings.Contains(said, want) {
			t.Errorf("the status does not say %q:\n%s", want, said)
		}
	}
	if again := command(t, "local", "status", "--dir", dir); !strings.Contains(again, "issuing: replace (newer)") {
		t.Errorf("the older name says something else:\n%s", again)
	}
	var status statuspage.Status
	err = json.Unmarshal([]byte(command(t, "status", "--json", "--dir", dir)), &status)
	if err != nil {
		t.Fatal(err)
	}
	if len(status.Sources) != 2 || len(status.Refusals) != 2 || len(status.Visits) != 4 || len(status.Counts) != 3 {
		t.Errorf("got %d sources, %d refusals, %d visits, %d counts: %+v", len(status.Sources), len(status.Refusals), len(status.Visits), len(status.Counts), status)
	}
	asAWS(t, twin.Description())
}

func asAWS(t *testing.T, twin local.Description) {
	text, err := json.Marshal(twin.RefreshEnvironment)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "refresh.json")
	err = os.WriteFile(file, text, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{
		awsenv.Region: twin.Region, awsenv.EndpointURL: twin.AWSEndpoint, awsenv.AccessKeyID: "operator", awsenv.SecretKey: "local",
	} {
		t.Setenv(name, value)
	}
	said := command(t, "status", "--environment", file)
	for _, want := range []string{"AWS, trust store " + twin.TrustStoreARN, "revocation 3", "keep (unchanged)", "issuing: replace (newer)", "root: replace (first)"} {
		if !strings.Contains(said, want) {
			t.Errorf("the status of AWS does not say %q:\n%s", want, said)
		}
	}
}

// visit asks both listeners as a client.
func visit(t *testing.T, dir, name string) {
	t.Helper()
	twin, err := local.Describe(dir)
	if err != nil {
		t.Fatal(err)
	}
	client, err := local.LoadClient(dir, name)
	if err != nil {
		t.Fatal(err)
	}
	prober, err := local.NewProber(twin, client)
	if err != nil {
		t.Fatal(err)
	}
	for _, url := range []string{twin.Verify, twin.Passthrough} {
		_, err = prober.Ask(t.Context(), url, nil)
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestStatusOfTwoAtOnceMakesNoSense(t *testing.T) {
	var out, errs bytes.Buffer
	code := run(t.Context(), []string{"status", "--dir", t.TempDir(), "--environment", "x.json"}, &out, &errs)
	if code != exitUsage || !strings.Contains(errs.String(), "at once makes no sense") {
		t.Errorf("exit code %d: %s", code, errs.String())
	}
}
