package runtime

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// startFunction runs one of the test programs as a function until the test ends.
func startFunction(t *testing.T, program string, change func(*Config)) *Function {
	t.Helper()
	config := configFor(t, program)
	if change != nil {
		change(&config)
	}
	f, err := Start(context.Background(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeFunction(t, f) })
	return f
}

func configFor(t *testing.T, program string) Config {
	t.Helper()
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return Config{
		Name:        "verify",
		Bootstrap:   executable,
		Environment: map[string]string{programVariable: program},
		Region:      "eu-central-1",
		Credentials: Credentials{AccessKeyID: "AKID", SecretAccessKey: "SECRET", SessionToken: "TOKEN"},
		Timeout:     time.Minute,
		InitTimeout: time.Minute,
		Output:      t.Output(),
	}
}

func closeFunction(t *testing.T, f *Function) {
	t.Helper()
	err := f.Close()
	if err != nil {
		t.Error(err)
	}
}

func invoke(t *testing.T, f *Function, event string) string {
	t.Helper()
	got, err := f.Invoke(deadline(t), []byte(event))
	if err != nil {
		t.Fatal(err)
	}
	return string(got)
}

// deadline is far above anything a test waits for: it turns a hang into a failure.
func deadline(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func checkError(t *testing.T, err error, want *Error) {
	t.Helper()
	if want == nil {
		if err != nil {
			t.Errorf("error: got %v, want none", err)
		}
		return
	}
	var got *Error
	if !errors.As(err, &got) || got.Type != want.Type || !strings.Contains(got.Message, want.Message) {
		t.Errorf("error: got %v, want %v", err, want)
	}
}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
		if holds() {
			return
		}
	}
	t.Fatalf("never came true: %s", what)
}

// gone says whether a process has ended; one that nobody reaped has.
func gone(pid int) bool {
	return errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) || processState(pid) == "Z"
}

func writeFile(t *testing.T, mode os.FileMode) string {
	t.Helper()
	path := t.TempDir() + "/bootstrap"
	err := os.WriteFile(path, []byte("\x00\x01"), mode)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func decode[T any](t *testing.T, text string) T {
	t.Helper()
	var value T
	err := json.Unmarshal([]byte(text), &value)
	if err != nil {
		t.Fatalf("decoding %q: %v", text, err)
	}
	return value
}

// lineRecorder fails the promise of Config.Output when it is broken: one whole
// line in each Write, never two at once.
type lineRecorder struct {
	busy  atomic.Bool
	mu    sync.Mutex
	lines []string
	wrong []string
}

var _ io.Writer = (*lineRecorder)(nil)

func (l *lineRecorder) Write(p []byte) (int, error) {
	alone := l.busy.CompareAndSwap(false, true)
	defer l.busy.Store(false)
	l.mu.Lock()
	defer l.mu.Unlock()
	if !alone || bytes.IndexByte(p, '\n') != len(p)-1 {
		l.wrong = append(l.wrong, string(p))
	}
	l.lines = append(l.lines, string(p))
	return len(p), nil
}

func (l *lineRecorder) all() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]string(nil), l.lines...)
}
