package main

import (
	"bytes"
	"math/big"

	"github.com/sekisho/sekisho/internal/crl/crltest"
)

// unreadableExtensions are lists with a malformed extension of the list.
func unreadableExtensions() []list {
	oid := crltest.OID(crltest.UnknownOID)
	value := crltest.OctetString([]byte{5, 0})
	return []list{
		{name: "extension-twice", breaks: "an extension twice", edit: withExtension(crltest.Number(big.NewInt(1)))},
		{name: "extensions-empty", breaks: "an empty sequence of extensions", edit: func(d *crltest.Draft) {
			d.Extensions, d.AfterSigned = nil, crltest.TLV(0xa0, crltest.Sequence())
		}},
		{name: "extensions-trailing", breaks: "something behind the sequence of extensions", edit: func(d *crltest.Draft) {
			d.AfterSigned, d.Extensions = crltest.TLV(0xa0, crltest.Sequence(d.Extensions...), []byte{5, 0}), nil
		}},
		{name: "extension-trailing", breaks: "something behind the value of an extension", edit: withExtension(crltest.Sequence(oid, value, []byte{5, 0}))},
		{name: "extension-not-critical-spelled-out", breaks: "an extension that spells out that it is not critical, which DER does not", edit: withExtension(crltest.Sequence(oid, []byte{1, 1, 0}, value))},
		{name: "extension-critical-1", breaks: "an extension whose criticality is neither true nor false", edit: withExtension(crltest.Sequence(oid, []byte{1, 1, 1}, value))},
		{name: "extension-type-padded", breaks: "an extension whose type has a digit too many", edit: withExtension(crltest.Sequence(crltest.OID("2a800304"), value))},
		{name: "number-negative", breaks: "the number -1", edit: withNumber(big.NewInt(-1))},
		{name: "number-21-bytes", breaks: "a number of 21 bytes", edit: withNumber(new(big.Int).Lsh(big.NewInt(1), 160))},
		{name: "number-trailing", breaks: "something behind the number", edit: withNumberBytes([]byte{2, 1, 1, 0})},
		{name: "number-padded", breaks: "a number with a zero byte too many", edit: withNumberBytes([]byte{2, 2, 0, 1})},
		{name: "key-identifier-critical", breaks: "an authority key identifier that is critical", edit: func(d *crltest.Draft) {
			d.Extensions[0] = crltest.Extension(crltest.AuthorityKeyIDOID, true, crltest.Sequence())
		}},
		{name: "scope-contradiction", breaks: "covers user certificates only, and CA certificates only", edit: withScope(crltest.Flag(0x81), crltest.Flag(0x82))},
		{name: "scope-order", breaks: "the fields of the scope in the wrong order", edit: withScope(crltest.Flag(0x84), crltest.Flag(0x81))},
		{name: "scope-false", breaks: "a field of the scope that is set to false", edit: withScope(crltest.TLV(0x81, []byte{0}))},
		{name: "scope-point-without-name", breaks: "a distribution point without a name", edit: withScope(crltest.TLV(0xa0, crltest.TLV(0xa0)))},
	}
}

func withNumber(number *big.Int) func(*crltest.Draft) {
	return withNumberBytes(crltest.Integer(number))
}

func withNumberBytes(value []byte) func(*crltest.Draft) {
	return func(d *crltest.Draft) { d.Extensions[1] = crltest.Extension(crltest.NumberOID, false, value) }
}

// unacceptable are well-formed lists that must not come into force.
func unacceptable() []list {
	other := func(a authorities) authority { return a.other }
	rolled := func(a authorities) authority { return a.rolled }
	return []list{
		{name: "issuer-unknown", breaks: "issued by a CA of another name", by: other},
		{name: "no-issuer", breaks: "an issuer without a name", edit: func(d *crltest.Draft) { d.Issuer = crltest.Sequence() }},
		{name: "signature-seven-bits", breaks: "a signature that is not a whole number of bytes", edit: func(d *crltest.Draft) { d.Signature = crltest.TLV(0x03, []byte{1, 0xfe}) }},
		{name: "issuer-key-unknown", breaks: "issued by a CA of the same name with another key", by: rolled},
		{name: "issuer-key-unnamed", breaks: "the same without an authority key identifier", by: rolled, edit: func(d *crltest.Draft) { d.Extensions = d.Extensions[1:] }},
		{name: "issuer-without-crlsign", breaks: "issued by a CA that may not sign lists", by: func(a authorities) authority { return a.noSign }},
		{name: "issuer-no-ca", breaks: "issued by a certificate that is no CA's", by: func(a authorities) authority { return a.leaf }},
		{name: "signature-wrong", breaks: "one bit of an entry flipped after signing", bend: flipped},
		{name: "algorithm-sha1", breaks: "signed with SHA-1", edit: withAlgorithm(crltest.Sequence(crltest.OID("2a8648ce3d0401")))},
		{name: "algorithm-ed25519", breaks: "signed with Ed25519", edit: withAlgorithm(crltest.Sequence(crltest.OID("2b6570")))},
		{name: "algorithm-ml-dsa", breaks: "signed with ML-DSA-65", edit: withAlgorithm(crltest.Sequence(crltest.OID("608648016503040312")))},
		{name: "algorithm-parameters", breaks: "ECDSA with parameters, which it does not have", edit: withAlgorithm(crltest.Sequence(crltest.OID("2a8648ce3d040302"), crltest.Integer(big.NewInt(1))))},
		{name: "next-update-missing", breaks: "does not say when the next one is due", edit: func(d *crltest.Draft) { d.NextUpdate = nil }},
		{name: "delta", breaks: "a delta list", edit: withExtension(crltest.Extension(crltest.DeltaIndicatorOID, true, crltest.Integer(big.NewInt(1))))},
		{name: "indirect", breaks: "an indirect list", edit: withScope(crltest.Flag(0x84))},
		{name: "indirect-entry", breaks: "an entry that belongs to another issuer", edit: withEntryExtension(crltest.Extension(crltest.CertificateIssuerOID, true, crltest.Sequence(crltest.TLV(0x82, []byte("ca.example")))))},
		{name: "scope-attribute", breaks: "covers attribute certificates only", edit: withScope(crltest.Flag(0x85))},
		{name: "scope-reasons", breaks: "covers some reasons only", edit: withScope(crltest.TLV(0x83, []byte{6, 0x40}))},
		{name: "critical-unknown", breaks: "an unknown critical extension", edit: withExtension(crltest.Extension(crltest.UnknownOID, true, []byte{5, 0}))},
		{name: "critical-number", breaks: "a list number that is critical", edit: func(d *crltest.Draft) {
			d.Extensions[1] = crltest.Extension(crltest.NumberOID, true, crltest.Integer(big.NewInt(1)))
		}},
		{name: "critical-entry-unknown", breaks: "an unknown critical extension in an entry", edit: withEntryExtension(crltest.Extension(crltest.UnknownOID, true, []byte{5, 0}))},
		{name: "critical-entry-reason", breaks: "a reason that is critical", edit: withEntryExtension(crltest.Extension(crltest.ReasonCodeOID, true, crltest.TLV(0x0a, []byte{1})))},
	}
}

func withAlgorithm(algorithm []byte) func(*crltest.Draft) {
	return func(d *crltest.Draft) { d.Inner, d.Outer = algorithm, algorithm }
}

// flipped changes the second serial number from 17 to 16.
func flipped(b []byte) []byte {
	at := bytes.Index(b, []byte{0x30, 0x12, 0x02, 0x01, 0x11})
	b[at+4] ^= 1
	return b
}
