package crl

import (
	"bytes"
	"crypto/sha256"
	"testing"

	"pgregory.net/rapid"
)

// collector keeps what it consumes, and a copy of what it may not change.
type collector struct{ got []byte }

func (c *collector) consume(block []byte) { c.got = append(c.got, block...) }

// TestRelayLosesNothing: every consumer gets every byte, in order, though the
// blocks are used again.
func TestRelayLosesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		consumers := []*collector{{}, {}, {}}
		r := &relay{}
		for _, c := range consumers {
			r.consumers = append(r.consumers, c)
		}
		var want []byte
		block := make([]byte, 0, blockSize)
		next := byte(0)
		for range rapid.IntRange(0, 12).Draw(t, "blocks") {
			for range rapid.IntRange(0, 2000).Draw(t, "size") {
				block = append(block, next)
				next += 7
			}
			taken := rapid.IntRange(0, len(block)).Draw(t, "taken")
			rest := bytes.Clone(block[taken:])
			want = append(want, block[:taken]...)
			block = r.pass(block, taken)
			if !bytes.Equal(block, rest) {
				t.Fatalf("the next block begins with %x, want %x", block, rest)
			}
		}
		r.finish(block)
		want = append(want, block...)
		for i, c := range consumers {
			if !bytes.Equal(c.got, want) {
				t.Fatalf("consumer %d got %d bytes, or others, want %d", i, len(c.got), len(want))
			}
		}
		r.close()
	})
}

func TestDigestOfAPart(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		whole := rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(t, "whole")
		from := rapid.IntRange(0, len(whole)).Draw(t, "from")
		to := rapid.IntRange(from, len(whole)).Draw(t, "to")
		part := &digest{hash: sha256.New(), from: int64(from), to: int64(to)}
		all := wholeDigest()
		for rest := whole; len(rest) > 0; {
			size := rapid.IntRange(1, len(rest)).Draw(t, "size")
			part.consume(rest[:size])
			all.consume(rest[:size])
			rest = rest[size:]
		}
		if [32]byte(part.sum()) != sha256.Sum256(whole[from:to]) || [32]byte(all.sum()) != sha256.Sum256(whole) {
			t.Fatalf("%d to %d of %d bytes: another hash", from, to, len(whole))
		}
	})
}
