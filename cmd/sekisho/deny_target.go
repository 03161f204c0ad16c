package main

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/sekisho/sekisho/internal/policy"
)

// targetFlags say which client is meant.
type targetFlags struct {
	serial, issuer, issuerKey, fingerprint string
}

func (t *targetFlags) add(flags *pflag.FlagSet) {
	flags.StringVar(&t.serial, "serial", "", "serial number in `hex`, together with the issuer")
	flags.StringVar(&t.issuer, "issuer", "", "`file` with the certificate of the issuing CA")
	flags.StringVar(&t.issuerKey, "issuer-key", "", "SHA-256 of the issuer's public key in `hex`, as the log has it, in place of --issuer")
	flags.StringVar(&t.fingerprint, "fingerprint", "", "SHA-256 of the certificate in `hex`")
}

// denials are the ways in which the client can stand on the list, the best one
// first.
func (t *targetFlags) denials(args []string) ([]policy.Denial, error) {
	ways := 0
	for _, given := range []bool{len(args) == 1, t.serial != "", t.fingerprint != ""} {
		if given {
			ways++
		}
	}
	switch {
	case ways != 1:
		return nil, &usageError{errors.New("want a certificate file, or --serial with its issuer, or --fingerprint")}
	case t.fingerprint != "":
		return []policy.Denial{{Fingerprint: plainHex(t.fingerprint)}}, nil
	case t.serial != "":
		return t.bySerial()
	}
	return t.byCertificate(args[0])
}

func (t *targetFlags) bySerial() ([]policy.Denial, error) {
	serial, err := parseSerial(t.serial)
	if err != nil {
		return nil, err
	}
	if (t.issuer == "") == (t.issuerKey == "") {
		return nil, &usageError{errors.New("a serial number means something only with its issuer: name one with --issuer or --issuer-key")}
	}
	key := plainHex(t.issuerKey)
	if t.issuer != "" {
		issuers, err := certificatesIn(t.issuer)
		if err != nil {
			return nil, err
		}
		key = keyHash(issuers[0])
	}
	return []policy.Denial{{Serial: serial.Text(16), IssuerKeySHA256: key}}, nil
}

func (t *targetFlags) byCertificate(name string) ([]policy.Denial, error) {
	certs, err := certificatesIn(name)
	if err != nil {
		return nil, err
	}
	candidates := certs[1:]
	if t.issuer != "" {
		more, err := certificatesIn(t.issuer)
		if err != nil {
			return nil, err
		}
		candidates = slices.Concat(candidates, more)
	}
	fingerprint := policy.Denial{Fingerprint: hexSHA256(certs[0].Raw)}
	issuer := issuerAmong(certs[0], candidates)
	if issuer == nil {
		return []policy.Denial{fingerprint}, nil
	}
	return []policy.Denial{{Serial: certs[0].SerialNumber.Text(16), IssuerKeySHA256: keyHash(issuer)}, fingerprint}, nil
}

// issuerAmong is the certificate that signed cert, nil when it is not there.
func issuerAmong(cert *x509.Certificate, candidates []*x509.Certificate) *x509.Certificate {
	for _, candidate := range candidates {
		if cert.CheckSignatureFrom(candidate) == nil {
			return candidate
		}
	}
	return nil
}

// certificatesIn reads a file with at least one certificate.
func certificatesIn(name string) ([]*x509.Certificate, error) {
	files, err := readFiles([]string{name})
	if err != nil {
		return nil, err
	}
	certs, err := certificates("certificate-syntax", files...)
	if err != nil {
		return nil, fmt.Errorf("reading certificates: %w", err)
	}
	return certs, nil
}

// plainHex is a hash as people copy it, without colons and in small letters.
func plainHex(text string) string { return strings.ToLower(strings.ReplaceAll(text, ":", "")) }

func keyHash(cert *x509.Certificate) string { return hexSHA256(cert.RawSubjectPublicKeyInfo) }

func hexSHA256(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
