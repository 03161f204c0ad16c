package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/spf13/pflag"
)

// applicant is who gets a certificate. key is nil where it stays elsewhere.
type applicant struct {
	file    string // what its files are called
	key     crypto.Signer
	public  crypto.PublicKey
	subject []byte // DER
	dns     []string
	emails  []string
	ips     []net.IP
	uris    []*url.URL
}

// applicant is somebody new, or whoever made the request.
func (f *issueFlags) applicant(name string) (*applicant, error) {
	if f.request != "" {
		return requester(f.request, name)
	}
	err := checkClientName(name)
	if err != nil {
		return nil, &usageError{err}
	}
	key, err := f.keyKind.generate()
	if err != nil {
		return nil, fmt.Errorf("making a key: %w", err)
	}
	who := &applicant{file: name, key: key, public: key.Public()}
	who.subject, err = subjectOf(name)
	if err != nil {
		return nil, err
	}
	return who, f.names.apply(who)
}

func requester(file, name string) (*applicant, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, &usageError{fmt.Errorf("reading the request: %w", err)}
	}
	block, _ := pem.Decode(text)
	if block != nil {
		text = block.Bytes
	}
	request, err := x509.ParseCertificateRequest(text)
	if err == nil {
		err = request.CheckSignature()
	}
	if err != nil {
		return nil, fmt.Errorf("reading the request in %s: %w", file, err)
	}
	if name == "" {
		name = request.Subject.CommonName
	}
	err = checkClientName(name)
	if err != nil {
		return nil, &usageError{fmt.Errorf("naming the files: %w: give a NAME", err)}
	}
	return &applicant{
		file: name, public: request.PublicKey, subject: request.RawSubject,
		dns: request.DNSNames, emails: request.EmailAddresses, ips: request.IPAddresses, uris: request.URIs,
	}, nil
}

// backdating is how far before the present a certificate begins, for clocks
// that are a little slow.
const backdating = 5 * time.Minute

// template is a certificate as a load balancer takes it (ALB guide, "Mutual
// authentication with TLS": requirements).
func (a *applicant) template(f *issueFlags, now time.Time) *x509.Certificate {
	return &x509.Certificate{
		RawSubject: a.subject,
		NotBefore:  now.Add(-backdating), NotAfter: now.AddDate(0, 0, f.days),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
		BasicConstraintsValid: true,
		DNSNames:              a.dns, EmailAddresses: a.emails, IPAddresses: a.ips, URIs: a.uris,
		CRLDistributionPoints: f.lists, IssuingCertificateURL: f.caURLs,
	}
}

func subjectOf(name string) ([]byte, error) {
	der, err := asn1.Marshal(pkix.Name{CommonName: name}.ToRDNSequence())
	if err != nil {
		return nil, fmt.Errorf("encoding the name: %w", err)
	}
	return der, nil
}

// longestName is ub-common-name (RFC 5280, appendix A.1).
const longestName = 64

// checkClientName keeps a name fit for a certificate and for files.
func checkClientName(name string) error {
	switch {
	case strings.TrimSpace(name) == "" || !utf8.ValidString(name) || strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }):
		return fmt.Errorf("the name %q is empty, or has a character that cannot be printed", name)
	case utf8.RuneCountInString(name) > longestName:
		return fmt.Errorf("the name has more than %d characters", longestName)
	case strings.HasPrefix(name, ".") || strings.HasPrefix(name, "-") || strings.ContainsAny(name, `/\:`):
		return fmt.Errorf("the name %q begins with a dot or a dash, or has a slash or a colon in it: files are named after it", name)
	}
	return nil
}

// alternativeNames are the subject alternative names on the command line.
type alternativeNames struct{ dns, emails, ips, uris []string }

func (n *alternativeNames) add(flags *pflag.FlagSet) {
	flags.StringArrayVar(&n.dns, "dns", nil, "DNS `name` in the certificate (repeatable)")
	flags.StringArrayVar(&n.emails, "email", nil, "e-mail `address` in the certificate (repeatable)")
	flags.StringArrayVar(&n.ips, "ip", nil, "IP `address` in the certificate (repeatable)")
	flags.StringArrayVar(&n.uris, "uri", nil, "`URI` in the certificate, such as spiffe://example.com/laptop (repeatable)")
}

func (n *alternativeNames) any() bool {
	return len(n.dns)+len(n.emails)+len(n.ips)+len(n.uris) > 0
}

func (n *alternativeNames) apply(who *applicant) error {
	who.dns, who.emails = n.dns, n.emails
	for _, text := range n.ips {
		ip := net.ParseIP(text)
		if ip == nil {
			return &usageError{fmt.Errorf("--ip %q is no IP address", text)}
		}
		who.ips = append(who.ips, ip)
	}
	for _, text := range n.uris {
		uri, err := url.Parse(text)
		if err != nil || !uri.IsAbs() {
			return &usageError{fmt.Errorf("--uri %q is no absolute URI", text)}
		}
		who.uris = append(who.uris, uri)
	}
	return nil
}

func checkURLs(flag string, texts []string) error {
	var problems []error
	for _, text := range texts {
		at, err := url.Parse(text)
		if err != nil || at.Scheme != "http" && at.Scheme != "https" || at.Host == "" {
			problems = append(problems, fmt.Errorf("--%s %q: want http:// or https://", flag, text))
		}
	}
	return errors.Join(problems...)
}

// keyKind is the kind of a new key; all are among those that ALB documents.
type keyKind string

const (
	keyP256    keyKind = "p256"
	keyP384    keyKind = "p384"
	keyRSA2048 keyKind = "rsa2048"
	keyRSA4096 keyKind = "rsa4096"
)

func parseKeyKind(text string) (keyKind, error) {
	switch kind := keyKind(text); kind {
	case keyP256, keyP384, keyRSA2048, keyRSA4096:
		return kind, nil
	}
	return "", fmt.Errorf("want %s, %s, %s or %s", keyP256, keyP384, keyRSA2048, keyRSA4096)
}

func (k keyKind) generate() (crypto.Signer, error) {
	switch k {
	case keyP384:
		return ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	case keyRSA2048:
		return rsa.GenerateKey(rand.Reader, 2048)
	case keyRSA4096:
		return rsa.GenerateKey(rand.Reader, 4096)
	default:
		return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	}
}
