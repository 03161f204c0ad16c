package elbv2

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// caBundle is a CA bundle: the file as it was copied, and what is in it.
type caBundle struct {
	pem          []byte
	certificates []*x509.Certificate
}

const (
	beginCertificate = "-----BEGIN CERTIFICATE-----"
	endCertificate   = "-----END CERTIFICATE-----"
)

// parseBundle reads a CA bundle under the documented rules: PEM, certificates
// between their boundaries, comments only on lines that begin with # and have
// no dash, no blank lines, no other text (ALB guide, Mutual authentication
// with TLS). Whether it takes CR LF is not documented; here it is refused.
func parseBundle(file []byte, quotas Quotas) (caBundle, error) {
	blocks, err := splitBundle(file)
	if err != nil {
		return caBundle{}, err
	}
	if len(blocks) == 0 {
		return caBundle{}, errors.New("there is no certificate in the file")
	}
	if len(blocks) > quotas.Certificates {
		return caBundle{}, fmt.Errorf("%d certificates, at most %d are allowed", len(blocks), quotas.Certificates)
	}
	bundle := caBundle{pem: file}
	subjects := 0
	for i, block := range blocks {
		ca, err := parseCA(block, quotas.CertificateBytes)
		if err != nil {
			return caBundle{}, fmt.Errorf("certificate %d: %w", i+1, err)
		}
		subjects += len(ca.RawSubject)
		bundle.certificates = append(bundle.certificates, ca)
	}
	if subjects > quotas.SubjectBytes {
		return caBundle{}, fmt.Errorf("the subjects together have %d bytes, at most %d are allowed", subjects, quotas.SubjectBytes)
	}
	return bundle, nil
}

// splitBundle walks the lines of a bundle and gives each PEM block.
func splitBundle(file []byte) ([][]byte, error) {
	var blocks [][]byte
	var block *bytes.Buffer
	number := 0
	for line := range strings.Lines(string(file)) {
		number++
		text := strings.TrimSuffix(line, "\n")
		err := checkLine(text, block != nil)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", number, err)
		}
		if text == beginCertificate {
			block = &bytes.Buffer{}
		}
		if block != nil {
			block.WriteString(text + "\n")
		}
		if text == endCertificate {
			blocks, block = append(blocks, block.Bytes()), nil
		}
	}
	if block != nil {
		return nil, errors.New("the last certificate has no end")
	}
	return blocks, nil
}

// checkLine refuses a line that may not stand inside or between certificates.
func checkLine(text string, inside bool) error {
	if strings.HasSuffix(text, "\r") {
		return errors.New("ends in CR LF")
	}
	if strings.TrimSpace(text) == "" {
		return errors.New("blank line")
	}
	if inside {
		return checkInside(text)
	}
	if strings.HasPrefix(text, "#") && !strings.Contains(text, "-") {
		return nil
	}
	if text != beginCertificate {
		return errors.New("text outside of a certificate; only comments that begin with # and have no - are allowed")
	}
	return nil
}

func checkInside(text string) error {
	if strings.HasPrefix(text, "-") && text != endCertificate {
		return errors.New("boundary inside of a certificate")
	}
	if strings.HasPrefix(text, "#") {
		return errors.New("comment inside of a certificate")
	}
	return nil
}

// parseCA reads one CA certificate of a kind that ALB documents: "root and
// intermediate certificates", X.509 v3, keys and signatures as listed.
func parseCA(text []byte, limit int) (*x509.Certificate, error) {
	block, rest := pem.Decode(text)
	if block == nil || len(block.Headers) > 0 || len(rest) > 0 {
		return nil, errors.New("damaged PEM")
	}
	if len(block.Bytes) > limit {
		return nil, fmt.Errorf("%d bytes, at most %d are allowed", len(block.Bytes), limit)
	}
	ca, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("parsing: %w", err)
	}
	if ca.Version != 3 || !ca.BasicConstraintsValid || !ca.IsCA {
		return nil, fmt.Errorf("%q is not an X.509 v3 CA certificate", ca.Subject)
	}
	if !takenKey(ca.PublicKey) {
		return nil, fmt.Errorf("the key of %q is of a kind that is not supported", ca.Subject)
	}
	if !slices.Contains(takenAlgorithms(), ca.SignatureAlgorithm) {
		return nil, fmt.Errorf("the signature of %q, %s, is not supported", ca.Subject, ca.SignatureAlgorithm)
	}
	return ca, nil
}

// takenKey: RSA 2K to 8K, secp256r1, secp384r1, secp521r1.
func takenKey(key any) bool {
	switch key := key.(type) {
	case *rsa.PublicKey:
		return key.N.BitLen() >= 2048 && key.N.BitLen() <= 8192
	case *ecdsa.PublicKey:
		return key.Curve == elliptic.P256() || key.Curve == elliptic.P384() || key.Curve == elliptic.P521()
	}
	return false
}
