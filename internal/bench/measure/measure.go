// Package measure is what the programs of the benchmark tell each other: what
// one of them did, how long it took and what it used.
//
// It measures and decides nothing about the figures.
package measure

import (
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"slices"
	"syscall"
	"time"
)

// Sample is what one run of a subject used.
type Sample struct {
	// Wall is the median of its repetitions, CPU the mean of user and system
	// time together.
	Wall time.Duration `json:"wall"`
	CPU  time.Duration `json:"cpu"`
	// Allocations and Allocated (bytes) are for each repetition.
	Allocations uint64 `json:"allocations,omitempty"`
	Allocated   uint64 `json:"allocated,omitempty"`
	// PeakRSS is the largest resident set of the whole process, in bytes.
	PeakRSS int64 `json:"peakRss,omitempty"`
	// Figures are whatever else there is to tell, by name.
	Figures map[string]float64 `json:"figures,omitempty"`
}

// Repeat runs an operation so many times.
func Repeat(times int, operation func() error) (Sample, error) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	used := CPU()
	walls := make([]time.Duration, times)
	for i := range walls {
		begun := time.Now()
		err := operation()
		walls[i] = time.Since(begun)
		if err != nil {
			return Sample{}, err
		}
	}
	used = CPU() - used
	runtime.ReadMemStats(&after)
	return Sample{
		Wall: Median(walls), CPU: used / time.Duration(times),
		Allocations: (after.Mallocs - before.Mallocs) / uint64(times),
		Allocated:   (after.TotalAlloc - before.TotalAlloc) / uint64(times),
	}, nil
}

// CPU is what this process has used so far, user and system time together.
func CPU() time.Duration {
	var usage syscall.Rusage
	err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	if err != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// Median is the middle one, the lower of two.
func Median[T int64 | uint64 | float64 | time.Duration](values []T) T {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[(len(sorted)-1)/2]
}

// Write hands a sample to whoever started this process.
func (s Sample) Write(w io.Writer) error {
	err := json.NewEncoder(w).Encode(s)
	if err != nil {
		return fmt.Errorf("writing a sample: %w", err)
	}
	return nil
}

// Read takes what Write wrote.
func Read(text []byte) (Sample, error) {
	var s Sample
	err := json.Unmarshal(text, &s)
	if err != nil {
		return Sample{}, fmt.Errorf("reading a sample: %w", err)
	}
	return s, nil
}
