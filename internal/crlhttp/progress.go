package crlhttp

import (
	"context"
	"io"
	"sync/atomic"
	"time"
)

const (
	// progressWindow and minProgress: a body that does not end must bring so
	// many bytes in every such window.
	progressWindow = 10 * time.Second
	minProgress    = 16 << 10
)

// watched is a body that counts what comes.
type watched struct {
	io.ReadCloser
	come *atomic.Int64
}

func (w watched) Read(buffer []byte) (int, error) {
	count, err := w.ReadCloser.Read(buffer)
	w.come.Add(int64(count))
	return count, err
}

// watch gives up on a body that trickles, by cancelling its context. It ends
// with that context.
func watch(ctx context.Context, cancel context.CancelCauseFunc, body io.ReadCloser) io.ReadCloser {
	come := new(atomic.Int64)
	go func() {
		ticks := time.NewTicker(progressWindow)
		defer ticks.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticks.C:
				if come.Swap(0) < minProgress {
					cancel(errTooSlow)
					return
				}
			}
		}
	}()
	return watched{ReadCloser: body, come: come}
}
