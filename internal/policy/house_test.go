package policy

import (
	"crypto/x509"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/pkitest"
)

// edit changes a certificate before it is signed.
type edit = func(*x509.Certificate)

// house is a root and an issuing CA below it.
type house struct{ root, issuing *pkitest.CA }

func newHouse(tb testing.TB) house {
	tb.Helper()
	root := pkitest.NewCA(tb, "Root")
	return house{root, root.ChildCA(tb, "Issuing CA", func(c *x509.Certificate) { c.Subject.Organization = []string{"Example"} })}
}

// client issues a certificate and makes a client of its path.
func (h house) client(tb testing.TB, cn string, edits ...edit) *Client {
	tb.Helper()
	return ClientOf(h.path(tb, cn, edits...))
}

func (h house) path(tb testing.TB, cn string, edits ...edit) []*x509.Certificate {
	tb.Helper()
	return append(h.issuing.Issue(tb, cn, edits...).Chain, h.root.Cert)
}

func mustParse(tb testing.TB, text string) *Policy {
	tb.Helper()
	p, err := Parse([]byte(text))
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

// rulesFor is a policy of one rule for everything.
func rulesFor(tb testing.TB, who string) *Policy {
	tb.Helper()
	return mustParse(tb, `{"format":1,"rules":[{"name":"r","who":[`+who+`]}]}`)
}

func mustDeny(tb testing.TB, denials ...Denial) *DenyList {
	tb.Helper()
	list, err := NewDenyList(denials)
	if err != nil {
		tb.Fatal(err)
	}
	return list
}

// wantReason checks the kind of a refusal and part of its text; "" wants none.
func wantReason(t *testing.T, err error, reason Reason, text string) {
	t.Helper()
	if reason == "" {
		if err != nil {
			t.Errorf("got %v, want it to pass", err)
		}
		return
	}
	var refused *RefusedError
	if !errors.As(err, &refused) || refused.Reason != reason || !strings.Contains(err.Error(), text) {
		t.Errorf("got %v, want reason %q with %q", err, reason, text)
	}
}

var since = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
