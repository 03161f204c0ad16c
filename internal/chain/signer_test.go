package chain

import (
	"crypto/x509"
	"slices"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/crl"
	"github.com/sekisho/sekisho/internal/pkitest"
)

// rollover is a CA that changed its key, and certified the new one with the
// old one.
type rollover struct {
	root, older, newer *pkitest.CA // newer is certified by older
	leaf               *x509.Certificate
}

func newRollover(t *testing.T, edits ...edit) rollover {
	t.Helper()
	root := pkitest.NewCA(t, "Root")
	older := root.ChildCA(t, "Issuing CA")
	newer := older.CrossSign(t, pkitest.NewCA(t, "Issuing CA"), edits...)
	return rollover{root: root, older: older, newer: newer, leaf: older.Issue(t, "laptop-1").Cert}
}

// onlyCAs is a list of CA certificates only, so that it says nothing about a
// leaf.
func onlyCAs(t *testing.T, ca *pkitest.CA, revoked ...*x509.Certificate) *crl.Index {
	t.Helper()
	return listWith(t, ca, func(list *x509.RevocationList) {
		var template x509.Certificate
		raw(oidIssuingDistributionPoint, true, "30038201ff")(&template)
		list.ExtraExtensions = template.ExtraExtensions
		for _, cert := range revoked {
			list.RevokedCertificateEntries = append(list.RevokedCertificateEntries,
				x509.RevocationListEntry{SerialNumber: cert.SerialNumber, RevocationTime: pkitest.Epoch})
		}
	})
}

// The leaf was issued with the old key, the list that covers it is signed with
// the new one.
func TestListOfTheNewKey(t *testing.T) {
	t.Parallel()
	r := newRollover(t)
	expired := newRollover(t, func(c *x509.Certificate) { c.NotAfter = now.Add(-1) })
	silent := newRollover(t, keyUsage(x509.KeyUsageCertSign))
	critical := newRollover(t, raw([]int{1, 2, 3}, true, "0500"))
	cases := []struct {
		name  string
		house rollover
		hide  bool // the client does not present the certificate of the new key
		mode  Mode
		lists []*crl.Index
		want  want
	}{
		{"good", r, false, ModeRequire, []*crl.Index{listOf(t, r.newer), onlyCAs(t, r.older), listOf(t, r.root)}, want{}},
		{"revokes", r, false, ModeRequire, []*crl.Index{listOf(t, r.newer, r.leaf), onlyCAs(t, r.older), listOf(t, r.root)}, want{ReasonRevoked, 0, "revoked at"}},
		{"nobody shows who signed it", r, true, ModeRequire, []*crl.Index{listOf(t, r.newer), onlyCAs(t, r.older), listOf(t, r.root)}, want{ReasonRevocationUnavailable, 0, "no revocation list"}},
		{"no telling whether the new key is revoked", r, false, ModeRequire, []*crl.Index{listOf(t, r.newer), listOf(t, r.root)}, want{ReasonRevocationUnavailable, 0, "its signer is revoked, or there is no telling"}},
		{"nor need there be", r, false, ModeRequireLeaf, []*crl.Index{listOf(t, r.newer), listOf(t, r.root)}, want{}},
		{"the new key is revoked", r, false, ModeAllowMissing, []*crl.Index{listOf(t, r.newer), onlyCAs(t, r.older, r.newer.Cert)}, want{ReasonRevocationUnavailable, 0, "its signer is revoked"}},
		{"the new key says that it is not revoked", r, false, ModeRequire, []*crl.Index{listOf(t, r.newer), onlyCAs(t, r.newer), listOf(t, r.root)}, want{ReasonRevocationUnavailable, 0, "or there is no telling"}},
		{"certificate of the new key expired", expired, false, ModeRequireLeaf, []*crl.Index{listOf(t, expired.newer)}, want{ReasonRevocationUnavailable, 0, "not current"}},
		{"certificate of the new key without cRLSign", silent, false, ModeAllowMissing, []*crl.Index{listOf(t, silent.older.CrossSign(t, silent.newer))}, want{ReasonRevocationUnavailable, 0, "does not allow signing lists"}},
		{"certificate of the new key with an unknown extension", critical, false, ModeAllowMissing, []*crl.Index{listOf(t, critical.newer)}, want{ReasonRevocationUnavailable, 0, "unknown critical extension"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			presented := []*x509.Certificate{c.house.leaf, c.house.older.Cert, c.house.newer.Cert}
			if c.hide {
				presented = presented[:2]
			}
			verifier := newVerifier(t, []*x509.Certificate{c.house.root.Cert}, c.lists, Options{Revocation: c.mode})
			_, err := verifier.Verify(presented, now)
			c.want.check(t, err)
		})
	}
}

