package main

import (
	"bytes"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/chain"
	"github.com/sekisho/sekisho/internal/pkitest"
)

// workshop is a folder with a CA.
type workshop struct {
	dir  string
	root *pkitest.CA
	ca   *pkitest.CA
}

// alive makes a CA that is valid today.
func alive(c *x509.Certificate) {
	c.NotBefore, c.NotAfter = time.Now().Add(-time.Hour), time.Now().AddDate(2, 0, 0)
}

func newWorkshop(t *testing.T) *workshop {
	t.Helper()
	w := &workshop{dir: t.TempDir()}
	w.root = pkitest.NewCA(t, "root", alive)
	w.ca = w.root.ChildCA(t, "issuing", alive)
	w.write(t, "ca.pem", pkitest.PEM(w.ca.Cert, w.root.Cert))
	w.write(t, "root.pem", pkitest.PEM(w.root.Cert))
	key, err := keyPEM(w.ca.Key)
	if err != nil {
		t.Fatal(err)
	}
	w.write(t, "ca.key", key)
	return w
}

func (w *workshop) path(name string) string { return filepath.Join(w.dir, name) }

func (w *workshop) write(t *testing.T, name string, content []byte) {
	t.Helper()
	err := os.WriteFile(w.path(name), content, 0o600)
	if err != nil {
		t.Fatal(err)
	}
}

// issue runs the command with the CA of the workshop.
func (w *workshop) issue(t *testing.T, args ...string) (int, string, string) {
	var out, errs bytes.Buffer
	all := append([]string{"issue", "--ca", w.path("ca.pem"), "--ca-key", w.path("ca.key"), "--out", w.path("out")}, args...)
	code := run(t.Context(), all, &out, &errs)
	return code, out.String(), errs.String()
}

func (w *workshop) cert(t *testing.T, name string) *x509.Certificate {
	t.Helper()
	certs, err := certificatesIn(w.path(filepath.Join("out", name)))
	if err != nil {
		t.Fatal(err)
	}
	return certs[0]
}

func TestIssuedCertificateIsWhatAGateTakes(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"p256", "p384", "rsa2048"} {
		w := newWorkshop(t)
		code, said, errs := w.issue(t, "laptop-1", "--key", kind, "--days", "30", "--crl-url", "http://ca.example.com/ca.crl", "--ca-url", "http://ca.example.com/ca.crt",
			"--dns", "laptop-1.example.com", "--email", "a@example.com", "--ip", "192.0.2.7", "--uri", "spiffe://example.com/laptop-1")
		if code != exitFine || errs != "" || !strings.Contains(said, "CN=laptop-1, serial number ") {
			t.Fatalf("%s: exit code %d: %s%s", kind, code, said, errs)
		}
		cert := w.cert(t, "laptop-1-chain.pem")
		verifier, err := chain.New([]*x509.Certificate{w.root.Cert, w.ca.Cert}, nil, chain.Options{Revocation: chain.ModeOff})
		if err != nil {
			t.Fatal(err)
		}
		who, err := verifier.Verify([]*x509.Certificate{cert, w.ca.Cert}, time.Now())
		if err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		if who.Subject != "CN=laptop-1" || len(who.DNSNames) != 1 || len(who.Emails) != 1 || len(who.IPs) != 1 || len(who.URIs) != 1 {
			t.Errorf("%s: %+v", kind, who)
		}
		if cert.CRLDistributionPoints[0] != "http://ca.example.com/ca.crl" || cert.IssuingCertificateURL[0] != "http://ca.example.com/ca.crt" || cert.IsCA || cert.Version != 3 {
			t.Errorf("%s: points %v, %v, CA %v", kind, cert.CRLDistributionPoints, cert.IssuingCertificateURL, cert.IsCA)
		}
		if left := time.Until(cert.NotAfter); left < 29*24*time.Hour || left > 31*24*time.Hour {
			t.Errorf("%s: valid for %s", kind, left)
		}
	}
}

func TestKeyAndPasswordAreForTheirOwnerAlone(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	code, _, errs := w.issue(t, "laptop-1", "--p12")
	if code != exitFine || !strings.Contains(errs, "--crl-url") {
		t.Fatalf("exit code %d: %s, want a word about the list", code, errs)
	}
	for name, want := range map[string]os.FileMode{"laptop-1.key": 0o600, "laptop-1.p12": 0o600, "laptop-1.p12.txt": 0o600, "laptop-1.crt": 0o644} {
		info, err := os.Stat(w.path(filepath.Join("out", name)))
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v %v, want %v", name, info, err, want)
		}
	}
}

