package main

import (
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
)

// issuer is a CA with its key.
type issuer struct {
	cert  *x509.Certificate
	key   crypto.Signer
	above []*x509.Certificate
}

// openCA reads a CA, and makes sure that it may issue what a gate will take.
func openCA(certFile, keyFile, chainFile string, now time.Time) (*issuer, error) {
	certs, err := certificatesIn(certFile)
	if err != nil {
		return nil, err
	}
	key, err := readKey(keyFile)
	if err != nil {
		return nil, err
	}
	ca := &issuer{cert: certs[0], key: key, above: certs[1:]}
	if chainFile != "" {
		ca.above, err = certificatesIn(chainFile)
		if err != nil {
			return nil, err
		}
	}
	return ca, ca.check(certFile, keyFile, now)
}

func (i *issuer) check(certFile, keyFile string, now time.Time) error {
	public, ok := i.key.Public().(interface{ Equal(crypto.PublicKey) bool })
	switch {
	case !ok || !public.Equal(i.cert.PublicKey):
		return fmt.Errorf("the key in %s is not that of the certificate in %s", keyFile, certFile)
	case !i.cert.IsCA || i.cert.KeyUsage != 0 && i.cert.KeyUsage&x509.KeyUsageCertSign == 0:
		return fmt.Errorf("the certificate in %s is not that of a CA: it may not issue (basicConstraints, keyUsage)", certFile)
	case now.After(i.cert.NotAfter):
		return fmt.Errorf("the CA in %s has ended on %s", certFile, i.cert.NotAfter.UTC().Format(time.DateOnly))
	}
	return nil
}

// chain is what a client sends after its own certificate: the CA and those above
// it, without a root, which a gate has itself. A CA that is a root goes along all
// the same: some clients want a chain of two.
func (i *issuer) chain() []*x509.Certificate {
	chain := []*x509.Certificate{i.cert}
	for _, cert := range i.above {
		if string(cert.RawSubject) != string(cert.RawIssuer) {
			chain = append(chain, cert)
		}
	}
	return chain
}

func (i *issuer) issue(template *x509.Certificate, public crypto.PublicKey) (*x509.Certificate, error) {
	if template.NotAfter.After(i.cert.NotAfter) {
		return nil, fmt.Errorf("issuing the certificate: it would outlive the CA, which ends on %s: give fewer --days", i.cert.NotAfter.UTC().Format(time.DateOnly))
	}
	der, err := x509.CreateCertificate(rand.Reader, template, i.cert, public, i.key)
	if err != nil {
		return nil, fmt.Errorf("issuing the certificate: %w", err)
	}
	return x509.ParseCertificate(der)
}

// readKey reads a private key in any of the usual PEM forms, unencrypted.
func readKey(name string) (crypto.Signer, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, &usageError{fmt.Errorf("reading the key: %w", err)}
	}
	key, err := parseKey(text)
	if err != nil {
		return nil, fmt.Errorf("reading the key in %s: %w", name, err)
	}
	return key, nil
}

func parseKey(text []byte) (crypto.Signer, error) {
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if block.Type == "ENCRYPTED PRIVATE KEY" || strings.Contains(block.Headers["Proc-Type"], "ENCRYPTED") {
			return nil, errors.New("it is encrypted: decrypt it first (openssl pkey -in KEY -out PLAIN), and remove the copy afterwards")
		}
		if !strings.HasSuffix(block.Type, "PRIVATE KEY") {
			continue
		}
		return decodeKey(block)
	}
	return nil, errors.New("there is no private key in PEM in it")
}

func decodeKey(block *pem.Block) (crypto.Signer, error) {
	var key any
	var err error
	switch block.Type {
	case "RSA PRIVATE KEY":
		key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	case "EC PRIVATE KEY":
		key, err = x509.ParseECPrivateKey(block.Bytes)
	default:
		key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	}
	if err != nil {
		return nil, err
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("a %T cannot sign", key)
	}
	return signer, nil
}

func keyPEM(key crypto.Signer) ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("encoding the key: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}

func certificatePEM(certs ...*x509.Certificate) []byte {
	var text []byte
	for _, cert := range certs {
		text = append(text, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw})...)
	}
	return text
}
