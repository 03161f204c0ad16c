package chain

import (
	"crypto/x509"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/pkitest"
)

// Whatever else is amiss with a version 1 certificate, it is the version that
// its owner has to hear about.
func TestVersion1(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	other := pkitest.NewCA(t, "Other Root")
	leaf := h.issuing.IssueVersion1(t, "laptop-1")
	later := leaf.Cert.NotAfter.Add(time.Hour)
	below := h.issuing.ChildVersion1(t, "Sub CA").Issue(t, "laptop-1")
	onLeaf := want{ReasonVersion, 0, "version 1 certificate, version 3 is needed"}
	onCA := want{ReasonVersion, 1, "version 1"}
	cases := []struct {
		name         string
		presented    []*x509.Certificate
		now          time.Time
		alb, rfc5280 want
	}{
		{"genuine", leaf.Chain, now, onLeaf, want{}},
		{"expired", leaf.Chain, later, onLeaf, want{ReasonExpired, 0, ""}},
		{"of another CA", other.IssueVersion1(t, "laptop-1").Chain, now, onLeaf, want{ReasonUntrusted, 0, ""}},
		{"as an intermediate CA", below.Chain, now, onCA, want{ReasonNotACA, 1, "may not issue"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for profile, expected := range map[Profile]want{ProfileALB: c.alb, ProfileRFC5280: c.rfc5280} {
				verifier := newVerifier(t, h.bundle(), nil, Options{Profile: profile, Revocation: ModeOff})
				_, err := verifier.Verify(c.presented, c.now)
				expected.check(t, err)
			}
		})
	}
}

// A version 1 certificate has no extensions, and can be revoked all the same.
func TestVersion1Revoked(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	leaf := h.issuing.IssueVersion1(t, "laptop-1")
	options := Options{Profile: ProfileRFC5280}
	_, err := newVerifier(t, h.bundle(), h.lists(t), options).Verify(leaf.Chain, now)
	want{}.check(t, err)
	lists := append(h.lists(t), listOf(t, h.issuing, leaf.Cert))
	_, err = newVerifier(t, h.bundle(), lists, options).Verify(leaf.Chain, now)
	want{ReasonRevoked, 0, ""}.check(t, err)
}

// A root from before there were extensions is an anchor all the same.
func TestVersion1Anchor(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	anchor := h.root.ChildVersion1(t, "Old CA")
	verifier := newVerifier(t, []*x509.Certificate{anchor.Cert}, nil, Options{Profile: ProfileRFC5280, Revocation: ModeOff})
	_, err := verifier.Verify(anchor.Issue(t, "laptop-1").Chain, now)
	want{}.check(t, err)
	verifier = newVerifier(t, []*x509.Certificate{anchor.Cert}, nil, Options{Revocation: ModeOff})
	_, err = verifier.Verify(anchor.Issue(t, "laptop-1").Chain, now)
	want{ReasonVersion, 1, "version 1"}.check(t, err)
}
