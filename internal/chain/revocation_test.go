package chain

import (
	"crypto/x509"
	"encoding/asn1"
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/crl"
	"github.com/sekisho/sekisho/internal/pkitest"
)

var oidIssuingDistributionPoint = asn1.ObjectIdentifier{2, 5, 29, 28}

// week is the life of a list of pkitest.
const week = 7 * 24 * time.Hour

// State of the list of one CA.
const (
	listGood     = "good"
	listMissing  = "missing"
	listRevokes  = "revokes"
	listStale    = "stale"
	listStaleHit = "stale and revokes"
	listRefused  = "refused"
	listFuture   = "future"
)

// state adds to lists and options what a list of ca in that state amounts to.
// cert is what it may revoke.
func state(t *testing.T, state string, ca *pkitest.CA, cert *x509.Certificate, lists *[]*crl.Index, options *Options) {
	t.Helper()
	var revoked []x509.RevocationListEntry
	if state == listRevokes || state == listStaleHit {
		revoked = []x509.RevocationListEntry{{SerialNumber: cert.SerialNumber, RevocationTime: pkitest.Epoch, ReasonCode: 1}}
	}
	change := func(list *x509.RevocationList) {
		list.RevokedCertificateEntries = revoked
		switch state {
		case listStale, listStaleHit:
			list.ThisUpdate, list.NextUpdate = now.Add(-week), now.Add(-time.Second)
		case listFuture:
			list.ThisUpdate, list.NextUpdate = now.Add(skew+time.Second), now.Add(week)
		}
	}
	switch state {
	case listMissing:
	case listRefused:
		options.Refused = append(options.Refused, RefusedList{RawIssuer: ca.Cert.RawSubject, Why: "bad signature"})
	default:
		*lists = append(*lists, listWith(t, ca, change))
	}
}

// Every state of the two lists in every mode.
func TestRevocation(t *testing.T) {
	t.Parallel()
	leafRevoked := want{ReasonRevoked, 0, "revoked at 2026-06-01T12:00:00Z (keyCompromise), says list number 1"}
	caRevoked := want{ReasonRevoked, 1, "revoked at 2026-06-01T12:00:00Z"}
	noLeaf := want{ReasonRevocationUnavailable, 0, `no revocation list of its issuer "CN=Issuing CA"`}
	noCA := want{ReasonRevocationUnavailable, 1, `no revocation list of its issuer "CN=Root"`}
	staleLeaf := want{ReasonRevocationUnavailable, 0, "the next list was due at 2026-06-01T12:59:59Z, and now is 2026-06-01T13:00:00Z"}
	staleCA := want{ReasonRevocationUnavailable, 1, "the next list was due at"}
	staleHit := want{ReasonRevoked, 0, "the next list was due at"}
	refusedLeaf := want{ReasonRevocationUnavailable, 0, "a list was refused: bad signature"}
	refusedCA := want{ReasonRevocationUnavailable, 1, "a list was refused: bad signature"}
	futureLeaf := want{ReasonRevocationUnavailable, 0, "the list was issued at 2026-06-01T13:05:01Z"}
	pass := want{}
	cases := []struct {
		issuing, root               string // the list that speaks about the leaf, about the issuing CA
		require, requireLeaf, allow want
	}{
		{listGood, listGood, pass, pass, pass},
		{listRevokes, listGood, leafRevoked, leafRevoked, leafRevoked},
		{listGood, listRevokes, caRevoked, caRevoked, caRevoked},
		{listRevokes, listRevokes, leafRevoked, leafRevoked, leafRevoked},
		{listMissing, listGood, noLeaf, noLeaf, pass},
		{listGood, listMissing, noCA, pass, pass},
		{listMissing, listMissing, noLeaf, noLeaf, pass},
		{listMissing, listRevokes, caRevoked, caRevoked, caRevoked},
		{listRevokes, listMissing, leafRevoked, leafRevoked, leafRevoked},
		{listStale, listGood, staleLeaf, staleLeaf, staleLeaf},
		{listGood, listStale, staleCA, staleCA, staleCA},
		{listStale, listRevokes, caRevoked, caRevoked, caRevoked},
		{listStaleHit, listGood, staleHit, staleHit, staleHit},
		{listRefused, listGood, refusedLeaf, refusedLeaf, refusedLeaf},
		{listGood, listRefused, refusedCA, refusedCA, refusedCA},
		{listFuture, listGood, futureLeaf, futureLeaf, futureLeaf},
	}
	h := newHouse(t)
	for _, c := range cases {
		t.Run(c.issuing+", "+c.root, func(t *testing.T) {
			t.Parallel()
			for mode, expected := range map[Mode]want{ModeRequire: c.require, ModeRequireLeaf: c.requireLeaf, ModeAllowMissing: c.allow, ModeOff: pass} {
				var lists []*crl.Index
				options := Options{Revocation: mode}
				state(t, c.issuing, h.issuing, h.client.Cert, &lists, &options)
				state(t, c.root, h.root, h.issuing.Cert, &lists, &options)
				_, err := newVerifier(t, h.bundle(), lists, options).Verify(h.client.Chain, now)
				expected.check(t, err)
			}
		})
	}
}

