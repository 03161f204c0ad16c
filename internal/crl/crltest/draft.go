// Package crltest makes revocation lists of which every part can be wrong, one
// at a time: what crypto/x509 would never write. It is used by tests and by
// the program that makes the fixtures, and by nothing else.
package crltest

import (
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"fmt"
	"math/big"
	"time"
)

// Draft is a list before it is signed. Every field is DER, tag and length
// included, and goes into the list as it is; what is nil is left out.
type Draft struct {
	Version []byte
	// Inner and Outer are the signature algorithm inside and outside of the
	// signed part.
	Inner, Outer           []byte
	Issuer                 []byte
	ThisUpdate, NextUpdate []byte
	// Entries stand in one sequence, which NoEntries leaves out when empty.
	Entries   [][]byte
	NoEntries bool
	// Extensions stand in one sequence, which is left out when empty.
	Extensions [][]byte
	// AfterSigned, AfterSignature and AfterList are bytes where none belong:
	// behind the extensions, behind the signature and behind the list.
	AfterSigned, AfterSignature, AfterList []byte
	// Signature replaces the real one; it is the whole BIT STRING.
	Signature []byte
}

// NewDraft is a version 2 list of the issuer, to be signed with a P-256 key,
// issued at a time and due for a week, with number 1 and no entries.
func NewDraft(issuer *x509.Certificate, at time.Time) Draft {
	return Draft{
		Version:    Integer(big.NewInt(1)),
		Inner:      ECDSAWithSHA256(),
		Outer:      ECDSAWithSHA256(),
		Issuer:     issuer.RawSubject,
		ThisUpdate: UTCTime(at),
		NextUpdate: UTCTime(at.AddDate(0, 0, 7)),
		NoEntries:  true,
		Extensions: [][]byte{
			AuthorityKeyID(issuer.SubjectKeyId),
			Number(big.NewInt(1)),
		},
	}
}

// Signed is the part of the list that is signed.
func (d Draft) Signed() []byte {
	parts := [][]byte{d.Version, d.Inner, d.Issuer, d.ThisUpdate, d.NextUpdate}
	if len(d.Entries) > 0 || !d.NoEntries {
		parts = append(parts, Sequence(d.Entries...))
	}
	if len(d.Extensions) > 0 {
		parts = append(parts, TLV(0xa0, Sequence(d.Extensions...)))
	}
	return Sequence(append(parts, d.AfterSigned)...)
}

// Sign makes the list, signed over SHA-256. The same draft and key give the
// same bytes.
func (d Draft) Sign(key crypto.Signer) ([]byte, error) {
	signed := d.Signed()
	digest := sha256.Sum256(signed)
	signature, err := key.Sign(nil, digest[:], crypto.SHA256)
	if err != nil {
		return nil, fmt.Errorf("signing a draft of a revocation list: %w", err)
	}
	bits := TLV(0x03, []byte{0}, signature)
	if d.Signature != nil {
		bits = d.Signature
	}
	return append(Sequence(signed, d.Outer, bits, d.AfterSignature), d.AfterList...), nil
}
