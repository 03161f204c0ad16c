package policy

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"net/url"
	"strings"
	"testing"
)

func TestWhoMayPass(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	key := h.client(t, "x").IssuerKey()
	named := func(name pkix.Name) edit { return func(c *x509.Certificate) { c.Subject = name } }
	cn, o, ou := oidCommonName(), oidOrganization(), oidOrganizationalUnit()
	twice := func(oid asn1.ObjectIdentifier, values ...string) edit {
		var name pkix.Name
		for _, value := range values {
			name.ExtraNames = append(name.ExtraNames, pkix.AttributeTypeAndValue{Type: oid, Value: value})
		}
		return named(name)
	}
	dns := func(names ...string) edit { return func(c *x509.Certificate) { c.DNSNames = names } }
	mail := func(names ...string) edit { return func(c *x509.Certificate) { c.EmailAddresses = names } }
	uris := func(names ...string) edit {
		return func(c *x509.Certificate) {
			for _, name := range names {
				parsed, err := url.Parse(name)
				if err != nil {
					t.Fatal(err)
				}
				c.URIs = append(c.URIs, parsed)
			}
		}
	}
	serial := func(n int64) edit { return func(c *x509.Certificate) { c.SerialNumber = big.NewInt(n) } }
	cases := []struct {
		name   string
		who    string
		client edit
		passes bool
	}{
		{"common name", `{"subjectCn":"laptop"}`, named(pkix.Name{CommonName: "laptop"}), true},
		{"other common name", `{"subjectCn":"laptop"}`, named(pkix.Name{CommonName: "laptop2"}), false},
		{"common name in another case", `{"subjectCn":"laptop"}`, named(pkix.Name{CommonName: "Laptop"}), false},
		{"look-alike letter", `{"subjectCn":"laptop"}`, named(pkix.Name{CommonName: "lаptop"}), false},
		{"common name with a blank behind", `{"subjectCn":"laptop"}`, named(pkix.Name{CommonName: "laptop "}), false},
		{"common name with NUL behind", `{"subjectCn":"laptop"}`, named(pkix.Name{CommonName: "laptop\x00"}), false},
		{"name quoted in another attribute", `{"subjectCn":"laptop"}`, named(pkix.Name{Organization: []string{"x,CN=laptop"}}), false},
		{"name quoted in the common name", `{"subjectCn":"laptop"}`, named(pkix.Name{CommonName: "x,CN=laptop"}), false},
		{"no common name", `{"subjectCn":"laptop"}`, named(pkix.Name{Organization: []string{"laptop"}}), false},
		{"common name twice, the right one last", `{"subjectCn":"laptop"}`, twice(cn, "evil", "laptop"), false},
		{"common name twice, the right one first", `{"subjectCn":"laptop"}`, twice(cn, "laptop", "evil"), false},
		{"the same common name twice", `{"subjectCn":"laptop"}`, twice(cn, "laptop", "laptop"), false},
		{"organization", `{"subjectO":"Example"}`, named(pkix.Name{Organization: []string{"Example"}}), true},
		{"organization twice", `{"subjectO":"Example"}`, twice(o, "Example", "Example"), false},
		{"unit", `{"subjectOu":"Sales"}`, named(pkix.Name{OrganizationalUnit: []string{"Sales"}}), true},
		{"unit twice", `{"subjectOu":"Sales"}`, twice(ou, "Sales", "Admins"), false},
		{"unit for organization", `{"subjectO":"Sales"}`, named(pkix.Name{OrganizationalUnit: []string{"Sales"}}), false},
		{"all of two", `{"subjectCn":"laptop","subjectO":"Example"}`, named(pkix.Name{CommonName: "laptop", Organization: []string{"Example"}}), true},
		{"only the first of two", `{"subjectCn":"laptop","subjectO":"Example"}`, named(pkix.Name{CommonName: "laptop"}), false},
		{"only the second of two", `{"subjectCn":"laptop","subjectO":"Example"}`, named(pkix.Name{Organization: []string{"Example"}}), false},
		{"the second of any", `{"subjectCn":"other"},{"subjectCn":"laptop"}`, named(pkix.Name{CommonName: "laptop"}), true},
		{"none of any", `{"subjectCn":"other"},{"subjectCn":"third"}`, named(pkix.Name{CommonName: "laptop"}), false},
		{"DNS name", `{"dns":"a.example.com"}`, dns("a.example.com"), true},
		{"DNS name in another case", `{"dns":"A.Example.com"}`, dns("a.exAmple.com"), true},
		{"DNS name by label", `{"dns":"*.example.com"}`, dns("a.example.com"), true},
		{"DNS name a label too deep", `{"dns":"*.example.com"}`, dns("b.a.example.com"), false},
		{"DNS name without the label", `{"dns":"*.example.com"}`, dns("example.com"), false},
		{"DNS name that is a wildcard itself", `{"dns":"*.example.com"}`, dns("*.example.com"), false},
		{"DNS name with a dot behind", `{"dns":"*.example.com"}`, dns("a.example.com."), false},
		{"two DNS names", `{"dns":"*.example.com"}`, dns("a.example.com", "b.example.com"), false},
		{"no DNS name but a common name", `{"dns":"laptop"}`, named(pkix.Name{CommonName: "laptop"}), false},
		{"e-mail", `{"email":"*@example.com"}`, mail("one@example.com"), true},
		{"e-mail of another host", `{"email":"*@example.com"}`, mail("one@example.com.evil.example"), false},
		{"e-mail with a dot in the asterisk", `{"email":"*@example.com"}`, mail("one.two@example.com"), false},
		{"two e-mails", `{"email":"*@example.com"}`, mail("one@example.com", "two@example.com"), false},
		{"URI", `{"uri":"spiffe://example.com/agent/*"}`, uris("spiffe://example.com/agent/7"), true},
		{"URI a segment too deep", `{"uri":"spiffe://example.com/agent/*"}`, uris("spiffe://example.com/agent/7/x"), false},
		{"URI of another host", `{"uri":"spiffe://*/agent/7"}`, uris("spiffe://evil.example/agent/7"), false},
		{"two URIs", `{"uri":"spiffe://example.com/agent/*"}`, uris("spiffe://example.com/agent/7", "spiffe://example.com/agent/8"), false},
		{"issuer's name", `{"issuerCn":"Issuing CA","issuerO":"Example"}`, nil, true},
		{"another issuer's name", `{"issuerCn":"Root"}`, nil, false},
		{"issuer's unit, which it has not", `{"issuerOu":"Example"}`, nil, false},
		{"issuer's key", `{"issuerKeySha256":"` + key + `"}`, nil, true},
		{"another issuer's key", `{"issuerKeySha256":"` + strings.Repeat("0", 64) + `"}`, nil, false},
		{"serial number", `{"serial":"0b4","issuerKeySha256":"` + key + `"}`, serial(0xb4), true},
		{"another serial number", `{"serial":"b4","issuerKeySha256":"` + key + `"}`, serial(0xb5), false},
		{"serial number that goes on", `{"serial":"b4","issuerKeySha256":"` + key + `"}`, serial(0xb40), false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			edits := []edit{func(*x509.Certificate) {}}
			if c.client != nil {
				edits = append(edits, c.client)
			}
			rule, err := rulesFor(t, c.who).Permit(h.client(t, "someone", edits...), Request{"GET", "/"})
			if c.passes {
				wantReason(t, err, "", "")
				if rule != "r" {
					t.Errorf("got rule %q, want its name", rule)
				}
				return
			}
			wantReason(t, err, ReasonNoRule, "none of the 1 rules")
		})
	}
}

