package runtime

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

// maxLine bounds one line of output, in bytes; a longer one goes out in pieces.
const maxLine = 64 << 10

// output carries what one process prints to the writer of its function. Both
// streams are read apart and written line by line, so that a line begun on one
// is never cut by the other.
type output struct {
	mu      sync.Mutex
	writer  io.Writer
	ours    []*os.File
	theirs  []*os.File
	readers sync.WaitGroup
}

// newOutput opens the two streams. theirs are for the process; the caller
// closes them with handOver once it runs.
func newOutput(writer io.Writer) (*output, error) {
	o := &output{writer: writer}
	for range 2 {
		r, w, err := os.Pipe()
		if err != nil {
			o.handOver()
			o.drain(0)
			return nil, fmt.Errorf("opening a pipe: %w", err)
		}
		o.ours, o.theirs = append(o.ours, r), append(o.theirs, w)
		o.readers.Go(func() { o.carry(r) })
	}
	return o, nil
}

// handOver closes our copies of the ends that the process writes to.
func (o *output) handOver() {
	for _, file := range o.theirs {
		_ = file.Close()
	}
}

// drain waits until everything printed is written, but only for so long: a
// child that left the process group may hold a stream open for ever.
func (o *output) drain(patience time.Duration) {
	for _, file := range o.ours {
		_ = file.SetReadDeadline(time.Now().Add(patience))
	}
	o.readers.Wait()
	for _, file := range o.ours {
		_ = file.Close()
	}
}

func (o *output) carry(from io.Reader) {
	reader := bufio.NewReaderSize(from, maxLine)
	for {
		line, err := reader.ReadSlice('\n')
		if len(line) > 0 {
			o.write(line)
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return
		}
	}
}

// write ends a line that has no end: its process died in the middle of it, or
// it is too long.
func (o *output) write(line []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if line[len(line)-1] != '\n' {
		line = append(line[:len(line):len(line)], '\n')
	}
	_, _ = o.writer.Write(line)
}
