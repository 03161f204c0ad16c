package refresh

import (
	"context"
	"crypto/x509"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/pkitest"
	"github.com/sekisho/sekisho/internal/snapshot"
)

// orderFor is a complete order.
func orderFor(list *edition) Order {
	return Order{Source: "L", SHA256: list.facts.SHA256, By: "ops", Reason: "the CA confirmed it"}
}

// order gives an order and makes the run that belongs to it.
func (r *rig) order(give func(context.Context, Order) (Report, error), order Order) (Report, error) {
	r.t.Helper()
	r.party.calls, r.requests = nil, nil
	r.cloud.law.begin(r.cloud)
	report, err := give(context.Background(), order)
	for _, broken := range r.cloud.law.broken {
		r.t.Errorf("the law: %s", broken)
	}
	return report, err
}

func TestApproveLetsTheListThrough(t *testing.T) {
	t.Parallel()
	r, ca := guardedRig(t, holding)
	r.well()
	report, err := r.order(r.refresher.Approve, orderFor(ca.at(40)))
	if err != nil {
		t.Fatal(err)
	}
	outcome := r.of(report, ca)
	r.wants(outcome, Replace, Approved, "approved by ops: the CA confirmed it")
	r.holds("{2:L40}")
	r.points("L40")
	if outcome.Approval == nil || outcome.Approval.By != "ops" || outcome.Breach != GuardMassRevocation || outcome.Change.Newly != 30 {
		t.Errorf("got %+v, breach %q", outcome.Approval, outcome.Breach)
	}
	if got := r.cloud.state(ca.identity()); got.Holding != nil || got.Approval != nil {
		t.Errorf("left in the state: %+v, %+v", got.Holding, got.Approval)
	}
}

// TestApprovalWaitsForItsList: the source is down when the order comes.
func TestApprovalWaitsForItsList(t *testing.T) {
	t.Parallel()
	r, ca := guardedRig(t, holding)
	r.well()
	down(r, ca.url())
	report, err := r.order(r.refresher.Approve, orderFor(ca.at(40)))
	if err != nil {
		t.Fatal(err)
	}
	r.wants(r.of(report, ca), Hold, "unreachable", "is held back")
	r.restart()
	r.serve(ca, 39)
	r.wants(r.of(r.well(), ca), Hold, GuardMassRevocation, "")
	r.holds("{1:L10}")
	r.serve(ca, 40)
	r.wants(r.of(r.well(), ca), Replace, Approved, "")
}

func TestApproveRefuses(t *testing.T) {
	t.Parallel()
	r, ca := guardedRig(t, holding)
	r.well()
	with := func(change func(*Order)) Order {
		order := orderFor(ca.at(40))
		change(&order)
		return order
	}
	for _, c := range []struct {
		name  string
		order Order
		says  string
	}{
		{"an unknown source", with(func(o *Order) { o.Source = "X" }), `there is no source "X": the settings know L`},
		{"another list than is held", orderFor(ca.at(39)), "holds another list back, " + ca.at(40).facts.SHA256},
		{"the accepted list", orderFor(ca.at(10)), "list number 10 is the accepted one already"},
		{"half a hash", with(func(o *Order) { o.SHA256 = o.SHA256[:8] }), "64 lower-case hex digits"},
		{"a hash in capitals", with(func(o *Order) { o.SHA256 = strings.ToUpper(o.SHA256) }), "64 lower-case hex digits"},
		{"nobody", with(func(o *Order) { o.By = "" }), "say who orders it and why"},
		{"a novel", with(func(o *Order) { o.Reason = strings.Repeat("x", 1001) }), "in 1000 why"},
		{"a long name", with(func(o *Order) { o.By = strings.Repeat("x", 201) }), "in at most 200 bytes who"},
		{"no reason", with(func(o *Order) { o.Reason = "" }), "say who orders it and why"},
	} {
		before := string(r.cloud.objects[snapshot.StateKey(ca.identity())].body)
		_, err := r.order(r.refresher.Approve, c.order)
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.says)
		}
		if after := string(r.cloud.objects[snapshot.StateKey(ca.identity())].body); after != before {
			t.Errorf("%s: the state changed", c.name)
		}
		r.holds("{1:L10}")
	}
	r.serve(ca, 11)
	r.well()
	_, err := r.order(r.refresher.Approve, orderFor(ca.at(40)))
	if err == nil || !strings.Contains(err.Error(), "holds no list back") {
		t.Errorf("nothing held: got %v", err)
	}
}

