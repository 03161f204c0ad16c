package alb

import (
	"crypto/x509"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/local/elbv2"
	"github.com/sekisho/sekisho/internal/pkitest"
)

// admitted asks the judge of a site directly, under the given switches.
func (s *site) admitted(leaf *pkitest.Leaf, switches Switches) error {
	gate := &judge{trust: &trustCache{store: s.store}, switches: switches, now: s.clock.Now}
	return gate.admit(leaf.Chain)
}

func wantRefusal(tb testing.TB, what string, err error, code Code, reason Reason) {
	tb.Helper()
	if code == "" {
		if err != nil {
			tb.Errorf("%s: got %v, want it let in", what, err)
		}
		return
	}
	var refusal *Refusal
	if !errors.As(err, &refusal) || refusal.Code != code || refusal.Reason != reason {
		tb.Errorf("%s: got %v, want %s (%s)", what, err, code, reason)
	}
}

func TestRevocation(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.issuing.Issue(t, "first") // has the serial number that the issuing CA has from the root
	leaf := s.issuing.Issue(t, "client")
	deep := s.issuing.ChildCA(t, "Below")
	deepLeaf := deep.Issue(t, "deep")
	other := pkitest.NewCA(t, "Other Root")
	namesake := pkitest.NewCA(t, "Test Issuing")
	otherKey := listOf(1, namesake, leaf.Cert)
	byKeyID := func(id []byte) List {
		list := listOf(1, s.issuing, leaf.Cert)
		list.IssuerKey, list.AuthorityKeyID = nil, id
		return list
	}
	tests := []struct {
		name   string
		leaf   *pkitest.Leaf
		lists  []List
		code   Code
		reason Reason
	}{
		{"no list", leaf, nil, "", ""},
		{"empty list", leaf, []List{listOf(1, s.issuing)}, "", ""},
		{"another serial", leaf, []List{listOf(1, s.issuing, s.issuing.Issue(t, "x").Cert)}, "", ""},
		{"leaf", leaf, []List{listOf(1, s.issuing, leaf.Cert)}, CodeCRLHit, ReasonRevoked},
		{"intermediate", leaf, []List{listOf(1, s.root, s.issuing.Cert)}, CodeCRLHit, ReasonRevoked},
		{"presented intermediate", deepLeaf, []List{listOf(1, s.issuing, deep.Cert)}, CodeCRLHit, ReasonRevoked},
		{"serial revoked by another CA", leaf, []List{listOf(1, other, leaf.Cert)}, "", ""},
		{"serial revoked by the root", leaf, []List{listOf(1, s.root, leaf.Cert)}, "", ""},
		{"serial revoked by a CA of the same name", leaf, []List{otherKey}, "", ""},
		{"root on its own list", leaf, []List{listOf(1, s.root, s.root.Cert)}, "", ""},
		{"key identifier fits, signer unknown", leaf, []List{byKeyID(s.issuing.Cert.SubjectKeyId)}, CodeCRLHit, ReasonRevoked},
		{"key identifier of another, signer unknown", leaf, []List{byKeyID([]byte("another"))}, "", ""},
		{"another name, signer unknown", leaf, []List{unsigned(listOf(1, other, leaf.Cert))}, "", ""},
		{"no key identifier, signer unknown", leaf, []List{byKeyID(nil)}, CodeCRLHit, ReasonRevoked},
	}
	for _, test := range tests {
		s.store.setLists(test.lists...)
		wantRefusal(t, test.name, s.admitted(test.leaf, Switches{}), test.code, test.reason)
	}
}

// unsigned is a list whose signer was not known, without a key identifier.
func unsigned(list List) List {
	list.IssuerKey, list.AuthorityKeyID = nil, nil
	return list
}

// TestNextUpdateIsTheLastMoment: a list is past its date only after it (RFC 5280
// section 5.1.2.5: the next one is there by that date, not later).
func TestNextUpdateIsTheLastMoment(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	leaf := s.issuing.Issue(t, "client")
	list := listOf(1, s.issuing)
	list.NextUpdate = pkitest.Epoch
	s.store.setLists(list)
	switches := Switches{ExpiredList: ExpiredBlocks}
	wantRefusal(t, "at nextUpdate", s.admitted(leaf, switches), "", "")
	s.clock.advance(time.Nanosecond)
	wantRefusal(t, "after nextUpdate", s.admitted(leaf, switches), CodeCRLProcessingError, ReasonListExpired)
}

