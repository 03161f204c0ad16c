package browser

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/local"
	"github.com/sekisho/sekisho/internal/programtest"
)

// twin is "sekisho local" in a process and a folder of its own.
type twin struct {
	local.Description
	t      *testing.T
	folder string
}

func startTwin(t *testing.T) *twin {
	t.Helper()
	w := &twin{t: t, folder: t.TempDir()}
	var output bytes.Buffer
	process := exec.Command(programtest.Command(), "local", "--port-base", "0", "--every", "1s")
	process.Dir, process.Stdout, process.Stderr = w.folder, &output, &output
	err := process.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = process.Process.Signal(syscall.SIGTERM)
		_ = process.Wait()
		if t.Failed() {
			t.Log(output.String())
		}
	})
	w.await()
	return w
}

// await waits until the twin has described itself, which it does when it is
// ready.
func (w *twin) await() {
	w.t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		text, err := os.ReadFile(filepath.Join(w.folder, ".sekisho", "local.json"))
		if err == nil && json.Unmarshal(text, &w.Description) == nil && w.Passthrough != "" {
			return
		}
	}
	w.t.Fatal("the twin did not become ready")
}

// sekisho runs the operator's command beside the twin.
func (w *twin) sekisho(arguments ...string) {
	w.t.Helper()
	w.run(programtest.Command(), arguments...)
}

func (w *twin) run(name string, arguments ...string) {
	w.t.Helper()
	command := exec.CommandContext(w.t.Context(), name, arguments...)
	command.Dir = w.folder
	text, err := command.CombinedOutput()
	if err != nil {
		w.t.Fatalf("%s %v: %v\n%s", filepath.Base(name), arguments, err, text)
	}
}
