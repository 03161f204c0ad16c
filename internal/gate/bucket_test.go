package gate

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"sync"
	"testing"

	"github.com/sekisho/sekisho/internal/snapshot"
)

// fakeBucket keeps objects in memory and counts who reads what. An object whose
// key is the hash of its content may not change.
type fakeBucket struct {
	tb testing.TB

	mu      sync.Mutex
	objects map[string][]byte
	reads   map[string]int // answers with a body
	asked   int            // all calls
	fail    error          // for every call
	failKey string         // where it is only for one object
	stall   chan struct{}  // every call waits until it is closed

	markers  bool            // it tells of what was deleted
	deleted  map[string]bool // what was there
	untagged string          // the key of an object that has no tag
}

var _ bucket = (*fakeBucket)(nil)

// How many calls it takes to look whether anything is new, and to load the two
// lists of a world when all of it is.
const (
	look = 3 // manifest, policy, deny list
	cold = look + 1 + 2
)

func newFakeBucket(tb testing.TB) *fakeBucket {
	return &fakeBucket{tb: tb, objects: map[string][]byte{}, reads: map[string]int{}, deleted: map[string]bool{}}
}

func (b *fakeBucket) Get(ctx context.Context, key, etag string) ([]byte, string, error) {
	b.mu.Lock()
	stall := b.stall
	b.asked++
	b.mu.Unlock()
	if stall != nil {
		select {
		case <-stall:
		case <-ctx.Done():
			return nil, "", ctx.Err()
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.fail != nil && (b.failKey == "" || b.failKey == key) {
		return nil, "", b.fail
	}
	body, ok := b.objects[key]
	if !ok && b.markers && b.deleted[key] {
		return nil, "", deletedError{}
	}
	if !ok {
		return nil, "", fmt.Errorf("%s: %w", key, fs.ErrNotExist)
	}
	tag := hexSHA256(body)
	if key == b.untagged {
		tag = ""
	}
	if tag == etag {
		return nil, tag, nil
	}
	b.reads[key]++
	if len(body) == 0 {
		return nil, tag, nil // an empty object may look so too
	}
	return bytes.Clone(body), tag, nil
}

// deletedError is how a bucket tells of what was there.
type deletedError struct{}

func (deletedError) Error() string { return "there is a delete marker" }
func (deletedError) Deleted() bool { return true }

func (b *fakeBucket) put(key string, body []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	before, exists := b.objects[key]
	if exists && !mutable(key) && !bytes.Equal(before, body) {
		b.tb.Errorf("%s is written anew with other content", key)
	}
	b.objects[key] = body
}

func mutable(key string) bool {
	return key == snapshot.ManifestKey || key == snapshot.PolicyKey || key == snapshot.DenyKey
}

// damage changes an object behind everybody's back.
func (b *fakeBucket) damage(key string, change func([]byte) []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.objects[key] = change(bytes.Clone(b.objects[key]))
}

func (b *fakeBucket) failWith(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fail = err
}

func (b *fakeBucket) failFor(key string, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.failKey, b.fail = key, err
}

// hang makes every call wait; the returned function lets them go on.
func (b *fakeBucket) hang() func() {
	b.mu.Lock()
	defer b.mu.Unlock()
	stall := make(chan struct{})
	b.stall = stall
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.stall = nil
		close(stall)
	}
}

func (b *fakeBucket) count() (asked int, reads map[string]int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	reads = map[string]int{}
	for key, n := range b.reads {
		reads[key] = n
	}
	return b.asked, reads
}

// syncBuffer is a log that may be read while it is written.
type syncBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}
