package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/bench/measure"
	local "github.com/sekisho/sekisho/internal/local/runtime"
)

// build builds a program of this module.
func build(t *testing.T, pkg string) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "bootstrap")
	output, err := exec.CommandContext(t.Context(), "go", "build", "-tags", "lambda.norpc", "-o", program, "github.com/sekisho/sekisho/"+pkg).CombinedOutput()
	if err != nil {
		t.Fatalf("building %s: %v\n%s", pkg, err, output)
	}
	return program
}

// TestTheRealFunctionPublishesTwoLists as the benchmark has it do.
func TestTheRealFunctionPublishesTwoLists(t *testing.T) {
	bootstrap, subject := build(t, "lambdas/refresh"), build(t, "internal/bench/subject")
	dir := t.TempDir()
	lists := []string{filepath.Join(dir, "1.der"), filepath.Join(dir, "2.der")}
	ca := filepath.Join(dir, "ca.pem")
	for i, list := range lists {
		output, err := exec.CommandContext(t.Context(), subject, "make", list, ca, "plain", "1000", []string{"1", "2"}[i]).CombinedOutput()
		if err != nil {
			t.Fatalf("making a list: %v\n%s", err, output)
		}
	}
	c, err := startCloud()
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	environment, err := c.deploy(t.Context(), ca)
	if err != nil {
		t.Fatal(err)
	}
	function, err := startFunction(t.Context(), bootstrap, environment)
	if err != nil {
		t.Fatal(err)
	}
	defer function.Close()
	for _, list := range lists {
		plausible(t, c, publishOne(t, c, function, list))
	}
	_, err = publish(t.Context(), c, function, lists[0])
	if err == nil {
		t.Error("a list that is not put in force counts as published")
	}
}

func publishOne(t *testing.T, c *cloud, function *local.Function, list string) measure.Sample {
	t.Helper()
	sample, err := publish(t.Context(), c, function, list)
	if err != nil {
		t.Fatal(err)
	}
	return sample
}

func plausible(t *testing.T, c *cloud, sample measure.Sample) {
	t.Helper()
	own, twin := sample.Figures["own"], sample.Figures["twin"]
	if sample.Wall <= 0 || own <= 0 || twin <= 0 || own+twin > sample.Wall.Seconds()+1e-6 {
		t.Errorf("whole %v, its own %v s, in the twin %v s", sample.Wall, own, twin)
	}
	if !c.served.Before(c.pointed) {
		t.Errorf("the first byte at %v, the snapshot at %v", c.served, c.pointed)
	}
	if runtime.GOOS == "linux" && (sample.PeakRSS < 5<<20 || sample.PeakRSS > 200<<20) {
		t.Errorf("%d bytes of memory", sample.PeakRSS)
	}
}

func TestProcessIsMeasured(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux tells this about another process")
	}
	held := make([]byte, 64<<20)
	for i := range held {
		held[i] = byte(i)
	}
	if peak(os.Getpid()) < int64(len(held)) {
		t.Errorf("%d bytes, want more than %d", peak(os.Getpid()), len(held))
	}
	before, begun := cpu(os.Getpid()), time.Now()
	for cpu(os.Getpid())-before < 20*time.Millisecond {
		if time.Since(begun) > 30*time.Second {
			t.Fatal("no time is counted")
		}
		held[len(held)/2]++
	}
	if peak(0) != 0 || cpu(0) != 0 {
		t.Error("there is no process 0, and it has figures")
	}
}
