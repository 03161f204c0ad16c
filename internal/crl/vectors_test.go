package crl

import (
	"crypto/x509"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// vector is a case of a public suite; the README beside it explains the fields.
type vector struct {
	ID            string
	Intermediates [][]byte
	Roots         [][]byte
	CRLs          [][]byte
	Time          time.Time
}

// refusedVectors are the cases in which a list is to be refused, by a part of
// the name, and for which reason. In all others each list is to pass.
var refusedVectors = map[string]Reason{
	"InvalidBadCRLSignatureTest4":                        ReasonBadSignature,
	"InvalidBasicSelfIssuedCRLSigningKeyTest7":           ReasonIssuerMayNotSign,
	"InvalidcAFalseTest3":                                ReasonIssuerMayNotSign,
	"InvalidkeyUsageCriticalcRLSignFalseTest4":           ReasonIssuerMayNotSign,
	"InvalidonlySomeReasonsTest15":                       ReasonOnlySomeReasons,
	"InvalidonlySomeReasonsTest16":                       ReasonOnlySomeReasons,
	"InvalidonlySomeReasonsTest17":                       ReasonOnlySomeReasons,
	"ValidIDPwithindirectCRLTest22":                      ReasonIndirect,
	"ValidIDPwithindirectCRLTest25":                      ReasonIndirect,
	"InvalidIDPwithindirectCRLTest26":                    ReasonIndirect,
	"InvalidcRLIssuerTest31":                             ReasonIndirect,
	"InvalidcRLIssuerTest32":                             ReasonIndirect,
	"InvalidcRLIssuerTest34":                             ReasonIndirect,
	"InvalidcRLIssuerTest35":                             ReasonIndirect,
	"InvaliddeltaCRLIndicatorNoBaseTest1":                ReasonDelta,
	"InvaliddeltaCRLTest4":                               ReasonDelta,
	"ValidRolloverfromPrintableStringtoUTF8StringTest10": ReasonUnknownIssuer, // the name in other bytes
	"crl::crlnumber-critical":                            ReasonUnknownCriticalExtension,
}

// TestPublicVectors runs the lists of public suites through Read and Check.
// SEKISHO_VECTORS names the directory with the suites.
func TestPublicVectors(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("SEKISHO_VECTORS")
	if dir == "" {
		t.Skip("SEKISHO_VECTORS does not name a directory with the suites")
	}
	lists, met := 0, map[string]bool{}
	for _, suite := range []string{"pkits.json", "limbo.json"} {
		for _, v := range vectors(t, filepath.Join(dir, suite)) {
			reasons := v.check(t)
			lists += len(v.CRLs)
			want, name := expected(v.ID)
			met[name] = true
			if want != "" && !reasons[want] || want == "" && len(reasons) > 0 || len(reasons) > 1 {
				t.Errorf("%s: got %v, want %q", v.ID, reasons, want)
			}
		}
	}
	t.Logf("%d lists", lists)
	for name := range refusedVectors {
		if !met[name] {
			t.Errorf("no vector %s", name)
		}
	}
}

func vectors(t *testing.T, file string) []vector {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var all []vector
	err = json.Unmarshal(text, &all)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func expected(id string) (Reason, string) {
	for name, reason := range refusedVectors {
		if strings.HasSuffix(id, name) {
			return reason, name
		}
	}
	return "", ""
}

// check reads and checks the lists of a case, against all its authorities, and
// returns the reasons of what was refused. Every index is built and opened.
func (v vector) check(t *testing.T) map[Reason]bool {
	t.Helper()
	var issuers []*x509.Certificate
	for _, der := range append(v.Roots, v.Intermediates...) {
		cert, err := x509.ParseCertificate(der)
		if err == nil { // some are not meant to
			issuers = append(issuers, cert)
		}
	}
	reasons := map[Reason]bool{}
	for _, der := range v.CRLs {
		list, builder, err := Parse(der)
		if err == nil {
			agrees(t, der, list, &Builder{packed: builder.packed}, &x509.Certificate{})
			_, err = Check(list, issuers, nil, Policy{AllowScoped: true}, v.Time)
		}
		var refusal *RefusedError
		if errors.As(err, &refusal) {
			reasons[refusal.Reason] = true
		}
	}
	return reasons
}
