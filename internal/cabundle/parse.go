package cabundle

import (
	"crypto/x509"
	"errors"
	"fmt"
	"strings"
)

// Parse reads a bundle that a program wrote: PEM certificates, with nothing
// around them but blank lines and lines that start with "#", as a trust store
// may return them. It judges no certificate.
//
// The result is in normal form: its PEM and SHA256 equal those of the text
// when [Normalise] wrote it.
func Parse(text []byte) (Bundle, error) {
	a := takeApart(string(text))
	for _, line := range a.outside {
		if !strings.HasPrefix(line, "#") {
			return Bundle{}, errors.New("parsing the CA bundle: text outside the certificates")
		}
	}
	var certs []*x509.Certificate
	for i, b := range a.blocks {
		cert, err := parseBlock(b)
		if err != nil {
			return Bundle{}, fmt.Errorf("parsing the CA bundle: certificate %d: %w", i+1, err)
		}
		certs = append(certs, cert)
	}
	if len(certs) == 0 {
		return Bundle{}, errors.New("parsing the CA bundle: it holds no certificate")
	}
	return newBundle(certs), nil
}

// parseBlock never puts a block's content into its error: it may be a key.
func parseBlock(b block) (*x509.Certificate, error) {
	if strings.Contains(b.label, "PRIVATE KEY") {
		return nil, errors.New("this is a private key: take it out, a CA bundle holds certificates only; replace the key if others have seen the file")
	}
	if b.label != certificateLabel {
		return nil, fmt.Errorf("a PEM block of type %q: only CERTIFICATE belongs into a CA bundle%s", b.label, hint(b.label))
	}
	der, damage := b.der()
	if damage != "" {
		return nil, fmt.Errorf("a damaged PEM block (%s): export the certificate again", damage)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("reading it as a certificate: %w", err)
	}
	return cert, nil
}

// hint is the way out for the other block types that are met in practice.
func hint(label string) string {
	switch label {
	case "PKCS7", "CMS":
		return "; convert it with: openssl pkcs7 -print_certs"
	case "TRUSTED CERTIFICATE", "X509 CERTIFICATE":
		return "; convert it with: openssl x509"
	case "X509 CRL":
		return "; a revocation list is named by its URL, among the sources"
	}
	return ""
}