// The other way round: the path leads over both keys, whichever signed.
func TestListsOfBothKeysOnThePath(t *testing.T) {
	t.Parallel()
	root := pkitest.NewCA(t, "Root")
	newer := root.ChildCA(t, "Issuing CA")
	older := newer.CrossSign(t, pkitest.NewCA(t, "Issuing CA"))
	leaf := older.Issue(t, "laptop-1").Cert
	cases := []struct {
		name  string
		lists []*crl.Index
		want  want
	}{
		{"signed with the new key", []*crl.Index{listOf(t, newer), listOf(t, root)}, want{}},
		{"signed with the new key, revoked", []*crl.Index{listOf(t, newer, leaf), listOf(t, root)}, want{ReasonRevoked, 0, ""}},
		{"signed with the new key, the old key revoked", []*crl.Index{listOf(t, newer, older.Cert), listOf(t, root)}, want{ReasonRevoked, 1, ""}},
		{"signed with the old key alone", []*crl.Index{listOf(t, older), listOf(t, root)}, want{ReasonRevocationUnavailable, 1, "no revocation list"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			verifier := newVerifier(t, []*x509.Certificate{root.Cert}, c.lists, Options{})
			_, err := verifier.Verify([]*x509.Certificate{leaf, older.Cert, newer.Cert}, now)
			c.want.check(t, err)
		})
	}
}

// A second key of the CA, certified by the CA above it: for lists, where the
// first may not sign any. What the second names is revoked in any case.
func TestListOfASecondKey(t *testing.T) {
	t.Parallel()
	root := pkitest.NewCA(t, "Root")
	forCertificates := root.ChildCA(t, "Issuing CA", keyUsage(x509.KeyUsageCertSign))
	forBoth := root.ChildCA(t, "Issuing CA")
	second := root.ChildCA(t, "Issuing CA")
	cases := []struct {
		name    string
		first   *pkitest.CA
		revokes bool
		mode    Mode
		want    want
	}{
		{"first for certificates only", forCertificates, false, ModeRequire, want{}},
		{"first for certificates only, revoked", forCertificates, true, ModeRequire, want{ReasonRevoked, 0, ""}},
		{"first for both", forBoth, false, ModeRequire, want{ReasonRevocationUnavailable, 0, "signed with the key that signed it; the list of another key"}},
		{"first for both, no list needed", forBoth, false, ModeAllowMissing, want{}},
		{"first for both, revoked", forBoth, true, ModeAllowMissing, want{ReasonRevoked, 0, ""}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			leaf := c.first.Issue(t, "laptop-1")
			list := listOf(t, second)
			if c.revokes {
				list = listOf(t, second, leaf.Cert)
			}
			verifier := newVerifier(t, []*x509.Certificate{root.Cert}, []*crl.Index{list, listOf(t, root)}, Options{Revocation: c.mode})
			_, err := verifier.Verify(append(slices.Clone(leaf.Chain), second.Cert), now)
			c.want.check(t, err)
		})
	}
}

// A CA was renewed with a new key by the CA above it, and keeps a list for each
// key. What one key signed is not cleared by the list of the other.
func TestListsOfTwoKeysOfOneName(t *testing.T) {
	t.Parallel()
	root := pkitest.NewCA(t, "Root")
	first, second := root.ChildCA(t, "Issuing CA"), root.ChildCA(t, "Issuing CA")
	leaf := first.Issue(t, "laptop-1")
	late := func(revoked ...*x509.Certificate) *crl.Index { return lateListOf(t, first, revoked...) }
	cases := []struct {
		name  string
		lists []*crl.Index
		want  want
	}{
		{"both current", []*crl.Index{listOf(t, first), listOf(t, second)}, want{}},
		{"the first revokes", []*crl.Index{listOf(t, first, leaf.Cert), listOf(t, second)}, want{ReasonRevoked, 0, "revoked at"}},
		{"the second names it", []*crl.Index{listOf(t, first), listOf(t, second, leaf.Cert)}, want{ReasonRevoked, 0, "revoked at"}},
		{"the first is overdue", []*crl.Index{late(), listOf(t, second)}, want{ReasonRevocationUnavailable, 0, "was due at"}},
		{"the first is overdue and revokes", []*crl.Index{late(leaf.Cert), listOf(t, second)}, want{ReasonRevoked, 0, "was due at"}},
		{"the other way round in the manifest", []*crl.Index{listOf(t, second), late(leaf.Cert)}, want{ReasonRevoked, 0, "was due at"}},
		{"no list of the first", []*crl.Index{listOf(t, second)}, want{ReasonRevocationUnavailable, 0, "the list of another key of that name does not speak for it"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			lists := append(slices.Clone(c.lists), listOf(t, root))
			_, err := newVerifier(t, []*x509.Certificate{root.Cert, first.Cert, second.Cert}, lists, Options{}).Verify(leaf.Chain, now)
			c.want.check(t, err)
		})
	}
}

