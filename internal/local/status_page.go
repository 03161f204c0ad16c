package local

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/sekisho/sekisho/internal/local/alb"
	"github.com/sekisho/sekisho/internal/local/ca"
	"github.com/sekisho/sekisho/internal/refresh"
	"github.com/sekisho/sekisho/internal/statuspage"
)

// startStatusPage shows in a browser how things stand. The page can be read by
// whoever works on this machine; it has no secrets and changes nothing.
func (t *Twin) startStatusPage(context.Context) error {
	listener, err := t.listen(statusPort)
	if err != nil {
		return err
	}
	page, err := statuspage.New(t.pageStatus)
	if err != nil {
		return err
	}
	t.description.StatusPage = fmt.Sprintf("http://localhost:%d/", portOf(listener))
	t.serve("status page", listener, page)
	return nil
}

// pageStatus is how things stand, for the page.
func (t *Twin) pageStatus(context.Context) statuspage.Status {
	run := t.schedule.latest()
	status := statuspage.Status{Now: time.Now(), Where: "sekisho local, " + t.options.Dir, Problem: run.Error}
	status.Sources = t.sources.all()
	t.journal.Fill(&status)
	return status
}

// sources are the latest that is known of each source. A run that failed says
// nothing of them; what was true before it still is.
type sources struct {
	mu    sync.Mutex
	known []statuspage.Source
}

func (s *sources) take(report refresh.Report) {
	s.mu.Lock()
	defer s.mu.Unlock()
	told := map[string]bool{}
	for _, outcome := range report.Outcomes {
		told[outcome.Source] = true
	}
	s.known = slices.DeleteFunc(s.known, func(known statuspage.Source) bool { return told[known.Name] })
	for _, outcome := range report.Outcomes {
		s.known = append(s.known, SourceStatus(outcome))
	}
}

func (s *sources) all() []statuspage.Source {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.known)
}

// SourceStatus is an outcome as the status shows it.
func SourceStatus(o refresh.Outcome) statuspage.Source {
	s := statuspage.Source{
		Name: o.Source, Issuer: o.Issuer, Number: o.List.Number, ThisUpdate: o.List.ThisUpdate, NextUpdate: o.List.NextUpdate,
		Entries: o.List.Entries, Revocation: o.Revocation, Enforced: o.Enforced.Number,
		Decision: fmt.Sprintf("%s (%s)", o.Action, o.Reason),
	}
	if o.Error != "" || o.Failed() {
		s.Problem = o.Detail + o.Error
	}
	return s
}

// DecisionOf is an outcome as the status shows it among others.
func DecisionOf(at time.Time, o refresh.Outcome) statuspage.Decision {
	detail := strings.TrimPrefix(Line(o), fmt.Sprintf("%s: %s (%s)", o.Source, o.Action, o.Reason))
	return statuspage.Decision{
		At: at, Source: o.Source, Action: string(o.Action), Reason: string(o.Reason), Detail: strings.TrimPrefix(detail, ": "),
	}
}

// refreshed hears of each run.
func (t *Twin) refreshed(run Run) {
	t.console.refreshed(run)
	t.sources.take(run.Report)
	for _, outcome := range run.Report.Outcomes {
		if outcome.List.SHA256 != "" {
			t.journal.Counted(statuspage.Count{At: run.Started, Source: outcome.Source, Entries: outcome.List.Entries})
		}
		if outcome.Action != refresh.Keep || outcome.Error != "" {
			t.journal.Decided(DecisionOf(run.Started, outcome))
		}
	}
}

// connected hears of each connection. On passthrough it is the verifier who
// decides; its log says how.
func (t *Twin) connected(entry alb.Entry) {
	if entry.Fingerprint != "" {
		t.journal.Named(entry.Fingerprint, entry.Subject)
	}
	if entry.Listener == passthroughName && entry.Code == "" {
		return
	}
	t.journal.Visited(statuspage.Visit{
		At: entry.Time, Listener: entry.Listener, Subject: entry.Subject, Serial: entry.Serial, Fingerprint: entry.Fingerprint,
		Refused: entry.Code != "", Reason: string(entry.Reason),
	})
}

// sameRevocation is how old a revocation may be that was asked for just now:
// its date has whole seconds only.
const sameRevocation = 2 * time.Second

// noteRevoked has the first refusals measured from now on, unless the
// certificate was revoked before.
func (t *Twin) noteRevoked(entry ca.Revoked) {
	now := time.Now()
	if now.Sub(entry.At) < sameRevocation {
		t.journal.Revoked(now, serialText(entry.Serial))
	}
}
