package main

import (
	"fmt"
	"math"
	"strings"

	"github.com/sekisho/sekisho/internal/bench/peer"
)

// decisionTable is from a header to a decision, by kind of key.
func (r results) decisionTable() string {
	kinds := keyKinds(r.quick)
	t := newTable(append([]string{"who decides"}, kinds...)...)
	row := func(name string, cell func(kind string) string) {
		cells := []string{name}
		for _, kind := range kinds {
			cells = append(cells, cell(kind))
		}
		t.row(cells...)
	}
	microseconds := func(subject string) func(string) string {
		return func(kind string) string { return fmt.Sprintf("%.3g", r.ofVerifier(subject+kind)*1e6) }
	}
	row("Sekisho: a client that it knows", microseconds(knownClient))
	row("Sekisho: a new client under a known CA", microseconds(newClient))
	row("one signature of Go's library, in turns with that", microseconds(signature))
	row("a program over crypto/x509, without lists", microseconds(naiveGo))
	for _, p := range peer.All() {
		row(p.Name+", without lists", r.peerCell(p, microseconds(p.Name+", ")))
	}
	row("**times one signature: a new client**", func(kind string) string { return fmt.Sprintf("%.2f", r.timesSignature(kind)) })
	row("allocations: known / new", func(kind string) string {
		size := verifierSize(r.quick)
		return fmt.Sprintf("%.0f / %.0f", r.of(knownClient+kind, size, allocations), r.of(newClient+kind, size, allocations))
	})
	return t.String() + r.missing()
}

func (r results) peerCell(p peer.Peer, cell func(string) string) func(string) string {
	return func(kind string) string {
		if !r.has(p.Name+", "+kind, verifierSize(r.quick)) {
			return "not measured"
		}
		return cell(kind)
	}
}

// missing says why somebody was not compared with.
func (r results) missing() string {
	var text strings.Builder
	for _, p := range peer.All() {
		if why := r.without[p.Name]; why != "" {
			fmt.Fprintf(&text, "\nNot compared with %s: %s\n", p.Name, why)
		}
	}
	return text.String()
}

func (r results) ofVerifier(subject string) float64 {
	return r.of(subject, verifierSize(r.quick), wall)
}

func (r results) timesSignature(kind string) float64 {
	return r.times(newClient+kind, signature+kind, verifierSize(r.quick)).wall
}

// serverTable is what a new client costs, and a start.
func (r results) serverTable() string {
	t := newTable("new clients, a TLS handshake and a request each", "CPU ms a client", "clients a second and a core")
	size := verifierSize(r.quick)
	for _, row := range []row{
		{sekishoHandshake, "the twin's passthrough listener and `sekisho serve` behind it, together"},
		{nginxHandshake, "nginx with `ssl_crl`"},
	} {
		if !r.has(row.subject, size) {
			t.row(row.name, "not measured: "+r.without[row.subject], "")
			continue
		}
		used := r.of(row.subject, size, cpu)
		t.row(row.name, milliseconds(used), fmt.Sprintf("%.0f", 1/used))
	}
	return t.String()
}

func (r results) startTable() string {
	t := newTable("what", "ms")
	for _, row := range []row{
		{verifyStart, "the verify function, from the start of its process to its first request, on one core"},
		{snapshotLoad, "loading the snapshot: manifest, bundle, index, each against its hash"},
		{x509Parse, "parsing the list with crypto/x509 instead"},
	} {
		t.row(row.name, milliseconds(r.ofVerifier(row.subject)))
	}
	return t.String()
}

func verifierGoals(r results) []goal {
	size := verifierSize(r.quick)
	slowest, most := 0.0, 0.0
	var goals []goal
	for _, kind := range keyKinds(r.quick) {
		slowest, most = max(slowest, r.ofVerifier(knownClient+kind)), max(most, r.of(knownClient+kind, size, allocations))
		goals = append(goals, goal{name: "a new client under a known CA, " + kind + ": against one signature of Go's library", got: r.timesSignature(kind), bound: 1.5, most: true, form: timesTheTime})
		if kind != "RSA-4096" {
			goals = append(goals, r.againstPeers(kind))
		}
	}
	handshake := goal{name: "new TLS clients, against nginx with `ssl_crl`, by CPU time", bound: 40, form: timesAsFast, skipped: r.without[nginxHandshake] + r.without[sekishoHandshake]}
	used := r.times(nginxHandshake, sekishoHandshake, size).cpu
	handshake.got = used
	return append([]goal{
		{name: "a known client, from the header to the decision, the slowest kind of key", got: slowest * 1e6, bound: 1, most: true, form: "%.2f µs"},
		{name: "its allocations", got: most, bound: 0, most: true, form: "%.0f"},
	}, append(goals, handshake, goal{name: "loading a snapshot, against parsing its list with crypto/x509", bound: 0.1, most: true, form: "%.3f of the time"}.reached(r.times(snapshotLoad, x509Parse, size)))...)
}

// againstPeers is a goal about the quickest of those who were measured.
func (r results) againstPeers(kind string) goal {
	least := r.times(naiveGo+kind, newClient+kind, verifierSize(r.quick)).wall
	for _, p := range peer.All() {
		if r.has(p.Name+", "+kind, verifierSize(r.quick)) {
			least = math.Min(least, r.times(p.Name+", "+kind, newClient+kind, verifierSize(r.quick)).wall)
		}
	}
	return goal{name: "a new client, " + kind + ": against the quickest of the others, who look at no list", got: least, bound: 1, form: timesAsFast}
}