func TestRevocationTimes(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	issued := func(this, next time.Time) func(*x509.RevocationList) {
		return func(list *x509.RevocationList) { list.ThisUpdate, list.NextUpdate = this, next }
	}
	due := pkitest.Epoch.Add(week)
	cases := []struct {
		name       string
		this, next time.Time
		grace      time.Duration
		now        time.Time
		want       want
	}{
		{"when it is due", pkitest.Epoch, due, 0, due, want{}},
		{"a second later", pkitest.Epoch, due, 0, due.Add(time.Second), want{ReasonRevocationUnavailable, 0, "was due at"}},
		{"at the end of the grace", pkitest.Epoch, due, time.Hour, due.Add(time.Hour), want{}},
		{"after the grace", pkitest.Epoch, due, time.Hour, due.Add(time.Hour + time.Second), want{ReasonRevocationUnavailable, 0, "was due at"}},
		{"months later, without end", pkitest.Epoch, due, Forever, due.AddDate(0, 6, 0), want{}},
		{"issued now", due, due.Add(week), 0, due, want{}},
		{"the clock of the CA is ahead", due.Add(skew), due.Add(week), 0, due, want{}},
		{"the clock of the CA is wrong", due.Add(skew + time.Second), due.Add(week), 0, due, want{ReasonRevocationUnavailable, 0, "was issued at"}},
		{"wrong, and a grace does not help", due.Add(skew + time.Second), due.Add(week), Forever, due, want{ReasonRevocationUnavailable, 0, "was issued at"}},
		{"our clock went back by a day", pkitest.Epoch, due, 0, pkitest.Epoch.Add(-20 * time.Hour), want{ReasonRevocationUnavailable, 0, "was issued at"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			lists := []*crl.Index{listWith(t, h.issuing, issued(c.this, c.next))}
			verifier := newVerifier(t, h.bundle(), lists, Options{Revocation: ModeRequireLeaf, Grace: c.grace})
			_, err := verifier.Verify(h.client.Chain, c.now)
			c.want.check(t, err)
		})
	}
}

