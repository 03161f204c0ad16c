package main

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/sekisho/sekisho/internal/statuspage"
)

// How much of what happened is printed.
const (
	decisionsPrinted = 8
	visitsPrinted    = 8
)

func printStatus(out io.Writer, s statuspage.Status) error {
	fmt.Fprintf(out, "%s\n", plain(s.Where))
	if s.Problem != "" {
		fmt.Fprintln(out, "the last refresh failed: "+plain(s.Problem))
	}
	fmt.Fprintln(out)
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "SOURCE\tISSUER\tNUMBER\tAGE\tLIFE LEFT\tREVOKED\tIN FORCE\tLAST DECISION")
	for _, source := range s.Sources {
		fmt.Fprintln(table, sourceRow(source, s.Now))
	}
	err := table.Flush()
	if err != nil {
		return err
	}
	for _, source := range s.Sources {
		if source.Problem != "" {
			fmt.Fprintf(out, "%s: %s\n", source.Name, plain(source.Problem))
		}
	}
	printDecisions(out, s.Decisions)
	return printVisits(out, s)
}

func sourceRow(s statuspage.Source, now time.Time) string {
	if s.ThisUpdate.IsZero() {
		return fmt.Sprintf("%s\t–\t–\t–\t–\t–\t%s\t%s", s.Name, enforcement(s), s.Decision)
	}
	return fmt.Sprintf("%s\t%s\t%s\t%s\t%s\t%d\t%s\t%s", s.Name, plain(s.Issuer), orNone(s.Number), span(now.Sub(s.ThisUpdate)),
		lifeLeft(s, now), s.Entries, enforcement(s), s.Decision)
}

func enforcement(s statuspage.Source) string {
	switch {
	case !s.InForce():
		return "NONE"
	case s.Revocation == 0:
		return "number " + s.Enforced
	case s.Enforced == "" || s.Enforced == s.Number:
		return fmt.Sprintf("revocation %d", s.Revocation)
	default:
		return fmt.Sprintf("revocation %d, number %s", s.Revocation, s.Enforced)
	}
}

func lifeLeft(s statuspage.Source, now time.Time) string {
	switch {
	case s.NextUpdate.IsZero():
		return "not said"
	case s.Stale(now):
		return "STALE for " + span(now.Sub(s.NextUpdate))
	default:
		return fmt.Sprintf("%s (%d %%)", span(s.NextUpdate.Sub(now)), s.LifeLeft(now))
	}
}

func printDecisions(out io.Writer, all []statuspage.Decision) {
	if len(all) == 0 {
		return
	}
	fmt.Fprintln(out, "\nDecisions, the last one first:")
	for _, d := range all[:min(len(all), decisionsPrinted)] {
		fmt.Fprintf(out, "  %s  %s: %s (%s) %s\n", d.At.UTC().Format(time.RFC3339), d.Source, d.Action, d.Reason, plain(d.Detail))
	}
}

// printVisits tells who came last, and how soon revocations acted.
func printVisits(out io.Writer, s statuspage.Status) error {
	if len(s.Visits) == 0 {
		return nil
	}
	fmt.Fprintln(out, "\nVisits, the last one first:")
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, v := range s.Visits[:min(len(s.Visits), visitsPrinted)] {
		outcome := "let in"
		if v.Refused {
			outcome = "refused: " + v.Reason
		}
		fmt.Fprintf(table, "  %s\t%s\t%s\t%s\t%s\n", v.At.UTC().Format(time.RFC3339), v.Listener, outcome, plain(orNone(v.Subject)), orNone(v.Serial))
	}
	err := table.Flush()
	for _, r := range s.Refusals[max(0, len(s.Refusals)-visitsPrinted):] {
		fmt.Fprintf(out, "  %s refused %s %.1f s after its revocation\n", r.Listener, r.Serial, r.After.Seconds())
	}
	return err
}

// span is a duration as a person wants it, without a fraction of a second.
func span(d time.Duration) string { return d.Round(time.Second).String() }
