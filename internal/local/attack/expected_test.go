package attack

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"testing"

	"github.com/sekisho/sekisho/internal/local"
	"github.com/sekisho/sekisho/internal/pkitest"
)

// withNames demands laptop-1 of the CA Issuing.
func withNames(o *local.Options) { o.SubjectCN, o.IssuerCN = "laptop-1", "Issuing" }

// pretenders are good clients who are not laptop-1, and would like to be.
func pretenders(t *testing.T, h *house) []presented {
	wrong := func(name string, ca *pkitest.CA, reason string, subject pkix.Name) presented {
		return presented{name, of(ca.Issue(t, "", current, func(c *x509.Certificate) { c.Subject = subject })), refused(reason)}
	}
	named := func(name, commonName string) presented {
		return wrong("common name "+name, h.issuing, "subject-cn", pkix.Name{CommonName: commonName})
	}
	inOther := pkix.Name{Organization: []string{"laptop-1"}, OrganizationalUnit: []string{"CN=laptop-1"}}
	commonName := asn1.ObjectIdentifier{2, 5, 4, 3}
	twoNames := func(names ...string) pkix.Name {
		var subject pkix.Name
		for _, name := range names {
			subject.ExtraNames = append(subject.ExtraNames, pkix.AttributeTypeAndValue{Type: commonName, Value: name})
		}
		return subject
	}
	namesake := h.namesake.Issue(t, "laptop-1", current)
	return []presented{
		{"expected names", of(h.laptop), served(h.laptop.Cert)},
		{"expected names, from the CA's namesake", of(namesake), served(namesake.Cert)},
		{"expected name as alternative name only", of(h.issuing.Issue(t, "", current, domain("laptop-1"))), refused("subject-cn")},
		named("with a look-alike letter", "lарtop-1"), // two Cyrillic letters
		named("in capitals", "LAPTOP-1"),
		named("with a space behind", "laptop-1 "),
		named("with a NUL behind", "laptop-1\x00"),
		named("with something behind", "laptop-10"),
		named("with a letter of full width", "laptop-１"),
		named("with an invisible letter", "laptop\u200b-1"),
		named("that holds a whole subject", "x,CN=laptop-1"),
		named("that is a pattern", "laptop-*"),
		named("of somebody else", "good"),
		wrong("expected name in other attributes", h.issuing, "subject-cn", inOther),
		wrong("two common names, the right one last", h.issuing, "subject-cn", twoNames("good", "laptop-1")),
		wrong("two common names, the right one first", h.issuing, "subject-cn", twoNames("laptop-1", "good")),
		wrong("the right common name twice", h.issuing, "subject-cn", twoNames("laptop-1", "laptop-1")),
		wrong("expected subject of another CA", h.limited, "issuer-cn", pkix.Name{CommonName: "laptop-1"}),
		wrong("expected subject of the root above", h.root, "issuer-cn", pkix.Name{CommonName: "laptop-1"}),
	}
}

// withExpectedNames is for a verifier that lets one client in, by its name.
func (s *suite) withExpectedNames(t *testing.T) {
	w := startTwin(t, s.house, withNames)
	v := &visit{suite: s, address: w.address, servers: w.servers}
	for _, p := range pretenders(t, s.house) {
		s.tally.judge(t, "expected names", p.name, p.want, v.send(t, p.name, p.credential, get()))
	}
	w.unharmed(t)
}
