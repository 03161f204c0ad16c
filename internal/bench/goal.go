package main

import (
	"fmt"
	"math"

	"github.com/sekisho/sekisho/internal/bench/measure"
)

// goal is something that was set out to be reached, as a ratio wherever a
// machine would decide otherwise.
type goal struct {
	name string
	got  float64
	// cpu is the same by CPU time, 0 where there is no such thing.
	cpu float64
	// bound is the least that is wanted, or with most the most.
	bound float64
	most  bool
	// form is how the figures are written, such as "%.1f times".
	form string
	// skipped is why it was not measured.
	skipped string
}

func (g goal) met() bool {
	if g.most {
		return g.got <= g.bound
	}
	return g.got >= g.bound
}

// reached is the goal with what came out.
func (g goal) reached(c compared) goal {
	g.got, g.cpu = c.wall, c.cpu
	return g
}

func (g goal) verdict() string {
	switch {
	case g.skipped != "":
		return "not measured: " + g.skipped
	case math.IsNaN(g.got) || !g.met():
		return "**missed**"
	default:
		return "met"
	}
}

func (g goal) wanted() string {
	if g.most {
		return "at most " + fmt.Sprintf(g.form, g.bound)
	}
	return "at least " + fmt.Sprintf(g.form, g.bound)
}

// goals are all goals with what was reached. Those at goalSize are left out
// where that was not measured.
func goals(r results) []goal {
	all := smallGoals(r)
	if r.has(oursPEM, goalSize) {
		all = append(libraryGoals(r), append(indexGoals(r), append(programGoals(r), all...)...)...)
	}
	return append(append(all, functionGoals(r)...), verifierGoals(r)...)
}

func libraryGoals(r results) []goal {
	return []goal{
		r.againstOpenSSL(goal{name: "check and PEM, against openssl (whole process less its start)", bound: 10, form: timesAsFast},
			func() compared { return r.timesOpenSSL(goalSize) }),
		goal{name: "check and PEM, against crypto/x509", bound: 10, form: timesAsFast}.reached(r.times(x509PEM, oursPEM, goalSize)),
		goal{name: "check and PEM, against SHA-256 + PEM encoding + strict scan, each alone", bound: 1.5, most: true, form: timesTheTime}.reached(r.timesLimit(oursPEM, goalSize)),
		goal{name: "the same on one core", bound: 1.5, most: true, form: timesTheTime}.reached(r.timesLimit(oneCore, goalSize)),
		goal{name: "check, PEM and index, against crypto/x509 and a map", bound: 12, form: timesAsFast}.reached(r.times(x509Map, oursIndex, goalSize)),
		{name: "allocations, check and PEM", got: r.of(oursPEM, goalSize, allocations), bound: 100, most: true, form: "%.0f"},
		{name: "allocations, check, PEM and index", got: r.of(oursIndex, goalSize, allocations), bound: 100, most: true, form: "%.0f"},
	}
}

// againstOpenSSL is a goal that needs openssl.
func (r results) againstOpenSSL(g goal, of func() compared) goal {
	if r.withoutOpenSSL != "" {
		g.skipped = r.withoutOpenSSL
		return g
	}
	return g.reached(of())
}

const (
	timesAsFast  = "%.1f times as fast"
	timesTheTime = "%.2f times the time"
)

func indexGoals(r results) []goal {
	load := goal{name: "index, loaded from a file and checked, against building the quicker map", bound: 0.1, most: true, form: "%.3f of the time"}
	find := goal{name: "look-up, against that of the quicker map", bound: 1, form: "%.2f times as fast"}
	return []goal{
		{name: "index", got: r.of(oursIndex, goalSize, figure("bytesPerEntry")), bound: 22, most: true, form: "%.1f bytes an entry"},
		load.reached(larger(r.times(indexLoad, mapStringBuild, goalSize), r.times(indexLoad, mapArrayBuild, goalSize))),
		find.reached(smaller(r.times(mapStringFind, indexFind, goalSize), r.times(mapArrayFind, indexFind, goalSize))),
	}
}

func larger(a, b compared) compared  { return compared{max(a.wall, b.wall), max(a.cpu, b.cpu)} }
func smaller(a, b compared) compared { return compared{min(a.wall, b.wall), min(a.cpu, b.cpu)} }

func programGoals(r results) []goal {
	return []goal{
		r.againstOpenSSL(goal{name: "`sekisho crl convert --ca-bundle`, against `openssl crl -CAfile`", bound: 7, form: timesAsFast},
			func() compared { return r.times(opensslCheck, sekishoProgram, goalSize) }),
		{name: "its peak memory", got: r.of(sekishoProgram, goalSize, peak) / mebi, bound: 24, most: true, form: "%.1f MiB"},
	}
}

func smallGoals(r results) []goal {
	small := goal{name: "1,000 entries: check and PEM, against crypto/x509", bound: 1, form: timesAsFast}
	return []goal{small.reached(r.times(x509PEM, oursPEM, 1_000))}
}

func functionGoals(r results) []goal {
	var goals []goal
	if r.has(refreshShort, 1_000_000) {
		goals = append(goals, goal{
			name: "the refresh function publishes two lists of 1,000,000 entries, one after the other (short serial numbers, no reasons): its peak memory",
			got:  r.worst(refreshShort, 1_000_000, peak) / mebi, bound: 128, most: true, form: "%.1f MiB",
		})
	}
	if r.has(refreshFunction, goalSize) {
		goals = append(goals, goal{
			name: "the refresh function, from the first byte of 500,000 entries to the snapshot: its own time",
			got:  r.of(refreshFunction, goalSize, figure("own")), cpu: r.of(refreshFunction, goalSize, cpu), bound: 1, most: true, form: "%.2f s",
		})
	}
	return goals
}

// worst is the largest value of all rounds.
func (r results) worst(subject string, entries int, what func(measure.Sample) float64) float64 {
	worst := 0.0
	for _, sample := range r.samples[key{subject, entries}] {
		worst = max(worst, what(sample))
	}
	return worst
}

const mebi = 1 << 20
