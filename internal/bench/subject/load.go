package main

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"os"

	"github.com/sekisho/sekisho/internal/bench/measure"
	"github.com/sekisho/sekisho/internal/crl"
)

// input is a list in memory, and the certificate of its issuer.
type input struct {
	file   string
	der    []byte
	issuer *x509.Certificate
}

// subject is one way to read a list, run so many times.
type subject func(list input, times int) (measure.Sample, error)

func load(file, ca string) (input, error) {
	der, err := os.ReadFile(file)
	if err != nil {
		return input{}, fmt.Errorf("reading the list: %w", err)
	}
	issuer, err := loadCertificate(ca)
	return input{file: file, der: der, issuer: issuer}, err
}

func loadCertificate(name string) (*x509.Certificate, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("reading the CA: %w", err)
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("reading the CA: no PEM in " + name)
	}
	issuer, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("reading the CA: %w", err)
	}
	return issuer, nil
}

// index is the list's index, and the serial numbers on it one behind the other
// in memory, as they would be after a certificate was parsed.
func (in input) index() (*crl.Index, []*big.Int, error) {
	list, builder, err := crl.Parse(in.der)
	if err != nil {
		return nil, nil, err
	}
	index, err := builder.Build(list, in.issuer)
	if err != nil {
		return nil, nil, err
	}
	var serials []*big.Int
	for serial := range index.All() {
		serials = append(serials, serial)
	}
	return index, serials, nil
}
