package cabundle_test

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"

	"github.com/sekisho/sekisho/internal/cabundle"
	"github.com/sekisho/sekisho/internal/pkitest"
)

// A private key that strayed into the bundle is named, and not a bit of it is
// repeated, however damaged its block is.
func TestPrivateKeysAreRefusedUnseen(t *testing.T) {
	t.Parallel()
	der, err := x509.MarshalPKCS8PrivateKey(pkitest.NewKey(t))
	if err != nil {
		t.Fatalf("encoding a key: %v", err)
	}
	text := string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	lines := strings.SplitAfter(text, "\n")
	const advice = "this is a private key: take it out, a CA bundle holds certificates only; replace the key if others have seen the file"

	for name, test := range map[string]struct{ data, want string }{
		"PKCS #8":                  {text, advice},
		"encrypted":                {strings.ReplaceAll(text, "PRIVATE", "ENCRYPTED PRIVATE"), advice},
		"RSA":                      {strings.ReplaceAll(text, "PRIVATE", "RSA PRIVATE"), advice},
		"EC":                       {strings.ReplaceAll(text, "PRIVATE", "EC PRIVATE"), advice},
		"OpenSSH":                  {strings.ReplaceAll(text, "PRIVATE", "OPENSSH PRIVATE"), advice},
		"no END line":              {lines[0] + lines[1], advice},
		"no BEGIN line":            {lines[1] + lines[len(lines)-2], advice},
		"DER":                      {string(der), "neither PEM nor a DER certificate ("},
		"labelled as certificate":  {strings.ReplaceAll(text, "PRIVATE KEY", "CERTIFICATE"), "reading it as a certificate: "},
		"damaged, as certificate":  {strings.ReplaceAll(strings.Replace(text, "M", "*", 1), "PRIVATE KEY", "CERTIFICATE"), "base64 that does not decode"},
		"only its base64":          {base64.StdEncoding.EncodeToString(der), "no certificate in it"},
		"in the text around":       {lines[1] + string(pkitest.PEM(pkitest.NewCA(t, "Root").Cert)) + text, advice},
		"damaged BEGIN and no END": {"----BEGIN CERTIFICATE-----\n" + lines[1], "a damaged BEGIN or END line"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := cabundle.Normalise(files([]byte(test.data)), pkitest.Epoch)
			said := strings.Join(complaints(t, err), "\n")
			_, strictly := cabundle.Parse([]byte(test.data))
			if strictly == nil {
				t.Fatal("Parse took it")
			}
			if !strings.Contains(said, test.want) {
				t.Errorf("got %q, want %q in it", said, test.want)
			}
			for _, message := range []string{said, strictly.Error()} {
				repeatsNothing(t, message, test.data)
			}
		})
	}
}

// repeatsNothing looks for any eight characters of the base64 in a message.
func repeatsNothing(t *testing.T, message, data string) {
	t.Helper()
	for line := range strings.Lines(data) {
		if strings.Contains(line, "--") {
			continue
		}
		line = strings.TrimSpace(line)
		for i := 0; i+8 <= len(line); i++ {
			if strings.Contains(message, line[i:i+8]) {
				t.Fatalf("%q repeats %q", message, line[i:i+8])
			}
		}
	}
}

func TestSubjectInMessages(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		subject pkix.Name
		want    string
	}{
		"several attributes": {pkix.Name{CommonName: "Root", Organization: []string{"Example, Inc."}}, `CN=Root,O=Example\, Inc.`},
		"not ASCII":          {pkix.Name{CommonName: "関所"}, "CN=関所"},
		"a line end":         {pkix.Name{CommonName: "Root\nsettings: all is well"}, `"CN=Root\nsettings: all is well"`},
		"an escape sequence": {pkix.Name{CommonName: "\x1b[2J"}, `"CN=\x1b[2J"`},
		"nothing":            {pkix.Name{}, "no subject, serial ff"},
		"very long":          {pkix.Name{CommonName: strings.Repeat("関", 100)}, "CN=" + strings.Repeat("関", 65) + "..."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cert := &x509.Certificate{Subject: test.subject, SerialNumber: big.NewInt(255)}
			if got := cabundle.Subject(cert); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
