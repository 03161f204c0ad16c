package main

import (
	"bytes"
	"fmt"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/sekisho/sekisho/internal/bench/measure"
)

// sampled runs a process that measures itself; what it cannot see is the
// memory that it took as a whole.
func (b *bench) sampled(k key, command *exec.Cmd) error {
	return b.measured(k, command, func(sample *measure.Sample, whole measure.Sample) { sample.PeakRSS = whole.PeakRSS })
}

// reported runs a process that measures another one.
func (b *bench) reported(k key, command *exec.Cmd) error {
	return b.measured(k, command, func(*measure.Sample, measure.Sample) {})
}

func (b *bench) measured(k key, command *exec.Cmd, complete func(*measure.Sample, measure.Sample)) error {
	whole, stdout, _, err := process(command)
	if err != nil {
		return fmt.Errorf("measuring %s: %w", k.subject, err)
	}
	sample, err := measure.Read(stdout)
	if err != nil {
		return fmt.Errorf("measuring %s: %w", k.subject, err)
	}
	complete(&sample, whole)
	b.results.add(k, sample)
	return nil
}

// timed runs a program and measures all of it. It has to say a word on
// standard error, unless that is empty.
func (b *bench) timed(k key, command *exec.Cmd, word string) error {
	whole, _, stderr, err := process(command)
	if err != nil {
		return fmt.Errorf("measuring %s: %w", k.subject, err)
	}
	if !strings.Contains(string(stderr), word) {
		return fmt.Errorf("measuring %s: it does not say %q: %s", k.subject, word, stderr)
	}
	b.results.add(k, whole)
	return nil
}

// process runs a program to its end and says what it used as a whole.
func process(command *exec.Cmd) (measure.Sample, []byte, []byte, error) {
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	begun := time.Now()
	err := command.Run()
	wall := time.Since(begun)
	if err != nil {
		return measure.Sample{}, nil, nil, fmt.Errorf("%w: %s", err, bytes.TrimSpace(stderr.Bytes()))
	}
	state := command.ProcessState
	return measure.Sample{Wall: wall, CPU: state.UserTime() + state.SystemTime(), PeakRSS: peakRSS(state.SysUsage())}, stdout.Bytes(), stderr.Bytes(), nil
}

// peakRSS is in bytes. Linux counts in KiB, and from the peak of the parent on.
func peakRSS(usage any) int64 {
	used, ok := usage.(*syscall.Rusage)
	if !ok {
		return 0
	}
	if runtime.GOOS == "darwin" {
		return int64(used.Maxrss)
	}
	return int64(used.Maxrss) << 10
}
