package local

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/local/ca"
	"github.com/sekisho/sekisho/internal/refresh"
	"github.com/sekisho/sekisho/internal/settings"
)

// ofIssuing is the outcome for the issuing CA.
func ofIssuing(t *testing.T, run Run) refresh.Outcome {
	t.Helper()
	at := slices.IndexFunc(run.Report.Outcomes, func(o refresh.Outcome) bool { return o.Source == string(ca.Issuing) })
	if at < 0 {
		t.Fatalf("no outcome for the issuing CA: %+v", run)
	}
	return run.Report.Outcomes[at]
}

// TestHeldListComesIntoForceOnceItIsApproved plays it through the deployed
// programs: two clients are revoked at once, which is one too many.
func TestHeldListComesIntoForceOnceItIsApproved(t *testing.T) {
	r := startTwin(t, func(o *Options) {
		o.Guards = settings.Guards{MaxNewlyRevoked: 1, OnBreach: settings.OnBreachHold, HoldFor: settings.Duration(time.Hour)}
	})
	client := r.client("laptop-1")
	_, err := r.commands.Issue(t.Context(), "laptop-1", 1)
	if err != nil {
		t.Fatal(err)
	}
	_, err = r.commands.Revoke(t.Context(), "laptop-1")
	if err != nil {
		t.Fatal(err)
	}
	held := ofIssuing(t, r.refresh())
	if held.Action != refresh.Hold || held.Holding == nil || !strings.Contains(held.Detail, "sekisho approve issuing "+held.Holding.List.SHA256) {
		t.Fatalf("got %+v, want the list held back", held)
	}
	t.Log(Line(held))
	r.lapse()
	if got := r.passthrough(client); got.Verdict != Served {
		t.Errorf("while the list is held back: %s, want the list before it in force", got)
	}
	order := refresh.Order{Source: string(ca.Issuing), SHA256: strings.Repeat("0", 64), By: "ops", Reason: "two laptops were stolen"}
	_, err = r.commands.Approve(t.Context(), order)
	if err == nil || !strings.Contains(err.Error(), "holds another list back") {
		t.Errorf("another hash: got %v", err)
	}
	order.SHA256 = held.Holding.List.SHA256
	run, err := r.commands.Approve(t.Context(), order)
	if err != nil {
		t.Fatal(err)
	}
	if got := ofIssuing(t, run); got.Reason != refresh.Approved || got.Revocation == 0 {
		t.Errorf("got %+v, want it in force", got)
	}
	r.lapse()
	if got := r.passthrough(client); got.Status != http.StatusForbidden || got.Reason != "revoked" {
		t.Errorf("at the passthrough listener: %s, want 403 revoked", got)
	}
	if got := r.verify(client); got.Verdict != Refused {
		t.Errorf("at the verify listener: %s, want refused", got)
	}
	r.recorded("hold guard-mass-revocation", "approve approve", "replace approved")
}

// recorded demands records that say so.
func (r *running) recorded(want ...string) {
	r.Helper()
	var said []string
	for _, object := range r.objects() {
		key, _, _ := strings.Cut(object, " ")
		if !strings.HasPrefix(key, refresh.RecordPrefix) {
			continue
		}
		var record refresh.Record
		err := json.Unmarshal(r.object(key), &record)
		if err != nil {
			r.Fatalf("%s: %v", key, err)
		}
		said = append(said, string(record.Action)+" "+string(record.Reason))
	}
	for _, one := range want {
		if !slices.Contains(said, one) {
			r.Errorf("the records say %q, and not %q", said, one)
		}
	}
}

// TestRebuiltCAIsTakenBackAfterAReset: the CA's counter went back.
func TestRebuiltCAIsTakenBackAfterAReset(t *testing.T) {
	var authority *ca.CA
	r := startTwin(t, func(o *Options) { o.Authority = func(c *ca.CA) { authority = c } })
	older, err := authority.SignList(ca.Issuing, time.Now().Add(2*time.Minute), time.Now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	newer, err := authority.SignList(ca.Issuing, time.Now().Add(time.Minute), time.Now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	serve := func(list ca.List) {
		authority.Override("/issuing.crl", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write(list.DER)
		}))
	}
	serve(newer)
	r.refresh()
	serve(older)
	refused := ofIssuing(t, r.refresh())
	if refused.Reason != "rolled-back" {
		t.Fatalf("got %+v, want it rolled back", refused)
	}
	sum := sha256.Sum256(older.DER)
	order := refresh.Order{Source: string(ca.Issuing), SHA256: hex.EncodeToString(sum[:]), By: "ops", Reason: "restored from a backup"}
	run, err := r.commands.Reset(t.Context(), order)
	if err != nil {
		t.Fatal(err)
	}
	if got := ofIssuing(t, run); got.Reason != refresh.ResetByOperator || got.Revocation == 0 || got.List.SHA256 != order.SHA256 {
		t.Errorf("got %+v, want the named list in force", got)
	}
	r.recorded("refuse rolled-back", "reset reset", "replace reset")
}
