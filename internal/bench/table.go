package main

import (
	"fmt"
	"strings"
)

// table is a table in Markdown.
type table struct{ text strings.Builder }

func newTable(head ...string) *table {
	t := &table{}
	t.row(head...)
	t.row(strings.Split(strings.TrimSuffix(strings.Repeat("---,", len(head)), ","), ",")...)
	return t
}

func (t *table) row(cells ...string) { t.text.WriteString("| " + strings.Join(cells, " | ") + " |\n") }

func (t *table) String() string { return t.text.String() }

// count is a number with its thousands apart.
func count(n int) string {
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%s,%03d", count(n/1000), n%1000)
}

// milliseconds keeps three digits, as far as there are any.
func milliseconds(seconds float64) string {
	ms := seconds * 1000
	switch {
	case ms >= 100:
		return fmt.Sprintf("%.0f", ms)
	case ms >= 10:
		return fmt.Sprintf("%.1f", ms)
	default:
		return fmt.Sprintf("%.2f", ms)
	}
}

func mebibytes(bytes float64) string { return fmt.Sprintf("%.1f", bytes/mebi) }
