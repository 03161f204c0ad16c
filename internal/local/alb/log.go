package alb

import (
	"io"
	"slices"
	"sync"
)

// Log is the connection log of one or several listeners: one line for each
// connection attempt. It keeps the last entries for reading.
type Log struct {
	observe func(Entry)
	keep    int

	mu   sync.Mutex
	to   io.Writer
	last []Entry
}

// NewLog writes lines to w and keeps the last keep entries. Where observe is not
// nil it sees each entry, in order, before the connection goes on; it must be
// quick and must not call the log. A line that cannot be written is lost: the
// load balancer delivers its log on a best-effort basis too.
func NewLog(w io.Writer, keep int, observe func(Entry)) *Log {
	return &Log{observe: observe, keep: keep, to: w}
}

// Last are the newest entries, the oldest first, at most n.
func (l *Log) Last(n int) []Entry {
	l.mu.Lock()
	defer l.mu.Unlock()
	n = max(0, min(n, len(l.last)))
	return slices.Clone(l.last[len(l.last)-n:])
}

func (l *Log) record(entry Entry) {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, _ = io.WriteString(l.to, entry.String()+"\n")
	if len(l.last) >= l.keep && len(l.last) > 0 {
		l.last = slices.Delete(l.last, 0, 1)
	}
	if l.keep > 0 {
		l.last = append(l.last, entry)
	}
	if l.observe != nil {
		l.observe(entry)
	}
}
