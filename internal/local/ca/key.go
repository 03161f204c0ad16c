package ca

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
)

// KeyKind is the kind of the keys of the CAs and of the clients.
type KeyKind string

// The key kinds; all are among those that ALB documents.
const (
	RSA2048 KeyKind = "rsa2048"
	RSA4096 KeyKind = "rsa4096"
	P256    KeyKind = "p256"
	P384    KeyKind = "p384"
)

// ParseKeyKind reads a key kind as an operator writes it.
func ParseKeyKind(text string) (KeyKind, error) {
	switch kind := KeyKind(text); kind {
	case RSA2048, RSA4096, P256, P384:
		return kind, nil
	}
	return "", fmt.Errorf("parsing key kind %q: use %s, %s, %s or %s", text, RSA2048, RSA4096, P256, P384)
}

func (k KeyKind) generate() (crypto.Signer, error) {
	switch k {
	case RSA2048:
		return rsa.GenerateKey(rand.Reader, 2048)
	case RSA4096:
		return rsa.GenerateKey(rand.Reader, 4096)
	case P256:
		return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case P384:
		return ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	}
	return nil, fmt.Errorf("making a key: unknown kind %q", k)
}

func encodeKey(key crypto.Signer) ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("encoding a private key: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}

func decodeKey(text string) (crypto.Signer, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, errors.New("decoding a private key: not PEM")
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("decoding a private key: %w", err)
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("decoding a private key: a %T cannot sign", key)
	}
	return signer, nil
}

func encodeCertificates(certificates ...*x509.Certificate) []byte {
	var text []byte
	for _, certificate := range certificates {
		text = append(text, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Raw})...)
	}
	return text
}

func decodeCertificate(text string) (*x509.Certificate, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, errors.New("decoding a certificate: not PEM")
	}
	return x509.ParseCertificate(block.Bytes)
}
