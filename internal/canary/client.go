package canary

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// secret is how a client's certificate is kept in a secret.
type secret struct {
	// Certificate is the client's and what leads to its CA, in PEM.
	Certificate string `json:"certificate"`
	// PrivateKey is its key in PEM.
	PrivateKey string `json:"privateKey"`
}

// ParseSecret reads a client's certificate and key from the JSON of a secret:
// {"certificate": "PEM, client's first", "privateKey": "PEM"}. No error quotes
// anything of the secret.
func ParseSecret(text []byte) (tls.Certificate, error) {
	var read secret
	err := json.Unmarshal(text, &read)
	if err != nil || read.Certificate == "" || read.PrivateKey == "" {
		return tls.Certificate{}, errors.New(`reading a client's certificate: the secret is not {"certificate": "PEM", "privateKey": "PEM"}`)
	}
	client, err := tls.X509KeyPair([]byte(read.Certificate), []byte(read.PrivateKey))
	if err != nil {
		return tls.Certificate{}, errors.New("reading a client's certificate: certificate and key are no pair in PEM")
	}
	return client, nil
}

// chainOf are a client's certificates, its own first.
func chainOf(client tls.Certificate) ([]*x509.Certificate, error) {
	if len(client.Certificate) == 0 {
		return nil, errors.New("there is none")
	}
	var chain []*x509.Certificate
	for _, der := range client.Certificate {
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, fmt.Errorf("parsing it: %w", err)
		}
		chain = append(chain, cert)
	}
	return chain, nil
}

// valid says whether a client's certificate is within its dates: one that has
// expired is refused for that, and proves nothing.
func valid(client tls.Certificate, now time.Time) error {
	chain, err := chainOf(client)
	if err != nil {
		return err
	}
	for _, cert := range chain {
		if now.Before(cert.NotBefore) {
			return fmt.Errorf("%s is not valid before %s", cert.Subject, cert.NotBefore.Format(time.RFC3339))
		}
		if now.After(cert.NotAfter) {
			return fmt.Errorf("%s expired on %s: issue a new one, and revoke it if it is the revoked one", cert.Subject, cert.NotAfter.Format(time.RFC3339))
		}
	}
	return nil
}

// serialOf tells one certificate from another; empty when there is none.
func serialOf(client tls.Certificate) string {
	chain, err := chainOf(client)
	if err != nil {
		return ""
	}
	return chain[0].SerialNumber.Text(16)
}
