package crl

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"io"
	"testing"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// BenchmarkPEM is: read, check, write as PEM. The alternative is crypto/x509
// and encoding/pem.
func BenchmarkPEM(b *testing.B) {
	for _, n := range benchSizes {
		list := makeBigList(b, n)
		b.Run(fmt.Sprintf("sekisho/%d", n), func(b *testing.B) {
			b.SetBytes(int64(len(list.der)))
			b.ReportAllocs()
			defer processor(b)()
			for b.Loop() {
				l, err := Read(bytes.NewReader(list.der), Output{PEM: io.Discard})
				if err != nil {
					b.Fatal(err)
				}
				checkBig(b, l, list)
			}
		})
		b.Run(fmt.Sprintf("x509/%d", n), func(b *testing.B) {
			b.SetBytes(int64(len(list.der)))
			b.ReportAllocs()
			defer processor(b)()
			for b.Loop() {
				parseWithX509(b, list)
				err := pem.Encode(io.Discard, &pem.Block{Type: "X509 CRL", Bytes: list.der})
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkPEMAndIndex is [BenchmarkPEM] with an index on top. The alternative
// is a map of the serial numbers.
func BenchmarkPEMAndIndex(b *testing.B) {
	for _, n := range benchSizes {
		list := makeBigList(b, n)
		b.Run(fmt.Sprintf("sekisho/%d", n), func(b *testing.B) {
			b.SetBytes(int64(len(list.der)))
			b.ReportAllocs()
			defer processor(b)()
			for b.Loop() {
				builder := &Builder{}
				l, err := ReadBytes(list.der, Output{PEM: io.Discard, Index: builder})
				if err != nil {
					b.Fatal(err)
				}
				checkBig(b, l, list)
				index, err := builder.Build(l, list.issuer)
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(len(index.Bytes()))/float64(n), "index-B/entry")
			}
		})
		b.Run(fmt.Sprintf("x509/%d", n), func(b *testing.B) {
			b.SetBytes(int64(len(list.der)))
			b.ReportAllocs()
			defer processor(b)()
			for b.Loop() {
				parsed := parseWithX509(b, list)
				err := pem.Encode(io.Discard, &pem.Block{Type: "X509 CRL", Bytes: list.der})
				if err != nil {
					b.Fatal(err)
				}
				revoked := map[string]struct{}{}
				for _, entry := range parsed.RevokedCertificateEntries {
					revoked[string(entry.SerialNumber.Bytes())] = struct{}{}
				}
			}
		})
	}
}

func parseWithX509(b *testing.B, list *bigList) *x509.RevocationList {
	parsed, err := x509.ParseRevocationList(list.der)
	if err != nil {
		b.Fatal(err)
	}
	err = parsed.CheckSignatureFrom(list.issuer)
	if err != nil {
		b.Fatal(err)
	}
	return parsed
}

// BenchmarkLimit measures the parts of a pass that nobody can do without, each
// alone over the same bytes.
func BenchmarkLimit(b *testing.B) {
	for _, n := range benchSizes {
		list := makeBigList(b, n)
		text := make([]byte, base64.StdEncoding.EncodedLen(len(list.der)))
		for name, limit := range map[string]func(){
			"sha256": func() { sha256.Sum256(list.der) },
			"pem":    func() { _ = EncodePEM(io.Discard, list.der) },
			"base64": func() { base64.StdEncoding.Encode(text, list.der) },
			"scan":   func() { scanOnly(b, list.der) },
		} {
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				b.SetBytes(int64(len(list.der)))
				defer processor(b)()
				for b.Loop() {
					limit()
				}
			})
		}
	}
}

// scanOnly walks the entries of a list and does nothing else.
func scanOnly(b *testing.B, der []byte) {
	t := &tally{extended: true}
	list, signed := cryptobyte.String(der), cryptobyte.String(nil)
	var entries cryptobyte.String
	ok := list.ReadASN1(&list, cbasn1.SEQUENCE) && list.ReadASN1(&signed, cbasn1.SEQUENCE) &&
		signed.SkipASN1(cbasn1.INTEGER) && signed.SkipASN1(cbasn1.SEQUENCE) && signed.SkipASN1(cbasn1.SEQUENCE) &&
		signed.SkipASN1(cbasn1.UTCTime) && signed.SkipASN1(cbasn1.UTCTime) && signed.ReadASN1(&entries, cbasn1.SEQUENCE)
	taken, err := t.walk(entries)
	if !ok || err != nil || taken != len(entries) {
		b.Fatal("the list is not as expected", ok, err, taken)
	}
}
