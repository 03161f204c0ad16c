package alb

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
)

// Limits of the ALB guide, "Quotas for your Application Load Balancers".
const (
	maxChainDepth       = 4
	maxTLSMessage       = 64 << 10
	maxRequestLine      = 16 << 10
	maxSingleHeader     = 16 << 10
	maxRequestHeaders   = 64 << 10
	maxResponseHeaders  = 32 << 10
	maxFunctionRequest  = 1 << 20
	maxFunctionResponse = 1 << 20
)

// supported refuses what the ALB guide's certificate requirements ("Mutual
// authentication with TLS") do not name: other versions than X.509v3, keys
// other than RSA 2K-8K and the three NIST curves, and other signatures than
// SHA-256, -384 or -512 with RSA (PKCS #1 or PSS) or ECDSA.
//
// AWS does not say which code a v1 certificate gets. It is a kind of
// certificate that is not supported, rather than a damaged one, so it shares
// ClientCertTypeUnsupported with the keys and signatures.
func supported(cert *x509.Certificate) error {
	if cert.Version != 3 {
		return refuse(CodeTypeUnsupported, ReasonVersion,
			"certificate of %s is X.509 version %d, and only version 3 is taken: issue it with extensions (extendedKeyUsage=clientAuth)",
			distinguishedName(cert.RawSubject), cert.Version)
	}
	if !supportedKey(cert.PublicKey) {
		return refuse(CodeTypeUnsupported, ReasonKey,
			"certificate of %s has a key of a kind that is not taken (%s): RSA of 2048 to 8192 bits, P-256, P-384 and P-521 are",
			distinguishedName(cert.RawSubject), cert.PublicKeyAlgorithm)
	}
	if !supportedSignature(cert.SignatureAlgorithm) {
		return refuse(CodeTypeUnsupported, ReasonSignature,
			"certificate of %s is signed with %s: SHA-256, SHA-384 and SHA-512 with RSA or ECDSA are taken",
			distinguishedName(cert.RawSubject), cert.SignatureAlgorithm)
	}
	return nil
}

func supportedKey(key any) bool {
	switch key := key.(type) {
	case *rsa.PublicKey:
		bits := key.N.BitLen()
		return bits >= 2048 && bits <= 8192
	case *ecdsa.PublicKey:
		return key.Curve == elliptic.P256() || key.Curve == elliptic.P384() || key.Curve == elliptic.P521()
	default:
		return false
	}
}

func supportedSignature(algorithm x509.SignatureAlgorithm) bool {
	switch algorithm {
	case x509.SHA256WithRSA, x509.SHA384WithRSA, x509.SHA512WithRSA,
		x509.SHA256WithRSAPSS, x509.SHA384WithRSAPSS, x509.SHA512WithRSAPSS,
		x509.ECDSAWithSHA256, x509.ECDSAWithSHA384, x509.ECDSAWithSHA512:
		return true
	default:
		return false
	}
}
