package local

import (
	"crypto/tls"
	"encoding/pem"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestRevokedClientIsTurnedAwayAndTheOtherServed(t *testing.T) {
	r := startTwin(t)
	stolen, other := r.client("laptop-1"), r.client("laptop-2")
	for name, client := range map[string]*Prober{"laptop-1": stolen, "laptop-2": other} {
		if got := r.verify(client); got.Verdict != Served || !strings.Contains(got.Body, name) {
			t.Errorf("%s at the verify listener: %s, body %q; want served, with its name", name, got, got.Body)
		}
		if got := r.passthrough(client); got.Verdict != Served || !strings.Contains(got.Body, name) {
			t.Errorf("%s at the passthrough listener: %s, body %q; want served, with its name", name, got, got.Body)
		}
	}
	before := r.listed()
	_, err := r.commands.Revoke(t.Context(), "laptop-1")
	if err != nil {
		t.Fatal(err)
	}
	run := r.refresh()
	if run.Error != "" {
		t.Fatalf("refreshing: %s", run.Error)
	}
	r.lapse()
	if got := r.verify(stolen); got.Verdict != Refused || got.Status != 0 {
		t.Errorf("revoked client at the verify listener: %s, want a refused handshake", got)
	}
	if got := r.passthrough(stolen); got.Status != http.StatusForbidden || got.Reason != "revoked" {
		t.Errorf("revoked client at the passthrough listener: %s, want 403 revoked", got)
	}
	if got := r.verify(other); got.Verdict != Served {
		t.Errorf("the other client at the verify listener: %s", got)
	}
	if got := r.passthrough(other); got.Verdict != Served {
		t.Errorf("the other client at the passthrough listener: %s", got)
	}
	if after := r.listed(); len(after) != len(before) || after[len(after)-1] <= before[len(before)-1] {
		t.Errorf("revocation IDs before %v, after %v: want as many, and a higher one", before, after)
	}
}

func TestNobodyIsLetInWithoutACertificate(t *testing.T) {
	r := startTwin(t)
	client := r.client("laptop-1")
	nobody, err := NewProber(r.twin.Description(), tls.Certificate{})
	if err != nil {
		t.Fatal(err)
	}
	if got := r.verify(nobody); got.Verdict != Refused || got.Status != 0 {
		t.Errorf("verify listener: %s, want a refused handshake", got)
	}
	if got := r.passthrough(nobody); got.Status != http.StatusUnauthorized {
		t.Errorf("passthrough listener: %s, want 401", got)
	}
	forged := http.Header{"X-Amzn-Mtls-Clientcert": {headerOf(client)}}
	if got := r.ask(nobody, r.twin.description.Passthrough, forged); got.Status != http.StatusUnauthorized {
		t.Errorf("passthrough listener with a forged header: %s, want 401", got)
	}
}

// headerOf is a value that the verifier would read as this client's chain.
func headerOf(client *Prober) string {
	var text []byte
	for _, der := range client.Client.Certificate {
		text = append(text, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
	}
	return url.PathEscape(string(text))
}

func TestUnchangedListChangesNothing(t *testing.T) {
	r := startTwin(t)
	r.refresh()
	before, objects := r.listed(), r.objects()
	for range 3 {
		run := r.refresh()
		for _, outcome := range run.Report.Outcomes {
			if outcome.Action != "keep" || outcome.Reason != "unchanged" || outcome.Error != "" {
				t.Errorf("%s", Line(outcome))
			}
		}
	}
	if after := r.listed(); !slices.Equal(before, after) {
		t.Errorf("revocation IDs before %v, after %v", before, after)
	}
	if after := r.objects(); !slices.Equal(objects, after) {
		t.Errorf("objects before %v, after %v", objects, after)
	}
}

func TestFrozenVerifyFunctionLearnsOfARevocation(t *testing.T) {
	r := startTwin(t)
	stolen := r.client("laptop-1")
	if got := r.passthrough(stolen); got.Verdict != Served {
		t.Fatalf("before the revocation: %s", got)
	}
	deadline := time.Now().Add(10 * time.Second)
	for r.twin.verify.State().Phase != "frozen" && time.Now().Before(deadline) {
		time.Sleep(10 * time.Millisecond)
	}
	state := r.twin.verify.State()
	if state.Phase != "frozen" {
		t.Fatalf("the verify function is %s, want frozen", state.Phase)
	}
	_, err := r.commands.Revoke(t.Context(), "laptop-1")
	if err != nil {
		t.Fatal(err)
	}
	r.refresh()
	r.lapse()
	if got := r.passthrough(stolen); got.Reason != "revoked" {
		t.Errorf("first request after the refresh: %s, want revoked", got)
	}
	if after := r.twin.verify.State(); after.PID != state.PID {
		t.Errorf("the verify function was restarted: pid %d, then %d", state.PID, after.PID)
	}
}

func TestSecondTwinOnOneDirectoryIsRefused(t *testing.T) {
	r := startTwin(t)
	options := DefaultOptions()
	options.Dir, options.PortBase = r.dir, 0
	_, err := Start(t.Context(), options)
	if err == nil || !strings.Contains(err.Error(), "a twin is running on "+r.dir) {
		t.Fatalf("got %v, want an error that names the directory", err)
	}
	_, err = os.Stat(filepath.Join(r.dir, descriptionName))
	if err != nil {
		t.Errorf("the refused twin took the description of the running one away: %v", err)
	}
}

func TestDescriptionIsThereOnlyWhileTheTwinRuns(t *testing.T) {
	options := DefaultOptions()
	options.Dir, options.PortBase, options.Every = t.TempDir(), 0, time.Hour
	options.RefreshBinary, options.VerifyBinary = functionPrograms().refresh, functionPrograms().verify
	options.Out = logWriter{t}
	err := os.WriteFile(filepath.Join(options.Dir, descriptionName), []byte("left over"), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	twin, err := Start(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	described, err := Describe(options.Dir)
	if err != nil {
		t.Error(err)
	}
	if described.PID != os.Getpid() || len(described.CRL) != 2 || described.TrustStoreARN == "" {
		t.Errorf("description %+v", described)
	}
	err = twin.Close()
	if err != nil {
		t.Error(err)
	}
	_, err = Describe(options.Dir)
	if err == nil || !strings.Contains(err.Error(), "none is running") {
		t.Errorf("after the end: got %v", err)
	}
}
