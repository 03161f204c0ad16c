package chain

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sekisho/sekisho/internal/crl"
	"github.com/sekisho/sekisho/internal/pkitest"
)

// shortcutOf verifies a client and takes the shortcut from it.
func shortcutOf(tb testing.TB, verifier *Verifier, presented []*x509.Certificate) *Shortcut {
	tb.Helper()
	_, err := verifier.Verify(presented, now)
	if err != nil {
		tb.Fatal(err)
	}
	return verifier.Shortcut(presented, now)
}

// wantSame takes the shortcut for another client and compares with Verify.
func wantSame(t *testing.T, verifier *Verifier, shortcut *Shortcut, presented []*x509.Certificate, at time.Time) {
	t.Helper()
	got, ok := shortcut.Verify(presented[0], at)
	want, err := verifier.Verify(presented, at)
	if !ok || err != nil {
		t.Fatalf("got %v, and the verifier says %v; want both to accept", ok, err)
	}
	diff := cmp.Diff(want, got, cmp.Comparer(func(a, b *big.Int) bool { return a.Cmp(b) == 0 }), cmp.Comparer((*x509.Certificate).Equal))
	if diff != "" {
		t.Errorf("identity (-verifier +shortcut):\n%s", diff)
	}
}

func TestShortcut(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	rich := func(c *x509.Certificate) {
		c.DNSNames, c.EmailAddresses = []string{"a.example"}, []string{"a@example.com"}
		c.Subject.Organization = []string{"Example, Inc."}
		c.SerialNumber = big.NewInt(0x3A5B1)
	}
	sub := h.issuing.ChildCA(t, "Sub CA")
	lists := append(h.lists(t), listOf(t, sub))
	for name, c := range map[string]struct {
		ca     *pkitest.CA
		bundle []*x509.Certificate
	}{
		"CA of the bundle":            {h.issuing, h.bundle()},
		"CA that was presented":       {h.issuing, h.bundle()[:1]},
		"two CAs, one of the bundle":  {sub, h.bundle()},
		"two CAs that were presented": {sub, h.bundle()[:1]},
		"the root itself":             {h.root, h.bundle()[:1]},
	} {
		verifier := newVerifier(t, c.bundle, lists, Options{})
		first, second := c.ca.Issue(t, "first"), c.ca.Issue(t, "second", rich)
		shortcut := shortcutOf(t, verifier, first.Chain)
		if shortcut == nil {
			t.Errorf("%s: got none, want a shortcut", name)
			continue
		}
		wantSame(t, verifier, shortcut, second.Chain, now)
		wantSame(t, verifier, shortcut, second.Chain, now.Add(time.Hour))
		wantSame(t, verifier, shortcut, first.Chain, now)
	}
}

func TestShortcutWithoutRevocation(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	second := h.issuing.Issue(t, "second")
	verifier := newVerifier(t, h.bundle(), []*crl.Index{listOf(t, h.issuing, second.Cert)}, Options{Revocation: ModeOff})
	shortcut := shortcutOf(t, verifier, h.client.Chain)
	wantSame(t, verifier, shortcut, second.Chain, now)

	alias := &pkitest.CA{Cert: &x509.Certificate{Subject: pkix.Name{CommonName: "Alias"}}, Key: h.issuing.Key}
	_, ok := shortcut.Verify(alias.Issue(t, "laptop-2").Cert, now)
	if ok {
		t.Error("accepted the issuer's key under another name")
	}
}

