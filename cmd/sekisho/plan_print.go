package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/sekisho/sekisho/internal/refresh"
)

// printPlan writes a line for each list or source, and then what there is to
// say about it.
func printPlan(out io.Writer, where string, report refresh.Report) error {
	fmt.Fprintf(out, "%s: what the next refresh would do (nothing was changed)\n\n", where)
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "SOURCE\tWOULD\tWHY\tNEWEST LIST\tIN FORCE NOW")
	for _, outcome := range report.Outcomes {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", orNone(outcome.Source), outcome.Action, outcome.Reason, listOf(outcome), enforcedOf(outcome))
	}
	err := table.Flush()
	if err != nil {
		return err
	}
	for _, remark := range remarks(report) {
		fmt.Fprintln(out, remark)
	}
	return nil
}

// listOf is the list that is to be in force.
func listOf(outcome refresh.Outcome) string {
	if outcome.List.SHA256 == "" {
		return "none"
	}
	text := editionOf(outcome.List)
	if outcome.Stale {
		text += ", STALE since " + outcome.List.NextUpdate.Format(time.RFC3339)
	}
	return text
}

func enforcedOf(outcome refresh.Outcome) string {
	switch {
	case outcome.Enforced.SHA256 == "":
		return "none"
	case outcome.Revocation != 0:
		return fmt.Sprintf("%s, revocation %d", editionOf(outcome.Enforced), outcome.Revocation)
	default:
		return editionOf(outcome.Enforced)
	}
}

func editionOf(list refresh.Facts) string {
	name := "number " + list.Number
	if list.Number == "" {
		name = "of " + list.ThisUpdate.Format(time.RFC3339)
	}
	return fmt.Sprintf("%s, %d revoked", name, list.Entries)
}

// remarks are what does not fit into the table.
func remarks(report refresh.Report) []string {
	var lines []string
	for _, outcome := range report.Outcomes {
		for _, text := range []string{outcome.Detail, outcome.Error} {
			if text != "" {
				lines = append(lines, fmt.Sprintf("%s: %s", orNone(outcome.Source), text))
			}
		}
	}
	if len(report.Foreign) > 0 {
		lines = append(lines, fmt.Sprintf("left alone, because no CA of the bundle signed them: revocations %s", strings.Trim(fmt.Sprint(report.Foreign), "[]")))
	}
	for _, name := range report.Uncovered {
		lines = append(lines, "no list is published so far of "+name)
	}
	if len(lines) > 0 {
		lines = append([]string{""}, lines...)
	}
	return lines
}
