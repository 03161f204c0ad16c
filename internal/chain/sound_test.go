package chain

import (
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"net/url"
	"testing"

	"github.com/sekisho/sekisho/internal/pkitest"
)

// raw adds an extension as it is.
func raw(oid asn1.ObjectIdentifier, critical bool, value string) edit {
	return func(c *x509.Certificate) {
		der, err := hex.DecodeString(value)
		if err != nil {
			panic(err)
		}
		c.ExtraExtensions = append(c.ExtraExtensions, pkix.Extension{Id: oid, Critical: critical, Value: der})
	}
}

func also(edits ...edit) edit {
	return func(c *x509.Certificate) {
		for _, edit := range edits {
			edit(c)
		}
	}
}

func email(address string) edit {
	return func(c *x509.Certificate) { c.EmailAddresses = []string{address} }
}

func emailSubject(address string) edit {
	return func(c *x509.Certificate) {
		c.Subject.ExtraNames = []pkix.AttributeTypeAndValue{{Type: oidEmailAddress, Value: address}}
	}
}

func permittedEmail(domain string) edit {
	return func(c *x509.Certificate) { c.PermittedEmailAddresses = []string{domain} }
}

// Subtrees in hexadecimal, one form each.
const (
	dnsSubtree       = "300d820b6578616d706c652e636f6d"           // example.com
	directorySubtree = "3010a40e300c310a300806035504030c0161"     // CN=a
	otherSubtree     = "3012a01006032a0304a0090c076578616d706c65" // otherName 1.2.3.4
	registered       = "300588032a0304"                           // registeredID
	withMinimum      = "3010820b6578616d706c652e636f6d800101"     // example.com, minimum 1
	withMaximum      = "3010820b6578616d706c652e636f6d810102"     // example.com, maximum 2
	mixed            = dnsSubtree + directorySubtree              // both in one extension
	emptyBitString   = "030100"                                   // key usage without a bit
	unusedBits       = "03020700"                                 // key usage, one bit, not set
	emptySequence    = "3000"                                     // extended key usage without a purpose
)

// constrain makes a name constraints extension of permitted or excluded
// subtrees given in hexadecimal.
func constrain(critical bool, tag byte, subtrees string) edit {
	inner := len(subtrees) / 2
	value := hex.EncodeToString([]byte{0x30, byte(inner + 2), tag, byte(inner)}) + subtrees
	return raw(oidNameConstraints, critical, value)
}

const permitted, excluded = 0xa0, 0xa1

// What crypto/x509 would let pass.
func TestSound(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	client := func(edits ...edit) []*x509.Certificate { return h.issuing.Issue(t, "laptop-1", edits...).Chain }
	under := func(ca edit, edits ...edit) []*x509.Certificate {
		return h.issuing.ChildCA(t, "Sub CA", ca).Issue(t, "laptop-1", edits...).Chain
	}
	noUsage := func(c *x509.Certificate) { c.KeyUsage = 0 }
	cases := []struct {
		name      string
		presented []*x509.Certificate
		want      want
	}{
		{"plain", client(), want{}},
		{"key usage absent", client(noUsage), want{}},
		{"key usage without a bit in the leaf", client(noUsage, raw(oidKeyUsage, true, emptyBitString)), want{ReasonUsage, 0, "digitalSignature"}},
		{"key usage without a bit in a CA", under(also(noUsage, raw(oidKeyUsage, true, emptyBitString))), want{ReasonSyntax, 1, "allows nothing"}},
		{"key usage with one bit, not set", under(also(noUsage, raw(oidKeyUsage, true, unusedBits))), want{ReasonSyntax, 1, "allows nothing"}},
		{"extended key usage without a purpose", client(usages(), raw(oidExtKeyUsage, false, emptySequence)), want{ReasonSyntax, 0, "names none"}},
		{"extended key usage without a purpose in a CA", under(raw(oidExtKeyUsage, false, emptySequence)), want{ReasonSyntax, 1, "names none"}},

		{"name constraints in a leaf", client(constrain(true, permitted, dnsSubtree)), want{ReasonNameConstraints, 0, "of no CA"}},
		{"DNS names", under(constrain(false, permitted, dnsSubtree)), want{}},
		{"directory names, critical", under(constrain(true, permitted, directorySubtree)), want{ReasonCriticalExtension, 1, "2.5.29.30"}},
		{"directory names permitted", under(constrain(false, permitted, directorySubtree)), want{ReasonNameConstraints, 1, "cannot be checked"}},
		{"directory names excluded", under(constrain(false, excluded, directorySubtree)), want{ReasonNameConstraints, 1, "cannot be checked"}},
		{"directory names behind DNS names", under(constrain(false, permitted, mixed)), want{ReasonNameConstraints, 1, "cannot be checked"}},
		{"other names", under(constrain(false, excluded, otherSubtree)), want{ReasonNameConstraints, 1, "cannot be checked"}},
		{"registered identifiers", under(constrain(false, excluded, registered)), want{ReasonNameConstraints, 1, "cannot be checked"}},
		{"a minimum", under(constrain(false, excluded, withMinimum)), want{ReasonNameConstraints, 1, "cannot be checked"}},
		{"a maximum", under(constrain(true, permitted, withMaximum)), want{ReasonNameConstraints, 1, "cannot be checked"}},

		{"permitted e-mail address", under(permittedEmail("example.com"), email("a@example.com")), want{}},
		{"other e-mail address", under(permittedEmail("example.com"), email("a@example.org")), want{ReasonNameConstraints, 0, "may certify"}},
		{"no e-mail address under constraints on them", under(permittedEmail("example.com")), want{}},
		{"e-mail address in the subject alone", under(permittedEmail("example.com"), emailSubject("a@example.org")), want{ReasonNameConstraints, 0, "in the subject"}},
		{"e-mail address in both", under(permittedEmail("example.com"), emailSubject("a@example.com"), email("a@example.com")), want{}},
		{"e-mail address in the subject, constraints on others", under(constrain(true, permitted, dnsSubtree), emailSubject("a@example.org")), want{}},
	}
	verifier := newVerifier(t, h.bundle(), nil, Options{Revocation: ModeOff})
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := verifier.Verify(c.presented, now)
			c.want.check(t, err)
		})
	}
}

