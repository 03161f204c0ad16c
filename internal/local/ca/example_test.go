package ca_test

import (
	"crypto/x509"
	"fmt"
	"log"
	"os"

	"github.com/sekisho/sekisho/internal/local/ca"
)

func Example() {
	dir, err := os.MkdirTemp("", "ca")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	authority, err := ca.Open(dir, ca.Options{BaseURL: "http://127.0.0.1:8081"})
	if err != nil {
		log.Fatal(err)
	}
	laptop, err := authority.Issue(ca.Request{Name: "laptop-1", Days: 30})
	if err != nil {
		log.Fatal(err)
	}
	_, err = authority.Revoke("laptop-1", ca.Revocation{Reason: ca.KeyCompromise})
	if err != nil {
		log.Fatal(err)
	}
	list, err := authority.List(ca.Issuing)
	if err != nil {
		log.Fatal(err)
	}
	parsed, err := x509.ParseRevocationList(list.DER)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(laptop.Certificate.CRLDistributionPoints[0])
	fmt.Println(parsed.Issuer, "revokes", len(parsed.RevokedCertificateEntries))
	// Output:
	// http://127.0.0.1:8081/issuing.crl
	// CN=Sekisho local issuing CA revokes 1
}
