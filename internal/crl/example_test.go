package crl_test

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"log"
	"math/big"
	"os"
	"time"

	"github.com/sekisho/sekisho/internal/crl"
)

func Example() {
	file, err := os.ReadFile("../../testdata/crl/good.pem")
	if err != nil {
		log.Fatal(err)
	}
	lists, err := crl.Split(file)
	if err != nil {
		log.Fatal(err)
	}
	list, builder, err := crl.Parse(lists[0])
	if err != nil {
		log.Fatal(err)
	}
	now := time.Date(2026, 6, 2, 0, 0, 0, 0, time.UTC)
	issuer, err := crl.Check(list, bundle(), nil, crl.Policy{}, now)
	if err != nil {
		log.Fatal(err)
	}
	index, err := builder.Build(list, issuer)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("list %v of %v: %d entries\n", list.Number, issuer.Subject, list.Entries)
	for _, serial := range []int64{15, 16} {
		entry, revoked := index.Find(big.NewInt(serial))
		fmt.Println(serial, revoked, entry.Reason)
	}
	// Output:
	// list 1 of CN=Fixture CA,O=Sekisho: 3 entries
	// 15 false unspecified
	// 16 true keyCompromise
}

// bundle is the certificate of the CA that signed the list.
func bundle() []*x509.Certificate {
	text, err := os.ReadFile("../../testdata/crl/issuers.pem")
	if err != nil {
		log.Fatal(err)
	}
	block, _ := pem.Decode(text)
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		log.Fatal(err)
	}
	return []*x509.Certificate{cert}
}