// TestSwitchesOfRevocation goes through every combination of the three switches
// and of what the trust store holds, against rules written down once more.
func TestSwitchesOfRevocation(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	leaf := s.issuing.Issue(t, "client")
	for _, switches := range everySwitch() {
		for _, lists := range everyStore(s, leaf) {
			s.store.setLists(lists...)
			code, reason := expected(s, leaf, switches, lists)
			what := fmt.Sprintf("%+v with %s", switches, describe(lists))
			wantRefusal(t, what, s.admitted(leaf, switches), code, reason)
		}
	}
}

func everySwitch() []Switches {
	var all []Switches
	for _, expired := range []ExpiredList{ExpiredIgnored, ExpiredBlocks} {
		for _, missing := range []MissingList{MissingPasses, MissingBlocks} {
			for _, several := range []SeveralLists{ListsUnion, ListsLowestID, ListsHighestID} {
				all = append(all, Switches{ExpiredList: expired, MissingList: missing, SeveralLists: several})
			}
		}
	}
	return all
}

// everyStore holds, of root and issuing CA, no list, one, or two of the issuing
// CA's in either order, fresh or expired, with the leaf on them or not.
func everyStore(s *site, leaf *pkitest.Leaf) [][]List {
	kinds := func(id int64) []List {
		hit, expired, expiredHit := listOf(id, s.issuing, leaf.Cert), listOf(id, s.issuing), listOf(id, s.issuing, leaf.Cert)
		expired.NextUpdate = pkitest.Epoch.Add(-time.Second)
		expiredHit.NextUpdate = expired.NextUpdate
		undated := listOf(id, s.issuing)
		undated.NextUpdate = time.Time{}
		return []List{listOf(id, s.issuing), hit, expired, expiredHit, undated}
	}
	rootOnly := []List{listOf(9, s.root)}
	all := [][]List{nil, rootOnly}
	for _, one := range kinds(1) {
		all = append(all, []List{one}, []List{one, rootOnly[0]})
		for _, two := range kinds(2) {
			all = append(all, []List{one, two, rootOnly[0]}, []List{two, rootOnly[0], one})
		}
	}
	return all
}

// expected is the rule in other words than the code's: which lists count for
// the issuing CA, then hit before date before absence.
func expected(s *site, leaf *pkitest.Leaf, switches Switches, lists []List) (Code, Reason) {
	rootHas, counting := false, map[int64]List{}
	low, high := int64(1<<62), int64(-1)
	for _, list := range lists {
		if string(list.RawIssuer) == string(s.root.Cert.RawSubject) {
			rootHas = true
			continue
		}
		counting[list.ID] = list
		low, high = min(low, list.ID), max(high, list.ID)
	}
	for id := range counting {
		if switches.SeveralLists == ListsLowestID && id != low || switches.SeveralLists == ListsHighestID && id != high {
			delete(counting, id)
		}
	}
	hit, late := false, false
	for _, list := range counting {
		hit = hit || list.Serials.Revokes(leaf.Cert.SerialNumber)
		late = late || list.NextUpdate.Equal(pkitest.Epoch.Add(-time.Second))
	}
	switch {
	case hit:
		return CodeCRLHit, ReasonRevoked
	case late && switches.ExpiredList == ExpiredBlocks:
		return CodeCRLProcessingError, ReasonListExpired
	case switches.MissingList == MissingBlocks && len(lists) > 0 && (len(counting) == 0 || !rootHas):
		return CodeCRLProcessingError, ReasonListMissing
	default:
		return "", ""
	}
}

func describe(lists []List) string {
	var all []string
	for _, list := range lists {
		all = append(all, fmt.Sprintf("%d of %s until %s", list.ID, distinguishedName(list.RawIssuer), rfc3339(list.NextUpdate)))
	}
	return strings.Join(all, "; ")
}

