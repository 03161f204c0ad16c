package crl

import (
	"bytes"
	"errors"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"
)

// windowOver is a window over bytes that come one at a time, whose blocks are
// small and lost when they are turned.
func windowOver(b []byte, size int) *window {
	return &window{
		source: iotest.OneByteReader(bytes.NewReader(b)),
		block:  make([]byte, 0, size),
		turn: func(block []byte, taken int) []byte {
			return append(make([]byte, 0, size), block[taken:]...)
		},
	}
}

// TestWindowTakesElements, whole ones and headers only, from blocks of any size
// that an element fits into.
func TestWindowTakesElements(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		contents := rapid.SliceOfN(rapid.SliceOfN(rapid.Byte(), 0, 200), 1, 8).Draw(t, "contents")
		var row []byte
		for _, content := range contents {
			row = append(row, wrap(tagOctetString, content)...)
		}
		w := windowOver(row, rapid.IntRange(203, 500).Draw(t, "size"))
		at := int64(0)
		for _, content := range contents {
			want := wrap(tagOctetString, content)
			if rapid.Bool().Draw(t, "enter") {
				end, err := w.enter(tagOctetString, int64(len(row)))
				if err != nil || end != at+int64(len(want)) || w.mark != at {
					t.Fatalf("entered at %d to %d, %v, want %d", w.mark, end, err, at+int64(len(want)))
				}
				err = w.fill(len(content))
				if err != nil {
					t.Fatal(err)
				}
				w.taken += len(content)
			} else {
				got, err := w.element(tagOctetString, int64(len(row)))
				if err != nil || !bytes.Equal(got, want) {
					t.Fatalf("got %x, %v, want %x", got, err, want)
				}
			}
			at += int64(len(want))
			if w.position() != at {
				t.Fatalf("at %d, want %d", w.position(), at)
			}
		}
		tag, err := w.next(int64(len(row)))
		if tag != 0 || err != nil {
			t.Fatalf("behind the last: got %x, %v", tag, err)
		}
		err = w.more()
		if !errors.Is(err, errEnd) {
			t.Fatalf("behind the last: got %v", err)
		}
	})
}

func TestWindowKeepsWithinBounds(t *testing.T) {
	t.Parallel()
	element := wrap(tagOctetString, make([]byte, 20))
	for _, test := range []struct {
		name string
		in   []byte
		tag  byte
		end  int64
		size int
		want error
	}{
		{"it fits", element, tagOctetString, 22, 64, nil},
		{"its parent ends before it", element, tagOctetString, 21, 64, faultShort},
		{"its parent ends within its header", element, tagOctetString, 1, 64, faultShort},
		{"another tag", element, tagSequence, 22, 64, faultTag},
		{"the list ends before it", element[:21], tagOctetString, 22, 64, fault("the list ends too early")},
		{"the list ends within its header", element[:1], tagOctetString, 22, 64, fault("the list ends too early")},
		{"no block holds it", element, tagOctetString, 22, 16, faultLong},
		{"a length that is not minimal", []byte{tagOctetString, 0x81, 1, 0}, tagOctetString, 4, 64, faultMinimal},
	} {
		w := windowOver(test.in, test.size)
		_, err := w.element(test.tag, test.end)
		if !errors.Is(err, test.want) {
			t.Errorf("%s: got %v, want %v", test.name, err, test.want)
		}
		if err != nil && w.position() != 0 {
			t.Errorf("%s: took %d bytes all the same", test.name, w.position())
		}
	}
}

func TestUnreadEndsWithTheParent(t *testing.T) {
	t.Parallel()
	w := &window{block: []byte{1, 2, 3, 4, 5}, taken: 1, offset: 100}
	for end, want := range map[int64][]byte{99: {}, 101: {}, 103: {2, 3}, 105: {2, 3, 4, 5}, 1000: {2, 3, 4, 5}} {
		if got := w.unread(end); !bytes.Equal(got, want) {
			t.Errorf("to %d: got %v, want %v", end, got, want)
		}
	}
}
