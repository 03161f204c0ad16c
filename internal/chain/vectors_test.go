package chain_test

import (
	"crypto/x509"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/chain"
	"github.com/sekisho/sekisho/internal/crl"
)

// vector is a case of a public suite: certificates and lists in DER.
type vector struct {
	ID              string
	Leaf            []byte
	Intermediates   [][]byte
	Roots           [][]byte
	CRLs            [][]byte
	Time            time.Time
	EKU             string
	CRLPolicy       string `json:"crl_policy"`
	IgnoreCRLExpiry bool   `json:"ignore_crl_expiry"`
	Expect          string
	Level           string
}

// TestVectors runs PKITS and x509-limbo through crl.Parse, crl.Check, New and
// Verify. Accepts and rejects are scored apart: a verifier that refuses
// everything would look good otherwise.
func TestVectors(t *testing.T) {
	dir := os.Getenv("SEKISHO_VECTORS")
	if dir == "" {
		t.Skip("SEKISHO_VECTORS is not set: it names the directory that holds pkits.json and limbo.json")
	}
	for _, name := range []string{"pkits.json", "limbo.json"} {
		t.Run(name, func(t *testing.T) {
			runVectors(t, filepath.Join(dir, name))
		})
	}
}

func runVectors(t *testing.T, file string) {
	data, err := os.ReadFile(file)
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
		err := v.verify()
		got := "reject"
		if err == nil {
			got = "accept"
		}
		score[fmt.Sprintf("%s: %s", v.Level, got)]++
		switch {
		case v.Level == "must-reject" && err == nil:
			t.Errorf("%s: accepted, want it refused", v.ID)
		case v.Level == "must-accept" && err != nil:
			t.Errorf("%s: refused, want it accepted: %v", v.ID, err)
		case v.Expect != got:
			t.Logf("%s (%s): %s expected, got %s: %v", v.ID, v.Level, v.Expect, got, err)
		default:
			t.Logf("%s (%s): %s, %v", v.ID, v.Level, got, err)
		}
	}
	for _, line := range slices.Sorted(keysOf(score)) {
		t.Logf("%s %d", line, score[line])
	}
}

func keysOf(score map[string]int) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for line := range score {
			if !yield(line) {
				return
			}
		}
	}
}

// verify is nil when the case was accepted.
func (v vector) verify() error {
	presented, err := parseAll(append([][]byte{v.Leaf}, v.Intermediates...))
	if err != nil {
		return err
	}
	roots, err := parseAll(v.Roots)
	if err != nil {
		return err
	}
	options := v.options()
	lists, refused := readLists(v.CRLs, append(roots, presented[1:]...), v.Time)
	options.Refused = refused
	verifier, err := chain.New(roots, lists, options)
	if err != nil {
		return err
	}
	_, err = verifier.Verify(presented, v.Time)
	return err
}

func (v vector) options() chain.Options {
	options := chain.Options{
		Profile: chain.ProfileRFC5280,
		Usage:   map[string]chain.Usage{"clientAuth": chain.UsageClient, "serverAuth": chain.UsageServer, "any": chain.UsageAny}[v.EKU],
		Revocation: map[string]chain.Mode{"hard": chain.ModeRequire, "hard-ee": chain.ModeRequireLeaf,
			"soft": chain.ModeAllowMissing, "none": chain.ModeOff}[v.CRLPolicy],
	}
	if v.IgnoreCRLExpiry {
		options.Grace = chain.Forever
	}
	return options
}

func parseAll(ders [][]byte) ([]*x509.Certificate, error) {
	var certs []*x509.Certificate
	for _, der := range ders {
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, err
		}
		certs = append(certs, cert)
	}
	return certs, nil
}

func readLists(ders [][]byte, issuers []*x509.Certificate, now time.Time) ([]*crl.Index, []chain.RefusedList) {
	var lists []*crl.Index
	var refused []chain.RefusedList
	for _, der := range ders {
		list, builder, err := crl.Parse(der)
		if err != nil {
			refused = append(refused, chain.RefusedList{Why: err.Error()})
			continue
		}
		index, err := buildIndex(list, builder, issuers, now)
		if err != nil {
			refused = append(refused, chain.RefusedList{RawIssuer: list.RawIssuer, Why: err.Error()})
			continue
		}
		lists = append(lists, index)
	}
	return lists, refused
}

func buildIndex(list *crl.List, builder *crl.Builder, issuers []*x509.Certificate, now time.Time) (*crl.Index, error) {
	issuer, err := crl.Check(list, issuers, nil, crl.Policy{AllowScoped: true}, now)
	if err != nil {
		return nil, err
	}
	return builder.Build(list, issuer)
}
