package cabundle_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/sekisho/sekisho/internal/cabundle"
	"github.com/sekisho/sekisho/internal/pkitest"
)

// What a CA may look like in a file, and still be the CA.
func TestNormaliseReadsEveryLayout(t *testing.T) {
	t.Parallel()
	root := pkitest.NewCA(t, "Root").Cert
	issuing := pkitest.NewCA(t, "Issuing").Cert
	text := string(pkitest.PEM(root, issuing))
	want := normalise(t, root, issuing)

	for name, data := range map[string][]string{
		"as it should be":            {text},
		"one file each":              {string(pkitest.PEM(root)), string(pkitest.PEM(issuing))},
		"CRLF":                       {strings.ReplaceAll(text, "\n", "\r\n")},
		"CR":                         {strings.ReplaceAll(text, "\n", "\r")},
		"blank lines":                {strings.ReplaceAll(text, "\n", "\n\n")},
		"blanks at the ends":         {strings.ReplaceAll(text, "\n", "  \t\n")},
		"indented, as in YAML":       {"    " + strings.ReplaceAll(text, "\n", "\n    ")},
		"byte order mark":            {"\xef\xbb\xbf" + text},
		"no last line end":           {strings.TrimSpace(text)},
		"joined without a line end":  {strings.ReplaceAll(text, "-----\n-----", "----------")},
		"text of openssl x509 -text": {strings.ReplaceAll(text, "-----BEGIN", "Certificate:\n    Data:\n        Version: 3 (0x2)\n        Issuer: CN = Root - 1\n-----BEGIN")},
		"bag attributes":             {"Bag Attributes\n    friendlyName: root\nsubject=CN = Root\n" + text},
		"comments":                   {"# our CAs\n" + text + "# -----BEGIN CERTIFICATE-----\n# not any more\n# -----END CERTIFICATE-----\n"},
		"one line of base64":         {oneLine(text)},
		"DER":                        {string(root.Raw), string(issuing.Raw)},
		"DER, one after another":     {string(root.Raw) + string(issuing.Raw)},
		"DER and PEM":                {string(root.Raw), string(pkitest.PEM(issuing))},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := cabundle.Normalise(files(texts(data)...), pkitest.Epoch)
			if err != nil {
				t.Fatalf("got error %v", err)
			}
			if !bytes.Equal(got.PEM, want.PEM) || got.SHA256 != want.SHA256 {
				t.Errorf("got\n%s\nwant\n%s", got.PEM, want.PEM)
			}
		})
	}
}

func texts(all []string) [][]byte {
	var data [][]byte
	for _, text := range all {
		data = append(data, []byte(text))
	}
	return data
}

// oneLine takes the line ends out of the base64.
func oneLine(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "-----END") {
			b.WriteString("\n")
		}
		if strings.HasPrefix(line, "-----") {
			b.WriteString(line)
			continue
		}
		b.WriteString(strings.TrimSpace(line))
	}
	return b.String()
}

