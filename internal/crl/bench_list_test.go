package crl

import (
	"crypto/x509"
	"math/big"
	"math/rand/v2"
	"sync"
	"syscall"
	"testing"
	"time"

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
