package main

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"net/url"
	"os"
	"path/filepath"

	"github.com/sekisho/sekisho/internal/bench/measure"
)

// naive decides as a program does that has read the manual of crypto/x509: it
// decodes, parses and verifies, and looks at no list.
func naive(directory, kind, times string) (measure.Sample, error) {
	count, err := repetitions(times)
	if err != nil {
		return measure.Sample{}, err
	}
	value, err := os.ReadFile(filepath.Join(directory, kind+".header"))
	if err != nil {
		return measure.Sample{}, err
	}
	root, err := os.ReadFile(filepath.Join(directory, kind+".pem"))
	if err != nil {
		return measure.Sample{}, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(root) {
		return measure.Sample{}, errors.New("no root to trust")
	}
	header := string(value)
	return measure.Repeat(count, func() error { return verify(header, roots) })
}

func verify(header string, roots *x509.CertPool) error {
	text, err := url.PathUnescape(header)
	if err != nil {
		return err
	}
	var leaf *x509.Certificate
	others := x509.NewCertPool()
	for block, rest := pem.Decode([]byte(text)); block != nil; block, rest = pem.Decode(rest) {
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return err
		}
		if leaf == nil {
			leaf = cert
			continue
		}
		others.AddCert(cert)
	}
	if leaf == nil {
		return errors.New("no certificate")
	}
	_, err = leaf.Verify(x509.VerifyOptions{Roots: roots, Intermediates: others, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
	return err
}
