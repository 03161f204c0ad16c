package main

import "fmt"

func (r results) programTable() string {
	t := r.bySize("entries")
	rows := []row{{sekishoProgram, "`sekisho crl convert --ca-bundle`"}, {x509Program, "a program over crypto/x509"}}
	if r.withoutOpenSSL == "" {
		rows = append(rows, row{opensslCheck, "`openssl crl -CAfile`"}, row{opensslConvert, "`openssl crl`, without any check"}, row{opensslNothing, "`openssl version`, for the start"})
	}
	for _, row := range rows {
		t.row(r.cells(row.name, func(n int) string {
			return milliseconds(r.of(row.subject, n, wall)) + " / " + mebibytes(r.of(row.subject, n, peak))
		})...)
	}
	if r.withoutOpenSSL != "" {
		return t.String() + "\nNot compared with openssl: " + r.withoutOpenSSL + "\n"
	}
	t.row(r.cells("**times as fast as `openssl crl -CAfile`**", factor(1, func(n int) compared { return r.times(opensslCheck, sekishoProgram, n) }))...)
	return t.String()
}

func (r results) lookupTable() string {
	t := r.bySize("entries")
	nanoseconds := func(subject string) func(int) string {
		return func(n int) string { return fmt.Sprintf("%.0f", r.of(subject, n, wall)*1e9) }
	}
	build := func(subject string) func(int) string {
		return func(n int) string { return milliseconds(r.of(subject, n, wall)) }
	}
	t.row(r.cells("index: bytes an entry", func(n int) string { return fmt.Sprintf("%.1f", r.of(oursIndex, n, figure("bytesPerEntry"))) })...)
	t.row(r.cells("index: load from a file and check, ms", build(indexLoad))...)
	t.row(r.cells("map[string]struct{}: build, ms", build(mapStringBuild))...)
	t.row(r.cells("map[[20]byte]struct{}: build, ms", build(mapArrayBuild))...)
	t.row(r.cells("index: look-up, ns", nanoseconds(indexFind))...)
	t.row(r.cells("map[string]struct{}: look-up, ns", nanoseconds(mapStringFind))...)
	t.row(r.cells("map[[20]byte]struct{}: look-up, ns", nanoseconds(mapArrayFind))...)
	return t.String()
}

func (r results) functionTable() string {
	t := newTable("list", "whole ms", "its own ms", "in the twin ms", "CPU ms", "peak MiB, the worst")
	for _, f := range functionRuns(r.quick) {
		own, twin := r.of(f.name, f.entries, figure("own")), r.of(f.name, f.entries, figure("twin"))
		t.row(count(f.entries)+" entries, "+f.list, milliseconds(r.of(f.name, f.entries, wall)), milliseconds(own), milliseconds(twin),
			milliseconds(r.of(f.name, f.entries, cpu)), mebibytes(r.worst(f.name, f.entries, peak)))
	}
	return t.String()
}
