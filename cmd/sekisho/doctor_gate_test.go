package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sekisho/sekisho/internal/awsenv"
	"github.com/sekisho/sekisho/internal/doctor"
	"github.com/sekisho/sekisho/internal/local"
)

// A gate that is named by its URLs is examined with what is given, and what is
// not given is skipped: here a twin as if it were somebody's in AWS.
func TestDoctorExaminesAGateByItsURLs(t *testing.T) {
	p := newPatient(t)
	running, err := local.Start(t.Context(), p.options)
	if err != nil {
		t.Fatal(err)
	}
	defer running.Close()
	twin, dir := running.Description(), p.options.Dir
	for _, name := range []string{"laptop-1", "stolen"} {
		command(t, "local", "issue", name, "--dir", dir, "--out", dir)
	}
	command(t, "local", "revoke", "stolen", "--dir", dir)
	command(t, "local", "refresh", "--dir", dir)
	variables, err := json.Marshal(twin.RefreshEnvironment)
	if err != nil {
		t.Fatal(err)
	}
	environment := filepath.Join(dir, "refresh.json")
	err = os.WriteFile(environment, variables, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{
		awsenv.Region: twin.Region, awsenv.EndpointURL: twin.AWSEndpoint, awsenv.AccessKeyID: "operator", awsenv.SecretKey: "local",
	} {
		t.Setenv(name, value)
	}
	file := func(name string) string { return filepath.Join(dir, name) }
	bare := []string{"doctor", "--json", "--verify", twin.Verify, "--passthrough", twin.Passthrough, "--ca", twin.ServerCA}
	clients := slices.Concat(bare, []string{"--cert", file("laptop-1-chain.pem"), "--key", file("laptop-1.key"),
		"--revoked-cert", file("stolen-chain.pem"), "--revoked-key", file("stolen.key"), "--ca-bundle", twin.CABundle})
	for _, c := range []struct {
		name    string
		args    []string
		skipped string
	}{
		{"URLs alone", bare, "good-verify good-passthrough nobody-verify nobody-passthrough revoked-verify revoked-passthrough expired-verify expired-passthrough self-made-verify self-made-passthrough forged-header lists-reachable lists-fresh newest-list quota open-connections"},
		{"clients", clients, "expired-verify expired-passthrough newest-list quota open-connections"},
		{"everything", slices.Concat(clients, []string{"--environment", environment, "--keep-alive", "1s", "--crl-url", twin.CRL[0], "--crl-url", twin.CRL[1]}), "expired-verify expired-passthrough"},
		{"too long to wait for", slices.Concat(clients, []string{"--environment", environment, "--keep-alive", "1h"}), "expired-verify expired-passthrough open-connections"},
	} {
		var out, errs bytes.Buffer
		code := run(t.Context(), c.args, &out, &errs)
		var said struct{ Checks []doctor.Check }
		err = json.Unmarshal(out.Bytes(), &said)
		if err != nil || code != exitFine {
			t.Errorf("%s: exit code %d, %v: %s%s", c.name, code, err, out.String(), errs.String())
		}
		var skipped []string
		for _, check := range said.Checks {
			if check.OK == nil {
				skipped = append(skipped, check.ID)
			}
		}
		if got := strings.Join(skipped, " "); got != c.skipped {
			t.Errorf("%s: skipped %s, want %s", c.name, got, c.skipped)
		}
	}
}
