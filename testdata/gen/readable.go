package main

import (
	"bytes"
	"encoding/pem"
	"math/big"

	"github.com/sekisho/sekisho/internal/crl/crltest"
)

// readable are lists with something unusual that is no fault.
func readable() []list {
	ou := crltest.Sequence(crltest.OID("55040b"), crltest.TLV(0x0c, []byte("Point 1")))
	return []list{
		{name: "good", breaks: "nothing: three entries, two with a reason"},
		{name: "version-1", breaks: "version 1, which real CAs still publish", edit: version1},
		{name: "no-entries", breaks: "no entries at all", edit: func(d *crltest.Draft) { d.Entries = nil }},
		{name: "empty-entries", breaks: "an empty sequence of entries, against RFC 5280, section 5.1.2.6", edit: func(d *crltest.Draft) { d.Entries, d.NoEntries = nil, false }},
		{name: "no-number", breaks: "no list number", edit: func(d *crltest.Draft) { d.Extensions = d.Extensions[:1] }},
		{name: "number-0", breaks: "number 0", edit: func(d *crltest.Draft) { d.Extensions[1] = crltest.Number(big.NewInt(0)) }},
		{name: "no-key-identifier", breaks: "no authority key identifier", edit: func(d *crltest.Draft) { d.Extensions = d.Extensions[1:] }},
		{name: "serial-0", breaks: "the serial number 0", edit: withSerial(0)},
		{name: "serial-negative", breaks: "the serial number -129", edit: withSerial(0xff, 0x7f)},
		{name: "serial-twice", breaks: "one serial number three times, the earliest in the middle", edit: serialThrice},
		{name: "serial-40-bytes", breaks: "a serial number of 40 bytes, twice what RFC 5280 allows", edit: withSerial(bytes.Repeat([]byte{0x7a}, 40)...)},
		{name: "generalized-time", breaks: "an entry with a GeneralizedTime", edit: withTime(0x18, "20260531120000Z")},
		{name: "invalidity-date", breaks: "an entry with an invalidity date beside its reason", edit: withEntryExtension(crltest.Reason(1), crltest.Extension(crltest.InvalidityDateOID, false, crltest.GeneralizedTime(epoch)))},
		{name: "unknown-extension", breaks: "an unknown extension that is not critical", edit: withExtension(crltest.Extension(crltest.UnknownOID, false, []byte{5, 0}))},
		{name: "scope-user", breaks: "covers user certificates only", edit: withScope(crltest.Flag(0x81))},
		{name: "scope-ca", breaks: "covers CA certificates only", edit: withScope(crltest.Flag(0x82))},
		{name: "scope-point", breaks: "covers the certificates of one distribution point, an URI", edit: withScope(crltest.Point("http://ca.example/1.crl"))},
		{name: "scope-relative", breaks: "covers the certificates of one distribution point, named relative to the CA", edit: withScope(crltest.TLV(0xa0, crltest.TLV(0xa1, ou)))},
	}
}

func serialThrice(d *crltest.Draft) {
	d.Entries = [][]byte{
		crltest.Entry(big.NewInt(16), epoch.AddDate(0, 0, -1), crltest.Reason(1)),
		crltest.Entry(big.NewInt(16), epoch.AddDate(0, 0, -3), crltest.Reason(5)),
		crltest.Entry(big.NewInt(17), epoch),
		crltest.Entry(big.NewInt(16), epoch.AddDate(0, 0, -2)),
	}
}

// texts are files that are not, or not only, one list in DER.
func texts(good []byte) []fixture {
	one := pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: good})
	crlf := bytes.ReplaceAll(one, []byte("\n"), []byte("\r\n"))
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte("not a list")})
	cut := bytes.Index(one, []byte("-----END"))
	return []fixture{
		{"good.pem", "`good.der` in PEM", one},
		{"crlf.pem", "`good.der` in PEM with CRLF", crlf},
		{"text-around.pem", "`good.der` in PEM, with text and a certificate around it", append(append([]byte("Issuer: Fixture CA\n"), certificate...), append(one, "the end\n"...)...)},
		{"two.pem", "`good.der` in PEM, twice", append(append([]byte(nil), one...), one...)},
		{"damaged.pem", "PEM with a character that is no base64", bytes.Replace(one, []byte("\nMI"), []byte("\nM!"), 1)},
		{"second-damaged.pem", "two lists, the second damaged", append(append([]byte(nil), one...), bytes.Replace(one, []byte("\nMI"), []byte("\nM!"), 1)...)},
		{"cut-off.pem", "PEM without its last line", append([]byte(nil), one[:cut]...)},
		{"page.html", "a web page, as a server answers that has moved its lists", []byte("<!DOCTYPE html>\n<html><body>Moved</body></html>\n")},
		{"empty", "nothing: no list, not even one without entries", nil},
		{"certificate.pem", "PEM of something else", certificate},
	}
}
