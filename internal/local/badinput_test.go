package local

import (
	"bytes"
	"encoding/pem"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/local/ca"
	"github.com/sekisho/sekisho/internal/refresh"
)

// TestBadListLeavesTheOneInForce plays what goes wrong at a distribution point.
func TestBadListLeavesTheOneInForce(t *testing.T) {
	r := startTwin(t)
	r.refresh()
	other := foreignList(t)
	older := r.signed(-2*time.Hour, time.Hour)
	_, err := r.commands.Issue(t.Context(), "laptop-1", 1)
	if err != nil {
		t.Fatal(err)
	}
	_, err = r.commands.Revoke(t.Context(), "laptop-1")
	if err != nil {
		t.Fatal(err)
	}
	r.refresh()
	healthy, err := r.twin.authority.List(ca.Issuing)
	if err != nil {
		t.Fatal(err)
	}
	inForce := r.listed()
	for _, c := range []struct {
		name   string
		play   http.Handler
		reason refresh.Reason
		says   string
	}{
		{"connection closed without an answer", ca.Down(), "not-http", "no answer in HTTP"},
		{"HTML page with status 200", ca.Body("text/html", []byte("<!doctype html><html><body>It works!</body></html>")), "not-a-list", "it is an HTML page"},
		{"empty body with status 200", ca.Body("application/pkix-crl", nil), "empty", "the body has no bytes"},
		{"truncated DER", ca.Body("application/pkix-crl", healthy.DER[:len(healthy.DER)-9]), "truncated", "bytes of a list of"},
		{"signed by another CA", ca.Body("application/pkix-crl", other), "unknown-issuer", "bundle"},
		{"older than the one in force", ca.Body("application/pkix-crl", older.DER), "behind", "a mirror may lag"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r.twin.authority.Override("/issuing.crl", c.play)
			defer r.twin.authority.Override("/issuing.crl", nil)
			run := r.refresh()
			if run.Error != "" {
				t.Errorf("the function failed: %s: a source that is down is an outcome while its list is in force", run.Error)
			}
			outcome := outcomeOf(t, run, r.twin.authority.Certificate(ca.Issuing).Subject.String())
			if outcome.Reason != c.reason || !strings.Contains(outcome.Error, c.says) {
				t.Errorf("reason %q, error %q; want %q, with %q", outcome.Reason, outcome.Error, c.reason, c.says)
			}
			if got := r.listed(); !slices.Equal(got, inForce) {
				t.Errorf("revocation IDs %v, want %v as before", got, inForce)
			}
			if outcome.Revocation == 0 || outcome.List.Number == "" {
				t.Errorf("the outcome names no list in force: %+v", outcome)
			}
		})
	}
	run := r.refresh()
	for _, outcome := range run.Report.Outcomes {
		if run.Error != "" || outcome.Error != "" {
			t.Errorf("after all of it, a healthy answer: %s %s", run.Error, Line(outcome))
		}
	}
}

// TestEndpointThatIsGone: nobody listens at the address any more.
func TestEndpointThatIsGone(t *testing.T) {
	c := newOpensslCA(t)
	r := startTwin(t, func(o *Options) {
		o.CABundles, o.CRLURLs = []string{c.file("ca.crt")}, []string{c.url}
	})
	before := r.listed()
	c.server.Close()
	run := r.refresh()
	outcome := outcomeOf(t, run, "CN=selfsigned-ca")
	if run.Error != "" || outcome.Action != refresh.Keep || outcome.Reason != "unreachable" || outcome.Revocation == 0 {
		t.Errorf("error %q, %s; want kept, unreachable", run.Error, Line(outcome))
	}
	if got := r.listed(); !slices.Equal(got, before) {
		t.Errorf("revocation IDs %v, want %v as before", got, before)
	}
}

// TestStaleButNewerListIsPublishedAndTheVerifierCannotDecide: better an old
// list than an older one; but nobody is let in on the strength of it.
func TestStaleButNewerListIsPublishedAndTheVerifierCannotDecide(t *testing.T) {
	r := startTwin(t)
	client := r.client("laptop-1")
	r.refresh()
	before := r.listed()
	stale := r.signed(0, time.Second)
	err := pause(t.Context(), 2*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	r.twin.authority.Override("/issuing.crl", ca.Body("application/pkix-crl", stale.DER))
	run := r.refresh()
	outcome := outcomeOf(t, run, r.twin.authority.Certificate(ca.Issuing).Subject.String())
	if outcome.Action != refresh.Replace || !outcome.Stale {
		t.Fatalf("%s; want replaced, and stale", Line(outcome))
	}
	if !strings.Contains(Line(outcome), "STALE") {
		t.Errorf("what the operator reads is not loud: %s", Line(outcome))
	}
	if after := r.listed(); slices.Equal(after, before) {
		t.Errorf("revocation IDs are still %v", after)
	}
	r.lapse()
	if got := r.passthrough(client); got.Status != http.StatusServiceUnavailable {
		t.Errorf("the verifier answers %s, want 503", got)
	}
}

// TestPublishedPEMIsTheListThatTheCAServed compares the bucket with the CA,
// byte for byte, and has openssl read it.
func TestPublishedPEMIsTheListThatTheCAServed(t *testing.T) {
	r := startTwin(t)
	r.refresh()
	for _, of := range []ca.Authority{ca.Root, ca.Issuing} {
		served, err := r.twin.authority.List(of)
		if err != nil {
			t.Fatal(err)
		}
		outcome := outcomeOf(t, Run{Report: r.twin.schedule.latest().Report}, r.twin.authority.Certificate(of).Subject.String())
		text := r.object("crl/" + outcome.List.SHA256 + ".pem")
		block, rest := pem.Decode(text)
		if block == nil || block.Type != "X509 CRL" || len(rest) != 0 || !bytes.Equal(block.Bytes, served.DER) {
			t.Errorf("%s: the object is not the PEM form of the list that the CA serves", of)
		}
		readByOpenSSL(t, text)
	}
}

func readByOpenSSL(t *testing.T, text []byte) {
	t.Helper()
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("openssl is not installed")
	}
	cmd := exec.CommandContext(t.Context(), openssl, "crl", "-noout", "-text")
	cmd.Stdin = bytes.NewReader(text)
	output, err := cmd.CombinedOutput()
	if err != nil || !bytes.Contains(output, []byte("Certificate Revocation List (CRL)")) {
		t.Errorf("openssl crl: %v\n%s", err, output)
	}
}

func outcomeOf(t *testing.T, run Run, issuer string) refresh.Outcome {
	t.Helper()
	for _, outcome := range run.Report.Outcomes {
		if outcome.Issuer == issuer {
			return outcome
		}
	}
	t.Fatalf("no outcome for %s in %+v", issuer, run)
	return refresh.Outcome{}
}

// signed is a list of the issuing CA that it never published.
func (r *running) signed(since, until time.Duration) ca.List {
	r.Helper()
	now := time.Now()
	list, err := r.twin.authority.SignList(ca.Issuing, now.Add(since), now.Add(until))
	if err != nil {
		r.Fatal(err)
	}
	return list
}

// foreignList is a list of a CA that nobody here trusts.
func foreignList(t *testing.T) []byte {
	t.Helper()
	foreign, err := ca.Open(t.TempDir(), ca.Options{BaseURL: "http://127.0.0.1:1"})
	if err != nil {
		t.Fatal(err)
	}
	list, err := foreign.List(ca.Issuing)
	if err != nil {
		t.Fatal(err)
	}
	return list.DER
}
