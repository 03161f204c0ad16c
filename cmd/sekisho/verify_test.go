package main

import (
	"bytes"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"

	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sekisho/sekisho/internal/clientcert"
	"github.com/sekisho/sekisho/internal/pkitest"
)

// verifyFiles lays out what a decision needs and more, and returns the names.
func verifyFiles(t *testing.T) func(string) string {
	t.Helper()
	dir := t.TempDir()
	root := pkitest.NewCA(t, "root")
	issuing := root.ChildCA(t, "issuing")
	leaf, revoked := issuing.Issue(t, "laptop-1"), issuing.Issue(t, "laptop-2")
	odd := issuing.Issue(t, "", func(c *x509.Certificate) { c.Subject = pkix.Name{CommonName: "a\naccepted\x1b[2J"} })
	server := issuing.Issue(t, "server", func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth} })
	list := issuing.CRL(t, revoked.Cert.SerialNumber)
	forged := bytes.Clone(list)
	forged[len(forged)-1] ^= 1
	value := clientcert.Encode(leaf.Chain)
	for name, content := range map[string][]byte{
		"root.pem": pkitest.PEM(root.Cert), "ca.pem": pkitest.PEM(root.Cert, issuing.Cert), "issuing.pem": pkitest.PEM(issuing.Cert),
		"other.pem": pkitest.PEM(pkitest.NewCA(t, "other").Cert),
		"root.crl":  root.CRL(t), "issuing.crl": list, "forged.crl": forged, "cut.crl": list[:50],
		"both.crl":   bytes.Join([][]byte{pemCRL(root.CRL(t)), pemCRL(list)}, nil),
		"laptop.pem": pkitest.PEM(leaf.Chain...), "leaf.pem": pkitest.PEM(leaf.Cert), "leaf.der": leaf.Cert.Raw,
		"backwards.pem": pkitest.PEM(issuing.Cert, leaf.Cert), "revoked.pem": pkitest.PEM(revoked.Chain...),
		"server.pem": pkitest.PEM(server.Chain...), "odd.pem": pkitest.PEM(odd.Chain...),
		"version1.pem": pkitest.PEM(issuing.IssueVersion1(t, "old").Chain...),
		"header.txt":   []byte(value), "line.txt": []byte(value + "\n"), "crlf.txt": []byte(value + "\r\n"),
		"lines.txt": []byte(value + "\n\n"), "twice.txt": []byte(strings.ReplaceAll(value, "%", "%25")),
		"junk": []byte("junk"), "empty": nil,
	} {
		err := os.WriteFile(filepath.Join(dir, name), content, 0o600)
		if err != nil {
			t.Fatal(err)
		}
	}
	return func(name string) string { return filepath.Join(dir, name) }
}

var verifyAt = pkitest.Epoch.Add(time.Hour).Format(time.RFC3339)

