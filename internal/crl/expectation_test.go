package crl

import (
	"crypto/x509"
	"time"

	"github.com/sekisho/sekisho/internal/pkitest"
)

// unreadable are the fixtures that are refused while they are read.
var unreadable = []struct{ name, text string }{
	{"after-list", "at byte 319: something follows where nothing may"},
	{"after-signature", "something follows where nothing may"},
	{"after-extensions", "something follows where nothing may"},
	{"entries-beyond-signed-part", "at byte 93: an element is longer than what holds it"},
	{"cut-short", "the list ends too early"},
	{"length-too-long", "not encoded in the fewest bytes"},
	{"length-indefinite", "a length is indefinite"},
	{"no-sequence", "byte 0: an element has another type"},
	{"version-3", "neither 1 nor 2"},
	{"version-1-spelled-out", "neither 1 nor 2"},
	{"version-1-extensions", "a version 1 list has extensions"},
	{"version-1-entry-extensions", "an entry of a version 1 list has extensions"},
	{"algorithms-differ", "inside and outside of the signed part differ"},
	{"signature-bits", "the signature is not a string of bits"},
	{"signature-empty", "the signature is empty"},
	{"issuer-empty-part", "a part of a name is empty"},
	{"issuer-trailing", "something follows where nothing may"},
	{"no-this-update", "a time is malformed"},
	{"this-update-offset", "at byte 63: a time is malformed"},

	{"serial-padded", "an integer is not encoded in the fewest bytes"},
	{"serial-padded-negative", "an integer is not encoded in the fewest bytes"},
	{"serial-empty", "an integer without a byte"},
	{"serial-128-bytes", "longer than 127 bytes"},
	{"entry-empty", "a serial number is missing"},
	{"entry-no-sequence", "another type than belongs here"},
	{"entry-trailing", "something follows where nothing may"},
	{"entry-too-long", "an element is longer than what holds it"},
	{"date-offset", "a time is malformed"},
	{"date-without-seconds", "a time is malformed"},
	{"date-fraction", "a time is malformed"},
	{"date-month-13", "a time is malformed"},
	{"date-february-29", "a time is malformed"},
	{"date-second-60", "a time is malformed"},
	{"date-letters", "a time is malformed"},
	{"reason-7", "a reason code is none"},
	{"reason-11", "a reason code is none"},
	{"reason-two-bytes", "a reason code is none"},
	{"reason-integer", "another type than belongs here"},
	{"invalidity-date-utc", "another type than belongs here"},
	{"entry-extension-twice", "an extension stands twice"},
	{"entry-extensions-empty", "a sequence of extensions holds none"},
	{"entry-extensions-many", "more extensions than any list needs"},

	{"extension-twice", "an extension stands twice"},
	{"extensions-empty", "a sequence of extensions holds none"},
	{"extensions-trailing", "something follows where nothing may"},
	{"extension-trailing", "something follows where nothing may"},
	{"extension-not-critical-spelled-out", "a truth value is not encoded as DER wants it"},
	{"extension-critical-1", "a truth value is not encoded as DER wants it"},
	{"extension-type-padded", "an object identifier is malformed"},
	{"number-negative", "negative, or longer than 20 bytes"},
	{"number-21-bytes", "negative, or longer than 20 bytes"},
	{"number-trailing", "something follows where nothing may"},
	{"number-padded", "an integer is not encoded in the fewest bytes"},
	{"key-identifier-critical", "incorrectly marked critical"},
	{"scope-contradiction", "the scope contradicts itself"},
	{"scope-order", "a field that is unknown or out of order"},
	{"scope-false", "a truth value is not encoded as DER wants it"},
	{"scope-point-without-name", "a distribution point has no name"},
}

