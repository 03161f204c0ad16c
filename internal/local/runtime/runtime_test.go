package runtime

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestInvoke(t *testing.T) {
	t.Parallel()
	f := startFunction(t, "function", nil)
	cases := []struct {
		name    string
		event   string
		want    string // the answer, when there is no error
		wantErr *Error // by type, and a part of its message
	}{
		{name: "answer", event: `{"Do":"echo","Text":"über"}`, want: `"über"`},
		{name: "reported error", event: `{"Do":"fly"}`, wantErr: &Error{Type: "errorString", Message: "cannot fly"}},
		{name: "event that is not JSON", event: `{`, wantErr: &Error{Type: "errorString", Message: "unexpected EOF"}},
		{name: "panic", event: `{"Do":"panic"}`, wantErr: &Error{Type: "string", Message: "at the disco"}},
		{name: "answer after a panic", event: `{"Do":"echo","Text":"again"}`, want: `"again"`},
		{name: "exit in the middle", event: `{"Do":"exit"}`, wantErr: &Error{Type: TypeExit, Message: "exit status 7"}},
		{name: "answer after an exit", event: `{"Do":"echo","Text":"and again"}`, want: `"and again"`},
		{name: "largest answer", event: `{"Do":"swell","Size":6291554}`, want: `"` + strings.Repeat("x", 6291554) + `"`},
		{name: "answer too large", event: `{"Do":"swell","Size":6291555}`, wantErr: &Error{Type: TypeResponseTooLarge, Message: "6291556 bytes"}},
		{name: "event too large", event: `{"Text":"` + strings.Repeat("x", maxPayload) + `"}`, wantErr: &Error{Type: TypeRequestTooLarge, Message: "event exceeds"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := f.Invoke(deadline(t), []byte(c.event))
			checkError(t, err, c.wantErr)
			if string(got) != c.want {
				t.Errorf("answer: got %.100q, want %.100q", got, c.want)
			}
		})
	}
}

func TestTimedOutFunctionIsReplaced(t *testing.T) {
	t.Parallel()
	f := startFunction(t, "function", func(c *Config) { c.Timeout = 500 * time.Millisecond })
	before := f.State().PID
	_, err := f.Invoke(deadline(t), []byte(`{"Do":"hang"}`))
	checkError(t, err, &Error{Type: TypeTimeout, Message: "no answer within 500ms"})
	eventually(t, "the process that hung is gone", func() bool { return gone(before) })

	eventually(t, "another process answers in time", func() bool {
		got, err := f.Invoke(deadline(t), []byte(`{"Do":"echo","Text":"back"}`))
		return err == nil && string(got) == `"back"`
	})
	if f.State().PID == before || f.Restarts() == 0 {
		t.Errorf("process %d after %d, %d restarts; want another one and a restart", f.State().PID, before, f.Restarts())
	}
}

func TestProgramThatDoesNotServe(t *testing.T) {
	t.Parallel()
	cases := []struct {
		program     string
		initTimeout time.Duration
		want        *Error
	}{
		{"exits at once", time.Minute, &Error{Type: TypeExit, Message: "exit status 3"}},
		{"never asks", 200 * time.Millisecond, &Error{Type: TypeTimeout, Message: "did not ask for an event within 200ms"}},
		{"fails its init", time.Minute, &Error{Type: "Settings.Missing", Message: "SEKISHO_BUCKET is not set"}},
	}
	for _, c := range cases {
		t.Run(c.program, func(t *testing.T) {
			t.Parallel()
			f := startFunction(t, c.program, func(config *Config) { config.InitTimeout = c.initTimeout })
			for range 3 { // at its start, in its pause, and after it
				_, err := f.Invoke(deadline(t), []byte(`{}`))
				checkError(t, err, c.want)
			}
			eventually(t, "it is tried again", func() bool { return f.Restarts() >= 2 })
		})
	}
}

func TestEveryWaitingCallFailsWithTheProgram(t *testing.T) {
	t.Parallel()
	f := startFunction(t, "never asks", func(c *Config) { c.InitTimeout = 500 * time.Millisecond })
	var calls sync.WaitGroup
	for range 8 {
		calls.Go(func() {
			_, err := f.Invoke(deadline(t), []byte(`{}`))
			checkError(t, err, &Error{Type: TypeTimeout, Message: "did not ask"})
		})
	}
	calls.Wait()
}

func TestInvocationsTakeTurns(t *testing.T) {
	t.Parallel()
	f := startFunction(t, "function", nil)
	var calls sync.WaitGroup
	for range 20 {
		calls.Go(func() {
			text := newRequestID()
			got, err := f.Invoke(deadline(t), []byte(`{"Do":"echo","Text":"`+text+`"}`))
			if err != nil || string(got) != `"`+text+`"` {
				t.Errorf("got %s and %v, want the text of this very call", got, err)
			}
		})
	}
	calls.Wait()
	if s := f.State(); s.Invocations != 20 || s.Restarts != 0 {
		t.Errorf("got %d invocations and %d restarts, want 20 and 0", s.Invocations, s.Restarts)
	}
}

