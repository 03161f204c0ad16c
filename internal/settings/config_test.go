package settings

import (
	"crypto/x509"
	"encoding/json"
	"io/fs"
	"maps"
	"strings"
	"testing"

	"github.com/sekisho/sekisho/internal/pkitest"
)

// pki is a root with its distribution points named, and what stands below it.
type pki struct {
	root, issuing, stranger *pkitest.CA
	files                   map[string][]byte
}

const rootList = "http://ca.example.com/root.crl"

func newPKI(t *testing.T) pki {
	t.Helper()
	p := pki{root: pkitest.NewCA(t, "Root"), stranger: pkitest.NewCA(t, "Stranger")}
	p.issuing = p.root.ChildCA(t, "Issuing", func(template *x509.Certificate) {
		template.CRLDistributionPoints = []string{"ldap://ca.example.com/cn=Root", rootList}
	})
	p.files = map[string][]byte{
		"root.pem":     pkitest.PEM(p.root.Cert),
		"both.pem":     pkitest.PEM(p.root.Cert, p.issuing.Cert),
		"stranger.pem": pkitest.PEM(p.stranger.Cert),
		"leaf.pem":     pkitest.PEM(p.issuing.Issue(t, "laptop").Cert),
		"empty.pem":    nil,
	}
	return p
}

func (p pki) read(name string) ([]byte, error) {
	data, ok := p.files[name]
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return data, nil
}

// minimal is all that must be written.
const minimal = `{
	"caBundle": ["root.pem"],
	"crlUrls": ["http://ca.example.com/ca.crl"],
	"certificateArn": "arn:aws:acm:eu-central-1:123456789012:certificate/0a1b2c3d",
	"allowedCidrs": ["10.0.0.0/8"]
}`

// with is the minimal configuration with other keys written over it; null
// takes a key out.
func with(t *testing.T, changes string) []byte {
	t.Helper()
	var base, over map[string]json.RawMessage
	mustUnmarshal(t, minimal, &base)
	mustUnmarshal(t, changes, &over)
	maps.Copy(base, over)
	maps.DeleteFunc(base, func(_ string, value json.RawMessage) bool { return string(value) == "null" })
	text, err := json.Marshal(base)
	if err != nil {
		t.Fatalf("writing %s over the configuration: %v", changes, err)
	}
	return text
}

func mustUnmarshal(t *testing.T, text string, into any) {
	t.Helper()
	err := json.Unmarshal([]byte(text), into)
	if err != nil {
		t.Fatalf("reading %s: %v", text, err)
	}
}

// said are the joined messages, one each; none for no error.
func said(t *testing.T, err error) []string {
	t.Helper()
	if err == nil {
		return nil
	}
	var all []string
	for _, one := range err.(interface{ Unwrap() []error }).Unwrap() {
		if _, ok := one.(*Problem); !ok {
			t.Errorf("got %T, want a problem", one)
		}
		all = append(all, one.Error())
	}
	return all
}

func expect(t *testing.T, err error, want ...string) {
	t.Helper()
	got := said(t, err)
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}
