package local

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// opensslCA is a CA made by hand, as the articles on the subject do it.
type opensslCA struct {
	t      *testing.T
	dir    string
	url    string
	server *httptest.Server
}

// caConfig is what "openssl ca" wants to know. crl_extensions and crlnumber
// are what makes its lists version 2.
const caConfig = `[ca]
default_ca = this
[this]
database = index.txt
new_certs_dir = .
serial = serial
crlnumber = crlnumber
certificate = ca.crt
private_key = ca.key
default_md = sha256
default_days = 30
default_crl_days = 7
policy = anything
crl_extensions = list
[anything]
commonName = supplied
[list]
authorityKeyIdentifier = keyid:always
[client]
basicConstraints = CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = clientAuth
`

func newOpensslCA(t *testing.T) *opensslCA {
	t.Helper()
	_, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("openssl is not installed")
	}
	c := &opensslCA{t: t, dir: t.TempDir()}
	c.write("ca.cnf", caConfig)
	c.write("index.txt", "")
	c.write("serial", "1000\n")
	c.write("crlnumber", "01\n")
	c.openssl("req", "-x509", "-newkey", "rsa:4096", "-nodes", "-keyout", "ca.key", "-out", "ca.crt", "-days", "365", "-subj", "/CN=selfsigned-ca")
	c.publish()
	c.server = httptest.NewServer(http.FileServer(http.Dir(c.dir)))
	t.Cleanup(c.server.Close)
	c.url = c.server.URL + "/ca.crl"
	return c
}

func (c *opensslCA) file(name string) string { return filepath.Join(c.dir, name) }

func (c *opensslCA) write(name, text string) {
	c.t.Helper()
	err := os.WriteFile(c.file(name), []byte(text), 0o600)
	if err != nil {
		c.t.Fatal(err)
	}
}

func (c *opensslCA) openssl(args ...string) {
	c.t.Helper()
	cmd := exec.CommandContext(c.t.Context(), "openssl", args...)
	cmd.Dir = c.dir
	output, err := cmd.CombinedOutput()
	if err != nil {
		c.t.Fatalf("openssl %s: %v\n%s", strings.Join(args, " "), err, output)
	}
}

// publish signs a list and lays it out in DER.
func (c *opensslCA) publish() {
	c.t.Helper()
	c.openssl("ca", "-config", "ca.cnf", "-gencrl", "-out", "crl.pem")
	c.openssl("crl", "-in", "crl.pem", "-outform", "DER", "-out", "ca.crl")
}

// client makes a client certificate by the given arguments to sign it.
func (c *opensslCA) client(name string, sign ...string) tls.Certificate {
	c.t.Helper()
	c.openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", name+".key", "-out", name+".csr", "-subj", "/CN="+name)
	c.openssl(sign...)
	pair, err := tls.LoadX509KeyPair(c.file(name+".crt"), c.file(name+".key"))
	if err != nil {
		c.t.Fatal(err)
	}
	return pair
}

func (r *running) as(client tls.Certificate) *Prober {
	r.Helper()
	prober, err := NewProber(r.twin.Description(), client)
	if err != nil {
		r.Fatal(err)
	}
	return prober
}

func TestForeignCAMadeWithOpenSSL(t *testing.T) {
	c := newOpensslCA(t)
	good := c.client("client", "ca", "-batch", "-config", "ca.cnf", "-extensions", "client", "-in", "client.csr", "-out", "client.crt", "-notext")
	r := startTwin(t, func(o *Options) {
		o.CABundles, o.CRLURLs = []string{c.file("ca.crt")}, []string{c.url}
	})
	if got := r.verify(r.as(good)); got.Verdict != Served {
		t.Errorf("verify listener: %s, want served", got)
	}
	if got := r.passthrough(r.as(good)); got.Verdict != Served {
		t.Errorf("passthrough listener: %s %s, want served", got, got.Body)
	}
	c.openssl("ca", "-config", "ca.cnf", "-revoke", "client.crt")
	c.publish()
	if run := r.refresh(); run.Error != "" {
		t.Fatal(run.Error)
	}
	r.lapse()
	if got := r.verify(r.as(good)); got.Verdict != Refused {
		t.Errorf("verify listener after the revocation: %s, want refused", got)
	}
	if got := r.passthrough(r.as(good)); got.Reason != "revoked" {
		t.Errorf("passthrough listener after the revocation: %s, want revoked", got)
	}
	_, err := r.commands.Issue(t.Context(), "laptop-1", 1)
	if err == nil || !strings.Contains(err.Error(), "not the twin's own") {
		t.Errorf("issuing at a foreign CA: %v", err)
	}
}

// TestVersion1CertificateIsRefusedByThatName: "openssl x509 -req" without
// -extfile makes a certificate of version 1, as many articles have it.
func TestVersion1CertificateIsRefusedByThatName(t *testing.T) {
	c := newOpensslCA(t)
	old := c.client("client", "x509", "-req", "-in", "client.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", "30", "-out", "client.crt")
	if version := old.Leaf.Version; version != 1 {
		t.Fatalf("openssl made a certificate of version %d, the test wants 1", version)
	}
	r := startTwin(t, func(o *Options) {
		o.CABundles, o.CRLURLs = []string{c.file("ca.crt")}, []string{c.url}
	})
	if got := r.verify(r.as(old)); got.Verdict != Refused || got.Status != 0 {
		t.Errorf("verify listener: %s, want a refused handshake", got)
	}
	last := r.twin.connections.Last(1)
	if len(last) != 1 || last[0].Reason != "certificate-version" {
		t.Errorf("connection log: %+v, want the reason certificate-version", last)
	}
	if got := r.passthrough(r.as(old)); got.Status != http.StatusForbidden || got.Reason != "certificate-version" {
		t.Errorf("passthrough listener: %s, want 403 certificate-version", got)
	}
}

// TestVersion1List: without crl_extensions and crlnumber
// "openssl ca -gencrl" makes a list of version 1. Whether an ALB takes one is
// not documented; the twin refuses it unless told otherwise.
func TestVersion1List(t *testing.T) {
	for _, c := range []struct {
		name     string
		accepted bool
	}{{"refused by the trust store", false}, {"accepted by the trust store", true}} {
		t.Run(c.name, func(t *testing.T) {
			o := newOpensslCA(t)
			config := strings.ReplaceAll(strings.ReplaceAll(caConfig, "crl_extensions = list\n", ""), "crlnumber = crlnumber\n", "")
			o.write("ca.cnf", config)
			o.publish()
			r := startTwin(t, func(options *Options) {
				options.CABundles, options.CRLURLs = []string{o.file("ca.crt")}, []string{o.url}
				options.TrustStore.AcceptV1Lists = c.accepted
			})
			run := r.twin.schedule.latest()
			if c.accepted != (run.Error == "") {
				t.Errorf("the first refresh said %q", run.Error)
			}
			if got := len(r.listed()); (got == 1) != c.accepted {
				t.Errorf("%d lists in the trust store", got)
			}
		})
	}
}