// The CA itself certified the new key: its list speaks for the old one, as long
// as that has none.
func TestOverdueListBesideThatOfTheNewKey(t *testing.T) {
	t.Parallel()
	r := newRollover(t)
	lists := []*crl.Index{lateListOf(t, r.older, r.leaf), listOf(t, r.newer), onlyCAs(t, r.older), listOf(t, r.root)}
	verifier := newVerifier(t, []*x509.Certificate{r.root.Cert}, lists, Options{})
	_, err := verifier.Verify([]*x509.Certificate{r.leaf, r.older.Cert, r.newer.Cert}, now)
	want{ReasonRevoked, 0, "was due at"}.check(t, err)
}

// lateListOf is a list that was due a second ago.
func lateListOf(t *testing.T, ca *pkitest.CA, revoked ...*x509.Certificate) *crl.Index {
	t.Helper()
	return listWith(t, ca, func(list *x509.RevocationList) {
		list.ThisUpdate, list.NextUpdate = now.Add(-week), now.Add(-time.Second)
		for _, cert := range revoked {
			list.RevokedCertificateEntries = append(list.RevokedCertificateEntries,
				x509.RevocationListEntry{SerialNumber: cert.SerialNumber, RevocationTime: pkitest.Epoch})
		}
	})
}

// Another CA of the same root issues a certificate in the name of the issuing
// CA. Its lists neither clear nor revoke.
func TestListOfAnImpostor(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	evil := h.root.ChildCA(t, "Evil CA")
	impostor := evil.CrossSign(t, pkitest.NewCA(t, "Issuing CA"))
	presented := append(slices.Clone(h.client.Chain), impostor.Cert, evil.Cert)
	cases := []struct {
		name  string
		lists []*crl.Index
		want  want
	}{
		{"clears", []*crl.Index{listOf(t, impostor), listOf(t, h.root), listOf(t, evil)}, want{ReasonRevocationUnavailable, 0, "no revocation list"}},
		{"clears what is revoked", []*crl.Index{listOf(t, impostor), listOf(t, h.issuing, h.client.Cert), listOf(t, h.root), listOf(t, evil)}, want{ReasonRevoked, 0, ""}},
		{"revokes", []*crl.Index{listOf(t, impostor, h.client.Cert), listOf(t, h.issuing), listOf(t, h.root), listOf(t, evil)}, want{}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := newVerifier(t, h.bundle(), c.lists, Options{}).Verify(presented, now)
			c.want.check(t, err)
		})
	}
}

// The issuer on the path may not sign lists, although one with its key that
// may was at hand when the list was checked.
func TestListOfAnIssuerWithoutCRLSign(t *testing.T) {
	t.Parallel()
	root := pkitest.NewCA(t, "Root")
	issuing := root.ChildCA(t, "Issuing CA", keyUsage(x509.KeyUsageCertSign))
	allowed := root.CrossSign(t, issuing)
	leaf := issuing.Issue(t, "laptop-1")
	lists := []*crl.Index{listOf(t, allowed), listOf(t, root)}
	for _, mode := range []Mode{ModeRequire, ModeAllowMissing} {
		_, err := newVerifier(t, []*x509.Certificate{root.Cert}, lists, Options{Revocation: mode}).Verify(leaf.Chain, now)
		want{ReasonRevocationUnavailable, 0, "does not allow signing lists"}.check(t, err)
	}
}

// Who may certify a second key of the CA, and under which name.
func TestListOfAStrangeKey(t *testing.T) {
	t.Parallel()
	root := pkitest.NewCA(t, "Root")
	middle := root.ChildCA(t, "Policy CA")
	issuing := middle.ChildCA(t, "Issuing CA", keyUsage(x509.KeyUsageCertSign))
	leaf := issuing.Issue(t, "laptop-1")
	stranger := pkitest.NewCA(t, "Issuing CA")
	renamed := &pkitest.CA{Cert: pkitest.NewCA(t, "Stranger").Cert, Key: stranger.Key}
	twin := root.CrossSign(t, &pkitest.CA{Cert: pkitest.NewCA(t, "Twin of the Policy CA").Cert, Key: middle.Key})
	cases := []struct {
		name      string
		delegate  *x509.Certificate
		certified bool
	}{
		{"certified by the CA above", middle.CrossSign(t, stranger).Cert, true},
		{"certified by the CA itself", issuing.CrossSign(t, stranger).Cert, true},
		{"certified by the CA above that", root.CrossSign(t, stranger).Cert, false},
		{"certified under another name", middle.CrossSign(t, renamed).Cert, false},
		{"certified by a CA of another name and the same key", twin.CrossSign(t, stranger).Cert, false},
		{"certified by nobody", stranger.Cert, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			lists := []*crl.Index{listOf(t, stranger)}
			verifier := newVerifier(t, []*x509.Certificate{root.Cert}, lists, Options{Revocation: ModeRequireLeaf})
			_, err := verifier.Verify(append(slices.Clone(leaf.Chain), c.delegate), now)
			if c.certified {
				want{}.check(t, err)
				return
			}
			want{ReasonRevocationUnavailable, 0, "no revocation list"}.check(t, err)
		})
	}
}
