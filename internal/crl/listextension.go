package crl

import (
	"bytes"
	"math/big"
)

// The extensions that are read: of a list (RFC 5280, section 5.2), of an entry
// (section 5.3) and of a certificate (section 4.2.1.13), as DER content.
var (
	oidReasonCode        = []byte{0x55, 0x1d, 0x15}
	oidInvalidityDate    = []byte{0x55, 0x1d, 0x18}
	oidCertificateIssuer = []byte{0x55, 0x1d, 0x1d}
	oidCRLNumber         = []byte{0x55, 0x1d, 0x14}
	oidDeltaIndicator    = []byte{0x55, 0x1d, 0x1b}
	oidIssuingPoint      = []byte{0x55, 0x1d, 0x1c}
	oidAuthorityKeyID    = []byte{0x55, 0x1d, 0x23}
)

// maxNumber is the longest list number that is read, in bytes (RFC 5280,
// section 5.2.3). An absurd one, once accepted, would make every later list
// look older.
const maxNumber = 20

// listExtensions reads the extensions of the list, tag and length included.
func (p *pass) listExtensions(raw []byte) error {
	inner, err := only(raw, tagExtensions)
	if err != nil {
		return err
	}
	content, err := only(inner, tagSequence)
	if err != nil {
		return err
	}
	return eachExtension(content, p.listExtension)
}

func (p *pass) listExtension(e extension) error {
	l := p.list
	var err error
	switch {
	case bytes.Equal(e.oid, oidIssuingPoint):
		l.Scope, err = readScope(e.value, p.parts.issuer)
		return err
	case bytes.Equal(e.oid, oidDeltaIndicator):
		l.BaseNumber, err = listNumber(e.value)
		return err
	case bytes.Equal(e.oid, oidCRLNumber):
		l.Number, err = listNumber(e.value)
	case bytes.Equal(e.oid, oidAuthorityKeyID):
		_, err = only(e.value, tagSequence)
	}
	if err == nil && e.critical && l.UnknownCritical == "" {
		l.UnknownCritical = unknownCritical(e)
	}
	return err
}

func unknownCritical(e extension) string {
	if bytes.Equal(e.oid, oidCRLNumber) {
		return "the list number is marked critical, against RFC 5280, section 5.2.3"
	}
	return "the list has the critical extension " + dotted(e.oid)
}

// listNumber reads a CRLNumber or a BaseCRLNumber (RFC 5280, sections 5.2.3
// and 5.2.4).
func listNumber(value []byte) (*big.Int, error) {
	digits, err := only(value, tagInteger)
	if err != nil {
		return nil, err
	}
	err = minimalInteger(digits)
	if err != nil {
		return nil, err
	}
	if digits[0] >= 0x80 || len(digits) > maxNumber {
		return nil, fault("a list number is negative, or longer than 20 bytes")
	}
	return new(big.Int).SetBytes(digits), nil
}
