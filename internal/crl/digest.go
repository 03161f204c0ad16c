package crl

import (
	"crypto/sha256"
	"hash"
	"math"
)

// digest hashes the bytes of a list from one offset to another.
type digest struct {
	hash     hash.Hash
	from, to int64
	offset   int64 // of the next byte
}

func wholeDigest() *digest { return &digest{hash: sha256.New(), to: math.MaxInt64} }

func (d *digest) consume(b []byte) {
	size := int64(len(b))
	d.hash.Write(b[min(max(d.from-d.offset, 0), size):min(max(d.to-d.offset, 0), size)])
	d.offset += size
}

func (d *digest) sum() []byte { return d.hash.Sum(nil) }
