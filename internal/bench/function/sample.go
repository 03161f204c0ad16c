package main

import (
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/sekisho/sekisho/internal/bench/measure"
	"github.com/sekisho/sekisho/internal/refresh"
)

// sample is what one run took. Figures are seconds: "twin" is what the twin
// took between having a request whole and having answered it, and the
// function's own time is the rest.
func sample(c *cloud, report refresh.Report, pid int, usedBefore time.Duration) measure.Sample {
	whole := c.pointed.Sub(c.served)
	figures := map[string]float64{"twin": c.busy.Seconds(), "own": (whole - c.busy).Seconds()}
	for _, step := range report.Outcomes[0].Steps {
		figures[step.Name] = step.Took.Seconds()
	}
	return measure.Sample{Wall: whole, CPU: cpu(pid) - usedBefore, PeakRSS: peak(pid), Figures: figures}
}

// peak is the largest resident set of a process so far in bytes, 0 where the
// kernel does not tell.
func peak(pid int) int64 {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		return 0
	}
	_, line, _ := strings.Cut(string(text), "VmHWM:")
	line, _, _ = strings.Cut(line, "kB")
	kilobytes, err := strconv.ParseInt(strings.TrimSpace(line), 10, 64)
	if err != nil {
		return 0
	}
	return kilobytes << 10
}

// cpu is what a process has used so far, in hundredths of a second, 0 where
// the kernel does not tell (proc(5), stat, fields 14 and 15).
func cpu(pid int) time.Duration {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(text)[strings.LastIndex(string(text), ")")+1:])
	if len(fields) < 13 {
		return 0
	}
	user, errUser := strconv.ParseInt(fields[11], 10, 64)
	system, errSystem := strconv.ParseInt(fields[12], 10, 64)
	if errUser != nil || errSystem != nil {
		return 0
	}
	return time.Duration(user+system) * 10 * time.Millisecond
}
