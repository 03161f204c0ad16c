package main

import (
	"fmt"
	"os"
	"strings"
)

// row is a subject by the name that a reader knows it by.
type row struct{ subject, name string }

// document is all tables, and what the goals came to.
func (r results) document(machine string, goals []goal) string {
	parts := []string{
		machine,
		"### Goals\n\n" + goalTable(goals),
		"### Reading a list, within a process (median, ms)\n\n" + r.readingTable(),
		"### The same in full, " + count(r.largest()) + " entries\n\n" + r.fullTable(r.largest()),
		"### Whole programs that check a list and write a PEM file (median ms / peak MiB)\n\n" + r.programTable(),
		"### Asking whether a serial number is on the list\n\n" + r.lookupTable(),
		"### The refresh function, from the first byte of a list to the snapshot\n\n" + r.functionTable(),
		"### The verifier, from the header to the decision, " + count(goalSize) + " entries (median, µs)\n\n" + r.decisionTable(),
		"### The verifier and TLS, " + count(verifierSize(r.quick)) + " entries\n\n" + r.serverTable(),
		"### The start of the verifier, " + count(verifierSize(r.quick)) + " entries\n\n" + r.startTable(),
	}
	return strings.Join(parts, "\n")
}

// largest is the length that is shown in full: that of the goals, if there is
// one.
func (r results) largest() int {
	if r.has(oursPEM, goalSize) {
		return goalSize
	}
	return r.sizes[len(r.sizes)-1].entries
}

func goalTable(goals []goal) string {
	t := newTable("what", "reached", "by CPU time", "goal", "")
	for _, g := range goals {
		reached, byCPU := "–", ""
		if g.skipped == "" {
			reached = fmt.Sprintf(g.form, g.got)
		}
		if g.cpu != 0 {
			byCPU = fmt.Sprintf("%.3g", g.cpu)
		}
		t.row(g.name, reached, byCPU, g.wanted(), g.verdict())
	}
	return t.String()
}

// The tables stand between these lines of the document.
const (
	begin = "<!-- bench: begin -->\n"
	end   = "<!-- bench: end -->\n"
)

// insert replaces what stands between the markers of a document, where one is
// named.
func insert(name, tables string) error {
	if name == "" {
		return nil
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return fmt.Errorf("writing the tables: %w", err)
	}
	replaced, err := between(string(text), tables)
	if err != nil {
		return fmt.Errorf("writing the tables into %s: %w", name, err)
	}
	err = os.WriteFile(name, []byte(replaced), 0o644)
	if err != nil {
		return fmt.Errorf("writing the tables: %w", err)
	}
	return nil
}

func between(text, tables string) (string, error) {
	before, rest, found := strings.Cut(text, begin)
	_, after, ended := strings.Cut(rest, end)
	if !found || !ended {
		return "", fmt.Errorf("the lines %q and %q are missing", strings.TrimSpace(begin), strings.TrimSpace(end))
	}
	return before + begin + tables + end + after, nil
}
