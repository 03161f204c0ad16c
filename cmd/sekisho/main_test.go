package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/local"
	"github.com/sekisho/sekisho/internal/programtest"
)

func TestMain(m *testing.M) { os.Exit(programtest.Run(m)) }

// sekisho is the built program with these arguments.
func sekisho(ctx context.Context, args ...string) *exec.Cmd {
	return exec.CommandContext(ctx, programtest.Command(), args...)
}

func TestDemoPlaysTheStory(t *testing.T) {
	output, err := sekisho(t.Context(), "demo").CombinedOutput()
	if err != nil {
		t.Fatalf("demo: %v\n%s", err, output)
	}
	for _, want := range []string{"verify: ", "passthrough: ", "s after the revocation", "s after the denial", "The story went as it should."} {
		if !bytes.Contains(output, []byte(want)) {
			t.Errorf("the demo does not say %q:\n%s", want, output)
		}
	}
	t.Logf("%s", output)
}

// TestDemoFailsWithoutARefresher: a demo that cannot fail shows nothing.
func TestDemoFailsWithoutARefresher(t *testing.T) {
	for _, c := range []struct{ name, script string }{
		{"ends at once", "exit 0"},
		{"does nothing, for ever", "exec sleep 1000"},
	} {
		t.Run(c.name, func(t *testing.T) {
			program := filepath.Join(t.TempDir(), "bootstrap")
			err := os.WriteFile(program, []byte("#!/bin/sh\n"+c.script+"\n"), 0o700)
			if err != nil {
				t.Fatal(err)
			}
			output, err := sekisho(t.Context(), "demo", "--refresh-binary", program).CombinedOutput()
			var failed *exec.ExitError
			if !errors.As(err, &failed) || failed.ExitCode() != exitRefused {
				t.Errorf("demo: %v, want exit code 1\n%s", err, output)
			}
			if !bytes.Contains(output, []byte("expected that the first refresh put a list of every CA in force")) {
				t.Errorf("the demo does not say what went wrong:\n%s", output)
			}
		})
	}
}

// startLocal runs "sekisho local" and returns once it says that it can be
// used, along with all that it printed before.
func startLocal(t *testing.T, dir string, args ...string) (*exec.Cmd, string) {
	t.Helper()
	cmd := sekisho(t.Context(), append([]string{"local", "--dir", dir, "--port-base", "0"}, args...)...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	err = cmd.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	var before strings.Builder
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if lines.Text() == "ready" {
			go io.Copy(io.Discard, out)
			return cmd, before.String()
		}
		before.WriteString(lines.Text() + "\n")
	}
	t.Fatalf("the twin ended before it could be used: %v\n%s", cmd.Wait(), before.String())
	return nil, ""
}

func TestReadyIsSaidOnceAndWhenEverythingIsThere(t *testing.T) {
	dir := t.TempDir()
	cmd, before := startLocal(t, dir)
	if strings.Contains(before, "ready") {
		t.Errorf("an earlier line holds the word:\n%s", before)
	}
	described, err := local.Describe(dir)
	if err != nil {
		t.Error(err)
	}
	if described.PID != cmd.Process.Pid {
		t.Errorf("local.json names process %d, want %d", described.PID, cmd.Process.Pid)
	}
	status, err := local.NewCommands(dir).Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, outcome := range status.Last.Report.Outcomes {
		if outcome.Revocation == 0 {
			t.Errorf("no list of source %s is in force", outcome.Source)
		}
	}
	err = cmd.Process.Signal(os.Interrupt)
	if err != nil {
		t.Fatal(err)
	}
	err = cmd.Wait()
	if err != nil {
		t.Errorf("after Ctrl-C: %v", err)
	}
	_, err = os.Stat(filepath.Join(dir, "local.json"))
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("local.json is still there: %v", err)
	}
	waitForNone(t)
}

// TestFunctionsEndWithAKilledTwin: a twin that is killed cannot clean up, and
// its functions are stopped besides.
func TestFunctionsEndWithAKilledTwin(t *testing.T) {
	dir := t.TempDir()
	cmd, _ := startLocal(t, dir)
	if len(functionsOf(t)) == 0 {
		t.Skip("the functions of a process can only be seen in /proc, which is not here")
	}
	err := cmd.Process.Signal(syscall.SIGKILL)
	if err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	waitForNone(t)
	again, _ := startLocal(t, dir)
	err = again.Process.Signal(syscall.SIGTERM)
	if err != nil {
		t.Fatal(err)
	}
	err = again.Wait()
	if err != nil {
		t.Errorf("a twin on the directory of a killed one: %v", err)
	}
}

// functionsOf are the processes of the built functions.
func functionsOf(t *testing.T) []string {
	t.Helper()
	links, err := filepath.Glob("/proc/[0-9]*/exe")
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, link := range links {
		program, err := os.Readlink(link)
		if err == nil && strings.HasPrefix(program, programtest.Folder()) && filepath.Base(program) == "bootstrap" {
			found = append(found, link)
		}
	}
	return found
}

func waitForNone(t *testing.T) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for time.Now().Before(deadline) {
		if len(functionsOf(t)) == 0 {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Errorf("still running: %v", functionsOf(t))
}

func TestWrongUsageExitsWithTwo(t *testing.T) {
	for _, args := range [][]string{
		{"local", "--no-such-flag"},
		{"local", "issue"},
		{"local", "--several-lists", "middle"},
		{"nonsense"},
	} {
		var out, errs bytes.Buffer
		code := run(t.Context(), args, &out, &errs)
		if code != exitUsage || errs.Len() == 0 {
			t.Errorf("%v: exit code %d, said %q; want 2 and a reason", args, code, errs.String())
		}
	}
}

func TestCommandsSayThatNoTwinIsRunning(t *testing.T) {
	dir := t.TempDir()
	for _, args := range [][]string{{"issue", "laptop-1"}, {"revoke", "laptop-1"}, {"refresh"}, {"status"}} {
		var out, errs bytes.Buffer
		code := run(t.Context(), append([]string{"local", "--dir", dir}, args...), &out, &errs)
		if code != exitRefused || !strings.Contains(errs.String(), "none is running on "+dir) {
			t.Errorf("%v: exit code %d, said %q", args, code, errs.String())
		}
	}
}
