package elbv2

import (
	"bytes"
	"crypto/rand"
	"crypto/x509"
	"encoding/asn1"
	"math/big"
	"slices"
	"strings"
	"testing"

	"golang.org/x/crypto/cryptobyte"
	cryptobyte_asn1 "golang.org/x/crypto/cryptobyte/asn1"
	"pgregory.net/rapid"

	"github.com/sekisho/sekisho/internal/pkitest"
)

func TestListFileRefuses(t *testing.T) {
	t.Parallel()
	ca := pkitest.NewCA(t, "ca")
	der := ca.CRL(t, serialsOf(1, 2)...)
	good := pemList(der)
	swapped := bytes.Replace(der, []byte{0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02}, []byte{0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x03}, 1)
	for _, test := range []struct {
		name string
		file []byte
		want string
	}{
		{"der", der, "not PEM"},
		{"empty", nil, "not PEM"},
		{"html", []byte("<html><body>moved</body></html>"), "not PEM"},
		{"two-lists", append(bytes.Clone(good), good...), "more than one CRL objects"},
		{"list-and-certificate", append(bytes.Clone(good), pkitest.PEM(ca.Cert)...), "more than one"},
		{"certificate", pkitest.PEM(ca.Cert), `"CERTIFICATE", not a CRL`},
		{"damaged-base64", bytes.Replace(good, []byte("\nM"), []byte("\n*"), 1), "damaged"},
		{"no-end", good[:len(good)-10], "damaged"},
		{"truncated-der", pemList(der[:len(der)-1]), "not one CertificateList"},
		{"trailing-der", pemList(append(bytes.Clone(der), 0)), "not one CertificateList"},
		{"not-a-list", pemList([]byte{0x30, 0x00}), "malformed CertificateList"},
		{"algorithms-differ", pemList(swapped), "inside and outside differ"},
		{"serial-not-minimal", pemList(handMade(2, []byte{0x02, 0x02, 0x00, 0x01})), "entry 1: malformed serial number"},
		{"serial-empty", pemList(handMade(2, []byte{0x02, 0x00})), "entry 1: malformed serial number"},
		{"no-date", pemList(handMade(2, []byte{0x02, 0x01, 0x01}, []byte{0x05, 0x00})), "entry 1: malformed revocation date"},
		{"v1-entry-extensions", pemList(handMade(1, []byte{0x02, 0x01, 0x01}, aDate, []byte{0x30, 0x00})), "a v1 list has no extensions"},
		{"v3", pemList(handMade(3)), "neither v1 nor v2"},
		{"unknown-critical", pemList(ca.CRLWith(t, critical(asn1.ObjectIdentifier{1, 2, 3}, []byte{5, 0}))), "unknown critical extension 1.2.3"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := listFile(test.file)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want an error with %q", err, test.want)
			}
		})
	}
}

func TestListFileTakes(t *testing.T) {
	t.Parallel()
	ca := pkitest.NewCA(t, "ca")
	good := pemList(ca.CRL(t, serialsOf(1, 2)...))
	for _, test := range []struct {
		name string
		file []byte
	}{
		{"plain", good},
		{"crlf", bytes.ReplaceAll(good, []byte("\n"), []byte("\r\n"))},
		{"text-before", append([]byte("Certificate Revocation List (CRL):\n        Version 2 (0x1)\n"), good...)},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			list, err := listFile(test.file)
			if err != nil {
				t.Fatal(err)
			}
			if list.Entries != 2 || !list.Revokes(big.NewInt(2)) || list.Revokes(big.NewInt(3)) {
				t.Errorf("got %d entries, 2 revoked %v, 3 revoked %v", list.Entries, list.Revokes(big.NewInt(2)), list.Revokes(big.NewInt(3)))
			}
		})
	}
}

