package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/pkitest"
)

// screen is what was written to a terminal, from any goroutine.
type screen struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *screen) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(b)
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// becomes waits until what the screen shows is as it should be.
func (s *screen) becomes(good func(string) bool) bool {
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		if good(s.String()) {
			return true
		}
	}
	return false
}

// shows waits until the screen shows a text.
func (s *screen) shows(text string) bool {
	return s.becomes(func(shown string) bool { return strings.Contains(shown, text) })
}

func (s *screen) await(t *testing.T, text string) {
	t.Helper()
	if !s.shows(text) {
		t.Fatalf("the screen shows %q, want %q", s.String(), text)
	}
}

// visible is what is left on the last line, after all the overwriting.
func visible(text string) string {
	return strings.TrimSpace(text[strings.LastIndex(text, "\r")+1:])
}

func TestMeterShowsHowFarAndLeavesTheLineClean(t *testing.T) {
	t.Parallel()
	shown := &screen{}
	var done atomic.Int64
	stop := meter{out: shown, pace: time.Millisecond}.show("reading", 2_000_000, done.Load)
	shown.await(t, "0%")
	done.Store(1_000_000)
	shown.await(t, " 50% ")
	done.Store(3_000_000) // a file that grew meanwhile
	shown.await(t, " 99% ")
	stop()
	stop()
	text := shown.String()
	if visible(text) != "" {
		t.Errorf("left on the line: %q", visible(text))
	}
	if strings.ContainsAny(text, "\x1b\n") {
		t.Errorf("escape sequences or new lines: %q", text)
	}
	if !strings.Contains(text, "1.0/2.0 MB") {
		t.Errorf("no bytes in %q", text)
	}
}

func TestMeterTurnsWhereNobodyKnowsTheEnd(t *testing.T) {
	t.Parallel()
	shown := &screen{}
	stop := meter{out: shown, pace: time.Millisecond}.show("fetching", 0, nil)
	for _, sign := range []string{"| fetching", "/ fetching", "- fetching", "\\ fetching"} {
		shown.await(t, sign)
	}
	stop()
	if visible(shown.String()) != "" {
		t.Errorf("left on the line: %q", visible(shown.String()))
	}
}

func TestMeterSaysNothingAboutShortWork(t *testing.T) {
	t.Parallel()
	shown := &screen{}
	stop := meter{out: shown, patience: time.Hour, pace: time.Millisecond}.show("reading", 10, func() int64 { return 5 })
	time.Sleep(50 * time.Millisecond) // enough for it to do what it must not
	stop()
	if shown.String() != "" {
		t.Errorf("it shows %q", shown.String())
	}
}

func TestMeterShowsNothingWhereNobodyWatches(t *testing.T) {
	_, pipe, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer pipe.Close()
	if newMeter(pipe).out != nil || newMeter(&bytes.Buffer{}).out != nil {
		t.Error("a meter on what is no terminal")
	}
	_, terminal := openTerminal(t)
	t.Setenv("TERM", "xterm")
	if newMeter(terminal).out == nil {
		t.Error("no meter on a terminal")
	}
	t.Setenv("TERM", "dumb")
	if newMeter(terminal).out != nil {
		t.Error("a meter on a terminal that cannot overwrite a line")
	}
}

// TestSlowListIsShown reads a list from somebody who is slow to write it.
func TestSlowListIsShown(t *testing.T) {
	t.Setenv("TERM", "xterm")
	t.Setenv("NO_COLOR", "1")
	shown, terminal := openTerminal(t)
	slow := filepath.Join(t.TempDir(), "slow.crl")
	err := syscall.Mkfifo(slow, 0o600)
	if err != nil {
		t.Skipf("no named pipes here: %v", err)
	}
	list := pkitest.NewCA(t, "Root").CRL(t)
	go func() {
		pipe, err := os.OpenFile(slow, os.O_WRONLY, 0)
		if err != nil {
			return
		}
		defer pipe.Close()
		_, _ = pipe.Write(list[:20])
		if shown.shows("reading the list") {
			_, _ = pipe.Write(list[20:])
		}
	}()
	var out bytes.Buffer
	code := run(t.Context(), []string{"crl", "inspect", slow, "--json"}, &out, terminal)
	if code != exitFine || !strings.Contains(out.String(), "CN=Root") {
		t.Errorf("exit code %d, said %q, on the terminal %q", code, out.String(), shown.String())
	}
	if !shown.becomes(func(text string) bool { return visible(text) == "" }) || strings.Contains(shown.String(), "\x1b") {
		t.Errorf("left on the terminal: %q", shown.String())
	}
}