// Something above the client depends on the client, or on what others present:
// there is no shortcut.
func TestNoShortcut(t *testing.T) {
	t.Parallel()
	root := pkitest.NewCA(t, "Root")
	pathLength := func(n int) edit {
		return func(c *x509.Certificate) { c.MaxPathLen, c.MaxPathLenZero = n, n == 0 }
	}
	policies := func(c *x509.Certificate) {
		oid, err := x509.OIDFromInts([]uint64{2, 5, 29, 32, 0})
		if err != nil {
			t.Fatal(err)
		}
		c.Policies = []x509.OID{oid}
	}
	constraint := func(oid asn1.ObjectIdentifier, value string) edit { return also(policies, raw(oid, false, value)) }
	cases := []struct {
		name          string
		root, issuing edit
		want          bool
	}{
		{"nothing of the kind", nil, nil, true},
		{"policies that nobody demands", policies, policies, true},
		{"room for no CA below the issuer", nil, pathLength(0), true},
		{"room for two CAs below the root", pathLength(2), nil, true},
		{"room for one CA below the root", pathLength(1), nil, false},
		{"name constraints of the root", constrain(true, permitted, dnsSubtree), nil, false},
		{"name constraints of the issuer", nil, constrain(true, permitted, dnsSubtree), false},
		{"name constraints, not critical", nil, constrain(false, excluded, dnsSubtree), false},
		{"key usages of the root", usages(x509.ExtKeyUsageClientAuth), nil, false},
		{"key usages of the issuer", nil, usages(x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth), false},
		{"any key usage", nil, usages(x509.ExtKeyUsageAny), false},
		{"policy mappings", nil, constraint(asn1.ObjectIdentifier{2, 5, 29, 33}, "300e300c06042a03040506042a030406"), false},
		{"policy constraints", nil, constraint(asn1.ObjectIdentifier{2, 5, 29, 36}, "3003800105"), false},
		{"inhibit any-policy", nil, constraint(asn1.ObjectIdentifier{2, 5, 29, 54}, "020105"), false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			edits := func(e edit) []edit {
				if e == nil {
					return nil
				}
				return []edit{e}
			}
			root := root
			if c.root != nil {
				root = pkitest.NewCA(t, "Root", c.root)
			}
			issuing := root.ChildCA(t, "Issuing CA", edits(c.issuing)...)
			verifier := newVerifier(t, []*x509.Certificate{root.Cert, issuing.Cert}, nil, Options{Revocation: ModeOff})
			got := shortcutOf(t, verifier, issuing.Issue(t, "laptop-1", also(policies)).Chain)
			if (got != nil) != c.want {
				t.Errorf("got a shortcut: %v, want %v", got != nil, c.want)
			}
		})
	}
}

// The same in a CA between the root and the issuer.
func TestNoShortcutBelowABoundIntermediate(t *testing.T) {
	t.Parallel()
	root := pkitest.NewCA(t, "Root")
	pathLength := func(n int) edit { return func(c *x509.Certificate) { c.MaxPathLen = n } }
	for name, c := range map[string]struct {
		edit edit
		want bool
	}{
		"nothing of the kind":        {func(*x509.Certificate) {}, true},
		"room for two CAs":           {pathLength(2), true},
		"room for one CA":            {pathLength(1), false},
		"name constraints":           {constrain(true, permitted, dnsSubtree), false},
		"name constraints, excluded": {constrain(false, excluded, dnsSubtree), false},
		"key usages":                 {usages(x509.ExtKeyUsageClientAuth), false},
	} {
		middle := root.ChildCA(t, "Policy CA", c.edit)
		issuing := middle.ChildCA(t, "Issuing CA")
		verifier := newVerifier(t, []*x509.Certificate{root.Cert, middle.Cert, issuing.Cert}, nil, Options{Revocation: ModeOff})
		chain := issuing.Issue(t, "laptop-1").Chain
		_, err := verifier.Verify(chain, now)
		if err != nil {
			t.Errorf("%s: the verifier refuses: %v", name, err)
		}
		if got := shortcutOf(t, verifier, chain) != nil; got != c.want {
			t.Errorf("%s: got a shortcut: %v, want %v", name, got, c.want)
		}
	}
}

func TestNoShortcutWithSeveralWays(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	other := pkitest.NewCA(t, "Other Root")
	crossed := other.CrossSign(t, h.issuing)
	renewed := h.root.CrossSign(t, h.issuing)
	namesake := h.root.ChildCA(t, "Issuing CA")
	off := Options{Revocation: ModeOff}
	for name, c := range map[string]struct {
		bundle    []*x509.Certificate
		presented []*x509.Certificate
		options   Options
	}{
		"cross-signed in the bundle":    {append(h.bundle(), other.Cert, crossed.Cert), h.client.Chain, off},
		"cross-signed and presented":    {append(h.bundle(), other.Cert), append([]*x509.Certificate{h.client.Cert}, crossed.Cert), off},
		"cross-signed to nowhere":       {h.bundle(), append([]*x509.Certificate{h.client.Cert}, crossed.Cert), off},
		"renewed":                       {append(h.bundle(), renewed.Cert), h.client.Chain, off},
		"another key under the name":    {append(h.bundle(), namesake.Cert), h.client.Chain, off},
		"the root has two certificates": {append(h.bundle(), other.CrossSign(t, h.root).Cert, other.Cert), h.client.Chain, off},
		"profile of RFC 5280":           {h.bundle()[:1], h.client.Chain, Options{Revocation: ModeOff, Profile: ProfileRFC5280}},
	} {
		if shortcutOf(t, newVerifier(t, c.bundle, nil, c.options), c.presented) != nil {
			t.Errorf("%s: got a shortcut, want none", name)
		}
	}
	alone := newVerifier(t, []*x509.Certificate{h.root.Cert}, nil, Options{Profile: ProfileRFC5280, Usage: UsageAny, Revocation: ModeOff})
	if shortcutOf(t, alone, []*x509.Certificate{h.root.Cert}) != nil {
		t.Error("an anchor as its own client: got a shortcut, want none")
	}
}

