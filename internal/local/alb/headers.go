package alb

import (
	"cmp"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// HeaderNames are the names of the headers that a listener generates: the
// listener attributes routing.http.request.x_amzn_mtls_….header_name. An empty
// name is the default one (ALB guide, "HTTP headers and mutual TLS").
type HeaderNames struct {
	Clientcert   string // passthrough
	SerialNumber string // verify, as the following
	Issuer       string
	Subject      string
	Validity     string
	Leaf         string
}

func (n HeaderNames) orDefault() HeaderNames {
	return HeaderNames{
		Clientcert:   cmp.Or(n.Clientcert, "X-Amzn-Mtls-Clientcert"),
		SerialNumber: cmp.Or(n.SerialNumber, "X-Amzn-Mtls-Clientcert-Serial-Number"),
		Issuer:       cmp.Or(n.Issuer, "X-Amzn-Mtls-Clientcert-Issuer"),
		Subject:      cmp.Or(n.Subject, "X-Amzn-Mtls-Clientcert-Subject"),
		Validity:     cmp.Or(n.Validity, "X-Amzn-Mtls-Clientcert-Validity"),
		Leaf:         cmp.Or(n.Leaf, "X-Amzn-Mtls-Clientcert-Leaf"),
	}
}

func (n HeaderNames) check() error {
	var problems []error
	for _, name := range []string{n.Clientcert, n.SerialNumber, n.Issuer, n.Subject, n.Validity, n.Leaf} {
		if !validHeaderName(name) {
			problems = append(problems, fmt.Errorf("naming a certificate header %q: letters, digits and hyphens only", name))
		}
	}
	return errors.Join(problems...)
}

// addVerified adds the five verify-mode headers for leaf.
func addVerified(h http.Header, names HeaderNames, leaf *x509.Certificate, sent ClientSentHeader) {
	sent.add(h, names.SerialNumber, serialNumber(leaf))
	sent.add(h, names.Issuer, distinguishedName(leaf.RawIssuer))
	sent.add(h, names.Subject, distinguishedName(leaf.RawSubject))
	sent.add(h, names.Validity, validity(leaf))
	sent.add(h, names.Leaf, encodeChain([]*x509.Certificate{leaf}))
}

// addPresented adds the passthrough header for the chain that the client
// presented, which may be none.
func addPresented(h http.Header, name string, chain []*x509.Certificate, switches Switches) {
	if len(chain) == 0 && switches.WithoutCertificate == HeaderAbsent {
		switches.ClientSentHeader.withhold(h, name)
		return
	}
	switches.ClientSentHeader.add(h, name, encodeChain(chain))
}

func (s ClientSentHeader) add(h http.Header, name, value string) {
	switch {
	case s == HeaderKept && len(h.Values(name)) > 0:
	case s == HeaderAppended:
		h.Add(name, value)
	default:
		h.Set(name, value)
	}
}

func (s ClientSentHeader) withhold(h http.Header, name string) {
	if s == HeaderReplaced {
		h.Del(name)
	}
}

// serialNumber is the leaf's serial in hex, as in the guide's example 03A5B1.
func serialNumber(cert *x509.Certificate) string {
	digits := strings.ToUpper(hex.EncodeToString(cert.SerialNumber.Bytes()))
	if digits == "" {
		digits = "00"
	}
	if cert.SerialNumber.Sign() < 0 {
		return "-" + digits
	}
	return digits
}

func validity(cert *x509.Certificate) string {
	return "NotBefore=" + rfc3339(cert.NotBefore) + ";NotAfter=" + rfc3339(cert.NotAfter)
}

func rfc3339(t time.Time) string { return t.UTC().Format(time.RFC3339) }
