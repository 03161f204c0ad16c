package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/local"
)

// TestDenyReachesThePassthroughListenerOnly plays it through the whole twin:
// without the CA, without the refresher, within the age of a snapshot.
func TestDenyReachesThePassthroughListenerOnly(t *testing.T) {
	dir := t.TempDir()
	startLocal(t, dir, "--every", "1h")
	operator := func(args ...string) string {
		t.Helper()
		output, err := sekisho(t.Context(), append(args, "--dir", dir)...).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %v\n%s", args, err, output)
		}
		return string(output)
	}
	operator("local", "issue", "laptop-1", "--out", dir)
	chain := filepath.Join(dir, "laptop-1-chain.pem")
	twin, err := local.Describe(dir)
	if err != nil {
		t.Fatal(err)
	}
	client, err := local.LoadClient(dir, "laptop-1")
	if err != nil {
		t.Fatal(err)
	}
	prober, err := local.NewProber(twin, client)
	if err != nil {
		t.Fatal(err)
	}
	await(t, prober, twin.Passthrough, 200, "")

	operator("deny", chain, "--note", "lost")
	begun := time.Now()
	await(t, prober, twin.Passthrough, 403, "denied")
	t.Logf("refused by the passthrough listener %.2f s after sekisho deny; the twin looks at every request, a stack when its snapshot is 5 s old", time.Since(begun).Seconds())
	await(t, prober, twin.Verify, 200, "")
	if said := operator("deny", "--list"); !strings.Contains(said, "lost") {
		t.Errorf("the list says %q", said)
	}

	operator("undeny", chain)
	await(t, prober, twin.Passthrough, 200, "")
	rules := filepath.Join(dir, "policy.json")
	err = clientFile{rules, []byte(`{"format":1,"rules":[{"name":"r","paths":["/reports"],"anyone":true}]}`), 0o600}.write(true)
	if err != nil {
		t.Fatal(err)
	}
	operator("policy", "put", rules)
	await(t, prober, twin.Passthrough, 403, "no-rule")
	var out, errs bytes.Buffer
	code := run(t.Context(), []string{"policy", "check", "--dir", dir, "--client", chain, "--path", "/"}, &out, &errs)
	if code != exitRefused || !strings.Contains(out.String(), "no-rule") {
		t.Errorf("policy check: exit code %d, said %q %q, want what the verifier says", code, out.String(), errs.String())
	}
}

// await asks until the answer is the one that is wanted.
func await(t *testing.T, prober *local.Prober, url string, status int, reason string) {
	t.Helper()
	var got local.Answer
	var err error
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		got, err = prober.Ask(t.Context(), url, nil)
		if err == nil && got.Status == status && got.Reason == reason {
			return
		}
	}
	t.Fatalf("%s: got %s and %v, want %d %s", url, got, err, status, reason)
}
