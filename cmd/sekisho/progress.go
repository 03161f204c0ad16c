package main

import (
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/schollz/progressbar/v3"
)

// meter shows on a terminal how far long work has come. Its zero value shows
// nothing.
type meter struct {
	out io.Writer
	// patience is how long work may take before it is long; pace is the pause
	// between two pictures.
	patience, pace time.Duration
}

// newMeter shows something only where a person watches. It uses neither colour
// nor escape sequences, so there is nothing for NO_COLOR to take away.
func newMeter(out io.Writer) meter {
	if !onTerminal(out) {
		return meter{}
	}
	return meter{out: out, patience: time.Second, pace: 100 * time.Millisecond}
}

// show shows how much of size is done until it is stopped; it then leaves the
// line as it was. Where size is not positive, nobody knows how long it takes.
func (m meter) show(what string, size int64, done func() int64) func() {
	if m.out == nil {
		return func() {}
	}
	stopped, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		m.run(what, size, done, stopped)
	}()
	return sync.OnceFunc(func() {
		close(stopped)
		<-gone
	})
}

// run ends with stopped. What cannot be shown is no reason to end the work.
func (m meter) run(what string, size int64, done func() int64, stopped <-chan struct{}) {
	select {
	case <-stopped:
		return
	case <-time.After(m.patience):
	}
	bar := m.bar(what, size)
	defer bar.Clear() //nolint:errcheck // what cannot be shown cannot be cleared
	ticks := time.NewTicker(m.pace)
	defer ticks.Stop()
	for {
		if size > 0 {
			_ = bar.Set64(min(done(), size-1)) // a bar that is full vanishes
		}
		_ = bar.RenderBlank()
		select {
		case <-stopped:
			return
		case <-ticks.C:
		}
	}
}

func (m meter) bar(what string, size int64) *progressbar.ProgressBar {
	options := []progressbar.Option{
		progressbar.OptionSetWriter(m.out), progressbar.OptionSetDescription(what),
		progressbar.OptionSetWidth(20), progressbar.OptionSetTheme(progressbar.ThemeASCII),
		progressbar.OptionSpinnerCustom([]string{"|", "/", "-", "\\"}), progressbar.OptionSetSpinnerChangeInterval(0),
	}
	if size <= 0 {
		return progressbar.NewOptions64(-1, options...)
	}
	return progressbar.NewOptions64(size, append(options, progressbar.OptionShowBytes(true), progressbar.OptionShowCount())...)
}

// counted is a reader that another goroutine can watch.
type counted struct {
	io.Reader
	come atomic.Int64
}

func (c *counted) Read(b []byte) (int, error) {
	n, err := c.Reader.Read(b)
	c.come.Add(int64(n))
	return n, err
}
