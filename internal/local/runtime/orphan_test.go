package runtime

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"
)

func TestNothingOutlivesTheTwin(t *testing.T) {
	t.Parallel()
	for _, phase := range []Phase{Frozen, Running} {
		for _, s := range []syscall.Signal{syscall.SIGKILL, syscall.SIGTERM, syscall.SIGQUIT} {
			t.Run(string(phase)+" "+s.String(), func(t *testing.T) {
				t.Parallel()
				twin, function, child := startTwin(t, phase)
				if gone(function) || gone(child) {
					t.Fatal("function or child is gone before the twin: the test shows nothing")
				}
				err := twin.Process.Signal(s)
				if err != nil {
					t.Fatal(err)
				}
				_ = twin.Wait() // it was killed: an error by intention
				eventually(t, "the function is gone", func() bool { return gone(function) })
				eventually(t, "its child is gone", func() bool { return gone(child) })
			})
		}
	}
}

// startTwin runs a second copy of this program that supervises a function in that
// phase, and returns the function's process and the child that it forked.
func startTwin(t *testing.T, phase Phase) (*exec.Cmd, int, int) {
	t.Helper()
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	twin := exec.Command(executable)
	twin.Env = []string{programVariable + "=twin of a " + string(phase) + " function"}
	out, err := twin.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	err = twin.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = twin.Process.Kill() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("reading what the twin says: %v", err)
	}
	var function, child int
	_, err = fmt.Sscan(line, &function, &child)
	if err != nil {
		t.Fatalf("reading %q: %v", line, err)
	}
	return twin, function, child
}
