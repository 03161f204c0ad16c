package local

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/canary"
	"github.com/sekisho/sekisho/internal/local/alb"
)

// watch runs the canary and returns what the last round saw, with the time of
// an enforcement that an earlier one saw.
func (r *running) watch(wait time.Duration) map[string]canary.Result {
	r.Helper()
	last := map[string]canary.Result{}
	err := Canary(r.Context(), r.dir, wait, func(results []canary.Result) {
		for _, result := range results {
			result.Enforced = max(result.Enforced, last[result.Listener].Enforced)
			last[result.Listener] = result
		}
	})
	if err != nil {
		r.Fatal(err)
	}
	if len(last) != 2 {
		r.Fatalf("the canary saw %d listeners, want 2", len(last))
	}
	return last
}

func TestCanaryIsRightWhereRevocationWorks(t *testing.T) {
	r := startTwin(t, func(o *Options) { o.PollEvery = time.Second })
	for name, got := range r.watch(30 * time.Second) {
		if got.Verdict != canary.Right || got.Good.Treatment != canary.Served || got.Revoked.Treatment != canary.Refused {
			t.Errorf("%s: %+v", name, got)
		}
		if got.Enforced <= 0 || got.Enforced > 30*time.Second {
			t.Errorf("%s: enforced after %s", name, got.Enforced)
		}
		t.Logf("%s: enforced after %.2f s (on a busy machine)", name, got.Enforced.Seconds())
	}
}

// TestCanaryGoesRedWhenTheRefresherDoesNothing: its program is replaced while
// the twin runs. It goes on being invoked, and says that all is well.
func TestCanaryGoesRedWhenTheRefresherDoesNothing(t *testing.T) {
	program := filepath.Join(t.TempDir(), "bootstrap")
	copyProgram(t, functionPrograms().refresh, program)
	r := startTwin(t, func(o *Options) { o.Every, o.RefreshBinary = time.Second, program })
	idle := program + ".idle"
	output, err := exec.CommandContext(t.Context(), "go", "build", "-o", idle, "./testdata/idle").CombinedOutput()
	if err != nil {
		t.Fatalf("building the idle function: %v\n%s", err, output)
	}
	err = os.Rename(idle, program)
	if err != nil {
		t.Fatal(err)
	}
	before := r.twin.refresh.State()
	err = syscall.Kill(before.PID, syscall.SIGKILL)
	if err != nil {
		t.Fatal(err)
	}
	r.awaitIdle()
	for name, got := range r.watch(4 * time.Second) {
		line := got.Line("local").Values
		refused, published := line["RevokedRefused"]
		if got.Verdict != canary.Wrong || !published || refused != 0 || line["GoodServed"] != 1 || line["Unknown"] != 0 {
			t.Errorf("%s: %+v, published %v; want the revoked client served, and said so", name, got, line)
		}
	}
	after := r.twin.refresh.State()
	if after.Restarts == 0 || after.Invocations <= before.Invocations || r.twin.schedule.latest().Error != "" {
		t.Errorf("the idle function does not run: %+v, %s", after, r.twin.schedule.latest().Error)
	}
}

// awaitIdle waits until a run has come back that looked at nothing.
func (r *running) awaitIdle() {
	r.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		last := r.twin.schedule.latest()
		if last.Error == "" && len(last.Report.Outcomes) == 0 && r.twin.refresh.State().Restarts > 0 {
			return
		}
	}
	r.Fatal("the idle function does not run")
}

func copyProgram(t *testing.T, from, to string) {
	t.Helper()
	text, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, text, 0o700)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestCanaryKnowsNothingWhenTheGateIsDown: both clients are turned away, which
// looks like a refusal, and is none.
func TestCanaryKnowsNothingWhenTheGateIsDown(t *testing.T) {
	r := startTwin(t, func(o *Options) {
		o.Every = time.Second
		o.Listeners = func(verify *alb.VerifyConfig, passthrough *alb.PassthroughConfig) {
			verify.Closed, passthrough.Closed = true, true
		}
	})
	for name, got := range r.watch(3 * time.Second) {
		line := got.Line("local").Values
		_, published := line["RevokedRefused"]
		if got.Verdict != canary.Unknown || published || line["GoodServed"] != 0 || line["Unknown"] != 1 {
			t.Errorf("%s: %+v, published %v; want nothing known", name, got, line)
		}
	}
}