// A serial number as Go holds it may be negative; a rule cannot name one.
func TestNegativeSerialIsNobodys(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	path := h.path(t, "laptop")
	negative := *path[0]
	negative.SerialNumber = big.NewInt(-0xb4)
	client := ClientOf([]*x509.Certificate{&negative, path[1]})
	who := `{"serial":"b4","issuerKeySha256":"` + client.IssuerKey() + `"}`
	_, err := rulesFor(t, who).Permit(client, Request{"GET", "/"})
	wantReason(t, err, ReasonNoRule, "")
}

func TestWhereAndHow(t *testing.T) {
	t.Parallel()
	rules := mustParse(t, `{"format":1,"rules":[
		{"name":"read","paths":["/reports","/a b/ü/"],"methods":["GET","HEAD"],"who":[{"subjectCn":"laptop"}]},
		{"name":"write","paths":["/reports/own"],"methods":["POST"],"who":[{"subjectCn":"laptop"}]},
		{"name":"admin","who":[{"subjectCn":"admin"}]},
		{"name":"status","paths":["/status"],"anyone":true},
		{"name":"options","paths":["/"],"methods":["OPTIONS"],"anyone":true}]}`)
	if rules.Len() != 5 {
		t.Errorf("got %d rules, want 5", rules.Len())
	}
	h := newHouse(t)
	laptop, admin, stranger := h.client(t, "laptop"), h.client(t, "admin"), h.client(t, "stranger")
	cases := []struct {
		name         string
		client       *Client
		method, path string
		rule         string
	}{
		{"the path itself", laptop, "GET", "/reports", "read"},
		{"below the path", laptop, "HEAD", "/reports/2026/may", "read"},
		{"with a slash at the end", laptop, "GET", "/reports/", "read"},
		{"with empty segments", laptop, "GET", "/reports//2026", "read"},
		{"decoded", laptop, "GET", "/r%65ports/x", "read"},
		{"blank and letter beyond ASCII", laptop, "GET", "/a%20b/%C3%BC/x", "read"},
		{"not at a segment's end", laptop, "GET", "/reports2", ""},
		{"parameters in the segment", laptop, "GET", "/reports;x=1", ""},
		{"in another case", laptop, "GET", "/Reports", ""},
		{"above the path", laptop, "GET", "/", ""},
		{"another method", laptop, "POST", "/reports", ""},
		{"method in another case", laptop, "get", "/reports", ""},
		{"method of another rule", laptop, "POST", "/reports/own/1", "write"},
		{"path of everybody", stranger, "DELETE", "/status/x", "status"},
		{"nobody's path", stranger, "GET", "/reports", ""},
		{"every path", stranger, "OPTIONS", "/a/b", "options"},
		{"the root of every path", stranger, "OPTIONS", "/", "options"},
		{"rule without paths and methods", admin, "PURGE", "/anything/at/all", "admin"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			rule, err := rules.Permit(c.client, Request{c.method, c.path})
			if rule != c.rule {
				t.Errorf("got rule %q, want %q", rule, c.rule)
			}
			if c.rule == "" {
				wantReason(t, err, ReasonNoRule, "none of the 5 rules")
			}
		})
	}
}

func TestNoRulesLetEverybodyPass(t *testing.T) {
	t.Parallel()
	rule, err := mustParse(t, `{"format":1,"rules":[]}`).Permit(newHouse(t).client(t, "x"), Request{"GET", "/a%2F../b"})
	if rule != "" || err != nil {
		t.Errorf("got rule %q and %v, want neither", rule, err)
	}
}

// A leaf that is its own anchor is its own issuer.
func TestPathOfOne(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	client := ClientOf([]*x509.Certificate{h.root.Cert})
	_, err := rulesFor(t, `{"subjectCn":"Root","issuerCn":"Root"}`).Permit(client, Request{"GET", "/"})
	wantReason(t, err, "", "")
	if len(client.credentials()) != 1 {
		t.Errorf("got %d credentials, want its own", len(client.credentials()))
	}
}
