package elbv2

import (
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"fmt"
	"io/fs"
	"math/big"
	"sync"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/pkitest"
)

// pemList is a list in the form that a trust store takes.
func pemList(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: der})
}

// serialsOf is n big integers from small ones.
func serialsOf(numbers ...int64) []*big.Int {
	all := make([]*big.Int, 0, len(numbers))
	for _, number := range numbers {
		all = append(all, big.NewInt(number))
	}
	return all
}

// critical adds a critical extension with this value to a list.
func critical(id asn1.ObjectIdentifier, value []byte) func(*x509.RevocationList) {
	return func(list *x509.RevocationList) {
		list.ExtraExtensions = append(list.ExtraExtensions, pkix.Extension{Id: id, Critical: true, Value: value})
	}
}

var (
	// idpOnlyUsers is an issuing distribution point with onlyContainsUserCerts.
	idpOnlyUsers = []byte{0x30, 0x03, 0x81, 0x01, 0xff}
	oidIDP       = asn1.ObjectIdentifier{2, 5, 29, 28}
	oidDelta     = asn1.ObjectIdentifier{2, 5, 29, 27}
)

type v1List struct {
	Signature  pkix.AlgorithmIdentifier
	Issuer     asn1.RawValue
	ThisUpdate time.Time
	NextUpdate time.Time
	Revoked    []v1Entry
}

type v1Entry struct {
	Serial *big.Int
	Date   time.Time
}

type signedV1List struct {
	TBS       asn1.RawValue
	Algorithm pkix.AlgorithmIdentifier
	Value     asn1.BitString
}

// v1CRL is a list of version 1, as openssl makes without a crlnumber: it has
// neither a version nor extensions.
func v1CRL(tb testing.TB, ca *pkitest.CA, revoked ...*big.Int) []byte {
	tb.Helper()
	algorithm := pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}}
	list := v1List{
		Signature:  algorithm,
		Issuer:     asn1.RawValue{FullBytes: ca.Cert.RawSubject},
		ThisUpdate: pkitest.Epoch,
		NextUpdate: pkitest.Epoch.AddDate(0, 0, 7),
	}
	for _, serial := range revoked {
		list.Revoked = append(list.Revoked, v1Entry{serial, pkitest.Epoch})
	}
	tbs := marshal(tb, list)
	digest := sha256.Sum256(tbs)
	signature, err := ca.Key.Sign(rand.Reader, digest[:], crypto.SHA256)
	if err != nil {
		tb.Fatalf("signing a v1 list: %v", err)
	}
	return marshal(tb, signedV1List{asn1.RawValue{FullBytes: tbs}, algorithm, asn1.BitString{Bytes: signature, BitLength: len(signature) * 8}})
}

func marshal(tb testing.TB, value any) []byte {
	tb.Helper()
	der, err := asn1.Marshal(value)
	if err != nil {
		tb.Fatalf("marshalling: %v", err)
	}
	return der
}

// shelf is a bucket for tests. It refuses to replace a version: what a call
// copied must be what the test put there.
type shelf struct {
	mu      sync.Mutex
	content map[string][]byte
}

func (s *shelf) put(tb testing.TB, key, version string, content []byte) {
	tb.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.content == nil {
		s.content = map[string][]byte{}
	}
	if version != "" && s.content[key+"@"+version] != nil {
		tb.Fatalf("version %s of %s was put twice", version, key)
	}
	s.content[key+"@"+version] = content
	s.content[key+"@"] = content
}

func (s *shelf) Object(bucket, key, version string) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	content, ok := s.content[key+"@"+version]
	if bucket != "bucket" || !ok {
		return nil, fmt.Errorf("%w: %s/%s@%s", fs.ErrNotExist, bucket, key, version)
	}
	return content, nil
}
