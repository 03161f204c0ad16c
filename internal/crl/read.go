package crl

import "io"

// MaxSize is the longest list that is read at all, in bytes of DER.
const MaxSize = 1 << 30

// Output is what a pass over a list writes on the way; each may be nil. When
// the pass fails, what was written is of no use.
type Output struct {
	// PEM receives the PEM form of the list. It may be written to from
	// another goroutine, but never after Read has returned.
	PEM io.Writer
	// Index collects the entries.
	Index *Builder
}

// Read reads exactly one DER list, to the end of r, in one pass and in memory
// that does not grow with it, the index apart.
//
// A list that is not strict DER, or not built as RFC 5280, section 5.1, says,
// is refused with a [*RefusedError]: lengths and integers in their shortest
// form, nothing behind the end of anything, inner and outer signature
// algorithm alike, no extension twice. Version 1 lists are read, and so is an
// empty sequence of entries, which is reported. Whatever
// x509.ParseRevocationList refuses is refused too, version 1 apart. Errors of
// r and of out.PEM come back wrapped.
func Read(r io.Reader, out Output) (*List, error) {
	return newPass(make([]byte, 0, blockSize), r, out).read()
}

// ReadBytes is [Read] for a list that is in memory already. It copies nothing,
// and its outputs go on beside each other.
func ReadBytes(der []byte, out Output) (*List, error) {
	return newPass(der, nil, out).read()
}

// Parse is [ReadBytes] with an index.
func Parse(der []byte) (*List, *Builder, error) {
	builder := &Builder{}
	list, err := ReadBytes(der, Output{Index: builder})
	if err != nil {
		return nil, nil, err
	}
	return list, builder, nil
}

// read runs a pass, and ends what goes on beside it.
func (p *pass) read() (*List, error) {
	defer p.relay.close()
	list, err := p.run()
	if err != nil {
		p.tally.index.reset()
		return nil, refuseFault(err, p.mark)
	}
	return list, nil
}
