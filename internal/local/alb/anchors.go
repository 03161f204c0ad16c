package alb

import (
	"bytes"
	"crypto/x509"
	"sync/atomic"
)

// trust is a view made ready for handshakes.
type trust struct {
	view View
	// anchors end a path; intermediates are the bundle's other certificates;
	// advertised are all of them, for the CA names in a CertificateRequest.
	anchors, intermediates, advertised *x509.CertPool
}

// trustCache keeps what was made of the last view, so that a handshake builds
// pools only after the trust store has changed.
type trustCache struct {
	store TrustStore
	last  atomic.Pointer[trust]
}

// present is the trust store as it is now.
func (c *trustCache) present() *trust {
	view := c.store.View()
	last := c.last.Load()
	if last != nil && last.view.Generation == view.Generation {
		return last
	}
	next := newTrust(view)
	c.last.Store(next)
	return next
}

func newTrust(view View) *trust {
	t := &trust{
		view:          view,
		anchors:       x509.NewCertPool(),
		intermediates: x509.NewCertPool(),
		advertised:    x509.NewCertPool(),
	}
	for _, cert := range view.Bundle {
		t.advertised.AddCert(cert)
		if isAnchor(cert, view.Bundle) {
			t.anchors.AddCert(cert)
			continue
		}
		t.intermediates.AddCert(cert)
	}
	return t
}

// isAnchor reports whether a path may end at cert: it signed itself, or nobody
// else in the bundle signed it. AWS does not say whether an intermediate whose
// root is missing is an anchor; refusing it would make such a bundle useless.
func isAnchor(cert *x509.Certificate, bundle []*x509.Certificate) bool {
	if signed(cert, cert) {
		return true
	}
	for _, other := range bundle {
		if !bytes.Equal(other.Raw, cert.Raw) && signed(other, cert) {
			return false
		}
	}
	return true
}

// signed goes by the signature, not by the name alone: a CA with a new key may
// have signed its new certificate with the old one, under the same name.
func signed(issuer, cert *x509.Certificate) bool {
	return bytes.Equal(issuer.RawSubject, cert.RawIssuer) && cert.CheckSignatureFrom(issuer) == nil
}