// Each row breaks one property of a file that is not even a certificate.
func TestNormaliseRefusesFiles(t *testing.T) {
	t.Parallel()
	ca := pkitest.NewCA(t, "Root")
	text := string(pkitest.PEM(ca.Cert))
	lines := strings.SplitAfter(text, "\n")
	relabel := func(label string) string { return strings.ReplaceAll(text, "CERTIFICATE", label) }

	for name, test := range map[string]struct{ data, want string }{
		"empty":                    {"", "a.pem: the file is empty"},
		"blank":                    {" \r\n\t\n", "a.pem: the file is empty"},
		"only a byte order mark":   {"\xef\xbb\xbf", "a.pem: the file is empty"},
		"UTF-16":                   {"\xff\xfe-\x00-\x00", "a.pem: the file is UTF-16 text: save it as UTF-8 or ASCII"},
		"UTF-16, other byte order": {"\xfe\xff\x00-\x00-", "a.pem: the file is UTF-16 text: save it as UTF-8 or ASCII"},
		"a web page":               {"<html>Not found</html>", "a.pem: no certificate in it, neither as PEM nor as DER"},
		"truncated DER":            {string(ca.Cert.Raw[:200]), "a.pem: neither PEM nor a DER certificate ("},
		"DER with more behind it":  {string(ca.Cert.Raw) + "x", "a.pem: neither PEM nor a DER certificate ("},
		"no END line":              {strings.Join(lines[:len(lines)-2], ""), "a.pem: certificate 1: a damaged PEM block (a BEGIN line without its END line): export the certificate again"},
		"no BEGIN line":            {strings.Join(lines[1:], ""), "a.pem: certificate 1: a damaged PEM block (an END line without its BEGIN line): export the certificate again"},
		"END of another type":      {strings.Replace(text, "END CERTIFICATE", "END X509 CRL", 1), "a.pem: certificate 1: a damaged PEM block (BEGIN and END lines that do not match): export the certificate again"},
		"not base64":               {strings.Replace(text, "MI", "M*", 1), "a.pem: certificate 1: a damaged PEM block (base64 that does not decode): export the certificate again"},
		"a line is missing":        {lines[0] + strings.Join(lines[2:], ""), "a.pem: certificate 1: reading it as a certificate: "},
		"PEM headers":              {strings.Replace(text, "-----\nMI", "-----\nProc-Type: 4,ENCRYPTED\n\nMI", 1), "a.pem: certificate 1: a damaged PEM block ("},
		"four dashes":              {strings.ReplaceAll(text, "-----", "----"), "a.pem: a damaged BEGIN or END line: it must have five dashes at either end and nothing else"},
		"four dashes before BEGIN": {strings.Replace(text, "-----BEGIN", "----BEGIN", 1), "a.pem: a damaged BEGIN or END line: it must have five dashes at either end and nothing else"},
		"words behind the BEGIN":   {strings.Replace(text, "CERTIFICATE-----\n", "CERTIFICATE----- root\n", 1), "a.pem: a damaged BEGIN or END line: it must have five dashes at either end and nothing else"},
		"a revocation list":        {relabel("X509 CRL"), `a.pem: certificate 1: a PEM block of type "X509 CRL": only CERTIFICATE belongs into a CA bundle; a revocation list is named by its URL, among the sources`},
		"PKCS #7":                  {relabel("PKCS7"), `a.pem: certificate 1: a PEM block of type "PKCS7": only CERTIFICATE belongs into a CA bundle; convert it with: openssl pkcs7 -print_certs`},
		"openssl's trusted form":   {relabel("TRUSTED CERTIFICATE"), `a.pem: certificate 1: a PEM block of type "TRUSTED CERTIFICATE": only CERTIFICATE belongs into a CA bundle; convert it with: openssl x509`},
		"a request":                {relabel("CERTIFICATE REQUEST"), `a.pem: certificate 1: a PEM block of type "CERTIFICATE REQUEST": only CERTIFICATE belongs into a CA bundle`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bundle, err := cabundle.Normalise(files([]byte(test.data)), pkitest.Epoch)
			got := complaints(t, err)
			if !strings.HasPrefix(got[0], test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if bundle.PEM != nil || bundle.Certificates != nil {
				t.Errorf("got a bundle of %d certificates along with the error", len(bundle.Certificates))
			}
		})
	}
}

func TestReadJudgesNoCertificate(t *testing.T) {
	t.Parallel()
	leaf := pkitest.NewCA(t, "Root").Issue(t, "proxy").Cert
	bundle, err := cabundle.Read(files(bytes.ReplaceAll(pkitest.PEM(leaf), []byte("\n"), []byte("\r\n"))))
	if err != nil || string(bundle.PEM) != string(pkitest.PEM(leaf)) {
		t.Errorf("got error %v and %q, want the leaf as it is", err, bundle.PEM)
	}
	_, err = cabundle.Read(files([]byte("nothing"), nil))
	expect(t, complaints(t, err), []string{"a.pem: no certificate in it, neither as PEM nor as DER", "b.pem: the file is empty"})
}
