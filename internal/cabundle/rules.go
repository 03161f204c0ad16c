package cabundle

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"slices"
	"time"
)

// What a verify listener supports (ALB guide, mutual-authentication.html).
const (
	minRSABits = 2048
	maxRSABits = 8192
)

// judge applies every rule for one CA certificate.
func judge(f found, now time.Time) []error {
	rules := []func(*x509.Certificate, time.Time) string{version, authority, expiry, key, signature, size}
	var problems []error
	for _, rule := range rules {
		detail := rule(f.cert, now)
		if detail != "" {
			problems = append(problems, f.problem(detail))
		}
	}
	return problems
}

func version(cert *x509.Certificate, _ time.Time) string {
	if cert.Version == 3 {
		return ""
	}
	return fmt.Sprintf("X.509 version %d, an Application Load Balancer takes version 3 only: issue the CA again with extensions (basicConstraints, keyUsage)", cert.Version)
}

// authority is RFC 5280, sections 4.2.1.9 and 4.2.1.3. A certificate before
// version 3 cannot say that it is a CA.
func authority(cert *x509.Certificate, _ time.Time) string {
	switch {
	case cert.Version != 3:
		return ""
	case !cert.BasicConstraintsValid || !cert.IsCA:
		return "not a CA certificate but a leaf: name the CA that issued it instead"
	case cert.KeyUsage != 0 && cert.KeyUsage&x509.KeyUsageCertSign == 0:
		return "its key usage does not let it sign certificates: name the CA that does"
	}
	return ""
}

func expiry(cert *x509.Certificate, now time.Time) string {
	if !now.After(cert.NotAfter) {
		return ""
	}
	return fmt.Sprintf("expired on %s: remove it, or replace it by its renewal", cert.NotAfter.UTC().Format(time.RFC3339))
}

func key(cert *x509.Certificate, _ time.Time) string {
	const advice = "an Application Load Balancer takes RSA of 2048 to 8192 bits and ECDSA on P-256, P-384 or P-521"
	switch public := cert.PublicKey.(type) {
	case *rsa.PublicKey:
		bits := public.N.BitLen()
		if bits < minRSABits || bits > maxRSABits {
			return fmt.Sprintf("an RSA key of %d bits: %s", bits, advice)
		}
	case *ecdsa.PublicKey:
		if !slices.Contains([]elliptic.Curve{elliptic.P256(), elliptic.P384(), elliptic.P521()}, public.Curve) {
			return fmt.Sprintf("an ECDSA key on %s: %s", public.Curve.Params().Name, advice)
		}
	default:
		return fmt.Sprintf("a key of type %s: %s", cert.PublicKeyAlgorithm, advice)
	}
	return ""
}

// signature asks for a supported algorithm of a root's own signature too,
// although nobody relies on that one: the documentation makes no exception.
func signature(cert *x509.Certificate, _ time.Time) string {
	switch cert.SignatureAlgorithm {
	case x509.SHA256WithRSA, x509.SHA384WithRSA, x509.SHA512WithRSA,
		x509.SHA256WithRSAPSS, x509.SHA384WithRSAPSS, x509.SHA512WithRSAPSS,
		x509.ECDSAWithSHA256, x509.ECDSAWithSHA384, x509.ECDSAWithSHA512:
		return ""
	}
	return fmt.Sprintf("signed with %s: an Application Load Balancer takes SHA-256, SHA-384 or SHA-512 with RSA, RSA-PSS or ECDSA", cert.SignatureAlgorithm)
}

func size(cert *x509.Certificate, _ time.Time) string {
	bytes := len(encode(cert))
	if bytes <= MaxCertificateBytes {
		return ""
	}
	return fmt.Sprintf("%d bytes as PEM: a trust store takes %d for one certificate", bytes, MaxCertificateBytes)
}
