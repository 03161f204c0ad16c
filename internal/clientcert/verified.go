package clientcert

import (
	"crypto/x509"
	"errors"
	"math/big"
	"strings"
)

// VerifiedHeaders names the headers that a verify listener adds. Each can be
// renamed at the load balancer on its own.
type VerifiedHeaders struct {
	Leaf         string // percent-encoded PEM of the leaf
	SerialNumber string // hexadecimal, for example 03A5B1
	Issuer       string // RFC 2253 name
	Subject      string // RFC 2253 name
	Validity     string // NotBefore=2023-09-21T01:50:17Z;NotAfter=2024-09-20T01:50:17Z
}

// DefaultVerifiedHeaders returns the names that ALB uses unless told
// otherwise (ALB guide, "HTTP headers and mutual TLS").
func DefaultVerifiedHeaders() VerifiedHeaders {
	return VerifiedHeaders{
		Leaf:         DefaultHeader + "-Leaf",
		SerialNumber: DefaultHeader + "-Serial-Number",
		Issuer:       DefaultHeader + "-Issuer",
		Subject:      DefaultHeader + "-Subject",
		Validity:     DefaultHeader + "-Validity",
	}
}

// Certificate returns the leaf that a verify listener vouches for in h. It
// reads the identity from the leaf alone and wants the serial number and the
// dates beside it to agree: a request in which they do not was put together
// by somebody else. The two names are only counted, because one name has many
// spellings as text.
//
// The listener has verified the chain; nothing here does. The error is
// ErrMissing when there is no leaf, else a *RefusedError.
func (n VerifiedHeaders) Certificate(h map[string][]string) (*x509.Certificate, error) {
	leaf, err := n.leaf(h)
	if err != nil {
		return nil, err
	}
	err = n.checkSerial(h, leaf)
	if err != nil {
		return nil, err
	}
	err = n.checkValidity(h, leaf)
	if err != nil {
		return nil, err
	}
	err = n.checkNames(h)
	if err != nil {
		return nil, err
	}
	return leaf, nil
}

func (n VerifiedHeaders) leaf(h map[string][]string) (*x509.Certificate, error) {
	value, err := FromHeader(h, n.Leaf)
	if err != nil {
		return nil, err
	}
	certs, err := Decode(value)
	if err != nil {
		return nil, err
	}
	if len(certs) != 1 {
		return nil, refuse(ReasonTooManyCertificates, "%d in %s, which holds the leaf alone", len(certs), n.Leaf)
	}
	return certs[0], nil
}

func (n VerifiedHeaders) checkSerial(h map[string][]string, leaf *x509.Certificate) error {
	value, err := companion(h, n.SerialNumber)
	if err != nil {
		return err
	}
	serial, ok := parseSerial(value)
	if !ok || serial.Cmp(leaf.SerialNumber) != 0 {
		return refuse(ReasonHeaderMismatch, "%s is not the serial number of the leaf", n.SerialNumber)
	}
	return nil
}

func (n VerifiedHeaders) checkValidity(h map[string][]string, leaf *x509.Certificate) error {
	value, err := companion(h, n.Validity)
	if err != nil {
		return err
	}
	const form = "2006-01-02T15:04:05Z"
	want := "NotBefore=" + leaf.NotBefore.UTC().Format(form) + ";NotAfter=" + leaf.NotAfter.UTC().Format(form)
	if value != want {
		return refuse(ReasonHeaderMismatch, "%s does not hold the dates of the leaf", n.Validity)
	}
	return nil
}

// checkNames lets a name be absent: a certificate may have an empty subject.
func (n VerifiedHeaders) checkNames(h map[string][]string) error {
	for _, name := range []string{n.Issuer, n.Subject} {
		_, err := FromHeader(h, name)
		if err != nil && !errors.Is(err, ErrMissing) {
			return err
		}
	}
	return nil
}

func companion(h map[string][]string, name string) (string, error) {
	value, err := FromHeader(h, name)
	if errors.Is(err, ErrMissing) {
		return "", refuse(ReasonHeaderIncomplete, "%s is missing beside the leaf", name)
	}
	return value, err
}

// parseSerial reads hexadecimal digits only, where big.Int would also take a
// sign.
func parseSerial(text string) (*big.Int, bool) {
	if strings.Trim(text, "0123456789abcdefABCDEF") != "" {
		return nil, false
	}
	return new(big.Int).SetString(text, 16)
}
