package runtime

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// The kernel's promise holds alone, without the keeper.
func TestFunctionDiesWithTheTwinWithoutItsKeeper(t *testing.T) {
	t.Parallel()
	twin, function, child := startTwin(t, Running)
	t.Cleanup(func() { _ = syscall.Kill(child, syscall.SIGKILL) }) // nobody else does now
	keepers := childrenNamed(t, twin.Process.Pid, "sh")
	if len(keepers) != 1 {
		t.Fatalf("got keepers %v, want one", keepers)
	}
	for _, pid := range []int{keepers[0], twin.Process.Pid} {
		err := syscall.Kill(pid, syscall.SIGKILL)
		if err != nil {
			t.Fatal(err)
		}
	}
	_ = twin.Wait() // it was killed: an error by intention
	eventually(t, "the function is gone", func() bool { return gone(function) })
}

func childrenNamed(t *testing.T, parent int, name string) []int {
	t.Helper()
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	var found []int
	for _, path := range stats {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // it ended meanwhile
		}
		_, rest, _ := strings.Cut(string(text), "("+name+") ")
		fields := strings.Fields(rest)
		if len(fields) > 1 && fields[1] == strconv.Itoa(parent) {
			var pid int
			_, _ = fmt.Sscan(string(text), &pid)
			found = append(found, pid)
		}
	}
	return found
}
