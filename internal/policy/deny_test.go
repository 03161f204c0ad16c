package policy

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/sekisho/sekisho/internal/pkitest"
)

func bySerial(cert, issuer *x509.Certificate) Denial {
	return Denial{Serial: fmt.Sprintf("%x", cert.SerialNumber), IssuerKeySHA256: hashOf(issuer.RawSubjectPublicKeyInfo)}
}

func byFingerprint(cert *x509.Certificate) Denial { return Denial{Fingerprint: hashOf(cert.Raw)} }

func hashOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

func TestDenied(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	path, other := h.path(t, "laptop-1", func(c *x509.Certificate) { c.SerialNumber = big.NewInt(7777) }), h.path(t, "laptop-2")
	// A serial number of another CA is another number.
	foreign := append(h.root.Issue(t, "laptop-3", func(c *x509.Certificate) { c.SerialNumber = path[0].SerialNumber }).Chain, h.root.Cert)
	cases := []struct {
		name   string
		denial Denial
		path   []*x509.Certificate
		text   string // "" passes
	}{
		{"by serial number", bySerial(path[0], path[1]), path, "serial number of certificate 0"},
		{"by fingerprint", byFingerprint(path[0]), path, "fingerprint of certificate 0"},
		{"another client by serial number", bySerial(path[0], path[1]), other, ""},
		{"another client by fingerprint", byFingerprint(path[0]), other, ""},
		{"same serial number of another CA", bySerial(path[0], path[1]), foreign, ""},
		{"serial number and the name of its issuer only", bySerial(path[0], path[2]), path, ""},
		{"intermediate by serial number", bySerial(path[1], path[2]), path, "serial number of certificate 1"},
		{"intermediate by fingerprint", byFingerprint(path[1]), path, "fingerprint of certificate 1"},
		{"anchor, which the bundle decides about", byFingerprint(path[2]), path, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			reason := ReasonDenied
			if c.text == "" {
				reason = ""
			}
			wantReason(t, mustDeny(t, c.denial).Check(ClientOf(c.path)), reason, c.text)
		})
	}
}

func TestNobodyIsDenied(t *testing.T) {
	t.Parallel()
	client := newHouse(t).client(t, "laptop")
	wantReason(t, new(DenyList).Check(client), "", "")
	wantReason(t, mustDeny(t).Check(client), "", "")
}

// Everybody can make a second certificate out of one with an ECDSA signature.
// It is the same certificate for whoever verifies it, and has to be for the
// deny list, whichever of the two it names.
func TestDenialHoldsForTheMirroredSignature(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	path := h.path(t, "laptop")
	twin, err := x509.ParseCertificate(mirrored(path[0], path[1]))
	if err != nil {
		t.Fatal(err)
	}
	err = twin.CheckSignatureFrom(path[1])
	if err != nil || twin.Equal(path[0]) {
		t.Fatalf("the other certificate is no other one or does not verify: %v", err)
	}
	original := ClientOf(path)
	changed := ClientOf([]*x509.Certificate{twin, path[1], path[2]})
	for name, denial := range map[string]Denial{"original": byFingerprint(path[0]), "twin": byFingerprint(twin)} {
		wantReason(t, mustDeny(t, denial).Check(original), ReasonDenied, "fingerprint")
		wantReason(t, mustDeny(t, denial).Check(changed), ReasonDenied, "fingerprint")
		if t.Failed() {
			t.Fatalf("with the %s on the list", name)
		}
	}
}

func TestOnlyECDSASignaturesCanBeMirrored(t *testing.T) {
	t.Parallel()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	root := pkitest.NewCA(t, "Root")
	leaf := root.Issue(t, "laptop")
	rsaIssuer := &x509.Certificate{PublicKey: &key.PublicKey}
	damaged := *leaf.Cert
	damaged.Signature = []byte{1}
	cut := *leaf.Cert
	cut.Raw = cut.Raw[:10]
	for name, got := range map[string][]byte{
		"RSA": mirrored(leaf.Cert, rsaIssuer), "damaged signature": mirrored(&damaged, root.Cert), "cut short": mirrored(&cut, root.Cert),
	} {
		if got != nil {
			t.Errorf("%s: got %x, want nothing", name, got)
		}
	}
}

func TestDenyListIsChanged(t *testing.T) {
	t.Parallel()
	path := newHouse(t).path(t, "laptop")
	first, second := byFingerprint(path[0]), bySerial(path[0], path[1])
	first.Note, first.Since = "stolen on the train", since
	list, err := new(DenyList).With(first)
	if err != nil {
		t.Fatal(err)
	}
	both, err := list.With(second)
	if err != nil {
		t.Fatal(err)
	}
	if len(list.Denials()) != 1 || len(both.Denials()) != 2 {
		t.Errorf("got %d and %d denials, want a list of one to stay and a list of two", len(list.Denials()), len(both.Denials()))
	}
	_, err = both.With(byFingerprint(path[0]))
	if !errors.Is(err, ErrUnchanged) {
		t.Errorf("denied twice: got %v, want ErrUnchanged", err)
	}
	spelled := second
	spelled.Serial = "00" + strings.ToUpper(spelled.Serial)
	_, err = both.With(spelled)
	if !errors.Is(err, ErrUnchanged) {
		t.Errorf("denied twice in another spelling: got %v, want ErrUnchanged", err)
	}
	rest, err := both.Without(spelled)
	if err != nil {
		t.Fatal(err)
	}
	diff := cmp.Diff([]Denial{first}, rest.Denials())
	if diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	_, err = rest.Without(second)
	if !errors.Is(err, ErrUnchanged) {
		t.Errorf("not there: got %v, want ErrUnchanged", err)
	}
	for _, change := range []func(Denial) (*DenyList, error){rest.With, rest.Without} {
		_, err = change(Denial{Serial: "5"})
		if err == nil || errors.Is(err, ErrUnchanged) {
			t.Errorf("half a denial: got %v, want what is wrong", err)
		}
	}
}

