package gate

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

func TestShelfKeepsWhatIsUsed(t *testing.T) {
	t.Parallel()
	s := newShelf[int](100)
	s.put("used", 1, 10)
	s.put("unused", 2, 10)
	for i := range 20 {
		s.put(fmt.Sprint(i), i, 10)
		_, there := s.get("used")
		if !there {
			t.Fatalf("gone after %d others, want it kept as long as it is asked for", i+1)
		}
	}
	_, there := s.get("unused")
	if there {
		t.Error("what nobody asked for is still there")
	}
}

func TestShelfTakesNothingTooLarge(t *testing.T) {
	t.Parallel()
	s := newShelf[int](100)
	s.put("large", 1, 51)
	_, there := s.get("large")
	if there {
		t.Error("kept what is larger than half of the shelf")
	}
	s.put("fits", 1, 50)
	_, there = s.get("fits")
	if !there {
		t.Error("what fits is not kept")
	}
}

// A shelf never holds more than its bound, and never anything but the newest
// value of a text.
func TestShelfProperty(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := newShelf[int](100)
		newest := map[string]int{}
		for i := range rapid.IntRange(0, 60).Draw(t, "steps") {
			text := rapid.StringMatching(`[a-h]`).Draw(t, "text")
			if rapid.Bool().Draw(t, "put") {
				size := rapid.IntRange(1, 50).Draw(t, "size")
				s.put(text, i, size)
				newest[text] = i
			}
			value, there := s.get(text)
			if there && value != newest[text] {
				t.Fatalf("%s: got %d, want %d", text, value, newest[text])
			}
			if sizeOf(s.young) > 50 || sizeOf(s.old) > 50 || sizeOf(s.young) != s.size {
				t.Fatalf("holds %d and %d bytes, counts %d, may hold 50 and 50", sizeOf(s.young), sizeOf(s.old), s.size)
			}
		}
	})
}

func sizeOf(all map[string]kept[int]) int {
	sum := 0
	for _, k := range all {
		sum += k.size
	}
	return sum
}
