package ca

import (
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"net"
)

// serverDays is what browsers take at most.
const serverDays = 397

// IssueServer makes the certificate of the twin's own listeners: localhost,
// 127.0.0.1 and ::1, signed by the server CA. It is not kept; make a new one
// at each start.
func (c *CA) IssueServer() (tls.Certificate, error) {
	key, err := P256.generate()
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("issuing the server certificate: %w", err)
	}
	now := c.options.Now()
	certificate, err := c.server.sign(&x509.Certificate{
		Subject:     pkix.Name{CommonName: "localhost"},
		NotBefore:   now.Add(-backdated),
		NotAfter:    now.AddDate(0, 0, serverDays),
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames:    []string{"localhost"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
	}, key.Public())
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.Certificate{
		Certificate: [][]byte{certificate.Raw, c.server.certificate.Raw},
		PrivateKey:  key,
		Leaf:        certificate,
	}, nil
}
