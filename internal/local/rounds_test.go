package local

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/local/alb"
	"github.com/sekisho/sekisho/internal/local/ca"
)

func TestRoundsAreToldOneByOne(t *testing.T) {
	t.Parallel()
	options := DefaultOptions()
	options.Dir, options.PortBase, options.PollEvery = t.TempDir(), 0, time.Second
	options.RefreshBinary, options.VerifyBinary = functionPrograms().refresh, functionPrograms().verify
	var out bytes.Buffer
	err := Rounds(t.Context(), options, 2, &out)
	if err != nil {
		t.Fatalf("%v\n%s", err, &out)
	}
	for _, want := range []string{"each run looks every 1s for 45 s", "verify  passthrough", "\n        1  ", "\n        2  ", "minimum", "median", "maximum"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, &out)
		}
	}
	t.Logf("on a busy machine:\n%s", &out)
}

// TestRoundsFailWhereNobodyIsRefused: numbers must not come from a refusal that
// nobody saw.
func TestRoundsFailWhereNobodyIsRefused(t *testing.T) {
	r := startTwin(t, func(o *Options) { o.PollEvery = time.Second })
	r.twin.authority.Override("/issuing.crl", ca.Down())
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	var out bytes.Buffer
	d := &demo{out: &out, twin: r.twin, dir: r.dir, commands: r.commands}
	err := d.rounds(ctx, 1)
	if err == nil || !strings.Contains(err.Error(), "round 1: waiting for the client to be refused") || strings.Contains(out.String(), "median") {
		t.Errorf("got %v\n%s", err, &out)
	}
}

// TestRoundsFailWhereNobodyIsServed: who was never let in cannot be turned away.
func TestRoundsFailWhereNobodyIsServed(t *testing.T) {
	r := startTwin(t, func(o *Options) {
		o.Every = time.Second
		o.Listeners = func(verify *alb.VerifyConfig, _ *alb.PassthroughConfig) { verify.Closed = true }
	})
	d := &demo{out: &bytes.Buffer{}, twin: r.twin, dir: r.dir, commands: r.commands}
	err := d.rounds(t.Context(), 1)
	if err == nil || !strings.Contains(err.Error(), "round 1: ") || strings.Contains(err.Error(), "waiting for the client to be refused") {
		t.Errorf("got %v, want that the client was not served", err)
	}
}

func TestMedian(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		all  []time.Duration
		want time.Duration
	}{{[]time.Duration{3}, 3}, {[]time.Duration{9, 1, 2}, 2}, {[]time.Duration{4, 1, 100, 2}, 3}} {
		if got := median(c.all); got != c.want {
			t.Errorf("%v: got %d, want %d", c.all, got, c.want)
		}
	}
}
