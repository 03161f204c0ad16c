package settings

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"testing"

	"github.com/sekisho/sekisho/internal/pkitest"
)

// Whose lists the sources deliver, as far as the configuration tells.
func TestCoverage(t *testing.T) {
	t.Parallel()
	pki := newPKI(t)
	twin := pkitest.NewCA(t, "Root")
	mute := pkitest.NewCA(t, "Mute", func(template *x509.Certificate) { template.KeyUsage = x509.KeyUsageCertSign })
	nameless := pkitest.NewCA(t, "", func(template *x509.Certificate) { template.Subject = pkix.Name{Organization: []string{"Example"}} })
	pki.files["nameless.pem"] = pkitest.PEM(nameless.Cert)
	pki.files["twins.pem"] = pkitest.PEM(pki.root.Cert, twin.Cert)
	pki.files["mute.pem"] = pkitest.PEM(mute.Cert)
	pki.files["three.pem"] = pkitest.PEM(pki.root.Cert, pki.issuing.Cert, pki.stranger.Cert)

	const (
		advice   = `add one, or set "revocation": "require-leaf"`
		rootGone = `caBundle: no source delivers the revocation list of CN=Root (a certificate of the bundle says that it is at http://ca.example.com/root.crl): ` + advice
	)
	named := func(issuers string) string {
		return `{"crlUrls": null, "sources": [{"name": "a", "urls": ["http://ca.example.com/a"], "issuers": ` + issuers + `}]}`
	}
	both := func(rest string) string { return `{"caBundle": ["both.pem"], ` + rest + `}` }
	urls := func(list string) string { return both(`"crlUrls": [` + list + `]`) }

	for name, test := range map[string]refusal{
		"one CA, one list":                     {`{}`, nil},
		"two CAs, two lists":                   {urls(`"http://ca/a", "http://ca/b"`), nil},
		"two CAs, the root's list by its URL":  {urls(`"` + rootList + `", "http://ca/b"`), nil},
		"two CAs, one list":                    {urls(`"http://ca/a"`), []string{rootGone}},
		"two CAs, only the root's list":        {urls(`"` + rootList + `"`), []string{`caBundle: no source delivers the revocation list of CN=Issuing: ` + advice}},
		"the root's list twice over":           {both(`"crlUrls": null, "sources": [{"name": "a", "urls": ["http://mirror/root", "` + rootList + `"]}]`), []string{`caBundle: no source delivers the revocation list of CN=Issuing: ` + advice}},
		"no list is demanded of the root":      {both(`"revocation": "require-leaf"`), nil},
		"missing lists are allowed":            {both(`"revocation": "allow-missing"`), nil},
		"revocation is off":                    {both(`"revocation": "off"`), nil},
		"issuer by common name":                {named(`["Root"]`), nil},
		"issuer by distinguished name":         {named(`["CN=Root"]`), nil},
		"issuer by key":                        {named(`["` + keyHash(pki.root.Cert) + `"]`), nil},
		"two lists in one file, so named":      {both(`"crlUrls": null, "sources": [{"name": "a", "urls": ["http://ca/a"], "issuers": ["Root", "Issuing"]}]`), nil},
		"the issuer that the URL speaks for":   {both(`"crlUrls": ["http://ca/b"], "sources": [{"name": "a", "urls": ["` + rootList + `"], "issuers": ["Issuing"]}]`), nil},
		"all sources speak for one CA":         {both(`"crlUrls": null, "sources": [{"name": "a", "urls": ["http://ca/a"], "issuers": ["Issuing"]}]`), []string{rootGone}},
		"an issuer that is not in the bundle":  {`{"sources": [{"name": "a", "urls": ["http://ca/a"], "issuers": ["Issuing"]}]}`, []string{`sources[0].issuers[0]: "Issuing" is no CA of the bundle, which holds CN=Root`}},
		"an issuer without a name":             {`{"caBundle": ["nameless.pem"], "sources": [{"name": "a", "urls": ["http://ca/a"], "issuers": [""]}]}`, []string{`sources[0].issuers[0]: "" is no CA of the bundle, which holds O=Example`}},
		"a wrong issuer in every mode":         {`{"revocation": "off", "sources": [{"name": "a", "urls": ["http://ca/a"], "issuers": ["X"]}]}`, []string{`sources[0].issuers[0]: "X" is no CA of the bundle, which holds CN=Root`}},
		"one name of two CAs":                  {`{"caBundle": ["twins.pem"], "sources": [{"name": "a", "urls": ["http://ca/a"], "issuers": ["Root"]}]}`, []string{`sources[0].issuers[0]: "Root" is the name of 2 CAs of the bundle: name one by its public key, ` + keyHash(pki.root.Cert) + ` or ` + keyHash(twin.Cert)}},
		"two CAs of one name, one list":        {`{"caBundle": ["twins.pem"]}`, []string{`caBundle: 2 of the CAs have no source of their own (CN=Root; CN=Root), and there is one source besides, which delivers one list: name a source for each of them, with "issuers" where it delivers the lists of several, or set "revocation": "require-leaf"`}},
		"three CAs, one list":                  {`{"caBundle": ["three.pem"]}`, []string{`caBundle: 3 of the CAs have no source of their own (CN=Root; CN=Issuing; CN=Stranger), and there is one source besides, which delivers one list: name a source for each of them, with "issuers" where it delivers the lists of several, or set "revocation": "require-leaf"`}},
		"three CAs, two lists":                 {`{"caBundle": ["three.pem"], "crlUrls": ["http://ca/a", "http://ca/b"]}`, []string{rootGone}},
		"three CAs, three lists":               {`{"caBundle": ["three.pem"], "crlUrls": ["http://ca/a", "http://ca/b", "http://ca/c"]}`, nil},
		"a CA that may not sign lists":         {`{"caBundle": ["mute.pem"]}`, []string{`caBundle: CN=Mute may not sign revocation lists (its key usage lacks cRLSign), so that no source can cover it: have it issued again with cRLSign, or set "revocation": "require-leaf"`}},
		"a CA that may not, and need not":      {`{"caBundle": ["mute.pem"], "revocation": "require-leaf"}`, nil},
		"nothing is said of an unread bundle":  {`{"caBundle": ["gone.pem"]}`, []string{"caBundle[0]: reading the file: open gone.pem: file does not exist"}},
		"nor of a bundle of which a part is":   {`{"caBundle": ["three.pem", "gone.pem"]}`, []string{"caBundle[1]: reading the file: open gone.pem: file does not exist"}},
		"nor of that of an existing one":       {`{` + attach + `}`, nil},
		"three lists, and one CA is not named": {`{"caBundle": ["three.pem"], "crlUrls": null, "sources": [{"name": "a", "urls": ["http://ca/a"], "issuers": ["Root"]}, {"name": "b", "urls": ["http://ca/b"], "issuers": ["Issuing"]}]}`, []string{`caBundle: no source delivers the revocation list of CN=Stranger: ` + advice}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Load(with(t, test.changes), pki.read, pkitest.Epoch)
			expect(t, err, test.want...)
		})
	}
}

