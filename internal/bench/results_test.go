package main

import (
	"math"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/bench/measure"
)

// rounds are samples of so many milliseconds.
func rounds(milliseconds ...int) []measure.Sample {
	var samples []measure.Sample
	for _, ms := range milliseconds {
		took := time.Duration(ms) * time.Millisecond
		samples = append(samples, measure.Sample{Wall: took, CPU: took / 2, Allocations: uint64(ms)})
	}
	return samples
}

func TestRatioIsTakenRoundByRound(t *testing.T) {
	t.Parallel()
	// The machine was three times slower in the second round and ten times in
	// the third; the subjects did not change.
	ours, theirs := rounds(10, 30, 100), rounds(50, 150, 500)
	if got := ratio(theirs, ours, wall); math.Abs(got-5) > 1e-9 {
		t.Errorf("got %v, want 5", got)
	}
	if got := ratio(theirs[:2], ours, wall); math.Abs(got-5) > 1e-9 {
		t.Errorf("a round less: got %v, want 5", got)
	}
}

func TestMedianIsTheMiddleOne(t *testing.T) {
	t.Parallel()
	r := results{samples: map[key][]measure.Sample{{oursPEM, 1}: rounds(9, 1, 5)}}
	if got := r.of(oursPEM, 1, allocations); got != 5 {
		t.Errorf("got %v, want 5", got)
	}
	if got := r.worst(oursPEM, 1, allocations); got != 9 {
		t.Errorf("the worst: got %v, want 9", got)
	}
	if got := r.of("unknown", 1, allocations); got != 0 {
		t.Errorf("without samples: got %v, want 0", got)
	}
}

func TestLimitIsTheSumOfItsParts(t *testing.T) {
	t.Parallel()
	r := results{samples: map[key][]measure.Sample{
		{oursPEM, 1}: rounds(45, 90), {limitSHA256, 1}: rounds(10, 20), {limitPEM, 1}: rounds(15, 30), {limitScan, 1}: rounds(5, 10),
	}}
	if got := r.timesLimit(oursPEM, 1).wall; math.Abs(got-1.5) > 1e-9 {
		t.Errorf("got %v, want 1.5", got)
	}
}

func TestStartIsTakenOffAProgram(t *testing.T) {
	t.Parallel()
	r := results{samples: map[key][]measure.Sample{
		{oursPEM, 1}: rounds(10), {opensslCheck, 1}: rounds(105), {opensslNothing, 1}: rounds(5),
	}}
	if got := r.timesOpenSSL(1).wall; math.Abs(got-10) > 1e-9 {
		t.Errorf("got %v, want 10", got)
	}
	r.samples[key{opensslNothing, 1}] = rounds(200)
	if got := r.timesOpenSSL(1).wall; got <= 0 || got > 1 {
		t.Errorf("a start that took longer than the whole: got %v, want next to nothing", got)
	}
}
