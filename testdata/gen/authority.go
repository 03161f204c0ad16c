package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"time"
)

// epoch is when every list is issued.
var epoch = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// authority is a CA that signs lists.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// authorities are the CA of nearly all lists, one of another name, one of the
// same name with another key, and two that may not sign lists.
type authorities struct {
	ca, other, rolled, noSign, leaf authority
}

func makeAuthorities() (authorities, error) {
	var a authorities
	for number, each := range []struct {
		to   *authority
		name string
		edit func(*x509.Certificate)
	}{
		{&a.ca, "Fixture CA", func(*x509.Certificate) {}},
		{&a.other, "Other CA", func(*x509.Certificate) {}},
		{&a.rolled, "Fixture CA", func(*x509.Certificate) {}},
		{&a.noSign, "CA without cRLSign", func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageCertSign }},
		{&a.leaf, "No CA", func(c *x509.Certificate) { c.IsCA, c.KeyUsage = false, x509.KeyUsageCRLSign }},
	} {
		made, err := makeAuthority(byte(number+1), each.name, each.edit)
		if err != nil {
			return a, fmt.Errorf("making the authority %q: %w", each.name, err)
		}
		*each.to = made
	}
	return a, nil
}

// makeAuthority makes a self-signed certificate. The key is a small number, so
// that nobody mistakes it for a secret.
func makeAuthority(number byte, name string, edit func(*x509.Certificate)) (authority, error) {
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), append(make([]byte, 31), number))
	if err != nil {
		return authority{}, err
	}
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(int64(number)),
		Subject:               pkix.Name{Organization: []string{"Sekisho"}, CommonName: name},
		NotBefore:             epoch.AddDate(-1, 0, 0),
		NotAfter:              epoch.AddDate(30, 0, 0),
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		BasicConstraintsValid: true,
		IsCA:                  true,
		SubjectKeyId:          []byte{0xca, number},
	}
	edit(template)
	der, err := x509.CreateCertificate(nil, template, template, key.Public(), key)
	if err != nil {
		return authority{}, err
	}
	cert, err := x509.ParseCertificate(der)
	return authority{cert, key}, err
}

// files are the certificates that lists are checked against.
func (a authorities) files() []fixture {
	var bundle []byte
	for _, each := range []authority{a.ca, a.noSign, a.leaf} {
		bundle = append(bundle, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: each.cert.Raw})...)
	}
	return []fixture{{"issuers.pem", "the certificates that may or may not have issued the lists", bundle}}
}