// A CA above is cross-signed, and that certificate is revoked. The name
// constraints in it keep the first client from that path, and not the second.
func TestNoShortcutBesideAConstrainedWay(t *testing.T) {
	t.Parallel()
	root, other := pkitest.NewCA(t, "Root"), pkitest.NewCA(t, "Other Root")
	middle := root.ChildCA(t, "Middle CA")
	only := func(c *x509.Certificate) {
		c.PermittedDNSDomainsCritical, c.PermittedDNSDomains = true, []string{"example.org"}
	}
	named := func(name string) edit { return func(c *x509.Certificate) { c.DNSNames = []string{name} } }
	issuing := middle.ChildCA(t, "Issuing CA")
	first, second := issuing.Issue(t, "first", named("a.example.com")), issuing.Issue(t, "second", named("a.example.org"))
	crossed := other.CrossSign(t, middle, only)
	overTheAnchor := other.ChildCA(t, "Parent", only)
	child := overTheAnchor.ChildCA(t, "Anchor")
	below, next := child.Issue(t, "first", named("a.example.com")), child.Issue(t, "second", named("a.example.org"))
	cases := []struct {
		name          string
		bundle        []*x509.Certificate
		lists         []*crl.Index
		first, second []*x509.Certificate
	}{
		{"two certificates of a CA above", []*x509.Certificate{root.Cert, other.Cert, middle.Cert, crossed.Cert, issuing.Cert},
			[]*crl.Index{listOf(t, root), listOf(t, other, crossed.Cert), listOf(t, middle), listOf(t, issuing)}, first.Chain[:1], second.Chain[:1]},
		{"an anchor with a CA above it that is presented", []*x509.Certificate{child.Cert, other.Cert},
			[]*crl.Index{listOf(t, other, overTheAnchor.Cert), listOf(t, overTheAnchor), listOf(t, child)},
			[]*x509.Certificate{below.Cert, child.Cert, overTheAnchor.Cert}, []*x509.Certificate{next.Cert, child.Cert, overTheAnchor.Cert}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			verifier := newVerifier(t, c.bundle, c.lists, Options{})
			_, err := verifier.Verify(c.second, now)
			if !hasReason(err, ReasonRevoked) {
				t.Fatalf("got %v, want the second client to be refused as revoked, else nothing is shown", err)
			}
			if shortcutOf(t, verifier, c.first) != nil {
				t.Error("got a shortcut, want none")
			}
		})
	}
}

// The verifier decides about everybody who differs from the first client in
// more than the signature.
func TestShortcutLeavesToTheVerifier(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	revoked := h.issuing.Issue(t, "stolen")
	lists := []*crl.Index{listOf(t, h.root), listOf(t, h.issuing, revoked.Cert)}
	namesake := pkitest.NewCA(t, "Root").ChildCA(t, "Issuing CA")
	names := make([]string, 501)
	for i := range names {
		names[i] = "example.com"
	}
	constrained := pkitest.NewCA(t, "Constrained", func(c *x509.Certificate) { c.PermittedDNSDomains = names[:500] })
	verifier := newVerifier(t, append(h.bundle(), h.issuing.Issue(t, "in the bundle").Cert, constrained.Cert), lists, Options{})
	shortcut := shortcutOf(t, verifier, h.client.Chain)
	issue := func(edits ...edit) *x509.Certificate { return h.issuing.Issue(t, "laptop-2", edits...).Cert }
	shiftedLeaf := shifted(t, issue(), 1)
	forged := *issue()
	forged.Signature = append([]byte{}, h.client.Cert.Signature...)
	cases := []struct {
		name string
		leaf *x509.Certificate
		at   time.Time
	}{
		{"revoked", revoked.Cert, now},
		{"another issuer of the same name", namesake.Issue(t, "laptop-2").Cert, now},
		{"too many names", issue(func(c *x509.Certificate) { c.DNSNames = names }), now},
		{"another issuer", h.root.Issue(t, "laptop-2").Cert, now},
		{"a signature of another certificate", &forged, now},
		{"a signature that was shifted", shiftedLeaf, now},
		{"expired", issue(func(c *x509.Certificate) { c.NotAfter = now.Add(-time.Second) }), now},
		{"not yet valid", issue(func(c *x509.Certificate) { c.NotBefore = now.Add(time.Second) }), now},
		{"for servers", issue(usages(x509.ExtKeyUsageServerAuth)), now},
		{"for something unknown", issue(func(c *x509.Certificate) {
			c.ExtKeyUsage, c.UnknownExtKeyUsage = nil, []asn1.ObjectIdentifier{{1, 2, 3}}
		}), now},
		{"extended key usage without a purpose", issue(usages(), raw(oidExtKeyUsage, false, emptySequence)), now},
		{"no signing key", issue(func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageKeyEncipherment }), now},
		{"a CA", h.issuing.ChildCA(t, "Sub CA").Cert, now},
		{"version 1", h.issuing.IssueVersion1(t, "laptop-2").Cert, now},
		{"unknown critical extension", issue(raw(asn1.ObjectIdentifier{1, 2, 3}, true, "0500")), now},
		{"name constraints", issue(constrain(false, permitted, dnsSubtree)), now},
		{"policy constraints", issue(raw(asn1.ObjectIdentifier{2, 5, 29, 36}, false, "3003800100")), now},
		{"in the name of the issuer", issue(func(c *x509.Certificate) { c.Subject = h.issuing.Cert.Subject }), now},
		{"in the name of the root", issue(func(c *x509.Certificate) { c.Subject = pkix.Name{CommonName: "Root"} }), now},
		{"in the bundle itself", verifier.bundle[2], now},
		{"before the first client was verified", issue(), now.Add(-1)},
		{"at the end of the lists", issue(), pkitest.Epoch.AddDate(0, 0, 7)},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, ok := shortcut.Verify(c.leaf, c.at)
			if ok {
				t.Error("accepted, want the verifier to decide")
			}
		})
	}
}

