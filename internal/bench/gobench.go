package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// figures are what a benchmark of Go's testing package wrote, by unit.
type figures map[string]float64

func (f figures) duration(unit string) time.Duration {
	return time.Duration(f[unit] * float64(time.Nanosecond))
}

// goBenchmark finds the line of a benchmark: its name, how often it ran, and
// then values, each with its unit.
func goBenchmark(output []byte, name string) (figures, error) {
	for line := range strings.Lines(string(output)) {
		fields := strings.Fields(line)
		if len(fields) < 4 || fields[0] != name {
			continue
		}
		found := figures{}
		for at := 2; at+1 < len(fields); at += 2 {
			value, err := strconv.ParseFloat(fields[at], 64)
			if err != nil {
				return nil, fmt.Errorf("reading the benchmark %s: %w", name, err)
			}
			found[fields[at+1]] = value
		}
		return found, nil
	}
	return nil, fmt.Errorf("reading the benchmark %s: there is none", name)
}
