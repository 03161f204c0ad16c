package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	random "math/rand/v2"
	"os"
	"strconv"
	"time"
)

// makeList writes a list of so many entries and, when it is not there yet, the
// CA that signs it. "plain" has serial numbers of 16 to 20 random bytes and a
// reason for each entry, as a busy CA publishes them; "short" has serial
// numbers that are counted, and no reasons.
// Two lists of a kind with different numbers differ in most entries.
func makeList(file, ca, kind, entries, number string) error {
	count, errEntries := strconv.Atoi(entries)
	edition, errNumber := strconv.ParseInt(number, 10, 64)
	if errEntries != nil || errNumber != nil || count < 1 {
		return fmt.Errorf("making a list number %s of %s entries: want two numbers", number, entries)
	}
	entry, known := map[string]func(*random.Rand, int) x509.RevocationListEntry{"plain": plainEntry, "short": shortEntry}[kind]
	if !known {
		return fmt.Errorf("making a %q list: want plain or short", kind)
	}
	issuer, key, err := openCA(ca)
	if err != nil {
		return err
	}
	list := &x509.RevocationList{
		Number:     big.NewInt(edition),
		ThisUpdate: time.Now().Add(-24*time.Hour + time.Duration(edition)*time.Minute),
		NextUpdate: time.Now().AddDate(1, 0, 0),
	}
	source := random.New(random.NewPCG(1, uint64(edition))) //nolint:gosec // the same list each time
	for i := range count {
		list.RevokedCertificateEntries = append(list.RevokedCertificateEntries, entry(source, i))
	}
	der, err := x509.CreateRevocationList(rand.Reader, list, issuer, key)
	if err != nil {
		return fmt.Errorf("signing the list: %w", err)
	}
	return replace(file, der)
}

func plainEntry(source *random.Rand, i int) x509.RevocationListEntry {
	digits := make([]byte, 16+i%5)
	for at := range digits {
		digits[at] = byte(source.Uint32())
	}
	digits[0] |= 1
	entry := shortEntry(source, i)
	entry.SerialNumber, entry.ReasonCode = new(big.Int).SetBytes(digits), 1+source.IntN(5)
	return entry
}

func shortEntry(source *random.Rand, i int) x509.RevocationListEntry {
	const tenYears = 10 * 365 * 86400
	return x509.RevocationListEntry{
		SerialNumber:   big.NewInt(1000 + int64(i)),
		RevocationTime: time.Date(2016, 1, 1, 0, 0, source.IntN(tenYears), 0, time.UTC),
	}
}

// openCA reads the CA of the benchmark, or makes it. Its key signs nothing but
// the lists here, and lies beside the certificate.
func openCA(name string) (*x509.Certificate, *ecdsa.PrivateKey, error) {
	text, err := os.ReadFile(name + ".key")
	if errors.Is(err, os.ErrNotExist) {
		return makeCA(name)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("reading the key of the CA: %w", err)
	}
	key, err := x509.ParseECPrivateKey(text)
	if err != nil {
		return nil, nil, fmt.Errorf("reading the key of the CA: %w", err)
	}
	cert, err := loadCertificate(name)
	return cert, key, err
}

func makeCA(name string) (*x509.Certificate, *ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, fmt.Errorf("making the CA: %w", err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Sekisho benchmark CA"},
		NotBefore: time.Now().Add(-24 * time.Hour), NotAfter: time.Now().AddDate(10, 0, 0),
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign, BasicConstraintsValid: true, IsCA: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, nil, fmt.Errorf("making the CA: %w", err)
	}
	secret, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return nil, nil, fmt.Errorf("making the CA: %w", err)
	}
	err = errors.Join(
		replace(name, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})),
		replace(name+".key", secret),
	)
	if err != nil {
		return nil, nil, err
	}
	cert, err := loadCertificate(name)
	return cert, key, err
}

// replace writes a file whole or not at all: it is kept for later runs.
func replace(name string, content []byte) error {
	draft := name + ".draft"
	err := os.WriteFile(draft, content, 0o600)
	if err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	err = os.Rename(draft, name)
	if err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	return nil
}
