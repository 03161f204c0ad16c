package local

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/sekisho/sekisho/internal/refresh"
)

// opened is the line that tells programs that the twin can be used. No line
// before it holds that word, so it is enough to wait for it.
const opened = "ready"

// console is what a person reads while the twin runs. What happens before the
// twin is open waits until then.
type console struct {
	mu      sync.Mutex
	out     io.Writer
	isOpen  bool
	waiting []string
	before  string
}

func (c *console) printf(format string, values ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	fmt.Fprintf(c.out, format, values...)
}

// open prints the line that programs wait for, and then what has happened.
func (c *console) open() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.isOpen = true
	fmt.Fprintln(c.out, opened)
	for _, line := range c.waiting {
		fmt.Fprintln(c.out, line)
	}
	c.waiting = nil
}

// note prints a line with the time, or keeps it until the twin is open.
func (c *console) note(at time.Time, text string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	line := at.Format(time.TimeOnly) + "  " + text
	if !c.isOpen {
		c.waiting = append(c.waiting, line)
		return
	}
	fmt.Fprintln(c.out, line)
}

// refreshed tells of a run that did something, or that failed in another way
// than the one before it, and when all is well again.
func (c *console) refreshed(run Run) {
	now := trouble(run)
	c.mu.Lock()
	before := c.before
	c.before = now
	c.mu.Unlock()
	if now == before && !changed(run) {
		return
	}
	for _, line := range Lines(run) {
		c.note(run.Started, line)
	}
	if now == "" && before != "" {
		c.note(run.Started, "refresh: all is well again")
	}
}

// changed says that a run did more than look.
func changed(run Run) bool {
	return slices.ContainsFunc(run.Report.Outcomes, func(o refresh.Outcome) bool {
		return o.Action != refresh.Keep && o.Error == ""
	})
}

// trouble is what is wrong after a run, in words that stay the same while the
// same is wrong; empty when all is well.
func trouble(run Run) string {
	var words []string
	if run.Error != "" {
		words = append(words, "failed")
	}
	for _, outcome := range run.Report.Outcomes {
		if outcome.Error != "" || outcome.Stale {
			words = append(words, outcome.Source, string(outcome.Action), string(outcome.Reason), outcome.List.SHA256)
		}
	}
	return strings.Join(words, " ")
}

// Lines are what a person wants to know of a run: a line for each list or
// source that changed or failed, none when all is as it was.
func Lines(run Run) []string {
	var lines []string
	if run.Error != "" {
		lines = append(lines, "refresh failed: "+run.Error)
	}
	for _, outcome := range run.Report.Outcomes {
		if outcome.Action == refresh.Keep && outcome.Error == "" && !outcome.Stale {
			continue
		}
		lines = append(lines, Line(outcome))
	}
	return lines
}

// Line is one outcome in a sentence.
func Line(outcome refresh.Outcome) string {
	var text strings.Builder
	fmt.Fprintf(&text, "%s: %s (%s)", outcome.Source, outcome.Action, outcome.Reason)
	if outcome.List.SHA256 != "" {
		fmt.Fprintf(&text, ": %s, list number %s, %d revoked", outcome.Issuer, orDash(outcome.List.Number), outcome.List.Entries)
	}
	if outcome.Revocation != 0 {
		fmt.Fprintf(&text, ", in force as revocation %d", outcome.Revocation)
	}
	if outcome.Stale {
		fmt.Fprintf(&text, ", STALE since %s: the CA has not published a newer one; the verifier answers 503", outcome.List.NextUpdate.Format(time.RFC3339))
	}
	for _, extra := range []string{outcome.Detail, outcome.Error} {
		if extra != "" {
			text.WriteString(": " + extra)
		}
	}
	return text.String()
}

func orDash(text string) string {
	if text == "" {
		return "–"
	}
	return text
}
