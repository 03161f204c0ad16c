package crl

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"math/rand/v2"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"github.com/sekisho/sekisho/internal/pkitest"
)

// benchSizes are numbers of entries; the last is what a trust store takes.
var benchSizes = []int{1_000, 500_000}

// bigList is a list as a busy CA publishes it: serial numbers of 16 to 20
// random bytes, revoked over ten years, with reasons. Each size is made once.
type bigList struct {
	der    []byte
	issuer *x509.Certificate
}

var bigLists sync.Map

func makeBigList(tb testing.TB, n int) *bigList {
	tb.Helper()
	made, _ := bigLists.LoadOrStore(n, sync.OnceValue(func() *bigList {
		ca := pkitest.NewCA(tb, "Root")
		list := &bigList{issuer: ca.Cert}
		random := rand.New(rand.NewPCG(1, 2))
		list.der = ca.CRLWith(tb, func(template *x509.RevocationList) {
			for i := range n {
				entry := randomEntry(random, 16+i%5)
				template.RevokedCertificateEntries = append(template.RevokedCertificateEntries, entry)
			}
		})
		return list
	}))
	return made.(func() *bigList)()
}

func randomEntry(random *rand.Rand, length int) x509.RevocationListEntry {
	digits := make([]byte, length)
	for i := range digits {
		digits[i] = byte(random.Uint32())
	}
	digits[0] |= 1
	age := time.Duration(random.Int64N(10*365*86400)) * time.Second
	return x509.RevocationListEntry{
		SerialNumber:   new(big.Int).SetBytes(digits),
		RevocationTime: pkitest.Epoch.Add(-age),
		ReasonCode:     1 + random.IntN(5),
	}
}

// checkBig demands that a list is taken, as a benchmark of refusals would be
// worth little.
func checkBig(b *testing.B, l *List, list *bigList) {
	_, err := Check(l, []*x509.Certificate{list.issuer}, nil, Policy{}, pkitest.Epoch)
	if err != nil {
		b.Fatal(err)
	}
}

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

// processor measures the processor time of all threads per operation, which a
// busy machine disturbs less than the time that passes.
func processor(b *testing.B) func() {
	before := usage(b)
	return func() { b.ReportMetric(float64(usage(b)-before)/float64(b.N), "cpu-ns/op") }
}

func usage(b *testing.B) int64 {
	var used syscall.Rusage
	err := syscall.Getrusage(syscall.RUSAGE_SELF, &used)
	if err != nil {
		b.Fatal(err)
	}
	return used.Utime.Nano() + used.Stime.Nano()
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
		for name, limit := range map[string]func(){
			"sha256": func() { sha256.Sum256(list.der) },
			"pem":    func() { _ = EncodePEM(io.Discard, list.der) },
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

func BenchmarkOpen(b *testing.B) {
	for _, n := range benchSizes {
		list := makeBigList(b, n)
		index := indexOf(b, list)
		data, serials := index.Bytes(), serialsOf(index)
		keys := make([][20]byte, len(serials))
		for i, serial := range serials {
			serial.FillBytes(keys[i][:])
		}
		b.Run(fmt.Sprintf("sekisho/%d", n), func(b *testing.B) {
			for b.Loop() {
				_, err := OpenIndex(data)
				if err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("map20/%d", n), func(b *testing.B) {
			for b.Loop() {
				revoked := make(map[[20]byte]struct{}, len(keys))
				for _, key := range keys {
					revoked[key] = struct{}{}
				}
			}
		})
		b.Run(fmt.Sprintf("mapstring/%d", n), func(b *testing.B) {
			for b.Loop() {
				revoked := make(map[string]struct{}, len(keys))
				for _, serial := range serials {
					revoked[string(serial.Bytes())] = struct{}{}
				}
			}
		})
	}
}

func indexOf(tb testing.TB, list *bigList) *Index {
	tb.Helper()
	l, builder, err := Parse(list.der)
	if err != nil {
		tb.Fatal(err)
	}
	index, err := builder.Build(l, list.issuer)
	if err != nil {
		tb.Fatal(err)
	}
	return index
}

func serialsOf(index *Index) []*big.Int {
	var serials []*big.Int
	for serial := range index.All() {
		serials = append(serials, serial)
	}
	return serials
}

func BenchmarkFind(b *testing.B) {
	for _, n := range benchSizes {
		list := makeBigList(b, n)
		index := indexOf(b, list)
		serials := serialsOf(index)
		byKey, byString := map[[20]byte]struct{}{}, map[string]struct{}{}
		for _, serial := range serials {
			byKey[[20]byte(serial.FillBytes(make([]byte, 20)))] = struct{}{}
			byString[string(serial.Bytes())] = struct{}{}
		}
		asked := make([]*big.Int, n) // in memory one behind the other, as a caller's number is at hand
		for i, place := range rand.New(rand.NewPCG(3, 4)).Perm(n) {
			asked[i] = new(big.Int).Set(serials[place])
		}
		b.Run(fmt.Sprintf("sekisho/%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				_, found := index.Find(asked[i%n])
				if !found {
					b.Fatal("not found")
				}
			}
		})
		b.Run(fmt.Sprintf("map20/%d", n), func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				var key [20]byte
				asked[i%n].FillBytes(key[:])
				_, found := byKey[key]
				if !found {
					b.Fatal("not found")
				}
			}
		})
		b.Run(fmt.Sprintf("mapstring/%d", n), func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				_, found := byString[string(asked[i%n].Bytes())]
				if !found {
					b.Fatal("not found")
				}
			}
		})
	}
}
