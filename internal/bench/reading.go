package main

import "fmt"

// bySize is a table with a column for each length.
func (r results) bySize(first string) *table {
	head := []string{first}
	for _, size := range r.sizes {
		head = append(head, count(size.entries))
	}
	return newTable(head...)
}

func (r results) cells(name string, cell func(entries int) string) []string {
	cells := []string{name}
	for _, size := range r.sizes {
		cells = append(cells, cell(size.entries))
	}
	return cells
}

func (r results) readingTable() string {
	t := r.bySize("entries")
	for _, row := range readingRows() {
		t.row(r.cells(row.name, func(n int) string { return milliseconds(r.of(row.subject, n, wall)) })...)
	}
	t.row(r.cells("**times as fast: check + PEM, against crypto/x509**", factor(1, func(n int) compared { return r.times(x509PEM, oursPEM, n) }))...)
	if r.withoutOpenSSL == "" {
		t.row(r.cells("**… against openssl, less its start**", factor(1, func(n int) compared { return r.timesOpenSSL(n) }))...)
	}
	t.row(r.cells("**… with index, against crypto/x509 and a map**", factor(1, func(n int) compared { return r.times(x509Map, oursIndex, n) }))...)
	t.row(r.cells("**times the limit: check + PEM**", factor(2, func(n int) compared { return r.timesLimit(oursPEM, n) }))...)
	t.row(r.cells("**… on one core**", factor(2, func(n int) compared { return r.timesLimit(oneCore, n) }))...)
	return t.String()
}

// factor is a ratio by wall time, with so many digits.
func factor(digits int, of func(entries int) compared) func(int) string {
	return func(n int) string { return fmt.Sprintf("%.*f", digits, of(n).wall) }
}

func readingRows() []row {
	return []row{
		{oursPEM, "Sekisho: check + PEM"},
		{oneCore, "Sekisho: check + PEM, on one core"},
		{oursIndex, "Sekisho: check + PEM + index"},
		{x509PEM, "crypto/x509: parse, verify, buffered PEM"},
		{x509Map, "crypto/x509: the same + a map of the serial numbers"},
		{limitSHA256, "limit: SHA-256"},
		{limitPEM, "limit: PEM encoding"},
		{limitScan, "limit: strict scan of the entries"},
		{limitWalk, "limit: walk by the lengths alone"},
		{limitBase64, "limit: base64 without lines"},
		{limitCopy, "limit: copy"},
	}
}

func (r results) fullTable(entries int) string {
	t := newTable("what", "wall ms", "CPU ms", "allocations", "MiB allocated", "peak MiB of the process*")
	for _, row := range readingRows() {
		value := func(form string, v float64) string { return fmt.Sprintf(form, v) }
		t.row(row.name, milliseconds(r.of(row.subject, entries, wall)), milliseconds(r.of(row.subject, entries, cpu)),
			value("%.0f", r.of(row.subject, entries, allocations)), mebibytes(r.of(row.subject, entries, allocated)), mebibytes(r.of(row.subject, entries, peak)))
	}
	return t.String() + "\n\\* with the whole list in memory beside it, which only the measuring needs\n"
}