func TestListReadsV1(t *testing.T) {
	t.Parallel()
	ca := pkitest.NewCA(t, "ca")
	list, err := parseList(v1CRL(t, ca, serialsOf(5, 300)...))
	if err != nil {
		t.Fatal(err)
	}
	if list.Version != 1 || list.Number != nil || !list.Revokes(big.NewInt(300)) {
		t.Errorf("got version %d, number %v, 300 revoked %v; want 1, none, true", list.Version, list.Number, list.Revokes(big.NewInt(300)))
	}
	if list.signer([]*x509.Certificate{ca.Cert}) != ca.Cert {
		t.Error("the signer of the v1 list was not found")
	}
}

func TestListWithoutEntries(t *testing.T) {
	t.Parallel()
	ca := pkitest.NewCA(t, "ca")
	list, err := parseList(ca.CRL(t))
	if err != nil {
		t.Fatal(err)
	}
	if list.Entries != 0 || list.Revokes(big.NewInt(0)) || list.Revokes(nil) {
		t.Errorf("an empty list has %d entries or revokes something", list.Entries)
	}
}

func TestListCountsNegativeAndDuplicateSerials(t *testing.T) {
	t.Parallel()
	ca := pkitest.NewCA(t, "ca")
	der := ca.CRL(t, serialsOf(7, -7, 7, -7, 0, 128, -128)...)
	list, err := parseList(der)
	if err != nil {
		t.Fatal(err)
	}
	if list.Entries != 7 || list.Negative != 3 || list.Duplicates != 2 {
		t.Errorf("got %d entries, %d negative, %d duplicate; want 7, 3, 2", list.Entries, list.Negative, list.Duplicates)
	}
	if list.counted(true) != 7 || list.counted(false) != 3 {
		t.Errorf("counted %d and %d, want 7 and 3 (0, 7 and 128)", list.counted(true), list.counted(false))
	}
	for _, serial := range serialsOf(0, 7, 128) {
		if !list.Revokes(serial) {
			t.Errorf("%v is not revoked", serial)
		}
	}
	for _, serial := range serialsOf(-7, -128, 249) {
		if list.Revokes(serial) {
			t.Errorf("%v is revoked, though negative numbers cannot be", serial)
		}
	}
}

func TestListScope(t *testing.T) {
	t.Parallel()
	ca := pkitest.NewCA(t, "ca")
	for _, test := range []struct {
		name  string
		edit  func(*x509.RevocationList)
		scope bool
	}{
		{"whole", func(*x509.RevocationList) {}, false},
		{"distribution-point", critical(oidIDP, idpOnlyUsers), true},
		{"delta", critical(oidDelta, []byte{2, 1, 1}), true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			list, err := parseList(ca.CRLWith(t, test.edit))
			if err != nil || list.CriticalScope != test.scope {
				t.Errorf("got %v, %v; want %v", list.List, err, test.scope)
			}
		})
	}
}

// aDate is a UTCTime.
var aDate = []byte("\x17\x0d260601120000Z")

// handMade is an unsigned list of a version, with one entry of the given
// elements if there are any.
func handMade(version int64, entry ...[]byte) []byte {
	algorithm := []byte{0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02}
	sequence := cryptobyte_asn1.SEQUENCE
	var b cryptobyte.Builder
	b.AddASN1(sequence, func(b *cryptobyte.Builder) {
		b.AddASN1(sequence, func(b *cryptobyte.Builder) {
			if version != 1 {
				b.AddASN1Int64(version - 1)
			}
			b.AddBytes(slices.Concat(algorithm, []byte{0x30, 0x00}, aDate))
			if len(entry) > 0 {
				b.AddASN1(sequence, func(b *cryptobyte.Builder) {
					b.AddASN1(sequence, func(b *cryptobyte.Builder) { b.AddBytes(slices.Concat(entry...)) })
				})
			}
		})
		b.AddBytes(algorithm)
		b.AddASN1BitString([]byte{0})
	})
	return b.BytesOrPanic()
}

