package runtime

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
)

func TestFrozenBetweenInvocations(t *testing.T) {
	t.Parallel()
	f := startFunction(t, "function", nil)
	child := decode[int](t, invoke(t, f, `{"Do":"fork"}`))
	for range 3 {
		eventually(t, "function and child are stopped", func() bool {
			return processState(f.State().PID) == "T" && processState(child) == "T"
		})
		if got := f.State().Phase; got != Frozen {
			t.Errorf("phase: got %s, want %s", got, Frozen)
		}
		if got := invoke(t, f, `{"Do":"echo","Text":"awake"}`); got != `"awake"` {
			t.Errorf("answer: got %s, want %q", got, "awake")
		}
	}
	if f.Restarts() != 0 {
		t.Errorf("got %d restarts, want 0", f.Restarts())
	}
}

func TestNotFrozenBeforeItAsks(t *testing.T) {
	t.Parallel()
	f := startFunction(t, "asks twice", nil)
	invoke(t, f, `{}`) // answers, and never asks again
	if state := processState(f.State().PID); state == "T" {
		t.Errorf("state %s: stopped before it asked for the next event", state)
	}
	if got := f.State().Phase; got != Running {
		t.Errorf("phase: got %s, want %s", got, Running)
	}
}

func TestFrozenBeforeTheFirstInvocation(t *testing.T) {
	t.Parallel()
	f := startFunction(t, "function", nil)
	eventually(t, "the function is stopped", func() bool { return processState(f.State().PID) == "T" })
}

func TestKilledWhileFrozen(t *testing.T) {
	t.Parallel()
	f := startFunction(t, "function", nil)
	child := decode[int](t, invoke(t, f, `{"Do":"fork"}`))
	eventually(t, "the function is frozen", func() bool { return f.State().Phase == Frozen })
	before := f.State().PID
	err := syscall.Kill(before, syscall.SIGKILL)
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "it was replaced", func() bool { return f.Restarts() == 1 })
	if got := invoke(t, f, `{"Do":"echo","Text":"new"}`); got != `"new"` {
		t.Errorf("answer: got %s, want %q", got, "new")
	}
	eventually(t, "the child of the dead process is gone", func() bool { return gone(child) })
}

// processState is the one-letter state of a process, "" when there is none
// (proc_pid_stat(5)).
func processState(pid int) string {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return ""
	}
	_, rest, _ := strings.Cut(string(text), ") ")
	state, _, _ := strings.Cut(rest, " ")
	return state
}
