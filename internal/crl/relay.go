package crl

import "sync"

// loans is how many blocks are on their way at most: one being scanned, the
// others at those who want their bytes.
const loans = 4

// consumer wants every byte of a list, in order.
type consumer interface{ consume(block []byte) }

// relay hands the blocks of a list to its consumers while the next one is
// scanned: hashing and encoding take more time than scanning, and each can go
// on beside the others. The first block starts a goroutine for each consumer,
// so that a short list has none; close ends them.
type relay struct {
	consumers []consumer
	queues    []chan loan
	blocks    [loans]struct {
		bytes []byte
		lent  sync.WaitGroup
	}
	current int
	running sync.WaitGroup
}

// loan is a block that must not change until it is given back.
type loan struct {
	block []byte
	lent  *sync.WaitGroup
}

// pass hands on the first bytes of a block and returns another block, which
// begins with the rest.
func (r *relay) pass(block []byte, taken int) []byte {
	r.blocks[r.current].bytes = block
	lent := r.current
	r.current = (r.current + 1) % loans
	next := append(r.spare(), block[taken:]...)
	r.lend(lent, block[:taken])
	return next
}

// lend gives bytes to all consumers, as those of one of the blocks.
func (r *relay) lend(number int, bytes []byte) {
	if r.queues == nil {
		r.start()
	}
	lent := &r.blocks[number].lent
	lent.Add(len(r.queues))
	for _, queue := range r.queues {
		queue <- loan{bytes, lent}
	}
}

// spare waits until the next block is not on loan any more.
func (r *relay) spare() []byte {
	next := &r.blocks[r.current]
	next.lent.Wait()
	if next.bytes == nil {
		return make([]byte, 0, blockSize)
	}
	return next.bytes[:0]
}

func (r *relay) start() {
	r.queues = make([]chan loan, len(r.consumers))
	r.running.Add(len(r.queues))
	for i, c := range r.consumers {
		r.queues[i] = make(chan loan, loans)
		go r.serve(c, r.queues[i])
	}
}

func (r *relay) serve(c consumer, queue chan loan) {
	defer r.running.Done()
	for l := range queue {
		c.consume(l.block)
		l.lent.Done()
	}
}

// finish hands on the last bytes and waits until all are consumed.
func (r *relay) finish(rest []byte) {
	r.close()
	for _, c := range r.consumers {
		c.consume(rest)
	}
}

// close waits until what was handed on is consumed, and ends the goroutines.
func (r *relay) close() {
	for _, queue := range r.queues {
		close(queue)
	}
	r.queues = nil
	r.running.Wait()
}
