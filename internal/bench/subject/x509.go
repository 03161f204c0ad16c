package main

import (
	"bufio"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/sekisho/sekisho/internal/bench/measure"
)

// bufferSize is what makes a fair competitor: without a buffer encoding/pem
// writes every line on its own.
const bufferSize = 64 << 10

func x509Subjects() map[string]subject {
	return map[string]subject{"x509-pem": x509PEM, "x509-map": x509Map}
}

// x509PEM parses, verifies and writes as PEM with the standard library.
func x509PEM(in input, times int) (measure.Sample, error) {
	return measure.Repeat(times, func() error {
		_, err := readWithX509(in.der, in.issuer, io.Discard)
		return err
	})
}

// x509Map is x509PEM with a map of the serial numbers on top.
func x509Map(in input, times int) (measure.Sample, error) {
	return measure.Repeat(times, func() error {
		list, err := readWithX509(in.der, in.issuer, io.Discard)
		if err != nil {
			return err
		}
		revoked := map[string]struct{}{}
		for _, entry := range list.RevokedCertificateEntries {
			revoked[string(entry.SerialNumber.Bytes())] = struct{}{}
		}
		if len(revoked) == 0 {
			return errors.New("the map is empty")
		}
		return nil
	})
}

func readWithX509(der []byte, issuer *x509.Certificate, out io.Writer) (*x509.RevocationList, error) {
	list, err := x509.ParseRevocationList(der)
	if err != nil {
		return nil, err
	}
	err = list.CheckSignatureFrom(issuer)
	if err != nil {
		return nil, err
	}
	buffered := bufio.NewWriterSize(out, bufferSize)
	err = pem.Encode(buffered, &pem.Block{Type: "X509 CRL", Bytes: der})
	if err != nil {
		return nil, err
	}
	return list, buffered.Flush()
}

// convertWithX509 is the whole program that people write today.
func convertWithX509(file, ca, out string) error {
	in, err := load(file, ca)
	if err != nil {
		return err
	}
	written, err := os.Create(out)
	if err != nil {
		return fmt.Errorf("writing the PEM: %w", err)
	}
	_, err = readWithX509(in.der, in.issuer, written)
	return errors.Join(err, written.Close())
}