func TestRuntimeAPIRefusesWrongTurns(t *testing.T) {
	t.Parallel()
	printed := &lineRecorder{}
	f := startFunction(t, "asks twice", func(c *Config) { c.Output = printed })
	got := invoke(t, f, `{}`)
	if got != `"done"` {
		t.Errorf("answer: got %s, want %q", got, "done")
	}
	want := "next while busy: 403 stray: 400 right: 202 again: 403\n"
	eventually(t, "the program tells its story", func() bool { return len(printed.all()) == 1 })
	if got := printed.all()[0]; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestCallerThatLeaves(t *testing.T) {
	t.Parallel()
	f := startFunction(t, "function", nil)
	ctx, cancel := context.WithCancel(deadline(t))
	entered := make(chan error)
	go func() {
		_, err := f.Invoke(ctx, []byte(`{"Do":"hang"}`))
		entered <- err
	}()
	eventually(t, "the function runs", func() bool { return f.State().Phase == Running })
	queued, cancelQueued := context.WithCancel(context.Background())
	cancelQueued()
	_, err := f.Invoke(queued, nil)
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "waiting for a turn") {
		t.Errorf("got %v, want a cancelled wait for a turn", err)
	}
	cancel()
	err = <-entered
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "waiting for the answer") {
		t.Errorf("got %v, want a cancelled wait for the answer", err)
	}
}

func TestClose(t *testing.T) {
	t.Parallel()
	f := startFunction(t, "stubborn", func(c *Config) { c.Timeout = time.Hour })
	answers := make(chan error, 2)
	for range 2 { // one in flight, one in the queue
		go func() {
			_, err := f.Invoke(deadline(t), []byte(`{"Do":"hang"}`))
			answers <- err
		}()
	}
	eventually(t, "the function runs", func() bool { return f.State().Phase == Running })
	closeFunction(t, f)
	for range 2 {
		err := <-answers
		if !errors.Is(err, ErrClosed) {
			t.Errorf("got %v, want %v", err, ErrClosed)
		}
	}
	_, err := f.Invoke(deadline(t), nil)
	if !errors.Is(err, ErrClosed) {
		t.Errorf("after Close: got %v, want %v", err, ErrClosed)
	}
	if s := f.State(); s.Phase != Closed || !gone(s.PID) {
		t.Errorf("after Close: got %+v, want phase %s and its process gone", s, Closed)
	}
	closeFunction(t, f) // once more changes nothing
}

func TestFunctionEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	f, err := Start(ctx, configFor(t, "stubborn"))
	if err != nil {
		t.Fatal(err)
	}
	invoke(t, f, `{"Do":"echo"}`)
	cancel()
	<-f.done
	if !gone(f.State().PID) {
		t.Errorf("process %d is still there", f.State().PID)
	}
}

func TestPauseGrowsAndIsBounded(t *testing.T) {
	t.Parallel()
	want := []time.Duration{100, 100, 200, 400, 800, 1600, 3200, 5000, 5000}
	for failures, w := range want {
		if got := pauseAfter(failures); got != w*time.Millisecond {
			t.Errorf("after %d failures: got %v, want %v", failures, got, w*time.Millisecond)
		}
	}
	if got := pauseAfter(1 << 40); got != lastPause {
		t.Errorf("after very many: got %v, want %v", got, lastPause)
	}
}

func TestStartRefuses(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name   string
		change func(*Config)
		want   string
	}{
		{"no name", func(c *Config) { c.Name = "" }, "no name"},
		{"program missing", func(c *Config) { c.Bootstrap = "nowhere/bootstrap" }, "build it first"},
		{"program is a folder", func(c *Config) { c.Bootstrap = os.TempDir() }, "not a program"},
		{"program not executable", func(c *Config) { c.Bootstrap = writeFile(t, 0o600) }, "not a program"},
		{"program of no known format", func(c *Config) { c.Bootstrap = writeFile(t, 0o700) }, "exec format error"},
		{"reserved variable", func(c *Config) { c.Environment["AWS_REGION"] = "mars" }, `"AWS_REGION" cannot be set`},
		{"variable with an equals sign", func(c *Config) { c.Environment["A=B"] = "" }, `"A=B" cannot be set`},
		{"variable with a NUL", func(c *Config) { c.Environment["A"] = "\x00" }, `"A" cannot be set`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			config := configFor(t, "function")
			c.change(&config)
			f, err := Start(context.Background(), config)
			if err == nil {
				closeFunction(t, f)
				t.Fatalf("started, want an error with %q", c.want)
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error with %q", err, c.want)
			}
		})
	}
}
