package crl

import (
	"errors"
	"fmt"
	"io"
)

// blockSize is how much of a list is looked at at a time. No single element
// but the sequence of entries may be longer.
const blockSize = 64 << 10

var errEnd = errors.New("the end of the reader")

// window is the part of a list that is in memory: a block of which the first
// bytes were taken and the rest was read, but not taken yet.
type window struct {
	source io.Reader // nil when all is in the block
	block  []byte
	taken  int
	offset int64 // of the block's first byte in the list
	mark   int64 // offset of what is being read, for messages
	// turn is given a full block of which some bytes were taken. It passes
	// those on and returns a block that begins with the others.
	turn func(block []byte, taken int) []byte
}

// position is the offset in the list of the first byte not taken.
func (w *window) position() int64 { return w.offset + int64(w.taken) }

// unread is what is in memory and not taken, up to an offset in the list.
func (w *window) unread(end int64) []byte {
	return w.block[w.taken:min(int64(len(w.block)), max(end-w.offset, int64(w.taken)))]
}

// more reads at least one byte more; errEnd says that there is none.
func (w *window) more() error {
	if w.source == nil {
		return errEnd
	}
	if len(w.block) == cap(w.block) {
		err := w.makeRoom()
		if err != nil {
			return err
		}
	}
	n, err := io.ReadAtLeast(w.source, w.block[len(w.block):cap(w.block)], 1)
	w.block = w.block[:len(w.block)+n]
	if n > 0 {
		return nil
	}
	if errors.Is(err, io.EOF) {
		return errEnd
	}
	return fmt.Errorf("reading a revocation list: %w", err)
}

func (w *window) makeRoom() error {
	if w.taken == 0 {
		return faultLong
	}
	w.block = w.turn(w.block, w.taken)
	w.offset += int64(w.taken)
	w.taken = 0
	return nil
}

// fill reads until n bytes are in memory that were not taken.
func (w *window) fill(n int) error {
	for len(w.block)-w.taken < n {
		err := w.more()
		if errors.Is(err, errEnd) {
			return fault("the list ends too early")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// header measures the next element, its tag and length and its content. It must
// have the given tag and lie before an offset in the list.
func (w *window) header(tag byte, end int64) (int, int, error) {
	w.mark = w.position()
	header, content := 0, 0
	for want := 2; header == 0; want++ {
		err := w.fill(want)
		if err != nil {
			return 0, 0, err
		}
		next := w.block[w.taken:]
		if next[0] != tag {
			return 0, 0, faultTag
		}
		header, content, err = measure(next[:want])
		if err != nil {
			return 0, 0, err
		}
	}
	if w.position()+int64(header)+int64(content) > end {
		return 0, 0, faultShort
	}
	return header, content, nil
}

// enter takes tag and length of the next element, and returns the offset
// where it ends.
func (w *window) enter(tag byte, end int64) (int64, error) {
	header, content, err := w.header(tag, end)
	if err != nil {
		return 0, err
	}
	w.taken += header
	return w.position() + int64(content), nil
}

// element takes the whole next element, tag and length included. It is valid
// until the next call.
func (w *window) element(tag byte, end int64) ([]byte, error) {
	header, content, err := w.header(tag, end)
	if err != nil {
		return nil, err
	}
	if header+content > blockSize {
		return nil, faultLong
	}
	err = w.fill(header + content)
	if err != nil {
		return nil, err
	}
	element := w.block[w.taken : w.taken+header+content]
	w.taken += header + content
	return element, nil
}

// next is the tag of the next element before an offset in the list, 0 when
// there is none.
func (w *window) next(end int64) (byte, error) {
	if w.position() >= end {
		return 0, nil
	}
	err := w.fill(1)
	if err != nil {
		return 0, err
	}
	return w.block[w.taken], nil
}
