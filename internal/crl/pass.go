package crl

import (
	"bytes"
	"errors"
	"io"
	"math"
)

// pass is one pass over one list.
type pass struct {
	window
	relay  relay
	lent   int // bytes of the block that the consumers have already
	whole  *digest
	signed *digest      // without a hash when that is not known here
	pem    *lineEncoder // nil when nobody wants it
	list   *List
	parts  outline
	tally  tally
}

// newPass begins a pass over what is in a block, and then in source.
func newPass(block []byte, source io.Reader, out Output) *pass {
	p := &pass{whole: wholeDigest(), list: &List{Duplicates: -1}, tally: tally{index: out.Index}}
	p.source, p.block, p.turn = source, block, p.relay.pass
	p.relay.consumers = append(make([]consumer, 0, 3), p.whole)
	if out.PEM != nil {
		p.pem = newLineEncoder(out.PEM)
		p.relay.consumers = append(p.relay.consumers, p.pem)
	}
	out.Index.reset()
	return p
}

// run walks a CertificateList (RFC 5280, section 5.1) from end to end.
func (p *pass) run() (*List, error) {
	end, err := p.enter(tagSequence, math.MaxInt64)
	if err != nil {
		return nil, err
	}
	if end > MaxSize {
		return nil, refuse(ReasonTooLarge, "it says that it is %d bytes long: no list of more than %d bytes is read", end, MaxSize)
	}
	err = p.signedPart(end)
	if err != nil {
		return nil, err
	}
	err = p.signature(end)
	if err != nil {
		return nil, err
	}
	err = p.nothingMore(end)
	if err != nil {
		return nil, err
	}
	return p.finish()
}

// signedPart walks the TBSCertList.
func (p *pass) signedPart(end int64) error {
	start := p.position()
	end, err := p.enter(tagSequence, end)
	if err != nil {
		return err
	}
	p.signed = &digest{from: start, to: end}
	for _, step := range []func(int64) error{p.version, p.algorithm, p.ahead, p.issuer, p.dates, p.entries, p.extensions} {
		err = step(end)
		if err != nil {
			return err
		}
	}
	return nil
}

// ahead gives a long list that is in memory to all consumers at once, as soon
// as it is known how to hash it.
func (p *pass) ahead(int64) error {
	if p.source == nil && len(p.block) > blockSize {
		p.lent = len(p.block)
		p.relay.lend(0, p.block)
	}
	return nil
}

// signature takes what follows the signed part: the algorithm, the same as
// inside (RFC 5280, section 5.1.1.2), and the signature.
func (p *pass) signature(end int64) error {
	algorithm, err := p.element(tagSequence, end)
	if err != nil {
		return err
	}
	if !bytes.Equal(algorithm, p.parts.algorithm) {
		return fault("the signature algorithms inside and outside of the signed part differ")
	}
	bits, err := p.element(tagBitString, end)
	if err != nil {
		return err
	}
	p.parts.signature = bytes.Clone(bits)
	p.list.signature, err = wholeBytes(p.parts.signature)
	return err
}

// wholeBytes are the bytes of a BIT STRING (X.690, section 8.6); none when it
// is no whole number of them, as no signature is.
func wholeBytes(bits []byte) ([]byte, error) {
	content, err := only(bits, tagBitString)
	if err != nil {
		return nil, err
	}
	if len(content) < 2 {
		return nil, fault("the signature is empty")
	}
	unused := content[0]
	if unused > 7 || content[len(content)-1]&(1<<unused-1) != 0 {
		return nil, fault("the signature is not a string of bits")
	}
	if unused != 0 {
		return nil, nil
	}
	return content[1:], nil
}

// nothingMore makes sure that the list ends where it says, and r with it.
func (p *pass) nothingMore(end int64) error {
	p.mark = p.position()
	if p.mark != end || len(p.block) > p.taken {
		return faultMore
	}
	err := p.more()
	if err == nil {
		return faultMore
	}
	if errors.Is(err, errEnd) {
		return nil
	}
	return err
}

// finish hands on what is left and puts the list together. The index is made
// while hashes and PEM go on beside it.
func (p *pass) finish() (*List, error) {
	if p.tally.index != nil {
		p.list.Duplicates = p.tally.index.pack()
	}
	p.relay.finish(p.block[p.lent:p.taken])
	if p.pem != nil {
		err := p.pem.finish()
		if err != nil {
			return nil, err
		}
	}
	err := p.describe()
	if err != nil {
		return nil, err
	}
	return p.list, nil
}
