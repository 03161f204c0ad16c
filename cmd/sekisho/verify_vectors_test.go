package main

import (
	"bytes"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// vector is a case of a public suite: certificates and lists in DER.
type vector struct {
	ID              string
	Leaf            []byte
	Intermediates   [][]byte
	Roots           [][]byte
	CRLs            [][]byte
	Time            string
	EKU             string
	CRLPolicy       string `json:"crl_policy"`
	IgnoreCRLExpiry bool   `json:"ignore_crl_expiry"`
	Expect          string
	Level           string
}

// TestVerifyVectors runs PKITS and x509-limbo through the command. Accepts and
// rejects are scored apart: a verifier that refuses everything would look good
// otherwise.
func TestVerifyVectors(t *testing.T) {
	dir := os.Getenv("SEKISHO_VECTORS")
	if dir == "" {
		t.Skip("SEKISHO_VECTORS is not set: it names the directory that holds pkits.json and limbo.json")
	}
	for _, name := range []string{"pkits.json", "limbo.json"} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		var vectors []vector
		err = json.Unmarshal(data, &vectors)
		if err != nil {
			t.Fatal(err)
		}
		score := map[string]int{}
		for _, v := range vectors {
			score[v.check(t)]++
		}
		for _, line := range slices.Sorted(maps.Keys(score)) {
			t.Logf("%s: %s %d", name, line, score[line])
		}
	}
}

// check runs one case and returns its place in the score.
func (v vector) check(t *testing.T) string {
	t.Helper()
	var out, errs bytes.Buffer
	code := run(t.Context(), v.args(t), &out, &errs)
	got := map[int]string{exitFine: "accept", exitRefused: "reject"}[code]
	said := strings.TrimSpace(out.String())
	switch {
	case got == "" || errs.Len() > 0:
		t.Errorf("%s: exit code %d, said %q", v.ID, code, errs.String())
	case v.Level == "must-reject" && got == "accept":
		t.Errorf("%s: accepted, want it refused", v.ID)
	case v.Level == "must-accept" && got == "reject":
		t.Errorf("%s: refused, want it accepted: %s", v.ID, said)
	case v.Expect != got:
		t.Logf("%s (%s): %s expected, got %s: %s", v.ID, v.Level, v.Expect, got, said)
	}
	return fmt.Sprintf("%s: %s", v.Level, got)
}

// args writes the files of a case and returns the command line.
func (v vector) args(t *testing.T) []string {
	t.Helper()
	dir := t.TempDir()
	write := func(name, label string, ders ...[]byte) string {
		var text []byte
		for _, der := range ders {
			text = append(text, pem.EncodeToMemory(&pem.Block{Type: label, Bytes: der})...)
		}
		name = filepath.Join(dir, name)
		err := os.WriteFile(name, text, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		return name
	}
	args := []string{
		"verify", "--profile", "rfc5280", "--at", v.Time,
		"--ca-bundle", write("roots.pem", "CERTIFICATE", v.Roots...),
		"--usage", map[string]string{"clientAuth": "client", "serverAuth": "server", "any": "any"}[v.EKU],
		"--revocation", map[string]string{"hard": "require", "hard-ee": "require-leaf", "soft": "allow-missing", "none": "off"}[v.CRLPolicy],
	}
	for i, der := range v.CRLs {
		args = append(args, "--crl", write(fmt.Sprint(i, ".crl"), "X509 CRL", der))
	}
	if v.IgnoreCRLExpiry {
		args = append(args, "--allow-expired-crl")
	}
	return append(args, write("chain.pem", "CERTIFICATE", append([][]byte{v.Leaf}, v.Intermediates...)...))
}