func TestVerify(t *testing.T) {
	file := verifyFiles(t)
	const lists = "--crl root.crl --crl issuing.crl "
	week := pkitest.Epoch.AddDate(0, 0, 8).Format(time.RFC3339)
	cases := []struct {
		name, line string // a later flag counts
		code       int
		want       string // beginning of standard output
	}{
		{"good", "--ca-bundle ca.pem " + lists + "laptop.pem", 0, "accepted\n"},
		{"good, leaf alone", "--ca-bundle ca.pem " + lists + "leaf.pem", 0, "accepted\n"},
		{"good, in DER", "--ca-bundle ca.pem " + lists + "leaf.der", 0, "accepted\n"},
		{"good, bundle in two files", "--ca-bundle root.pem --ca-bundle issuing.pem " + lists + "leaf.pem", 0, "accepted\n"},
		{"good, lists in one file", "--ca-bundle ca.pem --crl both.crl laptop.pem", 0, "accepted\n"},
		{"good, as a header", "--ca-bundle ca.pem " + lists + "--header header.txt", 0, "accepted\n"},
		{"good, as a header with a line end", "--ca-bundle ca.pem " + lists + "--header line.txt", 0, "accepted\n"},
		{"good, as a header with a line end of two", "--ca-bundle ca.pem " + lists + "--header crlf.txt", 0, "accepted\n"},
		{"header with two line ends", "--ca-bundle ca.pem " + lists + "--header lines.txt", 1, "refused: header-encoding\n"},
		{"header encoded twice", "--ca-bundle ca.pem " + lists + "--header twice.txt", 1, "refused: pem-syntax\n"},
		{"empty header", "--ca-bundle ca.pem " + lists + "--header empty", 1, "refused: no-certificate\n"},
		{"chain in place of a header", "--ca-bundle ca.pem " + lists + "--header laptop.pem", 1, "refused: header-encoding\n"},
		{"revoked", "--ca-bundle ca.pem " + lists + "revoked.pem", 1, "refused: revoked\n"},
		{"revoked, and nobody looks", "--ca-bundle ca.pem --revocation off revoked.pem", 0, "accepted\n"},
		{"no list", "--ca-bundle ca.pem laptop.pem", 1, "refused: revocation-unavailable\n"},
		{"no list of the root", "--ca-bundle ca.pem --crl issuing.crl laptop.pem", 1, "refused: revocation-unavailable\n"},
		{"no list of the root, leaf only", "--ca-bundle ca.pem --crl issuing.crl --revocation require-leaf laptop.pem", 0, "accepted\n"},
		{"no list and that is allowed", "--ca-bundle ca.pem --revocation allow-missing laptop.pem", 0, "accepted\n"},
		{"forged list", "--ca-bundle ca.pem --crl root.crl --crl forged.crl laptop.pem", 1, "refused: revocation-unavailable\n"},
		{"forged list does not count as missing", "--ca-bundle ca.pem --crl forged.crl --revocation allow-missing laptop.pem", 1, "refused: revocation-unavailable\n"},
		{"overdue list", "--at " + week + " --ca-bundle ca.pem " + lists + "laptop.pem", 1, "refused: revocation-unavailable\n"},
		{"overdue list and that is allowed", "--at " + week + " --allow-expired-crl --ca-bundle ca.pem " + lists + "laptop.pem", 0, "accepted\n"},
		{"overdue list still revokes", "--at " + week + " --ca-bundle ca.pem " + lists + "revoked.pem", 1, "refused: revoked\n"},
		{"another CA", "--ca-bundle other.pem --revocation off laptop.pem", 1, "refused: untrusted\n"},
		{"expired", "--at 2030-01-01T00:00:00Z --ca-bundle ca.pem --revocation off laptop.pem", 1, "refused: expired\n"},
		{"CA first", "--ca-bundle ca.pem " + lists + "backwards.pem", 1, "refused: leaf-is-ca\n"},
		{"for servers", "--ca-bundle ca.pem " + lists + "server.pem", 1, "refused: usage\n"},
		{"for servers, as asked", "--usage server --ca-bundle ca.pem " + lists + "server.pem", 0, "accepted\n"},
		{"for anything", "--usage any --ca-bundle ca.pem " + lists + "server.pem", 0, "accepted\n"},
		{"version 1", "--ca-bundle ca.pem " + lists + "version1.pem", 1, "refused: certificate-version\n"},
		{"version 1, as RFC 5280 has it", "--profile rfc5280 --ca-bundle ca.pem " + lists + "version1.pem", 0, "accepted\n"},
		{"lists of a CA that was presented", "--profile rfc5280 --ca-bundle root.pem " + lists + "laptop.pem", 0, "accepted\n"},
		{"lists of a CA that was presented to an ALB", "--ca-bundle root.pem " + lists + "laptop.pem", 1, "refused: revocation-unavailable\n"},
		{"chain is junk", "--ca-bundle ca.pem " + lists + "junk", 1, "refused: certificate-syntax\n"},
		{"chain is empty", "--ca-bundle ca.pem " + lists + "empty", 1, "refused: certificate-syntax\n"},
		{"bundle is junk", "--ca-bundle junk " + lists + "laptop.pem", 1, "refused: ca-bundle\n"},
		{"list is junk", "--ca-bundle ca.pem --crl junk --revocation off laptop.pem", 1, "refused: revocation-list\n"},
		{"list is empty", "--ca-bundle ca.pem --crl empty laptop.pem", 1, "refused: revocation-list\n"},
		{"list is cut short", "--ca-bundle ca.pem --crl cut.crl laptop.pem", 1, "refused: revocation-list\n"},
		{"bundle without an anchor of its own", "--ca-bundle issuing.pem --crl issuing.crl laptop.pem", 0, "accepted\n"},
		{"no bundle", "laptop.pem", 2, ""},
		{"no chain", "--ca-bundle ca.pem", 2, ""},
		{"chain and header", "--ca-bundle ca.pem --header header.txt laptop.pem", 2, ""},
		{"two chains", "--ca-bundle ca.pem laptop.pem leaf.pem", 2, ""},
		{"chain that is not there", "--ca-bundle ca.pem none.pem", 2, ""},
		{"header that is not there", "--ca-bundle ca.pem --header none.txt", 2, ""},
		{"bundle that is not there", "--ca-bundle none.pem laptop.pem", 2, ""},
		{"list that is not there", "--ca-bundle ca.pem --crl none.crl laptop.pem", 2, ""},
		{"bundle that is junk and a list that is not there", "--ca-bundle junk --crl none.crl laptop.pem", 2, ""},
		{"no moment", "--ca-bundle ca.pem --at noon laptop.pem", 2, ""},
		{"unknown usage", "--ca-bundle ca.pem --usage email laptop.pem", 2, ""},
		{"empty usage", "--ca-bundle ca.pem --usage= laptop.pem", 2, ""},
		{"unknown profile", "--ca-bundle ca.pem --profile rfc3280 laptop.pem", 2, ""},
		{"unknown mode", "--ca-bundle ca.pem --revocation maybe laptop.pem", 2, ""},
		{"unknown flag", "--ca-bundle ca.pem --insecure laptop.pem", 2, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var out, errs bytes.Buffer
			code := run(t.Context(), verifyLine(file, c.line), &out, &errs)
			if code != c.code || !strings.HasPrefix(out.String(), c.want) || (c.code != exitUsage) != (errs.Len() == 0) {
				t.Errorf("exit code %d, said %q and %q; want %d and %q", code, out.String(), errs.String(), c.code, c.want)
			}
		})
	}
}

