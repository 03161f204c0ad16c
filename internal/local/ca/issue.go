package ca

import (
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

const (
	defaultDays = 90
	// nameLimit is ub-common-name (RFC 5280, appendix A.1).
	nameLimit = 64
)

// Request asks for a client certificate.
type Request struct {
	// Name becomes the common name. It may be given out more than once.
	Name string
	// Days is how long the certificate is valid; 0 is 90.
	Days int
	// From and Until, where Until is set, are its validity in place of Days. It
	// may be over already: for showing that nobody takes such a certificate.
	From, Until time.Time
	// The subject alternative names; all may be empty.
	DNSNames []string
	Emails   []string
	URIs     []*url.URL
	IPs      []net.IP
}

func (r Request) check() error {
	if r.Days < 0 {
		return fmt.Errorf("%d days of validity: give one or more", r.Days)
	}
	if !r.Until.IsZero() && !r.From.Before(r.Until) {
		return fmt.Errorf("a validity from %s to %s: it has to begin before it ends", r.From.Format(time.RFC3339), r.Until.Format(time.RFC3339))
	}
	return checkName(r.Name)
}

// checkName keeps a name printable, and fit to name files after.
func checkName(name string) error {
	if strings.TrimSpace(name) == "" || !utf8.ValidString(name) {
		return errors.New("the name is empty or not UTF-8")
	}
	if name == issuingName {
		return fmt.Errorf("%q is the name of the issuing CA: revoking it would revoke every client", name)
	}
	if utf8.RuneCountInString(name) > nameLimit {
		return fmt.Errorf("the name has more than %d characters", nameLimit)
	}
	if strings.HasPrefix(name, ".") || strings.HasPrefix(name, "-") || strings.ContainsAny(name, `/\`) {
		return fmt.Errorf("the name %q begins with a dot or a dash, or has a slash in it", name)
	}
	if strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return fmt.Errorf("the name %q has a character that cannot be printed", name)
	}
	return nil
}

// Credential is a client certificate, its key, and the CA that issued it.
type Credential struct {
	Certificate *x509.Certificate
	Issuer      *x509.Certificate
	Key         crypto.Signer
}

// Issue makes a key and a client certificate for it. The certificate is
// remembered before it is handed out, so that it can be revoked.
func (c *CA) Issue(request Request) (*Credential, error) {
	err := request.check()
	if err != nil {
		return nil, fmt.Errorf("issuing a client certificate: %w", err)
	}
	key, err := c.kind.generate()
	if err != nil {
		return nil, fmt.Errorf("issuing a client certificate to %q: %w", request.Name, err)
	}
	template := clientTemplate(request, c.options.Now())
	c.points(Issuing).apply(template)
	if template.NotAfter.After(c.issuing.certificate.NotAfter) {
		return nil, fmt.Errorf("issuing a client certificate to %q: it would outlive the CA, which ends on %s", request.Name, c.issuing.certificate.NotAfter.Format(time.DateOnly))
	}
	certificate, err := c.issuing.sign(template, key.Public())
	if err != nil {
		return nil, err
	}
	err = c.remember(newRecord(request.Name, Issuing, certificate))
	if err != nil {
		return nil, err
	}
	return &Credential{Certificate: certificate, Issuer: c.issuing.certificate, Key: key}, nil
}

func clientTemplate(request Request, now time.Time) *x509.Certificate {
	from, until := request.span(now)
	return &x509.Certificate{
		Subject:        pkix.Name{CommonName: request.Name},
		NotBefore:      from,
		NotAfter:       until,
		KeyUsage:       x509.KeyUsageDigitalSignature,
		ExtKeyUsage:    []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
		DNSNames:       request.DNSNames,
		EmailAddresses: request.Emails,
		URIs:           request.URIs,
		IPAddresses:    request.IPs,
	}
}

// span is how long the certificate is to be valid.
func (r Request) span(now time.Time) (time.Time, time.Time) {
	if !r.Until.IsZero() {
		return r.From, r.Until
	}
	days := r.Days
	if days == 0 {
		days = defaultDays
	}
	return now.Add(-backdated), now.AddDate(0, 0, days)
}

func newRecord(name string, issuer Authority, certificate *x509.Certificate) record {
	return record{Name: name, Serial: serialText(certificate.SerialNumber), Issuer: issuer, NotAfter: certificate.NotAfter}
}

func (c *CA) remember(issued record) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	next := *c.memory
	next.Issued = append(next.Issued[:len(next.Issued):len(next.Issued)], issued)
	return c.become(&next)
}

// become saves a memory and only then has it in force; c.mu is held.
func (c *CA) become(next *memory) error {
	err := next.save(c.dir)
	if err != nil {
		return err
	}
	c.memory = next
	return nil
}

// CertificatePEM is the certificate alone.
func (c *Credential) CertificatePEM() []byte { return encodeCertificates(c.Certificate) }

// ChainPEM is what a client sends: its certificate, then the issuing CA.
func (c *Credential) ChainPEM() []byte { return encodeCertificates(c.Certificate, c.Issuer) }

// KeyPEM is the private key in PKCS #8.
func (c *Credential) KeyPEM() ([]byte, error) { return encodeKey(c.Key) }

// TLS is the credential as crypto/tls takes it.
func (c *Credential) TLS() tls.Certificate {
	return tls.Certificate{Certificate: [][]byte{c.Certificate.Raw, c.Issuer.Raw}, PrivateKey: c.Key, Leaf: c.Certificate}
}

func serialText(serial *big.Int) string { return serial.Text(16) }