func TestEverythingThatIsWrongWithADenyListIsTold(t *testing.T) {
	t.Parallel()
	hash := strings.Repeat("0", 64)
	one := func(members string) string { return `{"format":1,"deny":[{` + members + `}]}` }
	cases := []struct {
		name, text string
		want       []string
	}{
		{"nothing in it", `{"format":1}`, []string{"deny: missing"}},
		{"rules", `{"format":1,"rules":[]}`, []string{"deny: missing", "rules: unknown key"}},
		{"deny no list", `{"format":1,"deny":{}}`, []string{"deny: want a list"}},
		{"entry no object", `{"format":1,"deny":["` + hash + `"]}`, []string{"deny[0]: want an object"}},
		{"empty entry", one(""), []string{"deny[0]: want either serial"}},
		{"only a note", one(`"note":"x"`), []string{"deny[0]: want either serial"}},
		{"serial number alone", one(`"serial":"05"`), []string{"deny[0]: want either serial"}},
		{"issuer alone", one(`"issuerKeySha256":"` + hash + `"`), []string{"deny[0]: want either serial"}},
		{"both ways at once", one(`"serial":"5","issuerKeySha256":"` + hash + `","sha256Fingerprint":"` + hash + `"`), []string{"deny[0]: want either serial"}},
		{"serial number with colons", one(`"serial":"05:06","issuerKeySha256":"` + hash + `"`), []string{`deny[0].serial: "05:06": want a serial`}},
		{"serial number as a number", one(`"serial":5,"issuerKeySha256":"` + hash + `"`), []string{"deny[0].serial: want a text"}},
		{"fingerprint in capitals", one(`"sha256Fingerprint":"` + strings.Repeat("A", 64) + `"`), []string{"deny[0].sha256Fingerprint: "}},
		{"fingerprint too long", one(`"sha256Fingerprint":"` + hash + `0"`), []string{"deny[0].sha256Fingerprint: "}},
		{"moment without a time", one(`"sha256Fingerprint":"` + hash + `","since":"2026-06-01"`), []string{`deny[0].since: "2026-06-01": want a moment`}},
		{"unknown key", one(`"sha256Fingerprint":"` + hash + `","until":"x"`), []string{"deny[0].until: unknown key"}},
		{"key twice", one(`"sha256Fingerprint":"` + hash + `","sha256Fingerprint":"` + hash + `"`), []string{"deny[0].sha256Fingerprint: given twice"}},
		{"several at once", `{"format":1,"deny":[{"serial":"x"},{"note":""}]}`, []string{`deny[0].serial: "x"`, "deny[1].note: want a text"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			list, err := ParseDenyList([]byte(c.text))
			if list != nil {
				t.Error("got a list, want none")
			}
			wantProblems(t, err, "reading the deny list: ", c.want)
		})
	}
}

// A list refuses exactly those that it names, and writing it loses nothing.
func TestDenyListProperty(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	issuers := []*pkitest.CA{h.issuing, h.root}
	rapid.Check(t, func(t *rapid.T) {
		numbers := rapid.SliceOfDistinct(rapid.Int64Range(1, 15), func(n int64) int64 { return n }).Draw(t, "denied")
		var denials []Denial
		for _, n := range numbers {
			denials = append(denials, bySerial(&x509.Certificate{SerialNumber: big.NewInt(n)}, h.issuing.Cert))
		}
		list := denyOrFail(t, denials)
		text, err := list.Encode()
		if err != nil {
			t.Fatal(err)
		}
		list, err = ParseDenyList(text)
		if err != nil {
			t.Fatal(err)
		}
		serial := rapid.Int64Range(1, 15).Draw(t, "serial")
		issuer := rapid.SampledFrom(issuers).Draw(t, "issuer")
		leaf := &x509.Certificate{SerialNumber: big.NewInt(serial)}
		err = list.Check(ClientOf([]*x509.Certificate{leaf, issuer.Cert, h.root.Cert}))
		want := issuer == h.issuing && slices.Contains(numbers, serial)
		if (err != nil) != want {
			t.Fatalf("serial number %d under %s, denied %v: got %v", serial, issuer.Cert.Subject, numbers, err)
		}
	})
}

func denyOrFail(t *rapid.T, denials []Denial) *DenyList {
	list, err := NewDenyList(denials)
	if err != nil {
		t.Fatal(err)
	}
	return list
}
