package crl

import (
	"math/big"
	"time"

	"github.com/sekisho/sekisho/internal/crl/crltest"
	"github.com/sekisho/sekisho/internal/pkitest"
)

// failer is what testing.T and rapid.T have in common.
type failer interface {
	Helper()
	Fatal(args ...any)
}

// signed makes a draft of a list of ca, edited, into DER.
func signed(tb failer, ca *pkitest.CA, edits ...func(*crltest.Draft)) []byte {
	tb.Helper()
	draft := crltest.NewDraft(ca.Cert, pkitest.Epoch)
	for _, edit := range edits {
		edit(&draft)
	}
	der, err := draft.Sign(ca.Key)
	if err != nil {
		tb.Fatal(err)
	}
	return der
}

// entries puts entries onto a draft.
func entries(rows ...row) func(*crltest.Draft) {
	return func(draft *crltest.Draft) {
		for _, r := range rows {
			draft.Entries = append(draft.Entries, r.der())
		}
	}
}

// row is an entry of a list in a test.
type row struct {
	serial *big.Int
	at     time.Time
	reason RevocationReason
}

func (r row) der() []byte {
	if r.reason == NoReason {
		return crltest.Entry(r.serial, r.at)
	}
	return crltest.Entry(r.serial, r.at, crltest.Reason(byte(r.reason)))
}

// read is Read of bytes, without any output.
func read(tb failer, der []byte) *List {
	tb.Helper()
	list, _, err := Parse(der)
	if err != nil {
		tb.Fatal(err)
	}
	return list
}

// index reads a list and builds its index.
func index(tb failer, ca *pkitest.CA, der []byte) *Index {
	tb.Helper()
	list, builder, err := Parse(der)
	if err != nil {
		tb.Fatal(err)
	}
	built, err := builder.Build(list, ca.Cert)
	if err != nil {
		tb.Fatal(err)
	}
	return built
}

// numbered are as many rows as asked for, with different serial numbers.
func numbered(count int) []row {
	var numbered []row
	for i := range count {
		serial := new(big.Int).Lsh(big.NewInt(int64(i+1)), uint(i%100))
		numbered = append(numbered, row{serial, pkitest.Epoch.Add(-time.Duration(i) * time.Minute), NoReason})
	}
	return numbered
}