func TestNothingIsOverwrittenUnasked(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	err := os.MkdirAll(w.path("out"), 0o755)
	if err != nil {
		t.Fatal(err)
	}
	w.write(t, "out/laptop-1.key", []byte("precious"))
	code, _, errs := w.issue(t, "laptop-1")
	if code != exitRefused || !strings.Contains(errs, "laptop-1.key is there already") || !strings.Contains(errs, "--force") {
		t.Errorf("exit code %d: %s", code, errs)
	}
	files, err := os.ReadDir(w.path("out"))
	if err != nil || len(files) != 1 {
		t.Errorf("files %v, %v: want what was there", files, err)
	}
	err = os.Chmod(w.path("out/laptop-1.key"), 0o644)
	if err != nil {
		t.Fatal(err)
	}
	code, _, _ = w.issue(t, "laptop-1", "--force")
	info, err := os.Stat(w.path("out/laptop-1.key"))
	if err != nil || code != exitFine || info.Mode().Perm() != 0o600 {
		t.Errorf("with --force: exit code %d, %v %v, want mode 0600", code, info, err)
	}
}

// A request says who and with which key. What else it asks for is not granted.
func TestRequestGetsNoMoreThanAClient(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	key := pkitest.NewKey(t)
	uri, _ := url.Parse("spiffe://example.com/a")
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{
		Subject:  pkix.Name{CommonName: "laptop-9", Organization: []string{"例"}},
		DNSNames: []string{"a.example.com"}, URIs: []*url.URL{uri},
		ExtraExtensions: []pkix.Extension{{Id: []int{2, 5, 29, 19}, Critical: true, Value: []byte{0x30, 3, 1, 1, 0xff}}},
	}, key)
	if err != nil {
		t.Fatal(err)
	}
	w.write(t, "laptop-9.csr", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der}))
	code, said, errs := w.issue(t, "--csr", w.path("laptop-9.csr"), "--json", "--crl-url", "http://x.example/x.crl")
	if code != exitFine || errs != "" {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	var told issuedFiles
	err = json.Unmarshal([]byte(said), &told)
	if err != nil || len(told.Files) != 2 || told.Subject != "CN=laptop-9,O=例" {
		t.Errorf("%v: %s, want two files and no key", err, said)
	}
	cert := w.cert(t, "laptop-9.crt")
	if cert.IsCA || !key.PublicKey.Equal(cert.PublicKey) || len(cert.URIs) != 1 || cert.ExtKeyUsage[0] != x509.ExtKeyUsageClientAuth {
		t.Errorf("CA %v, URIs %v, usage %v", cert.IsCA, cert.URIs, cert.ExtKeyUsage)
	}
	der[len(der)-1] ^= 1
	w.write(t, "forged.csr", der)
	code, _, errs = w.issue(t, "--csr", w.path("forged.csr"))
	if code != exitRefused || !strings.Contains(errs, "reading the request") {
		t.Errorf("a request without its key: exit code %d: %s", code, errs)
	}
}

func TestIssueRefusesWhatMakesNoSense(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	other := pkitest.NewCA(t, "other", alive)
	w.write(t, "other.pem", pkitest.PEM(other.Cert))
	w.write(t, "old.pem", pkitest.PEM(pkitest.NewCA(t, "old", func(c *x509.Certificate) {
		c.NotBefore, c.NotAfter = time.Now().AddDate(-2, 0, 0), time.Now().Add(-time.Hour)
	}).Cert))
	leaf := w.ca.IssueFor(t, w.ca.Key, "leaf", alive)
	w.write(t, "leaf.pem", pkitest.PEM(leaf.Cert))
	w.write(t, "locked.key", []byte("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n"))
	for _, c := range []struct {
		name string
		args []string
		code int
		says string
	}{
		{"no name", nil, exitUsage, "want a name"},
		{"name with a slash", []string{"../x"}, exitUsage, "files are named after it"},
		{"name that is a flag", []string{"--", "-x"}, exitUsage, "begins with a dot or a dash"},
		{"name too long", []string{strings.Repeat("x", 65)}, exitUsage, "more than 64"},
		{"no days", []string{"x", "--days", "0"}, exitUsage, "at least one"},
		{"longer than the CA", []string{"x", "--days", "9999"}, exitRefused, "would outlive the CA"},
		{"another CA's key", []string{"x", "--ca", w.path("other.pem")}, exitRefused, "is not that of the certificate"},
		{"no CA", []string{"x", "--ca", w.path("leaf.pem")}, exitRefused, "is not that of a CA"},
		{"locked key", []string{"x", "--ca-key", w.path("locked.key")}, exitRefused, "openssl pkey"},
		{"no key at all", []string{"x", "--ca-key", w.path("ca.pem")}, exitRefused, "no private key"},
		{"no such file", []string{"x", "--ca-key", w.path("none")}, exitUsage, "none"},
		{"legacy alone", []string{"x", "--legacy"}, exitUsage, "give both"},
		{"bundle of a request", []string{"--csr", "x", "--p12"}, exitUsage, "stays where it is"},
		{"list that is no address", []string{"x", "--crl-url", "ca.crl"}, exitUsage, "want http:// or https://"},
		{"address that is none", []string{"x", "--ip", "1.2.3"}, exitUsage, "no IP address"},
	} {
		code, said, errs := w.issue(t, c.args...)
		if code != c.code || !strings.Contains(errs, c.says) {
			t.Errorf("%s: exit code %d: %s%s, want %d and %q", c.name, code, said, errs, c.code, c.says)
		}
	}
	files, _ := os.ReadDir(w.path("out"))
	if len(files) != 0 {
		t.Errorf("files were written: %v", files)
	}
}

