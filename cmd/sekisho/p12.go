package main

import (
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"fmt"

	"software.sslmate.com/src/go-pkcs12"
)

// bundle is a client's key and chain as PKCS #12, and its password, which is
// made anew for each file. Current systems read AES-256; legacy is triple DES,
// which protects little, so that the password must not get into strange hands.
func bundle(key crypto.Signer, cert *x509.Certificate, above []*x509.Certificate, stem string, legacy bool) ([]clientFile, error) {
	encoder := pkcs12.Modern2023
	if legacy {
		encoder = pkcs12.LegacyDES
	}
	password := rand.Text()
	content, err := encoder.Encode(key, cert, above, password)
	if err != nil {
		return nil, fmt.Errorf("bundling the client's key: %w", err)
	}
	return []clientFile{
		{stem + ".p12", content, 0o600},
		{stem + ".p12.txt", []byte(password + "\n"), 0o600},
	}, nil
}