// verifyLine is the command line with the names of files filled in.
func verifyLine(file func(string) string, line string) []string {
	args := []string{"verify", "--at", verifyAt}
	for word := range strings.FieldsSeq(line) {
		_, err := os.Stat(file(word))
		if err == nil || strings.HasPrefix(word, "none.") {
			word = file(word)
		}
		args = append(args, word)
	}
	return args
}

func TestVerifyJSON(t *testing.T) {
	file := verifyFiles(t)
	for _, c := range []struct {
		line string
		want map[string]any
	}{
		{"--ca-bundle ca.pem --crl both.crl laptop.pem", map[string]any{"accepted": true, "identity": map[string]any{
			"subject": "CN=laptop-1", "issuer": "CN=issuing", "serial": "65", "subjectAlternativeNames": map[string]any{},
			"validity": map[string]any{"notBefore": "2026-05-31T12:00:00Z", "notAfter": "2027-06-01T12:00:00Z"},
		}}},
		{"--ca-bundle ca.pem --crl both.crl revoked.pem", map[string]any{
			"accepted": false, "reason": "revoked", "position": 0.0, "code": "ClientCertCrlHit",
			"detail": "revoked at 2026-06-01T11:59:00Z, says list number 1",
		}},
		{"--ca-bundle ca.pem --header twice.txt", map[string]any{
			"accepted": false, "reason": "pem-syntax", "detail": "block 1: it does not begin with the line -----BEGIN CERTIFICATE-----",
		}},
	} {
		var out, errs bytes.Buffer
		run(t.Context(), append(verifyLine(file, c.line), "--json"), &out, &errs)
		var got map[string]any
		err := json.Unmarshal(out.Bytes(), &got)
		if err != nil {
			t.Fatalf("%v: %s %s", err, out.String(), errs.String())
		}
		identity, _ := got["identity"].(map[string]any)
		delete(identity, "sha256Fingerprint")
		diff := cmp.Diff(c.want, got)
		if diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.line, diff)
		}
	}
}

// A name is written by whoever asked for the certificate.
func TestVerifyPrintsNamesHarmlessly(t *testing.T) {
	file := verifyFiles(t)
	var out bytes.Buffer
	run(t.Context(), verifyLine(file, "--ca-bundle ca.pem --crl both.crl odd.pem"), &out, &out)
	if strings.Count(out.String(), "\naccepted") != 0 || strings.Contains(out.String(), "\x1b") {
		t.Errorf("got %q, want one line for the name and nothing for the terminal", out.String())
	}
}

func pemCRL(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: der})
}
