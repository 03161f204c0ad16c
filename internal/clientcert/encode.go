package clientcert

import (
	"crypto/x509"
	"encoding/pem"
	"strings"
)

// Encode returns chain, leaf first, as a passthrough listener of ALB forwards
// it: PEM with LF line ends, percent-encoded, `+`, `=`, `/` and `-` literal
// (ALB guide, "HTTP headers and mutual TLS"). An empty chain gives "".
func Encode(chain []*x509.Certificate) string {
	var text strings.Builder
	for _, cert := range chain {
		text.Write(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw}))
	}
	return strings.NewReplacer(" ", "%20", "\n", "%0A").Replace(text.String())
}
