package chain

import (
	"crypto/x509"
	"strings"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/pkitest"
)

func TestOptions(t *testing.T) {
	t.Parallel()
	bundle := []*x509.Certificate{pkitest.NewCA(t, "Root").Cert}
	cases := []struct {
		name    string
		options Options
		text    string
	}{
		{"zero value", Options{}, ""},
		{"all set", Options{Profile: ProfileRFC5280, Usage: UsageAny, Revocation: ModeOff, Grace: time.Hour}, ""},
		{"forever", Options{Grace: Forever}, ""},
		{"unknown profile", Options{Profile: "ALB"}, `unknown profile "ALB", want one of ["alb" "rfc5280"]`},
		{"unknown usage", Options{Usage: "clientAuth"}, `unknown usage "clientAuth"`},
		{"unknown mode", Options{Revocation: "none"}, `unknown revocation mode "none"`},
		{"negative grace", Options{Grace: -1}, "grace is negative"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := New(bundle, nil, c.options)
			if (err == nil) != (c.text == "") || err != nil && !strings.Contains(err.Error(), c.text) {
				t.Errorf("got error %v, want %q", err, c.text)
			}
		})
	}
}

// Nobody who forgets an option opens the door.
func TestOptionsZeroValueIsStrict(t *testing.T) {
	t.Parallel()
	options, err := Options{}.withDefaults()
	if err != nil {
		t.Fatal(err)
	}
	if options.Profile != ProfileALB || options.Usage != UsageClient || options.Revocation != ModeRequire || options.Grace != 0 {
		t.Errorf("got %+v, want the rules of ALB, clients only, a list for each certificate and no grace", options)
	}
}

func TestNewWithoutAnchor(t *testing.T) {
	t.Parallel()
	a, b := crossCertified(t)
	for name, bundle := range map[string][]*x509.Certificate{"empty": nil, "two CAs that certify each other": {a, b}} {
		_, err := New(bundle, nil, Options{})
		if err == nil || !strings.Contains(err.Error(), "no trust anchor") {
			t.Errorf("%s: got error %v, want none of an anchor", name, err)
		}
	}
}

// crossCertified makes two CAs, each certified by the other.
func crossCertified(t *testing.T) (*x509.Certificate, *x509.Certificate) {
	t.Helper()
	a, b := pkitest.NewCA(t, "A"), pkitest.NewCA(t, "B")
	return b.CrossSign(t, a).Cert, a.CrossSign(t, b).Cert
}