// Which of several lists of one issuer counts.
func TestSeveralLists(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	leaf := h.client.Cert
	stale := func(revoked ...*x509.Certificate) *crl.Index {
		return listWith(t, h.issuing, func(list *x509.RevocationList) {
			list.ThisUpdate, list.NextUpdate = now.Add(-week), now.Add(-time.Second)
			for _, cert := range revoked {
				list.RevokedCertificateEntries = append(list.RevokedCertificateEntries,
					x509.RevocationListEntry{SerialNumber: cert.SerialNumber, RevocationTime: pkitest.Epoch})
			}
		})
	}
	current := func(revoked ...*x509.Certificate) *crl.Index { return listOf(t, h.issuing, revoked...) }
	refused := []RefusedList{{RawIssuer: h.issuing.Cert.RawSubject, Why: "bad signature"}}
	cases := []struct {
		name    string
		lists   []*crl.Index
		refused []RefusedList
		want    want
	}{
		{"one of two current ones revokes", []*crl.Index{current(), current(leaf)}, nil, want{ReasonRevoked, 0, "revoked at"}},
		{"a current one clears what an overdue one revoked", []*crl.Index{stale(leaf), current()}, nil, want{}},
		{"a current one revokes what an overdue one did not", []*crl.Index{stale(), current(leaf)}, nil, want{ReasonRevoked, 0, "revoked at"}},
		{"two overdue ones", []*crl.Index{stale(), stale()}, nil, want{ReasonRevocationUnavailable, 0, "was due at"}},
		{"a good one beside a refused one", []*crl.Index{current()}, refused, want{}},
		{"a hit beside a refused one", []*crl.Index{current(leaf)}, refused, want{ReasonRevoked, 0, "revoked at"}},
		{"an overdue one beside a refused one", []*crl.Index{stale()}, refused, want{ReasonRevocationUnavailable, 0, "was due at"}},
		{"one refused for reasons unknown", nil, []RefusedList{{RawIssuer: h.issuing.Cert.RawSubject}}, want{ReasonRevocationUnavailable, 0, "a list was refused"}},
		{"one too damaged to name its issuer", nil, []RefusedList{{Why: "truncated"}}, want{ReasonRevocationUnavailable, 0, "truncated"}},
		{"a good one beside one too damaged", []*crl.Index{current()}, []RefusedList{{Why: "truncated"}}, want{}},
		{"a refused one of somebody else", nil, []RefusedList{{RawIssuer: h.root.Cert.RawIssuer[:2], Why: "bad signature"}}, want{}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			lists := append(slices.Clone(c.lists), listOf(t, h.root))
			verifier := newVerifier(t, h.bundle(), lists, Options{Revocation: ModeAllowMissing, Refused: c.refused})
			_, err := verifier.Verify(h.client.Chain, now)
			c.want.check(t, err)
		})
	}
}

// The key of a revocation is issuer and serial number together.
func TestRevocationOfAnotherIssuer(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	other := pkitest.NewCA(t, "Other CA")
	namesake := pkitest.NewCA(t, "Issuing CA")
	twin := h.client.Cert // its serial number is what the others revoke
	cases := []struct {
		name  string
		lists []*crl.Index
		want  want
	}{
		{"serial revoked by another CA", append(h.lists(t), listOf(t, other, twin)), want{}},
		{"serial revoked by a CA of the same name", append(h.lists(t), listOf(t, namesake, twin)), want{}},
		{"only the list of another CA", []*crl.Index{listOf(t, h.root), listOf(t, other)}, want{ReasonRevocationUnavailable, 0, "no revocation list"}},
		{"only the list of a CA of the same name", []*crl.Index{listOf(t, h.root), listOf(t, namesake)}, want{ReasonRevocationUnavailable, 0, "no revocation list"}},
		{"serial of the leaf on the root's list", []*crl.Index{listOf(t, h.root, &x509.Certificate{SerialNumber: big.NewInt(9999)}), listOf(t, h.issuing)}, want{}},
	}
	bundle := append(h.bundle(), other.Cert, namesake.Cert)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := newVerifier(t, bundle, c.lists, Options{}).Verify(h.client.Chain, now)
			c.want.check(t, err)
		})
	}
}

func TestSerialNumbers(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	long := new(big.Int).Lsh(big.NewInt(1), 158)
	number := func(n *big.Int) edit { return func(c *x509.Certificate) { c.SerialNumber = n } }
	cases := []struct {
		name         string
		leaf, listed *big.Int
		want         want
	}{
		{"same", big.NewInt(255), big.NewInt(255), want{ReasonRevoked, 0, ""}},
		{"negative of it", big.NewInt(255), big.NewInt(-255), want{}},
		{"same octets, other sign", big.NewInt(255), big.NewInt(-1), want{}},
		{"twenty octets", long, long, want{ReasonRevoked, 0, ""}},
		{"twenty octets, one bit apart", long, new(big.Int).Add(long, big.NewInt(1)), want{}},
		{"twenty octets, lower part the same", new(big.Int).Add(long, big.NewInt(7)), big.NewInt(7), want{}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			leaf := h.issuing.Issue(t, "laptop-1", number(c.leaf))
			list := listOf(t, h.issuing, &x509.Certificate{SerialNumber: c.listed})
			verifier := newVerifier(t, h.bundle(), []*crl.Index{list}, Options{Revocation: ModeRequireLeaf})
			_, err := verifier.Verify(leaf.Chain, now)
			c.want.check(t, err)
		})
	}
}

