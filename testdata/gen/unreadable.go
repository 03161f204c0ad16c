package main

import (
	"bytes"
	"math/big"

	"github.com/sekisho/sekisho/internal/crl/crltest"
)

// unreadableFrames are lists whose outer parts are malformed.
func unreadableFrames() []list {
	return []list{
		{name: "after-list", breaks: "a byte behind the list", edit: func(d *crltest.Draft) { d.AfterList = []byte{0} }},
		{name: "after-signature", breaks: "an element behind the signature", edit: func(d *crltest.Draft) { d.AfterSignature = []byte{5, 0} }},
		{name: "after-extensions", breaks: "an element behind the extensions", edit: func(d *crltest.Draft) { d.AfterSigned = []byte{5, 0} }},
		{name: "entries-beyond-signed-part", breaks: "a signed part that claims to end within its last entry", edit: func(d *crltest.Draft) { d.Extensions = nil }, bend: shorterSignedPart},
		{name: "cut-short", breaks: "its last ten bytes are missing", bend: func(b []byte) []byte { return b[:len(b)-10] }},
		{name: "length-too-long", breaks: "the length of the list in three bytes where two are enough", bend: longLength},
		{name: "length-indefinite", breaks: "a length that is not given", bend: func(b []byte) []byte { return append(append([]byte{0x30, 0x80}, b[4:]...), 0, 0) }},
		{name: "length-of-1-gib", breaks: "claims to be longer than any list that is read", bend: func(b []byte) []byte { return append([]byte{0x30, 0x84, 0x40, 0, 0, 1}, b[4:]...) }},
		{name: "no-sequence", breaks: "another tag where the list begins", bend: func(b []byte) []byte { return append([]byte{0x31}, b[1:]...) }},
		{name: "version-3", breaks: "version 3", edit: func(d *crltest.Draft) { d.Version = crltest.Integer(big.NewInt(2)) }},
		{name: "version-1-spelled-out", breaks: "version 1 spelled out, which DER does not", edit: func(d *crltest.Draft) { version1(d); d.Version = crltest.Integer(big.NewInt(0)) }},
		{name: "version-1-extensions", breaks: "version 1 with extensions", edit: func(d *crltest.Draft) { d.Version = nil; d.Entries = nil }},
		{name: "version-1-entry-extensions", breaks: "version 1 with extensions of an entry", edit: func(d *crltest.Draft) { d.Version, d.Extensions = nil, nil }},
		{name: "algorithms-differ", breaks: "another signature algorithm outside than inside", edit: func(d *crltest.Draft) { d.Outer = crltest.Sequence(crltest.OID("2a8648ce3d040303")) }},
		{name: "signature-bits", breaks: "a signature with bits beyond its end", edit: func(d *crltest.Draft) { d.Signature = crltest.TLV(0x03, []byte{1, 0xff}) }},
		{name: "signature-empty", breaks: "an empty signature", edit: func(d *crltest.Draft) { d.Signature = crltest.TLV(0x03, []byte{0}) }},
		{name: "issuer-empty-part", breaks: "an issuer with an empty part", edit: func(d *crltest.Draft) { d.Issuer = crltest.Sequence(crltest.TLV(0x31)) }},
		{name: "issuer-trailing", breaks: "something behind the value of an attribute of the issuer", edit: func(d *crltest.Draft) { d.Issuer = trailingName() }},
		{name: "no-this-update", breaks: "no date of issue", edit: func(d *crltest.Draft) { d.ThisUpdate, d.NextUpdate = nil, nil }},
		{name: "this-update-offset", breaks: "a date of issue in another time zone", edit: func(d *crltest.Draft) { d.ThisUpdate = crltest.TLV(0x17, []byte("260601120000+0100")) }},
	}
}

// shorterSignedPart takes five bytes off the length of the signed part, which
// stands in the seventh byte.
func shorterSignedPart(b []byte) []byte {
	b[6] -= 5
	return b
}

// longLength spells the two bytes of a length in three.
func longLength(b []byte) []byte {
	return append([]byte{0x30, 0x83, 0}, b[2:]...)
}

func trailingName() []byte {
	value := crltest.TLV(0x0c, []byte("Fixture CA"))
	return crltest.Sequence(crltest.TLV(0x31, crltest.Sequence(crltest.OID("550403"), value, []byte{5, 0})))
}

