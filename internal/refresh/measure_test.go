package refresh

import (
	"crypto/x509"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sekisho/sekisho/internal/metrics"
	"github.com/sekisho/sekisho/internal/pkitest"
)

func TestMeasure(t *testing.T) {
	t.Parallel()
	now := pkitest.Epoch
	list := Facts{SHA256: "aa", ThisUpdate: now.Add(-6 * time.Hour), NextUpdate: now.Add(18 * time.Hour), Entries: 7}
	older := Facts{SHA256: "bb", ThisUpdate: now.Add(-20 * time.Hour), NextUpdate: now.Add(4 * time.Hour), Entries: 6}
	well := Outcome{Source: "a", Action: Keep, Reason: Unchanged, List: list, Enforced: list}
	with := func(change func(*Outcome)) Outcome {
		o := well
		change(&o)
		return o
	}
	base := func(changes map[string]float64) map[string]float64 {
		values := map[string]float64{
			metrics.LifeLeft: 64_800, metrics.LifeLeftPercent: 75, metrics.ListAge: 21_600, metrics.Entries: 7,
			metrics.Success: 1, metrics.Refused: 0, metrics.Held: 0, metrics.Breached: 0, metrics.Mismatched: 0,
		}
		for name, value := range changes {
			values[name] = value
		}
		return values
	}
	bare := map[string]float64{metrics.Entries: 0, metrics.Success: 0, metrics.Refused: 1, metrics.Held: 0, metrics.Breached: 0, metrics.Mismatched: 0, metrics.Failures: 1}
	for _, c := range []struct {
		name    string
		outcome Outcome
		reason  string
		want    map[string]float64
	}{
		{"unchanged", well, "", base(nil)},
		{"newer list in force", with(func(o *Outcome) { o.Action, o.Reason = Replace, Newer }), "", base(map[string]float64{metrics.EnforcedAfter: 21_600})},
		{"first list in force", with(func(o *Outcome) { o.Action, o.Reason = Replace, First }), "", base(nil)},
		{"newer list not in force yet", with(func(o *Outcome) { o.Action, o.Reason, o.Enforced = Replace, Newer, older }), "",
			base(map[string]float64{metrics.LifeLeft: 14_400, metrics.LifeLeftPercent: 100.0 / 6})},
		{"stale", with(func(o *Outcome) {
			o.List.NextUpdate, o.Enforced.NextUpdate = now.Add(-6*time.Hour), now.Add(-6*time.Hour)
		}), "",
			base(map[string]float64{metrics.LifeLeft: -21_600, metrics.LifeLeftPercent: -2_160_000})},
		{"newer list with a change", with(func(o *Outcome) {
			o.Action, o.Reason, o.Breach, o.Change = Replace, Newer, GuardShrinkage, &Change{Newly: 3, Gone: 2, PossiblyEarly: 1}
		}), "", base(map[string]float64{metrics.EnforcedAfter: 21_600, metrics.Breached: 1, metrics.NewlyRevoked: 3, metrics.LeftTheList: 2, metrics.PossiblyEarly: 1})},
		{"held list with a change", with(func(o *Outcome) {
			o.Action, o.Reason, o.Breach, o.Change = Hold, GuardShrinkage, GuardShrinkage, &Change{Gone: 2}
		}), "", base(map[string]float64{metrics.Held: 1, metrics.Breached: 1})},
		{"list let through after a hold", with(func(o *Outcome) { o.Action, o.Reason = Replace, HoldExpired }), "", base(map[string]float64{metrics.EnforcedAfter: 21_600})},
		{"source down", well.failed(because("unreachable", errors.New("no route"))), "unreachable", base(map[string]float64{metrics.Success: 0, metrics.Failures: 1})},
		{"trust store counts otherwise", with(func(o *Outcome) { o.Action, o.Reason = Refuse, CountMismatch }), "count-mismatch",
			base(map[string]float64{metrics.Success: 0, metrics.Refused: 1, metrics.Mismatched: 1, metrics.Failures: 1})},
		{"never a list", Outcome{Source: "a", Action: Refuse}.failed(because("timeout", errors.New("late"))), "timeout", bare},
		{"no reason", Outcome{Source: "a", Action: Refuse}, "unavailable", bare},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			lines := Report{Outcomes: []Outcome{c.outcome}}.Measure("gate", now)
			want := metrics.Line{Dimensions: map[string]string{metrics.Stack: "gate", metrics.Source: "a"}, Values: c.want}
			if c.reason != "" {
				want.Dimensions[metrics.Reason] = c.reason
			}
			if diff := cmp.Diff([]metrics.Line{want}, lines); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			publish(t, lines, now)
		})
	}
}

// publish fails the test if CloudWatch would not take a line.
func publish(t *testing.T, lines []metrics.Line, now time.Time) {
	t.Helper()
	for _, line := range lines {
		_, err := line.Encode(now)
		if err != nil {
			t.Errorf("%+v: %v", line, err)
		}
	}
}

