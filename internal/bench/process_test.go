package main

import (
	"io"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/bench/measure"
)

func testBench() *bench {
	return &bench{log: io.Discard, results: results{samples: map[key][]measure.Sample{}, without: map[string]string{}}}
}

func TestProcessesAreMeasured(t *testing.T) {
	t.Parallel()
	b := testBench()
	err := b.sampled(key{"sample", 1}, exec.CommandContext(t.Context(), "echo", `{"wall":1000000,"peakRss":1,"figures":{"own":2}}`))
	if err != nil {
		t.Fatal(err)
	}
	got := b.results.samples[key{"sample", 1}][0]
	if got.Wall != time.Millisecond || got.Figures["own"] != 2 || got.PeakRSS < 100<<10 {
		t.Errorf("got %+v: want what the process said, and the memory that it took", got)
	}
	err = b.timed(key{"whole", 1}, exec.CommandContext(t.Context(), "sh", "-c", "echo verify OK >&2"), "verify OK")
	if err != nil || b.results.samples[key{"whole", 1}][0].Wall <= 0 {
		t.Errorf("got %v, %+v", err, b.results.samples)
	}
}

func TestProcessesThatFailAreNoFigures(t *testing.T) {
	t.Parallel()
	b := testBench()
	for _, test := range []struct {
		name string
		err  error
		says string
	}{
		{"exit code", b.timed(key{"a", 1}, exec.CommandContext(t.Context(), "sh", "-c", "echo reason >&2; exit 3"), ""), "exit status 3: reason"},
		{"another word", b.timed(key{"a", 1}, exec.CommandContext(t.Context(), "sh", "-c", "echo verify failure >&2"), "verify OK"), `does not say "verify OK": verify failure`},
		{"no sample", b.sampled(key{"a", 1}, exec.CommandContext(t.Context(), "echo", "nonsense")), "reading a sample"},
		{"no program", b.reported(key{"a", 1}, exec.CommandContext(t.Context(), "/no/such/program")), "no such file"},
	} {
		if test.err == nil || !strings.Contains(test.err.Error(), test.says) {
			t.Errorf("%s: got %v, want %q", test.name, test.err, test.says)
		}
	}
	if len(b.results.samples) != 0 {
		t.Errorf("figures of what failed: %v", b.results.samples)
	}
}

func TestPrepareSaysWhatToBuild(t *testing.T) {
	t.Parallel()
	_, err := prepare(options{sekisho: "/no/such/program"}, io.Discard)
	if err == nil || !strings.Contains(err.Error(), `build it with "make bench"`) {
		t.Errorf("got %v", err)
	}
}