func TestANewListActsOnTheNextHandshake(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	address := s.verify(t)
	leaf := s.issuing.Issue(t, "client")
	_, _, err := get(s.client(t, leaf), address)
	if err != nil {
		t.Fatalf("before: got %v, want it let in", err)
	}
	s.store.setLists(listOf(1, s.issuing, leaf.Cert))
	_, _, err = get(s.client(t, leaf), address)
	if err == nil {
		t.Error("after: let in, want it refused")
	}
	entry := s.lastEntry(t, 2)
	if entry.Code != CodeCRLHit {
		t.Errorf("log: got %q, want %q", entry.Code, CodeCRLHit)
	}
	s.store.setLists()
	_, _, err = get(s.client(t, leaf), address)
	if err != nil {
		t.Errorf("list removed: got %v, want it let in", err)
	}
}

func TestAnchors(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	leaf := s.issuing.Issue(t, "client")
	// A CA that renewed its key under its old name, and signed the new
	// certificate with the old key.
	rollover := pkitest.NewCA(t, "Test Root")
	other := pkitest.NewCA(t, "Other Root")
	tests := []struct {
		name   string
		bundle []*x509.Certificate
		code   Code
	}{
		{"root and intermediate", []*x509.Certificate{s.root.Cert, s.issuing.Cert}, ""},
		{"root alone", []*x509.Certificate{s.root.Cert}, ""},
		{"intermediate alone is an anchor", []*x509.Certificate{s.issuing.Cert}, ""},
		{"intermediate beside another root of the same name", []*x509.Certificate{s.issuing.Cert, rollover.Cert}, ""},
		{"another root", []*x509.Certificate{other.Cert}, CodeUntrusted},
		{"nothing", nil, CodeUntrusted},
	}
	for _, test := range tests {
		s.store.setBundle(test.bundle...)
		err := s.admitted(leaf, Switches{})
		wantRefusal(t, test.name, err, test.code, ReasonUntrusted)
	}
}

// TestIntermediateUnderItsRootIsNoAnchor: with the root expired, the
// intermediate in the same bundle must not stand in for it.
func TestIntermediateUnderItsRootIsNoAnchor(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	root := pkitest.NewCA(t, "Old Root", func(c *x509.Certificate) { c.NotAfter = pkitest.Epoch.Add(-time.Second) })
	issuing := root.ChildCA(t, "Young Issuing")
	leaf := issuing.Issue(t, "client")
	s.store.setBundle(root.Cert, issuing.Cert)
	wantRefusal(t, "expired root", s.admitted(leaf, Switches{}), CodeExpired, ReasonExpired)
}

// fakeViewer is the trust-store API with one trust store, or none.
type fakeViewer map[string]elbv2.View

func (v fakeViewer) View(arn string) (elbv2.View, bool) {
	view, found := v[arn]
	return view, found
}

func TestTrustStoreIn(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	next := pkitest.Epoch.AddDate(0, 0, 7)
	service := fakeViewer{"arn:1": {
		Generation: 3,
		Bundle:     []*x509.Certificate{s.root.Cert},
		Revocations: []elbv2.Revocation{
			{ID: 7, Signer: s.root.Cert, List: &elbv2.List{RawIssuer: s.root.Cert.RawSubject, NextUpdate: next}},
			{ID: 8, List: &elbv2.List{RawIssuer: []byte("x"), AuthorityKeyID: []byte("k")}},
		},
	}}
	view := TrustStoreIn(service, "arn:1").View()
	if len(view.Bundle) != 1 || len(view.Lists) != 2 {
		t.Fatalf("got %d certificates and %d lists, want 1 and 2", len(view.Bundle), len(view.Lists))
	}
	known, unknown := view.Lists[0], view.Lists[1]
	if known.ID != 7 || !known.of(s.root.Cert) || len(known.IssuerKey) == 0 || !known.NextUpdate.Equal(next) {
		t.Errorf("list with a signer: got %+v", known)
	}
	if unknown.ID != 8 || unknown.IssuerKey != nil || string(unknown.AuthorityKeyID) != "k" {
		t.Errorf("list without a signer: got %+v", unknown)
	}
	none := TrustStoreIn(service, "arn:2").View()
	if len(none.Bundle) != 0 || none.Generation == view.Generation {
		t.Errorf("no trust store: got %+v, want it empty and of another generation", none)
	}
	service["arn:2"] = elbv2.View{Bundle: view.Bundle}
	if TrustStoreIn(service, "arn:2").View().Generation == none.Generation {
		t.Error("a new trust store has the generation of none: a listener would not see it")
	}
}
