package main

import (
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"

	"software.sslmate.com/src/go-pkcs12"

	"github.com/sekisho/sekisho/internal/local"
)

// bundle is the client's key and chain as PKCS #12 with modern encryption, and
// its password, which is made anew for each file.
func bundle(issued local.Issued, stem string) ([]clientFile, error) {
	pair, err := tls.X509KeyPair(issued.Chain, issued.Key)
	if err != nil {
		return nil, fmt.Errorf("bundling the client's key: %w", err)
	}
	var above []*x509.Certificate
	for _, der := range pair.Certificate[1:] {
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, fmt.Errorf("bundling the client's chain: %w", err)
		}
		above = append(above, cert)
	}
	password := rand.Text()
	content, err := pkcs12.Modern.Encode(pair.PrivateKey, pair.Leaf, above, password)
	if err != nil {
		return nil, fmt.Errorf("bundling the client's key: %w", err)
	}
	return []clientFile{
		{stem + ".p12", content, 0o600},
		{stem + ".p12.txt", []byte(password + "\n"), 0o600},
	}, nil
}
