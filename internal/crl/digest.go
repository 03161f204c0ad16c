package crl

import (
	"crypto/sha256"
	"hash"
)

// blocks is how many blocks are on their way at most: one read and scanned,
// one hashed, one waiting between them.
const blocks = 3

// digester hashes a list, on a goroutine of its own as soon as there is more
// than one block: hashing and scanning each take about half of the time, and
// a second core halves the whole. The goroutine ends with close.
type digester struct {
	whole    hash.Hash // of every byte
	signed   hash.Hash // of the bytes from signedAt to signedEnd; nil when unknown
	signedAt int64
	// signedEnd is the offset behind the signed part.
	signedEnd int64

	offset int64 // of the next byte
	full   chan []byte
	empty  chan []byte
	done   chan struct{}
	made   int
}

func newDigester() *digester {
	return &digester{whole: sha256.New(), made: 1}
}

// write hashes the next bytes of the list.
func (d *digester) write(b []byte) {
	d.whole.Write(b)
	if d.signed != nil {
		size := int64(len(b))
		d.signed.Write(b[min(max(d.signedAt-d.offset, 0), size):min(max(d.signedEnd-d.offset, 0), size)])
	}
	d.offset += int64(len(b))
}

// pass has the first bytes of a block hashed and returns another block that
// begins with the rest.
func (d *digester) pass(block []byte, taken int) []byte {
	if d.full == nil {
		d.start()
	}
	next := d.spare()
	next = append(next[:0], block[taken:]...)
	d.full <- block[:taken]
	return next
}

func (d *digester) start() {
	d.full, d.empty, d.done = make(chan []byte, blocks), make(chan []byte, blocks), make(chan struct{})
	go func() {
		defer close(d.done)
		for block := range d.full {
			d.write(block)
			d.empty <- block
		}
	}()
}

func (d *digester) spare() []byte {
	if d.made < blocks {
		d.made++
		return make([]byte, 0, blockSize)
	}
	return <-d.empty
}

// finish hashes the last bytes. The digests stand after it.
func (d *digester) finish(rest []byte) {
	d.close()
	d.write(rest)
}

// close ends the goroutine, when there is one, after all that it was given.
func (d *digester) close() {
	if d.full == nil {
		return
	}
	close(d.full)
	<-d.done
	d.full = nil
}
