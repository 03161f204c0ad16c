package chain

import (
	"bytes"
	"crypto/x509"
	"errors"
	"slices"
	"time"
)

// maxDiagnosis bounds the signatures that are verified only to say why there
// is no path.
const maxDiagnosis = 20

// explain turns an error of crypto/x509 into a refusal.
func (v *Verifier) explain(cause error, presented []*x509.Certificate, now time.Time) error {
	err := understood(0, presented[0])
	if err != nil {
		return err
	}
	var invalid x509.CertificateInvalidError
	var unknown x509.UnknownAuthorityError
	var critical x509.UnhandledCriticalExtension
	switch {
	case errors.As(cause, &invalid) && invalid.Reason == x509.IncompatibleUsage:
		return refuse(ReasonUsage, 0, "it, or a CA above it, is not meant for this use")
	case errors.As(cause, &invalid) && invalid.Reason == x509.CANotAuthorizedForThisName:
		return refuse(ReasonNameConstraints, 0, "a name is not one that the CAs above it may certify")
	case errors.As(cause, &invalid) && invalid.Reason == x509.NoValidChains:
		return refuse(ReasonPolicy, 0, "no path satisfies the certificate policies that its CAs demand")
	case errors.As(cause, &invalid), errors.As(cause, &unknown), errors.As(cause, &critical):
		return v.diagnose(presented, now)
	}
	return refuse(ReasonTooComplex, 0, "too many possible paths: %v", cause)
}

// diagnose walks upwards from the leaf until it finds why there is no path.
func (v *Verifier) diagnose(presented []*x509.Certificate, now time.Time) error {
	candidates := v.candidates(presented)
	checks := maxDiagnosis
	cert := presented[0]
	for position := 1; position <= v.rules.certificates; position++ {
		if weak(cert) {
			return refuse(ReasonSignatureAlgorithm, position-1, "it is signed with %s, which no longer proves anything", cert.SignatureAlgorithm)
		}
		issuer := issuerAmong(candidates, cert, &checks)
		if issuer == nil || issuer.Equal(cert) {
			return refuse(ReasonUntrusted, position-1, "no CA certificate of the bundle vouches for it, its issuer is %.200q", cert.Issuer.String())
		}
		anchor := slices.ContainsFunc(v.anchors, issuer.Equal)
		err := fit(position, issuer, anchor, now)
		if err != nil {
			return err
		}
		if anchor {
			break
		}
		cert = issuer
	}
	return refuse(ReasonUntrusted, 0, "there is no valid path to a trust anchor")
}

// issuerAmong returns the first candidate that signed cert.
func issuerAmong(candidates []*x509.Certificate, cert *x509.Certificate, checks *int) *x509.Certificate {
	for _, candidate := range candidates {
		if !bytes.Equal(candidate.RawSubject, cert.RawIssuer) {
			continue
		}
		if *checks == 0 {
			return nil
		}
		*checks--
		if candidate.CheckSignature(cert.SignatureAlgorithm, cert.RawTBSCertificate, cert.Signature) == nil {
			return candidate
		}
	}
	return nil
}

// fit says what keeps issuer from standing at position on a path.
func fit(position int, issuer *x509.Certificate, anchor bool, now time.Time) error {
	err := current(position, issuer, now)
	if err != nil {
		return err
	}
	err = understood(position, issuer)
	if err != nil {
		return err
	}
	if !mayIssue(issuer, anchor) {
		return refuse(ReasonNotACA, position, "it may not issue certificates")
	}
	if issuer.BasicConstraintsValid && issuer.MaxPathLen >= 0 && position-1 > issuer.MaxPathLen {
		return refuse(ReasonPathLength, position, "it allows %d CAs below it, there are %d", issuer.MaxPathLen, position-1)
	}
	return nil
}

// mayIssue is what crypto/x509 demands of an issuer: a CA that may sign
// certificates, or an anchor from before there were extensions.
func mayIssue(cert *x509.Certificate, anchor bool) bool {
	if !cert.BasicConstraintsValid {
		return anchor && cert.Version < 3
	}
	return cert.IsCA && (cert.KeyUsage == 0 || cert.KeyUsage&x509.KeyUsageCertSign != 0)
}

func current(position int, cert *x509.Certificate, now time.Time) error {
	if now.Before(cert.NotBefore) {
		return refuse(ReasonNotYetValid, position, "it is valid from %s, now is %s", stamp(cert.NotBefore), stamp(now))
	}
	if now.After(cert.NotAfter) {
		return refuse(ReasonExpired, position, "it expired at %s, now is %s", stamp(cert.NotAfter), stamp(now))
	}
	return nil
}

func understood(position int, cert *x509.Certificate) error {
	if len(cert.UnhandledCriticalExtensions) > 0 {
		return refuse(ReasonCriticalExtension, position, "it has a critical extension that cannot be applied here: %v", cert.UnhandledCriticalExtensions[0])
	}
	return nil
}

// weak says whether crypto/x509 refuses the signature for its algorithm.
func weak(cert *x509.Certificate) bool {
	switch cert.SignatureAlgorithm {
	case x509.UnknownSignatureAlgorithm, x509.MD2WithRSA, x509.MD5WithRSA, x509.SHA1WithRSA,
		x509.DSAWithSHA1, x509.DSAWithSHA256, x509.ECDSAWithSHA1:
		return true
	}
	return false
}

func stamp(t time.Time) string {
	return t.UTC().Format(time.RFC3339)
}
