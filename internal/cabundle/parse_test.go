package cabundle_test

import (
	"strings"
	"testing"

	"github.com/sekisho/sekisho/internal/cabundle"
	"github.com/sekisho/sekisho/internal/pkitest"
)

func TestParseReturnsWhatNormaliseWrote(t *testing.T) {
	t.Parallel()
	root := pkitest.NewCA(t, "Root")
	want := normalise(t, root.ChildCA(t, "Issuing").Cert, root.Cert)
	got, err := cabundle.Parse(want.PEM)
	if err != nil {
		t.Fatalf("got error %v", err)
	}
	if got.SHA256 != want.SHA256 || string(got.PEM) != string(want.PEM) || len(got.Certificates) != 2 {
		t.Errorf("got %d certificates with hash %s, want 2 with %s", len(got.Certificates), got.SHA256, want.SHA256)
	}
}

// A trust store may hold what somebody else uploaded.
func TestParseAcceptsWhatATrustStoreHolds(t *testing.T) {
	t.Parallel()
	root := pkitest.NewCA(t, "Root")
	text := string(pkitest.PEM(root.Cert))
	want := normalise(t, root.Cert)
	for name, text := range map[string]string{
		"comments":     "# our root\n" + text + "# the end\n",
		"blank lines":  "\n" + text + "\n\n",
		"CRLF":         strings.ReplaceAll(text, "\n", "\r\n"),
		"no last line": strings.TrimSpace(text),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := cabundle.Parse([]byte(text))
			if err != nil {
				t.Fatalf("got error %v", err)
			}
			if got.SHA256 != want.SHA256 {
				t.Errorf("got the hash of\n%s\nwant that of\n%s", got.PEM, want.PEM)
			}
		})
	}
}

// Whether a certificate is any good is not for Parse to say: a trust store
// that is in use may hold an expired CA, and the others still count.
func TestParseJudgesNoCertificate(t *testing.T) {
	t.Parallel()
	leaf := pkitest.NewCA(t, "Root").Issue(t, "laptop")
	bundle, err := cabundle.Parse(pkitest.PEM(leaf.Cert, leaf.Cert))
	if err != nil || len(bundle.Certificates) != 2 {
		t.Errorf("got %d certificates and error %v, want 2 and none", len(bundle.Certificates), err)
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	root := pkitest.NewCA(t, "Root").Cert
	text := string(pkitest.PEM(root))
	for name, test := range map[string]struct{ text, want string }{
		"nothing":          {"", "parsing the CA bundle: it holds no certificate"},
		"comments only":    {"# nothing\n", "parsing the CA bundle: it holds no certificate"},
		"DER":              {string(root.Raw), "parsing the CA bundle: text outside the certificates"},
		"text before":      {"Certificate:\n" + text, "parsing the CA bundle: text outside the certificates"},
		"text behind":      {text + "x", "parsing the CA bundle: text outside the certificates"},
		"text in between":  {text + "and\n" + text, "parsing the CA bundle: text outside the certificates"},
		"another type":     {text + strings.ReplaceAll(text, "CERTIFICATE", "X509 CRL"), `parsing the CA bundle: certificate 2: a PEM block of type "X509 CRL": only CERTIFICATE belongs into a CA bundle; a revocation list is named by its URL, among the sources`},
		"a damaged block":  {text + strings.Replace(text, "M", "*", 1), "parsing the CA bundle: certificate 2: a damaged PEM block (base64 that does not decode): export the certificate again"},
		"cut in the midst": {text[:len(text)-40], "parsing the CA bundle: certificate 1: a damaged PEM block (a BEGIN line without its END line): export the certificate again"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bundle, err := cabundle.Parse([]byte(test.text))
			if err == nil || err.Error() != test.want {
				t.Errorf("got error %v, want %q", err, test.want)
			}
			if bundle.Certificates != nil {
				t.Errorf("got %d certificates along with the error", len(bundle.Certificates))
			}
		})
	}
}
