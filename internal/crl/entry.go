package crl

import "bytes"

// maxSerial is the longest serial number that is read, in bytes. RFC 5280,
// section 4.1.2.2, allows 20.
const maxSerial = 127

// tally walks the entries of a list, counts them and hands them to an index.
type tally struct {
	index    *Builder // nil when nobody wants one
	extended bool     // a version 2 list, whose entries may have extensions

	entries, negative int
	indirect          bool
	unknownCritical   string
}

// entries takes the sequence of entries (RFC 5280, section 5.1.2.6), in as
// many blocks as it fills.
func (p *pass) entries(end int64) error {
	tag, err := p.next(end)
	if err != nil || tag != tagSequence {
		return err
	}
	end, err = p.enter(tagSequence, end)
	if err != nil {
		return err
	}
	p.list.EmptyRevoked = p.position() == end
	start := p.position()
	for p.position() < end {
		block := p.unread(min(end, p.position()+blockSize))
		p.tally.index.reserve(len(block), p.position()-start, end-start)
		taken, err := p.tally.walk(block)
		p.taken += taken
		p.mark = p.position()
		if err != nil {
			return err
		}
		err = p.moreEntries(end, len(block)-taken)
		if err != nil {
			return err
		}
	}
	return nil
}

// moreEntries reads on when the block ends within an entry.
func (p *pass) moreEntries(end int64, left int) error {
	if p.position() == end {
		return nil
	}
	if p.position()+int64(left) == end {
		return faultShort
	}
	return p.fill(left + 1)
}

// walk takes all whole entries off a block and says how many bytes they have.
func (t *tally) walk(block []byte) (int, error) {
	taken := 0
	for {
		rest := block[taken:]
		if len(rest) > 0 && rest[0] != tagSequence {
			return taken, faultTag
		}
		header, size, err := measure(rest)
		if err != nil {
			return taken, err
		}
		if header+size > blockSize {
			return taken, faultLong
		}
		if header == 0 || len(rest) < header+size {
			return taken, nil
		}
		err = t.entry(rest[header : header+size])
		if err != nil {
			return taken, err
		}
		taken += header + size
	}
}

// entry reads the content of one entry: serial number, revocation date and,
// where there are any, extensions.
func (t *tally) entry(b []byte) error {
	if len(b) < 3 || b[0] != tagInteger || int(b[1]) > min(maxSerial, len(b)-2) {
		return fault("a serial number is missing, or longer than 127 bytes")
	}
	serial := b[2 : 2+b[1]]
	err := minimalInteger(serial)
	if err != nil {
		return err
	}
	seconds, rest, err := timestamp(b[2+len(serial):])
	if err != nil {
		return err
	}
	reason := NoReason
	if len(rest) > 0 {
		reason, err = t.entryExtensions(rest)
		if err != nil {
			return err
		}
	}
	t.entries++
	if serial[0] >= 0x80 {
		t.negative++
	}
	if t.index != nil {
		t.index.add(serial, seconds, reason)
	}
	return nil
}

// reasonOnly is how the extensions of an entry begin when a reason code is all
// there is, as on almost every list; the code itself follows.
const reasonOnly = "\x30\x0c\x30\x0a\x06\x03\x55\x1d\x15\x04\x03\x0a\x01"

// entryExtensions reads the extensions of an entry (RFC 5280, section 5.3).
func (t *tally) entryExtensions(b []byte) (RevocationReason, error) {
	if !t.extended {
		return NoReason, fault("an entry of a version 1 list has extensions")
	}
	if len(b) == len(reasonOnly)+1 && string(b[:len(reasonOnly)]) == reasonOnly {
		return revocationReason(b[len(reasonOnly)])
	}
	content, err := only(b, tagSequence)
	if err != nil {
		return NoReason, err
	}
	reason := NoReason
	err = eachExtension(content, func(e extension) error {
		return t.entryExtension(e, &reason)
	})
	return reason, err
}

// entryExtension reads one extension of an entry. None but the certificate
// issuer of an indirect list is ever critical (RFC 5280, section 5.3).
func (t *tally) entryExtension(e extension, reason *RevocationReason) error {
	if bytes.Equal(e.oid, oidCertificateIssuer) {
		t.indirect = true
		return nil
	}
	if e.critical && t.unknownCritical == "" {
		t.unknownCritical = "an entry has the critical extension " + dotted(e.oid)
	}
	if bytes.Equal(e.oid, oidInvalidityDate) {
		return invalidityDate(e.value)
	}
	if !bytes.Equal(e.oid, oidReasonCode) {
		return nil
	}
	code, err := only(e.value, tagEnumerated)
	if err != nil {
		return err
	}
	if len(code) != 1 {
		return faultReason
	}
	*reason, err = revocationReason(code[0])
	return err
}

// invalidityDate checks the date since when a key is suspect (RFC 5280,
// section 5.3.2). A certificate is revoked whatever it says.
func invalidityDate(b []byte) error {
	_, err := only(b, tagGeneralizedTime)
	if err != nil {
		return err
	}
	_, _, err = timestamp(b)
	return err
}
