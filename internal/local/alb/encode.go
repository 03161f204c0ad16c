package alb

import (
	"crypto/x509"
	"encoding/pem"
	"strings"
)

// encodeChain is the value of X-Amzn-Mtls-Clientcert: the PEM of each
// certificate in the order given (leaf first), URL-encoded with "+=/" as safe
// characters (ALB guide, "HTTP headers and mutual TLS"). A space becomes %20, a
// line feed %0A.
func encodeChain(chain []*x509.Certificate) string {
	var value strings.Builder
	for _, cert := range chain {
		escape(&value, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw}))
	}
	return value.String()
}

func escape(value *strings.Builder, text []byte) {
	const digits = "0123456789ABCDEF"
	for _, c := range text {
		if literal(c) {
			value.WriteByte(c)
			continue
		}
		value.WriteByte('%')
		value.WriteByte(digits[c>>4])
		value.WriteByte(digits[c&15])
	}
}

// literal reports whether c stays as it is: the unreserved characters of RFC
// 3986 section 2.3 and the three that AWS names.
func literal(c byte) bool {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		return true
	default:
		return strings.IndexByte("-._~+=/", c) >= 0
	}
}
