package crl

import (
	"crypto/x509"
	"math/big"
	"testing"

	"github.com/sekisho/sekisho/internal/pkitest"
)

func TestFromListToLookUp(t *testing.T) {
	t.Parallel()
	ca := pkitest.NewCA(t, "Root")
	list, builder, err := Parse(ca.CRL(t, big.NewInt(7)))
	if err != nil {
		t.Fatal(err)
	}
	issuer, err := Check(list, []*x509.Certificate{ca.Cert}, nil, Policy{}, pkitest.Epoch)
	if err != nil {
		t.Fatal(err)
	}
	index, err := builder.Build(list, issuer)
	if err != nil {
		t.Fatal(err)
	}
	again, err := OpenIndex(index.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	entry, revoked := again.Find(big.NewInt(7))
	if !revoked || entry.Reason != 0 && entry.Reason != NoReason {
		t.Errorf("got %v, %v, want a revocation without a reason", entry, revoked)
	}
	if again.Identity() != list.Identity(ca.Cert) {
		t.Error("index and list have two identities")
	}
}
