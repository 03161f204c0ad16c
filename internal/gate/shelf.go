package gate

import "sync"

// shelf keeps values by text within a bound in bytes. What was not asked for
// since half of the bound was filled anew goes first. It may be used
// concurrently.
type shelf[V any] struct {
	half int // in bytes

	mu         sync.RWMutex
	young, old map[string]kept[V]
	size       int // of young
}

type kept[V any] struct {
	value V
	size  int
}

func newShelf[V any](bytes int) *shelf[V] {
	return &shelf[V]{half: bytes / 2, young: map[string]kept[V]{}}
}

func (s *shelf[V]) get(text string) (V, bool) {
	s.mu.RLock()
	found, there := s.young[text]
	aged := false
	if !there {
		found, aged = s.old[text]
	}
	s.mu.RUnlock()
	if aged {
		s.put(text, found.value, found.size)
	}
	return found.value, there || aged
}

// put keeps a value that takes this many bytes, its text included. One that
// would fill the shelf alone is not kept.
func (s *shelf[V]) put(text string, value V, size int) {
	if size > s.half {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.size += size - s.young[text].size
	if s.size > s.half {
		s.old, s.young, s.size = s.young, map[string]kept[V]{}, size
	}
	s.young[text] = kept[V]{value, size}
}
