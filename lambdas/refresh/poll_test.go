package main

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"math/big"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/refresh"
)

// TestScheduledRunPollsForThreeQuartersOfItsMinute: an unchanged list costs one
// conditional request each time, and nobody asks the trust store again.
func TestScheduledRunPollsForThreeQuartersOfItsMinute(t *testing.T) {
	for _, c := range []struct {
		every          time.Duration
		fetches, lasts int
	}{
		{time.Minute, 1, 0},
		{46 * time.Second, 1, 0},
		{45 * time.Second, 2, 45},
		{10 * time.Second, 5, 40},
		{time.Second, 46, 45},
	} {
		w := newWorld(t)
		h := w.handler(c.every)
		_, err := w.invoke(h, scheduled)
		if err != nil {
			t.Fatal(err)
		}
		w.now = w.now.Add(time.Minute)
		_, err = w.invoke(h, scheduled)
		if err != nil || w.calls["fetch"] != c.fetches || w.calls["unchanged"] != c.fetches || w.calls["seconds"] != c.lasts {
			t.Errorf("every %s: %v, %v; want %d fetches, all unchanged, in %d seconds", c.every, w.calls, err, c.fetches, c.lasts)
		}
		if w.calls["revocations"] != 1 || w.calls["put"] != 0 || w.calls["list inbox/"] < c.fetches-1 || w.published("Success") != "1" {
			t.Errorf("every %s: %v, success %s; want one look at the trust store, no write, and one line", c.every, w.calls, w.published("Success"))
		}
	}
}

func TestPollBringsANewListIntoForce(t *testing.T) {
	w := newWorld(t)
	h := w.handler(10 * time.Second)
	_, err := w.invoke(h, scheduled)
	if err != nil {
		t.Fatal(err)
	}
	w.now = w.now.Add(time.Minute)
	begun := w.now
	w.at[begun.Add(17*time.Second)] = func() {
		w.list = w.ca.CRLWith(t, func(list *x509.RevocationList) {
			list.Number, list.ThisUpdate, list.NextUpdate = big.NewInt(2), w.now, w.now.Add(24*time.Hour)
			list.RevokedCertificateEntries = []x509.RevocationListEntry{{SerialNumber: big.NewInt(7), RevocationTime: w.now}}
		})
	}
	w.at[begun.Add(33*time.Second)] = func() { w.publish(3, 24*time.Hour) }
	given, err := w.invoke(h, scheduled)
	if err != nil || len(given.Earlier) != 2 || given.Outcomes[0].List.Number != "3" {
		t.Fatalf("got %v, %d reports before %+v", err, len(given.Earlier), given.Report)
	}
	second := given.Earlier[1].Outcomes[0]
	if second.Change == nil || second.Change.Newly == 0 || second.Change.Came != nil {
		t.Errorf("an earlier look says %+v: want how many came, and no names, which make the answer too long", second.Change)
	}
	if second.Action != refresh.Replace || second.List.Number != "2" || !given.Earlier[1].Started.Equal(begun.Add(20*time.Second)) {
		t.Errorf("the list of second 17 came into force at %s as %+v", given.Earlier[1].Started.Sub(begun), second)
	}
	if w.calls["fetch"] != 5 || len(w.held) != 1 {
		t.Errorf("%d fetches for five looks, %d lists in the trust store", w.calls["fetch"], len(w.held))
	}
	if got := w.published("EnforcedAfter"); got != "3 7" {
		t.Errorf("seconds from this update to enforced: %s, want 3 7", got)
	}
}

func TestOnlyTheScheduleWaits(t *testing.T) {
	for _, event := range []string{
		`{}`, `null`, `"now"`, `{"report":"always"}`, `{"source":7}`,
		`{"source":"aws.s3","detail-type":"Object Created","detail":{"object":{"key":"inbox/new.crl"}}}`,
		`{"source":"aws.acm-pca","detail-type":"ACM Private CA CRL Generation","detail":{"result":"success"}}`,
		`{"source":"aws.ec2","detail-type":"EC2 Instance State-change Notification"}`,
	} {
		w := newWorld(t)
		given, err := w.invoke(w.handler(time.Second), event)
		if err != nil || w.calls["seconds"] != 0 || w.calls["fetch"] != 1 || len(given.Outcomes) != 1 || len(given.Earlier) != 0 {
			t.Errorf("%s: %v, %v, %+v; want one look at once", event, err, w.calls, given)
		}
	}
}

// TestLateRunOfTheScheduleLooksOnce: a row of runs that had to wait is worked
// off in seconds.
func TestLateRunOfTheScheduleLooksOnce(t *testing.T) {
	for late, polls := range map[time.Duration]bool{0: true, -2 * time.Second: true, latest: true, latest + time.Second: false, time.Hour: false} {
		w := newWorld(t)
		_, err := w.invoke(w.handler(10*time.Second), `{"source":"aws.scheduler","time":"`+w.now.Add(-late).Format(time.RFC3339)+`"}`)
		if err != nil || (w.calls["seconds"] > 0) != polls {
			t.Errorf("%s late: %v, took %d seconds, want it to poll: %v", late, err, w.calls["seconds"], polls)
		}
	}
}

