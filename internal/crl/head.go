package crl

import "bytes"

// maxAlgorithm bounds an AlgorithmIdentifier; the longest that is taken,
// RSA-PSS with all its parameters, has 67 bytes.
const maxAlgorithm = 512

// version takes the version, which only version 2 spells out (RFC 5280,
// section 5.1.2.1).
func (p *pass) version(end int64) error {
	p.list.Version = 1
	tag, err := p.next(end)
	if err != nil || tag != tagInteger {
		return err
	}
	version, err := p.element(tagInteger, end)
	if err != nil {
		return err
	}
	if !bytes.Equal(version, []byte{tagInteger, 1, 1}) {
		return fault("the version is neither 1 nor 2")
	}
	p.list.Version = 2
	p.tally.extended = true
	return nil
}

// algorithm takes the signature algorithm, which says how to hash the signed
// part. Nothing of it has been passed on yet.
func (p *pass) algorithm(end int64) error {
	raw, err := p.element(tagSequence, end)
	if err != nil {
		return err
	}
	if len(raw) > maxAlgorithm {
		return fault("the signature algorithm is longer than any known one")
	}
	p.parts.algorithm = bytes.Clone(raw)
	p.list.SignatureAlgorithm, p.list.algorithm, err = readAlgorithm(p.parts.algorithm)
	if err != nil {
		return err
	}
	hash, family := hashOf(p.list.SignatureAlgorithm)
	if family != familyNone {
		p.signed.hash = hash.New()
		p.relay.consumers = append(p.relay.consumers, p.signed)
	}
	return nil
}

func (p *pass) issuer(end int64) error {
	raw, err := p.element(tagSequence, end)
	if err != nil {
		return err
	}
	p.parts.issuer = bytes.Clone(raw)
	return strictName(p.parts.issuer)
}

// dates takes this update and, where there is one, next update (RFC 5280,
// sections 5.1.2.4 and 5.1.2.5).
func (p *pass) dates(end int64) error {
	err := p.date(end)
	if err != nil {
		return err
	}
	tag, err := p.next(end)
	if err != nil || tag != tagUTCTime && tag != tagGeneralizedTime {
		return err
	}
	return p.date(end)
}

func (p *pass) date(end int64) error {
	tag, err := p.next(end)
	if err != nil {
		return err
	}
	raw, err := p.element(tag, end)
	if err != nil {
		return err
	}
	_, _, err = timestamp(raw)
	p.parts.dates = append(p.parts.dates, raw...)
	return err
}

// extensions takes what remains of the signed part: the extensions of the
// list, which version 2 introduced (RFC 5280, section 5.1.2.7).
func (p *pass) extensions(end int64) error {
	tag, err := p.next(end)
	if err != nil || tag == 0 {
		return err
	}
	if p.list.Version == 1 {
		return fault("a version 1 list has extensions")
	}
	raw, err := p.element(tagExtensions, end)
	if err != nil {
		return err
	}
	if p.position() != end {
		return faultMore
	}
	p.parts.extensions = bytes.Clone(raw)
	return p.listExtensions(p.parts.extensions)
}

// describe completes the list from what the pass has gathered.
func (p *pass) describe() error {
	parsed, err := p.parts.parse()
	if err != nil {
		return err
	}
	l := p.list
	l.RawIssuer, l.Issuer = p.parts.issuer, parsed.Issuer
	l.ThisUpdate, l.NextUpdate = parsed.ThisUpdate, parsed.NextUpdate
	l.AuthorityKeyID, l.Extensions = parsed.AuthorityKeyId, parsed.Extensions
	l.Entries, l.Negative = p.tally.entries, p.tally.negative
	l.Scope.Indirect = l.Scope.Indirect || p.tally.indirect
	if l.UnknownCritical == "" {
		l.UnknownCritical = p.tally.unknownCritical
	}
	l.Size = p.position()
	l.SHA256 = [32]byte(p.whole.sum())
	if p.signed.hash != nil {
		l.digest = p.signed.sum()
	}
	if p.tally.index != nil {
		p.tally.index.packed.list = l.SHA256
	}
	return nil
}
