package elbv2

import (
	"bytes"
	"crypto/x509"
	"fmt"
	"slices"
)

// admit says whether the trust store takes a list that parsed, and who in the
// bundle signed it. Dates are not looked at: AWS documents no such check.
func (w Switches) admit(list signedList, bundle []*x509.Certificate) (*x509.Certificate, error) {
	if !slices.Contains(takenAlgorithms(), list.SignatureAlgorithm) {
		return nil, fmt.Errorf("it uses an incorrect algorithm, %s", list.SignatureAlgorithm)
	}
	if list.Version == 1 && !w.AcceptV1Lists {
		return nil, fmt.Errorf("X.509 v1 lists are not taken")
	}
	if list.CriticalScope && w.RefuseCriticalScope {
		return nil, fmt.Errorf("lists with a critical scope extension are not taken")
	}
	signer := list.signer(bundle)
	if signer == nil && !w.AcceptUnknownSigner {
		return nil, fmt.Errorf("no certificate of the CA bundle verifies the list of %q", list.Issuer)
	}
	return signer, nil
}

// takenAlgorithms are the signatures that ALB documents for mutual TLS:
// SHA-2 with RSA, EC, or RSASSA-PSS with MGF1 (ALB guide, Mutual
// authentication with TLS). That it means lists too is our reading.
func takenAlgorithms() []x509.SignatureAlgorithm {
	return []x509.SignatureAlgorithm{
		x509.SHA256WithRSA, x509.SHA384WithRSA, x509.SHA512WithRSA,
		x509.SHA256WithRSAPSS, x509.SHA384WithRSAPSS, x509.SHA512WithRSAPSS,
		x509.ECDSAWithSHA256, x509.ECDSAWithSHA384, x509.ECDSAWithSHA512,
	}
}

// signer is the certificate of the bundle that bears the issuer's name, may
// sign lists and verifies this one; nil when there is none.
func (l signedList) signer(bundle []*x509.Certificate) *x509.Certificate {
	signed := x509.RevocationList{
		RawTBSRevocationList: l.tbs,
		SignatureAlgorithm:   l.SignatureAlgorithm,
		Signature:            l.signature,
	}
	for _, ca := range bundle {
		if bytes.Equal(ca.RawSubject, l.RawIssuer) && signed.CheckSignatureFrom(ca) == nil {
			return ca
		}
	}
	return nil
}
