package crl

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"slices"
)

// authentic finds the issuer whose key signed the list. Certificates with one
// name and key stand for the same issuer; the first that passes is returned.
func authentic(l *List, issuers []*x509.Certificate, policy Policy) (*x509.Certificate, error) {
	err := knownAlgorithm(l, policy)
	if err != nil {
		return nil, err
	}
	named, err := namedIssuers(l, issuers)
	if err != nil {
		return nil, err
	}
	entitled, err := entitledIssuers(named)
	if err != nil {
		return nil, err
	}
	for _, issuer := range entitled {
		if signedBy(l, issuer) {
			return issuer, nil
		}
	}
	return nil, refuse(ReasonBadSignature, "the key of %q did not sign it: it was damaged or forged on the way, or the CA bundle holds another key of this CA", entitled[0].Subject)
}

// knownAlgorithm takes what the gate takes, and only that (aws-facts: the
// service refuses lists with an "incorrect algorithm").
func knownAlgorithm(l *List, policy Policy) error {
	if l.digest != nil && slices.Contains(policy.algorithms(), l.SignatureAlgorithm) {
		return nil
	}
	return refuse(ReasonSignatureAlgorithm, "it is signed with %s: have the CA sign with SHA-256, SHA-384 or SHA-512 and RSA or ECDSA", l.algorithm)
}

// namedIssuers are the certificates that the list names as its issuer: by the
// bytes of the name (RFC 5280, section 5.1.2.3) and, where both sides give
// one, by the key identifier (section 5.2.1).
func namedIssuers(l *List, issuers []*x509.Certificate) ([]*x509.Certificate, error) {
	if len(l.RawIssuer) <= 2 {
		return nil, refuse(ReasonUnknownIssuer, "it names no issuer, against RFC 5280, section 5.1.2.3")
	}
	var byName, byKey []*x509.Certificate
	for _, issuer := range issuers {
		if !bytes.Equal(issuer.RawSubject, l.RawIssuer) {
			continue
		}
		byName = append(byName, issuer)
		if len(l.AuthorityKeyID) == 0 || len(issuer.SubjectKeyId) == 0 || bytes.Equal(l.AuthorityKeyID, issuer.SubjectKeyId) {
			byKey = append(byKey, issuer)
		}
	}
	if len(byName) == 0 {
		return nil, refuse(ReasonUnknownIssuer, "it is issued by %q, which is not in the CA bundle: add that CA, or correct the URL", l.Issuer)
	}
	if len(byKey) == 0 {
		return nil, refuse(ReasonUnknownIssuer, "it is signed with key %x of %q, and the CA bundle has another key of that CA: add the certificate of this key", l.AuthorityKeyID, l.Issuer)
	}
	return byKey, nil
}

// entitledIssuers are those that may sign lists at all: certification
// authorities (RFC 5280, section 4.2.1.9) with cRLSign where their key usage
// is restricted (section 4.2.1.3).
func entitledIssuers(named []*x509.Certificate) ([]*x509.Certificate, error) {
	var entitled []*x509.Certificate
	for _, issuer := range named {
		if mayBeCA(issuer) && (issuer.KeyUsage == 0 || issuer.KeyUsage&x509.KeyUsageCRLSign != 0) {
			entitled = append(entitled, issuer)
		}
	}
	if len(entitled) == 0 {
		return nil, refuse(ReasonIssuerMayNotSign, "the certificate of %q is not a CA's or lacks the key usage cRLSign: have it reissued", named[0].Subject)
	}
	return entitled, nil
}

// mayBeCA takes certificates before version 3, which cannot say, as
// crypto/x509 does: somebody put them into the bundle deliberately.
func mayBeCA(issuer *x509.Certificate) bool {
	if issuer.BasicConstraintsValid {
		return issuer.IsCA
	}
	return issuer.Version < 3
}

// signedBy verifies the signature over the digest (RFC 5280, section 6.3.3,
// step f and following).
func signedBy(l *List, issuer *x509.Certificate) bool {
	hash, family := hashOf(l.SignatureAlgorithm)
	switch key := issuer.PublicKey.(type) {
	case *rsa.PublicKey:
		if family == familyPSS {
			return rsa.VerifyPSS(key, hash, l.digest, l.signature, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash}) == nil
		}
		return family == familyRSA && rsa.VerifyPKCS1v15(key, hash, l.digest, l.signature) == nil
	case *ecdsa.PublicKey:
		return family == familyECDSA && ecdsa.VerifyASN1(key, l.digest, l.signature)
	default:
		return false
	}
}

type family int

const (
	familyNone family = iota
	familyRSA
	familyPSS
	familyECDSA
)

// hashOf is the hash and the family of a signature algorithm; zero for those
// that no list is taken with.
func hashOf(algorithm x509.SignatureAlgorithm) (crypto.Hash, family) {
	switch algorithm {
	case x509.SHA256WithRSA:
		return crypto.SHA256, familyRSA
	case x509.SHA384WithRSA:
		return crypto.SHA384, familyRSA
	case x509.SHA512WithRSA:
		return crypto.SHA512, familyRSA
	case x509.SHA256WithRSAPSS:
		return crypto.SHA256, familyPSS
	case x509.SHA384WithRSAPSS:
		return crypto.SHA384, familyPSS
	case x509.SHA512WithRSAPSS:
		return crypto.SHA512, familyPSS
	case x509.ECDSAWithSHA256:
		return crypto.SHA256, familyECDSA
	case x509.ECDSAWithSHA384:
		return crypto.SHA384, familyECDSA
	case x509.ECDSAWithSHA512:
		return crypto.SHA512, familyECDSA
	default:
		return 0, familyNone
	}
}
