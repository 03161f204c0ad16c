package alb

import (
	"crypto/x509"
	"errors"
	"time"
)

// judge decides whether a client may come in through a verify listener.
type judge struct {
	trust    *trustCache
	switches Switches
	now      func() time.Time
}

// admit returns nil for a client that may come in, and otherwise a *Refusal.
// It takes the trust store as it is at this moment: a client that delays its
// certificate is judged by the lists of the moment when it sends it.
func (j *judge) admit(presented []*x509.Certificate) error {
	err := measure(presented)
	if err != nil {
		return err
	}
	err = supported(presented[0])
	if err != nil {
		return err
	}
	trust, now := j.trust.present(), j.now()
	chains, err := verify(presented, trust, now)
	if err != nil {
		return explain(err, presented, now)
	}
	return j.anyPath(chains, trust, now)
}

// measure holds the presented chain against the quotas.
func measure(presented []*x509.Certificate) error {
	err := fitsMessage(presented)
	if err != nil {
		return err
	}
	if len(presented) > maxChainDepth {
		return refuse(CodeMaxChainDepthExceeded, ReasonTooDeep, "%d certificates were presented, at most %d are taken", len(presented), maxChainDepth)
	}
	return nil
}

// fitsMessage holds the presented certificates against the quota on a TLS
// message.
func fitsMessage(presented []*x509.Certificate) error {
	size := 0
	for _, cert := range presented {
		size += len(cert.Raw)
	}
	if size > maxTLSMessage {
		return refuse(CodeMaxSizeExceeded, ReasonTooLarge, "the presented certificates have %d bytes together, at most %d are taken", size, maxTLSMessage)
	}
	return nil
}

func verify(presented []*x509.Certificate, trust *trust, now time.Time) ([][]*x509.Certificate, error) {
	intermediates := trust.intermediates.Clone()
	for _, cert := range presented[1:] {
		intermediates.AddCert(cert)
	}
	return presented[0].Verify(x509.VerifyOptions{
		Roots:         trust.anchors,
		Intermediates: intermediates,
		CurrentTime:   now,
		KeyUsages:     []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	})
}

// anyPath is nil when one of the paths holds; otherwise it tells what is wrong
// with the first.
func (j *judge) anyPath(chains [][]*x509.Certificate, trust *trust, now time.Time) error {
	var first error
	for _, chain := range chains {
		err := j.path(chain, trust, now)
		if err == nil {
			return nil
		}
		if first == nil {
			first = err
		}
	}
	return first
}

// path checks what x509.Verify leaves open, from the leaf up to the anchor. The
// anchor counts for the depth; it is trusted because it is in the bundle, so
// its own signature and any list that names it do not matter.
func (j *judge) path(chain []*x509.Certificate, trust *trust, now time.Time) error {
	if len(chain) > maxChainDepth {
		return refuse(CodeMaxChainDepthExceeded, ReasonTooDeep, "the path to the trust anchor has %d certificates, at most %d are taken", len(chain), maxChainDepth)
	}
	err := forAuthentication(chain[0])
	if err != nil {
		return err
	}
	for at, cert := range chain[:len(chain)-1] {
		err := supported(cert)
		if err != nil {
			return err
		}
		err = j.notRevoked(cert, chain[at+1], trust, now)
		if err != nil {
			return err
		}
	}
	return nil
}

// forAuthentication refuses a certificate whose key usage leaves out what a
// client does in a handshake (RFC 5246 section 7.4.6: digitalSignature; as
// OpenSSL's purpose "SSL client", on which the load balancer's TLS library
// rests, also keyAgreement). No key usage at all restricts nothing.
func forAuthentication(leaf *x509.Certificate) error {
	const enough = x509.KeyUsageDigitalSignature | x509.KeyUsageKeyAgreement
	if leaf.KeyUsage != 0 && leaf.KeyUsage&enough == 0 {
		return refuse(CodePurposeInvalid, ReasonPurpose, "the key usage of %s does not allow it to sign", distinguishedName(leaf.RawSubject))
	}
	return nil
}

// explain finds the documented code for an error of x509.Verify.
func explain(err error, presented []*x509.Certificate, now time.Time) error {
	_, unhandled := errors.AsType[x509.UnhandledCriticalExtension](err)
	invalid, isInvalid := errors.AsType[x509.CertificateInvalidError](err)
	switch {
	case unhandled:
		return refuse(CodeInvalid, ReasonExtension, "%v", err)
	case isInvalid && invalid.Reason == x509.Expired:
		return outOfDate(invalid.Cert, now)
	case isInvalid && invalid.Reason == x509.IncompatibleUsage:
		return refuse(CodePurposeInvalid, ReasonPurpose, "the certificate of %s, or a CA above it, is not for client authentication", distinguishedName(presented[0].RawSubject))
	default:
		return untrusted(err, presented)
	}
}

func outOfDate(cert *x509.Certificate, now time.Time) error {
	subject := distinguishedName(cert.RawSubject)
	if now.Before(cert.NotBefore) {
		return refuse(CodeNotYetValid, ReasonNotYetValid, "the certificate of %s begins at %s", subject, rfc3339(cert.NotBefore))
	}
	return refuse(CodeExpired, ReasonExpired, "the certificate of %s ended at %s", subject, rfc3339(cert.NotAfter))
}

// untrusted names the intermediate that cannot be used, where that is why no
// path was found.
func untrusted(err error, presented []*x509.Certificate) error {
	for _, cert := range presented[1:] {
		problem := supported(cert)
		if problem != nil {
			return problem
		}
	}
	return refuse(CodeUntrusted, ReasonUntrusted, "the certificate of %s: %v", distinguishedName(presented[0].RawSubject), err)
}