// The same rules hold for the anchor.
func TestSoundAnchor(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]edit{
		"directory names": constrain(false, permitted, directorySubtree),
		"no purpose":      raw(oidExtKeyUsage, false, emptySequence),
	} {
		root := pkitest.NewCA(t, "Root", change)
		verifier := newVerifier(t, []*x509.Certificate{root.Cert}, nil, Options{Revocation: ModeOff})
		_, err := verifier.Verify(root.Issue(t, "laptop-1").Chain, now)
		if !hasReason(err, ReasonNameConstraints) && !hasReason(err, ReasonSyntax) {
			t.Errorf("%s: got %v, want it refused", name, err)
		}
	}
}

func TestSoundNamelessIssuer(t *testing.T) {
	t.Parallel()
	root := pkitest.NewCA(t, "")
	verifier := newVerifier(t, []*x509.Certificate{root.Cert}, nil, Options{Revocation: ModeOff})
	_, err := verifier.Verify(root.Issue(t, "laptop-1").Chain, now)
	want{ReasonSyntax, 0, "no name"}.check(t, err)
}

func TestComparisonsAreBounded(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	domains := make([]string, 501)
	for i := range domains {
		domains[i] = "example.com"
	}
	names := func(n int) edit { return func(c *x509.Certificate) { c.DNSNames = domains[:n] } }
	ca := h.issuing.ChildCA(t, "Sub CA", func(c *x509.Certificate) { c.PermittedDNSDomains = domains[:500] })
	verifier := newVerifier(t, h.bundle(), nil, Options{Revocation: ModeOff})
	_, err := verifier.Verify(ca.Issue(t, "laptop-1", names(500)).Chain, now)
	want{}.check(t, err)
	_, err = verifier.Verify(ca.Issue(t, "laptop-1", names(501)).Chain, now)
	want{ReasonTooComplex, 0, "501 names under 500 name constraints"}.check(t, err)
}

// Every kind of name and of constraint counts.
func TestComparisonsCountAllKinds(t *testing.T) {
	t.Parallel()
	many := make([]string, 1000)
	for name, cert := range map[string]*x509.Certificate{
		"DNS":    {DNSNames: many, PermittedDNSDomains: many},
		"e-mail": {EmailAddresses: many, ExcludedEmailAddresses: many},
		"URI":    {URIs: make([]*url.URL, 1000), PermittedURIDomains: many},
	} {
		if !hasReason(comparisons([]*x509.Certificate{cert}, nil), ReasonTooComplex) {
			t.Errorf("%s: a million comparisons are allowed", name)
		}
	}
}

// The walk over name constraints takes any bytes without panic, and what it
// calls comparable crypto/x509 says it handles.
func FuzzComparableSubtrees(f *testing.F) {
	for _, subtrees := range []string{dnsSubtree, directorySubtree, otherSubtree, registered, withMinimum, mixed} {
		der, err := hex.DecodeString(subtrees)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(append([]byte{0x30, byte(len(der) + 2), permitted, byte(len(der))}, der...))
	}
	h := newHouse(f)
	f.Fuzz(func(t *testing.T, value []byte) {
		if len(value) > 1000 || !comparableSubtrees(value) {
			return
		}
		template := *h.root.Cert
		template.ExtraExtensions = []pkix.Extension{{Id: oidNameConstraints, Critical: true, Value: value}}
		der, err := x509.CreateCertificate(rand.Reader, &template, h.root.Cert, h.root.Key.Public(), h.root.Key)
		if err != nil {
			t.Fatal(err)
		}
		cert, err := x509.ParseCertificate(der)
		if err == nil && len(cert.UnhandledCriticalExtensions) > 0 {
			t.Errorf("called comparable: %x", value)
		}
	})
}
