package main

import (
	"math/big"
	"slices"

	"github.com/sekisho/sekisho/internal/crl/crltest"
)

// list is a fixture in DER: the good list, one thing changed.
type list struct {
	name, breaks string
	// by signs the list; the usual CA when nil.
	by func(authorities) authority
	// edit changes the draft, bend the signed bytes.
	edit func(*crltest.Draft)
	bend func([]byte) []byte
}

func (l list) make(a authorities) ([]byte, error) {
	by := a.ca
	if l.by != nil {
		by = l.by(a)
	}
	draft := goodDraft(by)
	if l.edit != nil {
		l.edit(&draft)
	}
	der, err := draft.Sign(by.key)
	if err != nil {
		return nil, err
	}
	if l.bend != nil {
		der = l.bend(der)
	}
	return der, nil
}

func goodList(a authorities) ([]byte, error) { return list{}.make(a) }

// goodDraft revokes 16 with a reason, 17 without, and a number of 20 bytes.
func goodDraft(by authority) crltest.Draft {
	draft := crltest.NewDraft(by.cert, epoch)
	long := new(big.Int).Lsh(big.NewInt(0x8a), 19*8)
	draft.Entries = [][]byte{
		crltest.Entry(big.NewInt(16), epoch.AddDate(0, 0, -1), crltest.Reason(1)),
		crltest.Entry(big.NewInt(17), epoch.AddDate(0, -1, 0)),
		crltest.Entry(long, epoch.AddDate(-1, 0, 0), crltest.Reason(4)),
	}
	return draft
}

func lists() []list {
	return slices.Concat(readable(), unreadableFrames(), unreadableEntries(), unreadableExtensions(), unacceptable())
}

// withEntry puts one entry in the place of all others.
func withEntry(entry []byte) func(*crltest.Draft) {
	return func(d *crltest.Draft) { d.Entries = [][]byte{entry} }
}

// withExtension adds an extension of the list.
func withExtension(extension []byte) func(*crltest.Draft) {
	return func(d *crltest.Draft) { d.Extensions = append(d.Extensions, extension) }
}

// withScope adds a scope.
func withScope(fields ...[]byte) func(*crltest.Draft) {
	return withExtension(crltest.IssuingPoint(fields...))
}

// withEntryExtension gives the only entry these extensions.
func withEntryExtension(extensions ...[]byte) func(*crltest.Draft) {
	return withEntry(crltest.Entry(big.NewInt(16), epoch, extensions...))
}

// withTime gives the only entry a revocation date.
func withTime(tag byte, text string) func(*crltest.Draft) {
	return withEntry(crltest.RawEntry(crltest.Integer(big.NewInt(16)), crltest.TLV(tag, []byte(text))))
}

// withSerial gives the only entry a serial number, as the content of an INTEGER.
func withSerial(content ...byte) func(*crltest.Draft) {
	return withEntry(crltest.RawEntry(crltest.TLV(0x02, content), crltest.UTCTime(epoch)))
}

// version1 makes a draft one of version 1, which has neither.
func version1(d *crltest.Draft) {
	d.Version, d.Extensions = nil, nil
	d.Entries = [][]byte{crltest.Entry(big.NewInt(16), epoch)}
}