// TestOrdersAreOnRecordOrNotGiven: an order that cannot be written down is not
// carried out.
func TestOrdersAreOnRecordOrNotGiven(t *testing.T) {
	t.Parallel()
	r, ca := guardedRig(t, holding)
	r.well()
	r.refresher.Bucket = failingPuts{r.party, RecordPrefix}
	_, err := r.order(r.refresher.Approve, orderFor(ca.at(40)))
	if err == nil || !strings.Contains(err.Error(), "what is not on record is not done") {
		t.Errorf("got %v, want to hear that it is not on record", err)
	}
	r.well()
	r.holds("{1:L10}")
}

// rebuilt is a rig whose CA was restored from a backup: it counts from 3 again.
func rebuilt(t *testing.T, number int64, thisUpdate time.Time) (*rig, *publisher, *edition) {
	t.Helper()
	ca := newPublisher(t, "L", 9)
	back := ca.publish(t, "back", 20, func(list *x509.RevocationList) { list.Number, list.ThisUpdate = big.NewInt(number), thisUpdate })
	r := newRig(t, ca)
	r.serve(ca, 8)
	r.well()
	r.serve(ca, 9)
	r.well()
	r.serveAt(ca.url(), back.der)
	return r, ca, back
}

func TestResetGetsOutOfAWedgedNumber(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		thisUpdate time.Time
		reason     Reason
	}{
		"lower number, later date":   {pkitest.Epoch, "rolled-back"},
		"lower number, earlier date": {pkitest.Epoch.Add(-24 * time.Hour), "behind"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, ca, back := rebuilt(t, 3, c.thisUpdate)
			if got := r.of(r.well(), ca); got.Reason != c.reason {
				t.Fatalf("before the reset: %s, want %s", got.Reason, c.reason)
			}
			report, err := r.order(r.refresher.Reset, orderFor(back))
			if err != nil {
				t.Fatal(err)
			}
			r.wants(r.of(report, ca), Replace, ResetByOperator, "put in the place of list number 9 by ops: the CA confirmed it")
			r.holds("{3:back}")
			r.points("back")
			next := ca.publish(t, "next", 21, func(list *x509.RevocationList) {
				list.Number, list.ThisUpdate = big.NewInt(4), c.thisUpdate.Add(time.Minute)
			})
			for _, process := range []string{"the same", "a new one"} {
				r.serve(ca, 9)
				r.wants(r.of(r.well(), ca), Keep, "behind", "an operator put another list in its place")
				r.holds("{3:back}")
				if process == "the same" {
					r.restart()
				}
			}
			r.serveAt(ca.url(), next.der)
			r.wants(r.of(r.well(), ca), Replace, Newer, "")
			r.holds("{4:next}")
		})
	}
}

// TestResetClearsAwayWhatElseWasThere: whatever the trust store held when the
// list was put in its place is older, contradictory numbers and dates or not.
func TestResetClearsAwayWhatElseWasThere(t *testing.T) {
	t.Parallel()
	r, ca, back := rebuilt(t, 3, pkitest.Epoch)
	r.cloud.place(ca.at(7), true)
	_, err := r.order(r.refresher.Reset, orderFor(back))
	if err != nil {
		t.Fatal(err)
	}
	r.well()
	r.holds("{4:back}")
}

