package refresh

import (
	"encoding/json"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// go test ./internal/refresh -run TestRecord -update writes the record anew.
var update = flag.Bool("update", false, "write testdata/record.json")

// records are those in the bucket, in the order of their keys.
func (c *cloud) records(tb testing.TB) []Record {
	tb.Helper()
	keys, _ := c.list(RecordPrefix)
	var all []Record
	for _, key := range keys {
		var one Record
		err := json.Unmarshal(c.objects[key].body, &one)
		if err != nil {
			tb.Fatalf("%s: %v", key, err)
		}
		all = append(all, one)
	}
	return all
}

func TestRunLeavesARecordOfWhatItDid(t *testing.T) {
	t.Parallel()
	r, ca := guardedRig(t, holding)
	r.well()
	_, err := r.order(r.refresher.Approve, orderFor(ca.at(40)))
	if err != nil {
		t.Fatal(err)
	}
	all := r.cloud.records(t)
	var said []string
	for _, one := range all {
		said = append(said, string(one.Action)+" "+string(one.Reason))
	}
	slices.Sort(said)
	if got, want := strings.Join(said, ", "), "approve approve, hold guard-mass-revocation, replace approved, replace first"; got != want {
		t.Fatalf("got %s, want %s", got, want)
	}
	at := slices.IndexFunc(all, func(r Record) bool { return r.Reason == Approved })
	taken := all[at]
	var answers []string
	for _, answer := range taken.Answers {
		answers = append(answers, answer.Call)
	}
	if got, want := strings.Join(answers, ", "), "AddTrustStoreRevocations, DescribeTrustStoreRevocations, RemoveTrustStoreRevocations"; got != want {
		t.Errorf("answers: got %s, want %s", got, want)
	}
	if taken.URL == "" || taken.Fetched.Number != "40" || taken.Before.Number != "10" || taken.Change.Newly != 30 || taken.Approval.By != "ops" ||
		taken.Count != 1 || !taken.At.Equal(r.now) || len(taken.Steps) < 4 || taken.Answers[0].Entries != 40 || taken.Answers[2].Revocation != 1 {
		t.Errorf("got %+v", taken)
	}
	before := len(all)
	r.well()
	if after := len(r.cloud.records(t)); after != before {
		t.Errorf("a run that found nothing to do left %d records", after-before)
	}
}

// TestRecordIsWrittenAsEver: people and their tools read it for years.
func TestRecordIsWrittenAsEver(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 6, 1, 12, 0, 0, 5e6, time.UTC)
	list := func(number string, entries int) Facts {
		return Facts{SHA256: strings.Repeat(number, 64), Number: number, ThisUpdate: at, NextUpdate: at.AddDate(0, 0, 7), Entries: entries, Size: 100}
	}
	c := newCloud()
	p := &party{name: "writer", cloud: c}
	r := p.refresher(Bundle{})
	one := Record{At: at, Count: 1, First: at, Last: at, Outcome: Outcome{
		Source: "issuing", URL: "http://ca.example/ca.crl", Identity: "1d", Issuer: "CN=Issuing", Action: Replace, Reason: Approved, Detail: "why",
		List: list("8", 2), Enforced: list("8", 2), Fetched: list("8", 2), Before: list("7", 3), Revocation: 4, Removed: []int64{3}, Breach: GuardShrinkage,
		Change: &Change{Newly: 1, Came: []string{"B0"}, Gone: 2, PossiblyEarly: 1, HoldReleased: 1, Left: []Departure{
			{Serial: "A1", RevokedAt: at, Mark: PossiblyEarly}, {Serial: "A2", RevokedAt: at, Reason: "certificateHold", Mark: HoldReleased},
		}},
		Approval: &Approval{Kind: ApproveAction, SHA256: strings.Repeat("8", 64), By: "ops", At: at, Reason: "the CA confirmed it"},
		Answers:  []Answer{{Call: "AddTrustStoreRevocations", Revocation: 4, Entries: 2, Took: time.Second}},
		Steps:    []Step{{Name: "fetch", Took: time.Millisecond}},
	}}
	for range 2 {
		err := r.write(t.Context(), one)
		if err != nil {
			t.Fatal(err)
		}
	}
	keys, _ := c.list(RecordPrefix)
	if got, want := strings.Join(keys, " "), "records/2026-06-01/120000.005-issuing-88888888-2.json records/2026-06-01/120000.005-issuing-88888888.json"; got != want {
		t.Fatalf("got %s, want %s", got, want)
	}
	got := c.objects[keys[1]].body
	if *update {
		err := os.WriteFile("testdata/record.json", got, 0o644)
		if err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/record.json")
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestRecordsOfAWeekendWithoutTheCA: one an hour, and none of 2,880 polls is
// lost count of.
func TestRecordsOfAWeekendWithoutTheCA(t *testing.T) {
	t.Parallel()
	ca := newPublisher(t, "L", 2)
	r := newRig(t, ca)
	r.serve(ca, 1)
	r.well()
	down(r, ca.url())
	const polls = 2 * 24 * 60
	for range polls {
		r.now = r.now.Add(time.Minute)
		r.well()
	}
	r.serve(ca, 1)
	r.now = r.now.Add(time.Minute)
	r.well()
	records, count := 0, 0
	for _, one := range r.cloud.records(t) {
		if one.Reason == "unreachable" {
			records, count = records+1, count+one.Count
			if one.Last.Before(one.First) || one.Action != Keep || one.Error == "" {
				t.Errorf("got %+v", one)
			}
		}
	}
	if count != polls || records < 48 || records > 50 {
		t.Errorf("%d records that count %d polls, want about 49 and %d", records, count, polls)
	}
}

// TestRecordsOfAThrottledTrustStore: that a list cannot be put back in force is
// one record an hour, too, and that it was is one of its own.
func TestRecordsOfAThrottledTrustStore(t *testing.T) {
	t.Parallel()
	ca := newPublisher(t, "L", 1)
	r := newRig(t, ca)
	r.serve(ca, 1)
	r.well()
	r.cloud.remove([]int64{1})
	r.cloud.law.peaks = map[string]levels{}
	r.party.always = map[string]fault{"add": throttled}
	for range 180 {
		r.now = r.now.Add(time.Minute)
		_, _ = r.run()
	}
	before := r.cloud.records(t)
	if len(before) < 4 || len(before) > 6 {
		t.Errorf("%d records of three hours, want about 4 and the first list's", len(before))
	}
	r.party.always = nil
	r.now = r.now.Add(time.Minute)
	r.well()
	last := r.cloud.records(t)
	if got := last[len(last)-1]; got.Action != Heal || got.Reason != NotInForce || got.Revocation != 2 {
		t.Errorf("the last record is %+v, want the list put back", got)
	}
}

func TestRecordsEndWhenTheSituationDoes(t *testing.T) {
	t.Parallel()
	ca := newPublisher(t, "L", 2)
	r := newRig(t, ca)
	poll := func(times int) {
		for range times {
			r.now = r.now.Add(time.Minute)
			r.well()
		}
	}
	r.serve(ca, 1)
	poll(1)
	r.serveAt(ca.url(), []byte("<html>"))
	poll(3)
	down(r, ca.url())
	poll(2)
	r.serve(ca, 2)
	poll(2)
	var said []string
	for _, one := range r.cloud.records(t) {
		said = append(said, one.Last.Format("05:04 ")+string(one.Reason)+" "+string(rune('0'+one.Count)))
	}
	want := []string{"00:01 first 1", "00:02 unreadable 1", "00:04 unreadable 2", "00:05 unreachable 1", "00:06 unreachable 1", "00:07 newer 1"}
	if !slices.Equal(said, want) {
		t.Errorf("got %q, want %q", said, want)
	}
}

// TestRecordThatCannotBeWrittenIsSaid, and the list is in force all the same.
func TestRecordThatCannotBeWrittenIsSaid(t *testing.T) {
	t.Parallel()
	ca := newPublisher(t, "L", 1)
	r := newRig(t, ca)
	r.refresher.Bucket = failingPuts{r.party, RecordPrefix}
	r.serve(ca, 1)
	report := r.well()
	r.holds("{1:L1}")
	if len(report.Unrecorded) != 1 || !strings.Contains(report.Unrecorded[0], "writing records/2026-06-01/") {
		t.Errorf("got %q, want the record named", report.Unrecorded)
	}
}

func TestPreviewLeavesNoRecord(t *testing.T) {
	t.Parallel()
	r, ca := guardedRig(t, holding)
	before := len(r.cloud.records(t))
	report, err := r.refresher.Preview(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	r.wants(r.of(report, ca), Hold, GuardMassRevocation, "is held back since")
	if r.cloud.state(ca.identity()).Holding != nil || len(r.cloud.records(t)) != before {
		t.Error("the preview was remembered")
	}
}
