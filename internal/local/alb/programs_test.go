package alb

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/pkitest"
)

// files are a client's files as a person has them.
type files struct{ serverCA, chain, key string }

func (s *site) files(tb testing.TB, leaf *pkitest.Leaf) files {
	tb.Helper()
	dir := tb.TempDir()
	key, err := x509.MarshalPKCS8PrivateKey(leaf.Key)
	if err != nil {
		tb.Fatalf("encoding a key: %v", err)
	}
	return files{
		serverCA: write(tb, dir, "server-ca.pem", pkitest.PEM(s.serverRoot)),
		chain:    write(tb, dir, "chain.pem", pkitest.PEM(leaf.Chain...)),
		key:      write(tb, dir, "client.key", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})),
	}
}

func write(tb testing.TB, dir, name string, data []byte) string {
	tb.Helper()
	path := filepath.Join(dir, name)
	err := os.WriteFile(path, data, 0o600)
	if err != nil {
		tb.Fatalf("writing a file: %v", err)
	}
	return path
}

// curl runs curl and returns standard output, standard error and whether it
// succeeded.
func curl(tb testing.TB, args ...string) (string, string, bool) {
	tb.Helper()
	command := exec.Command(installed(tb, "curl"), append([]string{"--silent", "--show-error", "--max-time", "30"}, args...)...)
	var output, problems bytes.Buffer
	command.Stdout, command.Stderr = &output, &problems
	err := command.Run()
	return output.String(), problems.String(), err == nil
}

func TestCurlAtTheVerifyListener(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	leaf, revoked := s.issuing.Issue(t, "laptop-1"), s.issuing.Issue(t, "laptop-2")
	s.store.setLists(listOf(1, s.issuing, revoked.Cert))
	url := "https://localhost:" + port(s.verify(t)) + "/"
	good, bad := s.files(t, leaf), s.files(t, revoked)
	for at, protocol := range []string{"--http1.1", "--http2"} {
		output, problems, fine := curl(t, protocol, "--cacert", good.serverCA, "--cert", good.chain, "--key", good.key, "--write-out", "%{http_code} %{http_version}", url)
		if !fine {
			t.Fatalf("%s: %s", protocol, problems)
		}
		contains(t, protocol, output, "subject:  CN=laptop-1")
		contains(t, protocol, output, []string{"200 1.1", "200 2"}[at])
	}
	for _, version := range []string{"1.2", "1.3"} {
		output, _, fine := curl(t, "--tls-max", version, "--cacert", bad.serverCA, "--cert", bad.chain, "--key", bad.key, url)
		if fine || output != "" {
			t.Errorf("revoked, TLS %s: got %q", version, output)
		}
		output, _, fine = curl(t, "--tls-max", version, "--cacert", bad.serverCA, url)
		if fine || output != "" {
			t.Errorf("no certificate, TLS %s: got %q", version, output)
		}
	}
	contains(t, "log", s.lastEntry(t, 6).String(), "Failed:UnmappedConnectionError")
	contains(t, "log", s.log.String(), "Failed:ClientCertCrlHit")
}

func TestCurlAtThePassthroughListener(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	verify := ok()
	leaf := s.issuing.Issue(t, "laptop-1")
	url := "https://localhost:" + port(s.passthrough(t, verify.invoke)) + "/a?b=%20c"
	own := s.files(t, leaf)
	for _, protocol := range []string{"--http1.1", "--http2"} {
		output, problems, fine := curl(t, protocol, "--cacert", own.serverCA, "--cert", own.chain, "--key", own.key, url)
		if !fine || output != "hello" {
			t.Fatalf("%s: got %q: %s", protocol, output, problems)
		}
		if got := verify.headers(t)[certHeader]; len(got) != 1 || got[0] != encodeChain(leaf.Chain) {
			t.Errorf("%s: header: got %d values", protocol, len(got))
		}
	}
	output, problems, fine := curl(t, "--cacert", own.serverCA, "--header", "X-Amzn-Mtls-Clientcert: forged", url)
	if !fine || output != "hello" {
		t.Fatalf("no certificate: got %q: %s", output, problems)
	}
	if got := verify.headers(t)[certHeader]; got != nil {
		t.Errorf("no certificate: header: got %q, want none", got)
	}
}

// TestOpenSSLClient reads the certificate request as s_client reports it. A
// refusal reaches it as an alert or as a reset, whichever is first.
func TestOpenSSLClient(t *testing.T) {
	t.Parallel()
	openssl := installed(t, "openssl")
	s := newSite(t)
	leaf := s.issuing.Issue(t, "laptop-1")
	own := s.files(t, leaf)
	address := s.verify(t)
	talk := func(args ...string) string {
		command := exec.Command(openssl, append([]string{"s_client", "-connect", address, "-servername", "localhost", "-CAfile", own.serverCA, "-ign_eof"}, args...)...)
		command.Stdin = strings.NewReader("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
		command.WaitDelay = 30 * time.Second
		output, _ := command.CombinedOutput() // a refusal is told in the output
		return string(output)
	}
	for at, version := range []string{"-tls1_2", "-tls1_3"} {
		output := talk(version, "-cert", own.chain, "-cert_chain", own.chain, "-key", own.key)
		contains(t, version, output, "CN = Test Issuing")
		contains(t, version, output, "CN=laptop-1")
		output = talk(version)
		if strings.Contains(output, "200 OK") {
			t.Errorf("%s without a certificate: let in", version)
		}
		contains(t, version, output, "Acceptable client certificate CA names")
		contains(t, version, s.lastEntry(t, 2*at+2).String(), "no-certificate")
	}
}

func port(address string) string { return address[strings.LastIndexByte(address, ':')+1:] }