// TestResetLeavesNoGapWhereverItIsCutOff: what is in force stays until the
// named list is, at every call of the run and whatever befalls it.
func TestResetLeavesNoGapWhereverItIsCutOff(t *testing.T) {
	t.Parallel()
	r, ca, back := rebuilt(t, 3, pkitest.Epoch)
	r.well()
	calls := len(resetCutOff(t, r, back, map[int]fault{}).calls)
	if calls < 15 {
		t.Fatalf("only %d calls", calls)
	}
	for at := range calls {
		for _, f := range []fault{failing, dying, lost, dyingLate, stale, damaging} {
			p := resetCutOff(t, r, back, map[int]fault{at: f})
			for _, broken := range p.cloud.law.broken {
				t.Errorf("call %d %s: %s\n%s", at, f, broken, p.transcript())
			}
			again := &party{name: "the order once more, and a run", cloud: p.cloud, identity: ca.identity(), network: serving(back)}
			_, _ = likeThatOf(again, r).Reset(t.Context(), orderFor(back))
			later := likeThatOf(again, r)
			later.Clock = func() time.Time { return pkitest.Epoch.Add(2 * time.Hour) }
			_, err := later.Run(t.Context())
			if wrong := ill(p.cloud, back); err != nil || len(wrong) > 0 || len(p.cloud.law.broken) > 0 {
				t.Errorf("call %d %s, and then: %v, %v, %v: %s\n%s%s", at, f, err, wrong, p.cloud.law.broken, p.cloud, p.transcript(), again.transcript())
			}
		}
	}
}

func resetCutOff(t *testing.T, r *rig, back *edition, faults map[int]fault) *party {
	t.Helper()
	p := &party{name: "the order", cloud: r.cloud.clone(), identity: back.identity, network: serving(back), faults: faults}
	_, _ = likeThatOf(p, r).Reset(t.Context(), orderFor(back))
	return p
}

// likeThatOf is a refresher like that of the rig, for another party.
func likeThatOf(p *party, r *rig) *Refresher {
	one := p.refresher(r.refresher.Bundle)
	one.Sources = r.refresher.Sources
	return one
}

func TestResetRefuses(t *testing.T) {
	t.Parallel()
	r, ca, back := rebuilt(t, 3, pkitest.Epoch)
	for _, c := range []struct {
		name  string
		serve []byte
		order Order
		says  string
	}{
		{"a list that is not delivered", back.der, orderFor(ca.at(1)), "delivers another list now, " + back.facts.SHA256},
		{"a list that is not refused", ca.at(9).der, orderFor(ca.at(9)), "is not refused: there is nothing to reset"},
		{"a page", []byte("<html>"), orderFor(back), "delivers no list that could be let through now"},
		{"an unknown source", back.der, Order{Source: "X", SHA256: back.facts.SHA256, By: "a", Reason: "b"}, "there is no source"},
	} {
		r.serveAt(ca.url(), c.serve)
		_, err := r.order(r.refresher.Reset, c.order)
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.says)
		}
	}
	other := newPublisher(t, "F", 1)
	r.serveAt(ca.url(), other.at(1).der)
	_, err := r.order(r.refresher.Reset, orderFor(other.at(1)))
	if err == nil || !strings.Contains(err.Error(), "not in the CA bundle") {
		t.Errorf("another CA's list: got %v", err)
	}
	r.holds("{2:L9}")
	r.points("L9")
}

// TestResetDoesNotWaitForever: nobody can replay the named list days later.
func TestResetDoesNotWaitForever(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		after  time.Duration
		reason Reason
	}{{23 * time.Hour, ResetByOperator}, {24 * time.Hour, "rolled-back"}} {
		r, ca, back := rebuilt(t, 3, pkitest.Epoch)
		r.well()
		state := r.cloud.state(ca.identity())
		state.Approval = &Approval{Kind: ResetAction, SHA256: back.facts.SHA256, By: "ops", At: r.now, Reason: "x"}
		text, err := state.encode()
		if err != nil {
			t.Fatal(err)
		}
		r.cloud.store(snapshot.StateKey(ca.identity()), string(text))
		r.restart()
		r.now = r.now.Add(c.after)
		if got := r.of(r.well(), ca); got.Reason != c.reason {
			t.Errorf("%s later: got %s, want %s", c.after, got.Reason, c.reason)
		}
	}
}
