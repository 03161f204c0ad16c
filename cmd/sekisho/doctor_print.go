package main

import (
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/sekisho/sekisho/internal/doctor"
)

// doctorTable prints each check as it is made, and what to do beneath one that
// failed.
func doctorTable(out io.Writer) func(doctor.Check) {
	paint := coloursOf(out)
	return func(check doctor.Check) {
		fmt.Fprintf(out, "%s %-21s  %s: %s\n", mark(paint, check), check.ID, check.Title, paint.faint(plain(check.Detail)))
		if check.Fix != "" {
			fmt.Fprintf(out, "  %-21s  → %s\n", "", check.Fix)
		}
	}
}

func mark(paint colours, check doctor.Check) string {
	switch {
	case check.OK == nil:
		return paint.faint("–")
	case *check.OK:
		return paint.green("✔")
	default:
		return paint.red("✘")
	}
}

func printVerdict(out io.Writer, checks []doctor.Check) {
	good, wrong := 0, 0
	for _, check := range checks {
		switch {
		case check.Failed():
			wrong++
		case check.OK != nil:
			good++
		}
	}
	fmt.Fprintf(out, "\n%d checks: %d good, %d wrong, %d skipped\n", len(checks), good, wrong, len(checks)-good-wrong)
}

// plain is a text from elsewhere as it can be shown on a terminal.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, text)
}