// A list decides only about the certificates that it covers.
func TestRevocationScope(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	scoped := func(ca *pkitest.CA, der string, revoked ...*x509.Certificate) *crl.Index {
		return listWith(t, ca, func(list *x509.RevocationList) {
			var template x509.Certificate
			raw(oidIssuingDistributionPoint, true, der)(&template)
			list.ExtraExtensions = template.ExtraExtensions
			for _, cert := range revoked {
				list.RevokedCertificateEntries = append(list.RevokedCertificateEntries,
					x509.RevocationListEntry{SerialNumber: cert.SerialNumber, RevocationTime: pkitest.Epoch})
			}
		})
	}
	const (
		onlyUsers = "3003" + "8101ff"
		onlyCAs   = "3003" + "8201ff"
		point     = "3010" + "a00e" + "a00c" + "860a" + "687474703a2f2f782f61" // http://x/a
	)
	at := func(url string) []*x509.Certificate {
		return h.issuing.Issue(t, "laptop-1", func(c *x509.Certificate) { c.CRLDistributionPoints = []string{url} }).Chain
	}
	leaf := h.client.Chain
	here := at("http://x/a")
	cases := []struct {
		name      string
		presented []*x509.Certificate
		lists     []*crl.Index
		want      want
	}{
		{"users of the issuing CA, CAs of the root", leaf, []*crl.Index{scoped(h.issuing, onlyUsers), scoped(h.root, onlyCAs)}, want{}},
		{"users only, revoked", leaf, []*crl.Index{scoped(h.issuing, onlyUsers, leaf[0]), scoped(h.root, onlyCAs)}, want{ReasonRevoked, 0, ""}},
		{"CAs only, revoked", leaf, []*crl.Index{scoped(h.issuing, onlyUsers), scoped(h.root, onlyCAs, h.issuing.Cert)}, want{ReasonRevoked, 1, ""}},
		{"CAs of the issuing CA", leaf, []*crl.Index{scoped(h.issuing, onlyCAs), listOf(t, h.root)}, want{ReasonRevocationUnavailable, 0, "no revocation list"}},
		{"users of the root", leaf, []*crl.Index{listOf(t, h.issuing), scoped(h.root, onlyUsers)}, want{ReasonRevocationUnavailable, 1, "no revocation list"}},
		{"its distribution point", here, []*crl.Index{scoped(h.issuing, point), listOf(t, h.root)}, want{}},
		{"its distribution point, revoked", here, []*crl.Index{scoped(h.issuing, point, here[0]), listOf(t, h.root)}, want{ReasonRevoked, 0, ""}},
		{"another distribution point", at("http://x/b"), []*crl.Index{scoped(h.issuing, point), listOf(t, h.root)}, want{ReasonRevocationUnavailable, 0, "no revocation list"}},
		{"no distribution point", leaf, []*crl.Index{scoped(h.issuing, point), listOf(t, h.root)}, want{ReasonRevocationUnavailable, 0, "no revocation list"}},
		{"a list of all beside one of a point", leaf, []*crl.Index{scoped(h.issuing, point), listOf(t, h.issuing, leaf[0]), listOf(t, h.root)}, want{ReasonRevoked, 0, ""}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := newVerifier(t, h.bundle(), c.lists, Options{}).Verify(c.presented, now)
			c.want.check(t, err)
		})
	}
}

