package clientcert

import (
	"crypto/x509"
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/pkitest"
)

// verified is what a verify listener adds for leaf.
func verified(leaf *x509.Certificate) map[string][]string {
	const form = "2006-01-02T15:04:05Z"
	return map[string][]string{
		"x-amzn-mtls-clientcert-leaf":          {Encode([]*x509.Certificate{leaf})},
		"x-amzn-mtls-clientcert-serial-number": {fmt.Sprintf("%X", leaf.SerialNumber)},
		"x-amzn-mtls-clientcert-issuer":        {leaf.Issuer.String()},
		"x-amzn-mtls-clientcert-subject":       {leaf.Subject.String()},
		"x-amzn-mtls-clientcert-validity": {"NotBefore=" + leaf.NotBefore.UTC().Format(form) +
			";NotAfter=" + leaf.NotAfter.UTC().Format(form)},
	}
}

func TestVerifiedHeaders(t *testing.T) {
	t.Parallel()
	ca := pkitest.NewCA(t, "Root")
	leaf, other := ca.Issue(t, "laptop-1").Cert, ca.Issue(t, "laptop-2").Cert
	const (
		leafHeader     = "x-amzn-mtls-clientcert-leaf"
		serialHeader   = "x-amzn-mtls-clientcert-serial-number"
		validityHeader = "x-amzn-mtls-clientcert-validity"
		issuerHeader   = "x-amzn-mtls-clientcert-issuer"
		subjectHeader  = "x-amzn-mtls-clientcert-subject"
	)
	serial := fmt.Sprintf("%X", leaf.SerialNumber)
	validity := verified(leaf)[validityHeader][0]
	late := strings.Replace(validity, leaf.NotAfter.Format("2006"), "2099", 1)
	cases := []struct {
		name   string
		header string
		values []string
		reason Reason
		text   string
	}{
		{"as ALB sends them", serialHeader, []string{serial}, "", ""},
		{"serial in lower case", serialHeader, []string{strings.ToLower(serial)}, "", ""},
		{"serial with leading zeros", serialHeader, []string{"000" + serial}, "", ""},
		{"subject absent", subjectHeader, nil, "", ""},
		{"issuer empty", issuerHeader, []string{""}, "", ""},
		{"leaf absent", leafHeader, nil, ReasonNoCertificate, "no client certificate"},
		{"leaf twice", leafHeader, []string{Encode([]*x509.Certificate{leaf}), Encode([]*x509.Certificate{leaf})}, ReasonSeveralHeaders, "2 values"},
		{"leaf of two certificates", leafHeader, []string{Encode([]*x509.Certificate{leaf, leaf})}, ReasonTooManyCertificates, "the leaf alone"},
		{"leaf damaged", leafHeader, []string{"x"}, ReasonPEMSyntax, "block 1"},
		{"leaf of somebody else", leafHeader, []string{Encode([]*x509.Certificate{other})}, ReasonHeaderMismatch, "Serial-Number is not"},
		{"serial absent", serialHeader, nil, ReasonHeaderIncomplete, "Serial-Number is missing"},
		{"serial empty", serialHeader, []string{""}, ReasonHeaderIncomplete, "Serial-Number is missing"},
		{"serial twice", serialHeader, []string{serial, serial}, ReasonSeveralHeaders, "2 values"},
		{"serial of another", serialHeader, []string{serial + "0"}, ReasonHeaderMismatch, "Serial-Number is not"},
		{"serial with a sign", serialHeader, []string{"+" + serial}, ReasonHeaderMismatch, "Serial-Number is not"},
		{"serial with a prefix", serialHeader, []string{"0x" + serial}, ReasonHeaderMismatch, "Serial-Number is not"},
		{"serial with colons", serialHeader, []string{"00:" + serial}, ReasonHeaderMismatch, "Serial-Number is not"},
		{"validity absent", validityHeader, nil, ReasonHeaderIncomplete, "Validity is missing"},
		{"validity twice", validityHeader, []string{validity, validity}, ReasonSeveralHeaders, "2 values"},
		{"validity of another", validityHeader, []string{late}, ReasonHeaderMismatch, "dates of the leaf"},
		{"validity cut short", validityHeader, []string{validity[:20]}, ReasonHeaderMismatch, "dates of the leaf"},
		{"subject twice", subjectHeader, []string{"CN=a", "CN=b"}, ReasonSeveralHeaders, "2 values"},
		{"issuer twice", issuerHeader, []string{"CN=a", "CN=b"}, ReasonSeveralHeaders, "2 values"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := maps.Clone(verified(leaf))
			h[c.header] = c.values
			got, err := DefaultVerifiedHeaders().Certificate(h)
			if c.reason == "" {
				if err != nil {
					t.Fatal(err)
				}
				wantSame(t, []*x509.Certificate{got}, []*x509.Certificate{leaf})
				return
			}
			if got != nil {
				t.Error("got a certificate beside the error")
			}
			wantReason(t, err, c.reason, c.text)
		})
	}
}

// The same serial from another CA: only the dates tell the two apart.
func TestVerifiedHeadersCompareDates(t *testing.T) {
	t.Parallel()
	shorter := func(c *x509.Certificate) { c.NotAfter = c.NotAfter.Add(-time.Second) }
	genuine := pkitest.NewCA(t, "A").Issue(t, "laptop-1").Cert
	forged := pkitest.NewCA(t, "B").Issue(t, "laptop-1", shorter).Cert
	if genuine.SerialNumber.Cmp(forged.SerialNumber) != 0 {
		t.Fatal("the two certificates should share their serial number")
	}
	h := verified(genuine)
	h["x-amzn-mtls-clientcert-leaf"] = []string{Encode([]*x509.Certificate{forged})}
	_, err := DefaultVerifiedHeaders().Certificate(h)
	wantReason(t, err, ReasonHeaderMismatch, "dates of the leaf")
}

func TestVerifiedHeadersRenamed(t *testing.T) {
	t.Parallel()
	leaf := issue(t, 1)[0]
	names := DefaultVerifiedHeaders()
	names.Leaf = "X-Renamed-Leaf"
	h := verified(leaf)
	_, err := names.Certificate(h)
	if !errors.Is(err, ErrMissing) {
		t.Errorf("got %v, want ErrMissing: the default name must not stand in", err)
	}
	h["x-renamed-leaf"] = h["x-amzn-mtls-clientcert-leaf"]
	_, err = names.Certificate(h)
	if err != nil {
		t.Error(err)
	}
}