// Each importer takes both kinds of bundle: key, certificate and chain.
func TestBundlesAreImported(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	for name, flags := range map[string][]string{"modern": nil, "old": {"--legacy"}} {
		code, _, errs := w.issue(t, append([]string{name, "--p12", "--crl-url", "http://x.example/x.crl"}, flags...)...)
		if code != exitFine {
			t.Fatalf("%s: %s", name, errs)
		}
	}
	file := func(name string) string { return w.path(filepath.Join("out", name)) }
	password := func(name string) string { return "file:" + file(name+".p12.txt") }
	info := tool(t, "openssl", "pkcs12", "-in", file("modern.p12"), "-passin", password("modern"), "-info", "-noout")
	for _, want := range []string{"MAC: sha256", "PBES2, PBKDF2, AES-256-CBC"} {
		if !strings.Contains(info, want) {
			t.Errorf("the modern bundle has no %s:\n%s", want, info)
		}
	}
	if strings.Contains(info, "SHA1") || strings.Contains(info, "RC2") {
		t.Errorf("the modern bundle has something old:\n%s", info)
	}
	for _, c := range []struct{ name, flag string }{{"modern", "-nodes"}, {"modern", "-legacy"}, {"old", "-legacy"}, {"old", "-nodes"}} {
		said := tool(t, "openssl", "pkcs12", "-in", file(c.name+".p12"), "-passin", password(c.name), "-nodes", c.flag)
		if strings.Count(said, "BEGIN CERTIFICATE") != 2 || strings.Count(said, "BEGIN PRIVATE KEY") != 1 {
			t.Errorf("%s, openssl pkcs12 %s:\n%s", c.name, c.flag, said)
		}
	}
	if old := tool(t, "openssl", "pkcs12", "-in", file("old.p12"), "-passin", password("old"), "-info", "-noout", "-legacy"); !strings.Contains(old, "3-KeyTripleDES") && !strings.Contains(old, "DES") {
		t.Errorf("the old bundle is not what old systems read:\n%s", old)
	}
	t.Run("NSS", func(t *testing.T) { w.intoNSS(t) })
}

// intoNSS imports into a database as Chromium and Firefox have it.
func (w *workshop) intoNSS(t *testing.T) {
	for _, program := range []string{"certutil", "pk12util"} {
		_, err := exec.LookPath(program)
		if err != nil {
			t.Skipf("%s is not installed (package libnss3-tools): nobody has seen the import into an NSS database", program)
		}
	}
	database := "sql:" + t.TempDir()
	tool(t, "certutil", "-N", "-d", database, "--empty-password")
	for _, name := range []string{"modern", "old"} {
		stem := w.path(filepath.Join("out", name))
		tool(t, "pk12util", "-i", stem+".p12", "-w", stem+".p12.txt", "-d", database)
		keys := tool(t, "certutil", "-K", "-d", database)
		if !strings.Contains(keys, name) && strings.Count(keys, "\n") < 2 {
			t.Errorf("%s: no key in the database:\n%s", name, keys)
		}
	}
	certs := tool(t, "certutil", "-L", "-d", database)
	if strings.Count(certs, "u,u,u") != 2 {
		t.Errorf("want two certificates with their keys:\n%s", certs)
	}
}

// tool runs a program that should end well.
func tool(t *testing.T, name string, args ...string) string {
	t.Helper()
	_, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("%s is not installed: nobody has seen what it makes of a bundle", name)
	}
	output, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, output)
	}
	return string(output)
}
