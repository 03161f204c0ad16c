package main

import (
	"time"

	"github.com/sekisho/sekisho/internal/bench/measure"
)

// key is a subject and the length of the list that it was given.
type key struct {
	subject string
	entries int
}

// results are all samples, one for each round.
type results struct {
	samples map[key][]measure.Sample
	sizes   []size
	quick   bool
	// withoutOpenSSL is why there is no comparison with openssl.
	withoutOpenSSL string
	// without is why others were not compared with, by name.
	without map[string]string
}

func (r results) add(k key, sample measure.Sample) { r.samples[k] = append(r.samples[k], sample) }

func (r results) has(subject string, entries int) bool {
	return len(r.samples[key{subject, entries}]) > 0
}

// of is the median over the rounds of something about a subject.
func (r results) of(subject string, entries int, what func(measure.Sample) float64) float64 {
	var values []float64
	for _, sample := range r.samples[key{subject, entries}] {
		values = append(values, what(sample))
	}
	return measure.Median(values)
}

func wall(s measure.Sample) float64        { return s.Wall.Seconds() }
func cpu(s measure.Sample) float64         { return s.CPU.Seconds() }
func allocations(s measure.Sample) float64 { return float64(s.Allocations) }
func allocated(s measure.Sample) float64   { return float64(s.Allocated) }
func peak(s measure.Sample) float64        { return float64(s.PeakRSS) }

func figure(name string) func(measure.Sample) float64 {
	return func(s measure.Sample) float64 { return s.Figures[name] }
}

// sum is several subjects one after the other, round by round.
func (r results) sum(entries int, subjects ...string) []measure.Sample {
	var total []measure.Sample
	for round := range r.samples[key{subjects[0], entries}] {
		var whole measure.Sample
		for _, subject := range subjects {
			sample := r.samples[key{subject, entries}][round]
			whole.Wall += sample.Wall
			whole.CPU += sample.CPU
		}
		total = append(total, whole)
	}
	return total
}

// less is a program without what it takes to start it.
func (r results) less(subject, start string, entries int) []measure.Sample {
	var rest []measure.Sample
	for round, sample := range r.samples[key{subject, entries}] {
		started := r.samples[key{start, entries}][round]
		rest = append(rest, measure.Sample{
			Wall: max(sample.Wall-started.Wall, time.Microsecond), CPU: max(sample.CPU-started.CPU, time.Microsecond),
		})
	}
	return rest
}

// ratio is how many times as much one took as the other: the median of what
// each round says, because rounds differ more than the subjects in one.
func ratio(a, b []measure.Sample, what func(measure.Sample) float64) float64 {
	var ratios []float64
	for round := range min(len(a), len(b)) {
		ratios = append(ratios, what(a[round])/what(b[round]))
	}
	return measure.Median(ratios)
}

// compared is a ratio of wall times, and the same of CPU times: whatever else
// the machine does touches those less.
type compared struct{ wall, cpu float64 }

func compare(a, b []measure.Sample) compared {
	return compared{wall: ratio(a, b, wall), cpu: ratio(a, b, cpu)}
}

// times is how many times as long a takes as b.
func (r results) times(a, b string, entries int) compared {
	return compare(r.samples[key{a, entries}], r.samples[key{b, entries}])
}

// timesOpenSSL is how many times as long openssl takes, without its start, as
// check and PEM.
func (r results) timesOpenSSL(entries int) compared {
	return compare(r.less(opensslCheck, opensslNothing, entries), r.samples[key{oursPEM, entries}])
}

// timesLimit is how many times as long a subject takes as what it cannot do
// without, one after the other.
func (r results) timesLimit(subject string, entries int) compared {
	return compare(r.samples[key{subject, entries}], r.sum(entries, limitSHA256, limitPEM, limitScan))
}