// TestMeasureOfSeveralLists: the worst of a source counts, what can be added is
// added, and each reason has a line.
func TestMeasureOfSeveralLists(t *testing.T) {
	t.Parallel()
	now := pkitest.Epoch
	young := Facts{SHA256: "aa", ThisUpdate: now, NextUpdate: now.Add(time.Hour), Entries: 1}
	old := Facts{SHA256: "bb", ThisUpdate: now.Add(-time.Hour), NextUpdate: now.Add(time.Minute), Entries: 2}
	report := Report{Quota: QuotaUse{Entries: 400_000, Limit: 500_000}, Outcomes: []Outcome{
		Outcome{Source: "a", Action: Keep, List: young, Enforced: young}.failed(because("timeout", errors.New("late"))),
		{Source: "b", Action: Keep, List: young, Enforced: young},
		{Source: "a", Action: Keep, List: old, Enforced: old},
		Outcome{Source: "a", Action: Refuse}.failed(because("too-large", errors.New("long"))),
		{Source: "", Action: Keep, List: old, Enforced: old},
	}}
	lines := report.Measure("gate", now)
	of := func(source, reason string, values map[string]float64) metrics.Line {
		line := metrics.Line{Dimensions: map[string]string{metrics.Stack: "gate", metrics.Source: source}, Values: values}
		if reason != "" {
			line.Dimensions[metrics.Reason] = reason
		}
		return line
	}
	want := []metrics.Line{
		of("a", "timeout", map[string]float64{
			metrics.LifeLeft: 60, metrics.LifeLeftPercent: 100 * 60. / 3660, metrics.ListAge: 3600, metrics.Entries: 3, metrics.QuotaUsedPercent: 80,
			metrics.Success: 0, metrics.Refused: 1, metrics.Held: 0, metrics.Breached: 0, metrics.Mismatched: 0, metrics.Failures: 1,
		}),
		of("a", "too-large", map[string]float64{metrics.Failures: 1}),
		of("b", "", map[string]float64{
			metrics.LifeLeft: 3600, metrics.LifeLeftPercent: 100, metrics.ListAge: 0, metrics.Entries: 1, metrics.QuotaUsedPercent: 80,
			metrics.Success: 1, metrics.Refused: 0, metrics.Held: 0, metrics.Breached: 0, metrics.Mismatched: 0,
		}),
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	publish(t, lines, now)
}

// TestRunsAreMeasured: what runs report is what is measured.
func TestRunsAreMeasured(t *testing.T) {
	t.Parallel()
	ca := newPublisher(t, "L", 3)
	r := newRig(t, ca)
	one := func() metrics.Line {
		t.Helper()
		lines := r.well().Measure("local", r.now)
		if len(lines) != 1 {
			t.Fatalf("got %+v, want one line", lines)
		}
		publish(t, lines, r.now)
		return lines[0]
	}
	r.serve(ca, 1)
	first := one()
	_, enforced := first.Values[metrics.EnforcedAfter]
	if first.Values[metrics.Success] != 1 || enforced || first.Values[metrics.QuotaUsedPercent] <= 0 {
		t.Errorf("the first list: %v", first.Values)
	}
	r.serve(ca, 2)
	next := one()
	if next.Values[metrics.EnforcedAfter] != r.now.Sub(ca.at(2).facts.ThisUpdate).Seconds() || next.Values[metrics.Entries] != float64(ca.at(2).facts.Entries) {
		t.Errorf("a newer list: %v", next.Values)
	}
	left := next.Values[metrics.LifeLeft]
	clear(r.served)
	r.now = r.now.Add(time.Hour)
	down := one()
	if down.Values[metrics.Success] != 0 || down.Dimensions[metrics.Reason] != "unreachable" || down.Values[metrics.LifeLeft] != left-3600 {
		t.Errorf("the source is down: %v %v, %v was left before", down.Dimensions, down.Values, left)
	}
	r.party.always = map[string]fault{"revocations": failing}
	report, err := r.run()
	if err == nil || report.Quota != (QuotaUse{}) {
		t.Errorf("nobody could see the trust store: %+v, %v", report.Quota, err)
	}
}

// TestListThatNobodyDeliversIsMeasured: a CA with a new key behind the same
// address. Clients of the old key are let in until its list runs out, and
// somebody has to hear of that before.
func TestListThatNobodyDeliversIsMeasured(t *testing.T) {
	t.Parallel()
	old, renewed := newPublisher(t, "L", 1), newPublisher(t, "N", 0)
	later := renewed.publish(t, "N1", 1, func(list *x509.RevocationList) { list.NextUpdate = list.NextUpdate.Add(24 * time.Hour) })
	r := newRig(t, old, renewed)
	r.refresher.Sources = r.refresher.Sources[:1]
	r.serve(old, 1)
	_ = r.well()
	r.serveAt(old.url(), later.der)
	for range 2 {
		r.now = r.now.Add(time.Hour)
		lines := r.well().Measure("local", r.now)
		want := old.at(1).facts.NextUpdate.Sub(r.now).Seconds()
		if len(lines) != 1 || lines[0].Dimensions[metrics.Source] != r.refresher.Sources[0].Name || lines[0].Values[metrics.LifeLeft] != want {
			t.Errorf("got %+v, want %v s of life left under the source that delivered it", lines, want)
		}
	}
}