// TestScheduleIsKnownWhateverElseTheEventSays: it is what there is always one of.
func TestScheduleIsKnownWhateverElseTheEventSays(t *testing.T) {
	for _, members := range []string{`"time":"soon"`, `"time":7`, `"detail":{"object":7}`, `"detail-type":[]`} {
		w := newWorld(t)
		_, err := w.invoke(w.handler(10*time.Second), `{`+members+`,"source":"aws.scheduler"}`)
		if err != nil || w.calls["seconds"] == 0 {
			t.Errorf("%s: %v, the run did not poll", members, err)
		}
	}
}

// TestPollEndsBeforeTheFunctionDoes: what is cut off says nothing.
func TestPollEndsBeforeTheFunctionDoes(t *testing.T) {
	w := newWorld(t)
	h := w.handler(10 * time.Second)
	w.now = time.Now()
	w.publish(1, time.Hour)
	ctx, cancel := context.WithDeadline(t.Context(), w.now.Add(25*time.Second))
	defer cancel()
	begun := w.now
	_, err := h.handle(ctx, json.RawMessage(scheduled))
	if err != nil || w.calls["fetch"] != 3 || w.now.Sub(begun) != 20*time.Second {
		t.Errorf("got %v, %d looks within %s", err, w.calls["fetch"], w.now.Sub(begun))
	}
	ctx, cancel = context.WithDeadline(t.Context(), time.Now().Add(25*time.Second))
	defer cancel()
	limited, done := inTime(ctx)
	defer done()
	outer, _ := ctx.Deadline()
	inner, _ := limited.Deadline()
	if outer.Sub(inner) != reserve {
		t.Errorf("the run ends %s before the function, want %s", outer.Sub(inner), reserve)
	}
}

// TestPollEndsWithItsContext: a function that is stopped does not look again.
func TestPollEndsWithItsContext(t *testing.T) {
	w := newWorld(t)
	ctx, cancel := context.WithCancel(t.Context())
	w.at[w.now.Add(5*time.Second)] = cancel
	_, err := w.handler(10*time.Second).handle(ctx, json.RawMessage(scheduled))
	if err != nil || w.calls["fetch"] != 1 {
		t.Errorf("got %v, %d looks", err, w.calls["fetch"])
	}
}

// TestWeekendWithoutTheCA: for 48 hours the source is down. While a list is in
// force, no run of them fails, so nothing fills a queue of failed events; and
// nobody can miss it in the metrics.
func TestWeekendWithoutTheCA(t *testing.T) {
	for _, every := range []time.Duration{time.Minute, 10 * time.Second} {
		w := newWorld(t)
		h := w.handler(every)
		_, err := w.invoke(h, scheduled)
		if err != nil {
			t.Fatal(err)
		}
		w.list = nil
		end := w.now.Add(48 * time.Hour)
		runs, failed := 0, 0
		for ; w.now.Before(end); runs++ {
			next := w.now.Add(time.Minute)
			given, err := w.invoke(h, scheduled)
			if err != nil {
				failed++
			}
			if given.Outcomes[0].Error == "" || w.published("Success")[0] != '0' {
				t.Fatalf("%s: nobody says that the source is down: %+v", w.now, given.Outcomes[0])
			}
			w.now = next
		}
		t.Logf("polling every %s: %d runs in 48 hours without the source, %d function errors, life left at the end %s s", every, runs, failed, w.published("LifeLeft"))
		if failed != 0 || runs != 2880 {
			t.Errorf("%d of %d runs failed, want none of 2880", failed, runs)
		}
		w.publish(2, 24*time.Hour)
		given, err := w.invoke(h, scheduled)
		if err != nil || given.Outcomes[0].List.Number != "2" || given.Outcomes[0].Enforced.Number != "2" {
			t.Errorf("once it is back: %v, %+v", err, given.Outcomes[0])
		}
	}
}

// TestNothingInForceIsAFailure: then somebody has to be told at once.
func TestNothingInForceIsAFailure(t *testing.T) {
	w := newWorld(t)
	w.list = nil
	h := w.handler(10 * time.Second)
	_, err := w.invoke(h, scheduled)
	if err == nil {
		t.Fatal("the source was never up, and the run did not fail")
	}
	w.at[w.now.Add(15*time.Second)] = func() { w.publish(1, time.Hour) }
	given, err := w.invoke(h, scheduled)
	if err != nil || given.Outcomes[0].Enforced.Number != "1" {
		t.Errorf("the source came up while the run was polling: %v, %+v", err, given.Outcomes[0])
	}
}