// Two paths, over the old and over the new root.
func TestRevocationOnSeveralPaths(t *testing.T) {
	t.Parallel()
	older, newer := pkitest.NewCA(t, "Old Root"), pkitest.NewCA(t, "New Root")
	issuing := older.ChildCA(t, "Issuing CA")
	cross := newer.CrossSign(t, issuing)
	leaf := issuing.Issue(t, "laptop-1").Cert
	good := listOf(t, issuing)
	cases := []struct {
		name      string
		bundle    []*x509.Certificate
		presented []*x509.Certificate
		lists     []*crl.Index
		want      want
	}{
		{"both good", []*x509.Certificate{older.Cert, newer.Cert}, []*x509.Certificate{leaf, issuing.Cert, cross.Cert},
			[]*crl.Index{good, listOf(t, older), listOf(t, newer)}, want{}},
		{"no list for one of them", []*x509.Certificate{older.Cert, newer.Cert}, []*x509.Certificate{leaf, issuing.Cert, cross.Cert},
			[]*crl.Index{good, listOf(t, newer)}, want{}},
		{"no list for either", []*x509.Certificate{older.Cert, newer.Cert}, []*x509.Certificate{leaf, issuing.Cert, cross.Cert},
			[]*crl.Index{good}, want{ReasonRevocationUnavailable, 1, "no revocation list"}},
		{"the old one revoked, the new one is no way round", []*x509.Certificate{older.Cert, newer.Cert}, []*x509.Certificate{leaf, issuing.Cert, cross.Cert},
			[]*crl.Index{good, listOf(t, older, issuing.Cert), listOf(t, newer)}, want{ReasonRevoked, 1, "revoked at"}},
		{"the new one revoked, the old one is no way round", []*x509.Certificate{older.Cert, newer.Cert}, []*x509.Certificate{leaf, issuing.Cert, cross.Cert},
			[]*crl.Index{good, listOf(t, older), listOf(t, newer, cross.Cert)}, want{ReasonRevoked, 1, "revoked at"}},
		{"the revoked one stands in the bundle, the client hides it", []*x509.Certificate{older.Cert, issuing.Cert, newer.Cert}, []*x509.Certificate{leaf, cross.Cert},
			[]*crl.Index{good, listOf(t, older, issuing.Cert), listOf(t, newer)}, want{ReasonRevoked, 1, "revoked at"}},
		{"the leaf revoked, whatever the path", []*x509.Certificate{older.Cert, newer.Cert}, []*x509.Certificate{leaf, cross.Cert},
			[]*crl.Index{listOf(t, issuing, leaf), listOf(t, older), listOf(t, newer)}, want{ReasonRevoked, 0, "revoked at"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := newVerifier(t, c.bundle, c.lists, Options{}).Verify(c.presented, now)
			c.want.check(t, err)
		})
	}
}

// A list that does not say when the next one is due lives by the grace alone.
func TestListWithoutNextUpdate(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	list, builder, err := crl.Parse(h.issuing.CRL(t))
	if err != nil {
		t.Fatal(err)
	}
	list.NextUpdate = time.Time{}
	index, err := builder.Build(list, h.issuing.Cert)
	if err != nil {
		t.Fatal(err)
	}
	for grace, expected := range map[time.Duration]want{
		0:             {ReasonRevocationUnavailable, 0, "was due at 2026-06-01T12:00:00Z"},
		time.Hour - 1: {ReasonRevocationUnavailable, 0, "was due at"},
		time.Hour:     {},
	} {
		verifier := newVerifier(t, h.bundle(), []*crl.Index{index}, Options{Revocation: ModeRequireLeaf, Grace: grace})
		_, err := verifier.Verify(h.client.Chain, now)
		expected.check(t, err)
	}
}

// What the operator reads when the list says little.
func TestDescribe(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	list, builder, err := crl.Parse(h.issuing.CRL(t, h.client.Cert.SerialNumber))
	if err != nil {
		t.Fatal(err)
	}
	list.Number = nil
	index, err := builder.Build(list, h.issuing.Cert)
	if err != nil {
		t.Fatal(err)
	}
	_, err = newVerifier(t, h.bundle(), []*crl.Index{index}, Options{Revocation: ModeRequireLeaf}).Verify(h.client.Chain, now)
	const text = "client certificate refused (revoked at position 0): revoked at 2026-06-01T11:59:00Z"
	if err == nil || err.Error() != text {
		t.Errorf("got %v, want %s", err, text)
	}
}