// unreadableEntries are lists with a malformed entry.
func unreadableEntries() []list {
	return []list{
		{name: "serial-padded", breaks: "a serial number with a zero byte too many", edit: withSerial(0, 1)},
		{name: "serial-padded-negative", breaks: "a negative serial number with a byte too many", edit: withSerial(0xff, 0x80)},
		{name: "serial-empty", breaks: "a serial number without a byte", edit: withSerial()},
		{name: "serial-128-bytes", breaks: "a serial number longer than any that is read", edit: withSerial(bytes.Repeat([]byte{0x7a}, 128)...)},
		{name: "entry-empty", breaks: "an entry without anything in it", edit: withEntry(crltest.Sequence())},
		{name: "entry-no-sequence", breaks: "an entry of another type", edit: withEntry(crltest.TLV(0x31, crltest.Integer(big.NewInt(1)), crltest.UTCTime(epoch)))},
		{name: "entry-trailing", breaks: "something behind the extensions of an entry", edit: withEntry(crltest.Sequence(crltest.Integer(big.NewInt(1)), crltest.UTCTime(epoch), crltest.Sequence(crltest.Reason(1)), []byte{5, 0}))},
		{name: "entry-too-long", breaks: "an entry that claims to reach beyond the entries", bend: longerLastEntry},
		{name: "date-offset", breaks: "a revocation date in another time zone", edit: withTime(0x17, "260601120000+0100")},
		{name: "date-without-seconds", breaks: "a revocation date without seconds", edit: withTime(0x17, "2606011200Z")},
		{name: "date-fraction", breaks: "a revocation date with fractions of a second", edit: withTime(0x18, "20260601120000.5Z")},
		{name: "date-month-13", breaks: "a revocation date in month 13", edit: withTime(0x17, "261301120000Z")},
		{name: "date-february-29", breaks: "a revocation date on 29 February 2026", edit: withTime(0x17, "260229120000Z")},
		{name: "date-second-60", breaks: "a revocation date in second 60", edit: withTime(0x17, "260601120060Z")},
		{name: "date-letters", breaks: "a revocation date with a letter for a digit", edit: withTime(0x17, "26060112000OZ")},
		{name: "reason-7", breaks: "the reason 7, which has no meaning", edit: withEntryExtension(crltest.Reason(7))},
		{name: "reason-11", breaks: "the reason 11, which does not exist", edit: withEntryExtension(crltest.Reason(11))},
		{name: "reason-two-bytes", breaks: "a reason in two bytes", edit: withEntryExtension(crltest.Extension(crltest.ReasonCodeOID, false, []byte{0x0a, 2, 0, 1}))},
		{name: "reason-integer", breaks: "a reason of the wrong type", edit: withEntryExtension(crltest.Extension(crltest.ReasonCodeOID, false, []byte{2, 1, 1}))},
		{name: "invalidity-date-utc", breaks: "an invalidity date that is a UTCTime", edit: withEntryExtension(crltest.Extension(crltest.InvalidityDateOID, false, crltest.UTCTime(epoch)))},
		{name: "entry-extension-twice", breaks: "an extension twice in an entry", edit: withEntryExtension(crltest.Reason(1), crltest.Reason(1))},
		{name: "entry-extensions-empty", breaks: "an empty sequence of extensions in an entry", edit: withEntry(crltest.Sequence(crltest.Integer(big.NewInt(1)), crltest.UTCTime(epoch), crltest.Sequence()))},
		{name: "entry-extensions-many", breaks: "more extensions in an entry than are read", edit: withEntryExtension(many(40)...)},
	}
}

// longerLastEntry makes the second entry, which has no extensions, claim more
// bytes than are left.
func longerLastEntry(b []byte) []byte {
	at := bytes.Index(b, []byte{0x30, 0x12, 0x02, 0x01, 0x11})
	b[at+1] = 0x7f
	return b
}

// many are extensions of different types.
func many(count int) [][]byte {
	var extensions [][]byte
	for i := range count {
		extensions = append(extensions, crltest.Sequence(crltest.TLV(0x06, []byte{0x2a, 3, byte(i)}), crltest.OctetString(nil)))
	}
	return extensions
}