// What expires above the client ends the shortcut, before the verifier refuses.
func TestShortcutEndsWithTheFirstToExpire(t *testing.T) {
	t.Parallel()
	ends := now.Add(time.Hour)
	expires := func(c *x509.Certificate) { c.NotAfter = ends }
	begins := func(c *x509.Certificate) { c.NotBefore = ends }
	plainRoot := pkitest.NewCA(t, "Root")
	shortRoot := pkitest.NewCA(t, "Root", expires)
	for name, c := range map[string]struct {
		issuing *pkitest.CA
		root    *x509.Certificate
		more    *x509.Certificate
	}{
		"issuer that was presented":          {plainRoot.ChildCA(t, "Issuing CA", expires), plainRoot.Cert, plainRoot.Cert},
		"issuer":                             {plainRoot.ChildCA(t, "Issuing CA", expires), plainRoot.Cert, nil},
		"root":                               {shortRoot.ChildCA(t, "Issuing CA"), shortRoot.Cert, nil},
		"another CA of the bundle":           {plainRoot.ChildCA(t, "Issuing CA"), plainRoot.Cert, pkitest.NewCA(t, "x", expires).Cert},
		"a CA of the bundle that is to come": {plainRoot.ChildCA(t, "Issuing CA"), plainRoot.Cert, pkitest.NewCA(t, "x", begins).Cert},
	} {
		bundle := []*x509.Certificate{c.root, c.issuing.Cert}
		switch c.more {
		case nil:
		case c.root:
			bundle = bundle[:1]
		default:
			bundle = append(bundle, c.more)
		}
		verifier := newVerifier(t, bundle, nil, Options{Revocation: ModeOff})
		shortcut := shortcutOf(t, verifier, c.issuing.Issue(t, "laptop-1").Chain)
		second := c.issuing.Issue(t, "laptop-2")
		wantSame(t, verifier, shortcut, second.Chain, ends.Add(-1))
		for _, at := range []time.Time{ends, ends.Add(1)} {
			_, ok := shortcut.Verify(second.Cert, at)
			if ok {
				t.Errorf("%s: accepted %s after the end, want the verifier to decide", name, at.Sub(ends))
			}
		}
	}
}

// A shortcut belongs to its verifier. With newer lists there is another one,
// and under a CA that was revoked none.
func TestShortcutUnderARevokedIssuer(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	shortcut := shortcutOf(t, newVerifier(t, h.bundle(), h.lists(t), Options{}), h.client.Chain)
	second := h.issuing.Issue(t, "laptop-2")
	_, ok := shortcut.Verify(second.Cert, now)
	if !ok {
		t.Error("refused before the issuer was revoked")
	}
	later := newVerifier(t, h.bundle(), []*crl.Index{listOf(t, h.root, h.issuing.Cert), listOf(t, h.issuing)}, Options{})
	_, err := later.Verify(second.Chain, now)
	want{ReasonRevoked, 1, "revoked at"}.check(t, err)
	if later.Shortcut(second.Chain, now) != nil {
		t.Error("got a shortcut under a revoked CA, want none")
	}
}