// unacceptable are the fixtures that are well formed and refused by Check.
var unacceptable = []struct {
	name   string
	now    time.Time
	policy Policy
	reason Reason
	text   string
}{
	{"issuer-unknown", hour, Policy{}, ReasonUnknownIssuer, `"CN=Other CA,O=Sekisho", which is not in the CA bundle`},
	{"no-issuer", hour, Policy{}, ReasonUnknownIssuer, "it names no issuer"},
	{"signature-seven-bits", hour, Policy{}, ReasonBadSignature, "did not sign it"},
	{"issuer-key-unknown", hour, Policy{}, ReasonUnknownIssuer, "signed with key ca03"},
	{"issuer-key-unnamed", hour, Policy{}, ReasonBadSignature, `"CN=Fixture CA,O=Sekisho" did not sign it`},
	{"issuer-without-crlsign", hour, Policy{}, ReasonIssuerMayNotSign, `"CN=CA without cRLSign,O=Sekisho"`},
	{"issuer-no-ca", hour, Policy{}, ReasonIssuerMayNotSign, `"CN=No CA,O=Sekisho"`},
	{"signature-wrong", hour, Policy{}, ReasonBadSignature, "damaged or forged"},
	{"algorithm-sha1", hour, Policy{}, ReasonSignatureAlgorithm, "signed with ECDSA-SHA1"},
	{"algorithm-ed25519", hour, Policy{}, ReasonSignatureAlgorithm, "signed with Ed25519"},
	{"algorithm-ml-dsa", hour, Policy{}, ReasonSignatureAlgorithm, "an unknown algorithm or parameters (2.16.840.1.101.3.4.3.18)"},
	{"algorithm-parameters", hour, Policy{}, ReasonSignatureAlgorithm, "1.2.840.10045.4.3.2 with parameters that it does not have"},
	{"good", hour, Policy{Algorithms: []x509.SignatureAlgorithm{x509.SHA256WithRSA}}, ReasonSignatureAlgorithm, "signed with ECDSA-SHA256"},
	{"good", hour, Policy{Algorithms: []x509.SignatureAlgorithm{}}, ReasonSignatureAlgorithm, "signed with ECDSA-SHA256"},
	{"good", hour, Policy{MaxSize: 318}, ReasonTooLarge, "319 bytes, allowed are 318"},
	{"good", pkitest.Epoch.Add(-skew - time.Second), Policy{}, ReasonNotYetValid, "issued at 2026-06-01T12:00:00Z, and now it is 2026-06-01T11:54:59Z"},
	{"next-update-missing", hour, Policy{}, ReasonNoNextUpdate, "set a maximum age"},
	{"delta", hour, Policy{}, ReasonDelta, "changes since list number 1"},
	{"indirect", hour, Policy{AllowScoped: true}, ReasonIndirect, "other issuers"},
	{"indirect-entry", hour, Policy{AllowScoped: true}, ReasonIndirect, "other issuers"},
	{"scope-attribute", hour, Policy{AllowScoped: true}, ReasonOnlyAttributeCertificates, "nothing about client certificates"},
	{"scope-reasons", hour, Policy{AllowScoped: true}, ReasonOnlySomeReasons, "silent about the other reasons"},
	{"scope-user", hour, Policy{}, ReasonScoped, "covers user certificates only"},
	{"scope-ca", hour, Policy{}, ReasonScoped, "covers CA certificates only"},
	{"scope-point", hour, Policy{}, ReasonScoped, "of one distribution point (http://ca.example/1.crl) only"},
	{"scope-relative", hour, Policy{}, ReasonScoped, "of one distribution point only"},
	{"critical-unknown", hour, Policy{}, ReasonUnknownCriticalExtension, "the list has the critical extension 1.2.3.4"},
	{"critical-number", hour, Policy{}, ReasonUnknownCriticalExtension, "the list number is marked critical"},
	{"critical-entry-unknown", hour, Policy{}, ReasonUnknownCriticalExtension, "an entry has the critical extension 1.2.3.4"},
	{"critical-entry-reason", hour, Policy{}, ReasonUnknownCriticalExtension, "an entry has the critical extension 2.5.29.21"},
}

// acceptable are the fixtures that pass, with what is reported of them.
var acceptable = []struct {
	name                          string
	now                           time.Time
	policy                        Policy
	version                       int
	entries, negative, duplicates int
	emptyRevoked, stale           bool
	number                        string
}{
	{name: "good", now: hour, version: 2, entries: 3, number: "1"},
	{name: "good", now: pkitest.Epoch, version: 2, entries: 3, number: "1"},
	{name: "good", now: pkitest.Epoch.Add(-skew), version: 2, entries: 3, number: "1"},
	{name: "good", now: pkitest.Epoch.AddDate(0, 0, 7), version: 2, entries: 3, number: "1"},
	{name: "good", now: pkitest.Epoch.AddDate(0, 0, 7).Add(time.Second), version: 2, entries: 3, number: "1", stale: true},
	{name: "good", now: hour, policy: Policy{MaxSize: 319}, version: 2, entries: 3, number: "1"},
	{name: "version-1", now: hour, version: 1, entries: 1, number: "<nil>"},
	{name: "no-entries", now: hour, version: 2, number: "1"},
	{name: "empty-entries", now: hour, version: 2, number: "1", emptyRevoked: true},
	{name: "no-number", now: hour, version: 2, entries: 3, number: "<nil>"},
	{name: "number-0", now: hour, version: 2, entries: 3, number: "0"},
	{name: "no-key-identifier", now: hour, version: 2, entries: 3, number: "1"},
	{name: "serial-0", now: hour, version: 2, entries: 1, number: "1"},
	{name: "serial-negative", now: hour, version: 2, entries: 1, negative: 1, number: "1"},
	{name: "serial-twice", now: hour, version: 2, entries: 4, duplicates: 2, number: "1"},
	{name: "serial-40-bytes", now: hour, version: 2, entries: 1, number: "1"},
	{name: "generalized-time", now: hour, version: 2, entries: 1, number: "1"},
	{name: "invalidity-date", now: hour, version: 2, entries: 1, number: "1"},
	{name: "unknown-extension", now: hour, version: 2, entries: 3, number: "1"},
	{name: "next-update-missing", now: hour, policy: Policy{MaxAge: time.Hour}, version: 2, entries: 3, number: "1"},
	{name: "scope-user", now: hour, policy: Policy{AllowScoped: true}, version: 2, entries: 3, number: "1"},
	{name: "scope-ca", now: hour, policy: Policy{AllowScoped: true}, version: 2, entries: 3, number: "1"},
	{name: "scope-point", now: hour, policy: Policy{AllowScoped: true}, version: 2, entries: 3, number: "1"},
	{name: "scope-relative", now: hour, policy: Policy{AllowScoped: true}, version: 2, entries: 3, number: "1"},
}