func TestHandMadeListIsWellFormed(t *testing.T) {
	t.Parallel()
	for version := range int64(2) {
		list, err := parseList(handMade(version+1, []byte{0x02, 0x01, 0x09}, aDate))
		if err != nil || !list.Revokes(big.NewInt(9)) {
			t.Errorf("v%d: got %v, %v; want a list that revokes 9", version+1, list.List, err)
		}
	}
}

// The standard library's own parser is the measure wherever it takes a list.
func TestListAgreesWithTheStandardLibrary(t *testing.T) {
	t.Parallel()
	ca := pkitest.NewCA(t, "ca")
	rapid.Check(t, func(t *rapid.T) {
		template := &x509.RevocationList{
			Number:     new(big.Int).SetBytes(rapid.SliceOfN(rapid.Byte(), 1, 19).Draw(t, "number")),
			ThisUpdate: pkitest.Epoch,
			NextUpdate: pkitest.Epoch.AddDate(rapid.IntRange(0, 40).Draw(t, "years"), 0, 1),
		}
		for range rapid.IntRange(0, 20).Draw(t, "entries") {
			serial := new(big.Int).SetBytes(rapid.SliceOfN(rapid.Byte(), 1, 20).Draw(t, "serial"))
			if rapid.Bool().Draw(t, "negative") {
				serial.Neg(serial)
			}
			template.RevokedCertificateEntries = append(template.RevokedCertificateEntries, x509.RevocationListEntry{
				SerialNumber: serial, RevocationTime: pkitest.Epoch, ReasonCode: rapid.SampledFrom([]int{0, 1, 4}).Draw(t, "reason"),
			})
		}
		der, err := x509.CreateRevocationList(rand.Reader, template, ca.Cert, ca.Key)
		if err != nil {
			t.Skip(err)
		}
		_, err = parseList(der)
		if err != nil {
			t.Fatalf("refusing what the standard library made: %v", err)
		}
		agree(t, der)
	})
}

func FuzzParseList(f *testing.F) {
	ca := pkitest.NewCA(f, "ca")
	f.Add(ca.CRL(f, serialsOf(1, -1, 1)...))
	f.Add(ca.CRLWith(f, critical(oidIDP, idpOnlyUsers)))
	f.Add(v1CRL(f, ca, serialsOf(1)...))
	f.Add([]byte{0x30, 0x00})
	f.Fuzz(func(t *testing.T, der []byte) { agree(t, der) })
}

type failer interface {
	Fatalf(format string, args ...any)
}

// agree fails when both parsers take a list and read it differently.
func agree(t failer, der []byte) {
	theirs, errTheirs := x509.ParseRevocationList(der)
	ours, errOurs := parseList(der)
	if errTheirs != nil || errOurs != nil {
		return
	}
	if ours.Entries != len(theirs.RevokedCertificateEntries) || !bytes.Equal(ours.RawIssuer, theirs.RawIssuer) ||
		!ours.ThisUpdate.Equal(theirs.ThisUpdate) || !ours.NextUpdate.Equal(theirs.NextUpdate) ||
		!bytes.Equal(ours.AuthorityKeyID, theirs.AuthorityKeyId) || ours.SignatureAlgorithm != theirs.SignatureAlgorithm {
		t.Fatalf("read %+v, the standard library %+v", ours.List, theirs)
	}
	if (ours.Number == nil) != (theirs.Number == nil) || ours.Number != nil && ours.Number.Cmp(theirs.Number) != 0 {
		t.Fatalf("read number %v, the standard library %v", ours.Number, theirs.Number)
	}
	for _, entry := range theirs.RevokedCertificateEntries {
		serial := entry.SerialNumber
		if ours.Revokes(serial) != (serial.Sign() >= 0) {
			t.Fatalf("serial %v: revoked is %v", serial, ours.Revokes(serial))
		}
	}
}