// A root that was renewed is one CA: one list covers both certificates.
func TestRenewedRootNeedsOneList(t *testing.T) {
	t.Parallel()
	pki := newPKI(t)
	pki.files["renewed.pem"] = pkitest.PEM(pki.root.Cert, renew(t, pki.root))
	_, err := Load(with(t, `{"caBundle": ["renewed.pem"]}`), pki.read, pkitest.Epoch)
	expect(t, err)
}

func renew(t *testing.T, ca *pkitest.CA) *x509.Certificate {
	t.Helper()
	template := *ca.Cert
	template.NotAfter = template.NotAfter.AddDate(1, 0, 0)
	der, err := x509.CreateCertificate(nil, &template, ca.Cert, ca.Key.Public(), ca.Key)
	if err != nil {
		t.Fatalf("renewing the root: %v", err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatalf("parsing the renewal: %v", err)
	}
	return cert
}

// The twin builds its settings without a file, and checks the same rules.
func TestPrepareNeedsNoStack(t *testing.T) {
	t.Parallel()
	pki := newPKI(t)
	s := Defaults()
	s.CABundle, s.CRLURLs = []string{"both.pem"}, []string{"http://127.0.0.1:8080/ca.crl"}
	_, err := s.Prepare(pki.read, pkitest.Epoch)
	expect(t, err, `caBundle: no source delivers the revocation list of CN=Root (a certificate of the bundle says that it is at http://ca.example.com/root.crl): add one, or set "revocation": "require-leaf"`)

	s.Revocation = RevocationRequireLeaf
	prepared, err := s.Prepare(pki.read, pkitest.Epoch)
	expect(t, err)
	if got := len(prepared.Bundle.Certificates); got != 2 {
		t.Errorf("got a bundle of %d certificates, want 2", got)
	}
	s.Revocation = "strict"
	_, err = s.Prepare(pki.read, pkitest.Epoch)
	expect(t, err, `revocation: "strict" is not one of "require", "require-leaf", "allow-missing", "off"`)
}

// What was loaded can be written and loaded again.
func TestSettingsSurviveJSON(t *testing.T) {
	t.Parallel()
	pki := newPKI(t)
	prepared, err := Load(with(t, `{"refresher": {"network": {"access": "nat"}}, "verifier": {"grace": "90m"}}`), pki.read, pkitest.Epoch)
	expect(t, err)
	text, err := json.Marshal(prepared.Settings)
	if err != nil {
		t.Fatalf("writing the settings: %v", err)
	}
	again, err := Load(text, pki.read, pkitest.Epoch)
	expect(t, err)
	if got, want := compact(again.Settings), compact(prepared.Settings); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
