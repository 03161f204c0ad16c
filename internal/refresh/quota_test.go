package refresh

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"slices"
	"strings"
	"testing"
)

func TestRunRespectsQuotas(t *testing.T) {
	t.Parallel()
	ca := newPublisher(t, "L", 5)
	for _, c := range []struct {
		name   string
		limits func(*Limits)
		reason Reason
		words  string
	}{
		{"entries", func(l *Limits) { l.Entries = 8 }, QuotaEntries, "9 entries in 2 lists"},
		{"lists", func(l *Limits) { l.Lists = 1 }, QuotaLists, "9 entries in 2 lists"},
		{"size", func(l *Limits) { l.PEMBytes = 400 }, QuotaSize, "a trust store takes 400"},
	} {
		r := newRig(t, ca)
		r.serve(ca, 4)
		r.well()
		r.serve(ca, 5)
		c.limits(&r.refresher.Limits)
		outcome := r.of(r.well(), ca)
		r.wants(outcome, Refuse, c.reason, c.words)
		r.holds("{1:L4}")
		r.points("L5")
		if r.made("add") != 0 {
			t.Errorf("%s: the trust store was asked all the same", c.name)
		}
	}
}

// TestRunMakesRoomOfWhatIsSuperfluous: left-over copies must not keep a list
// out for ever.
func TestRunMakesRoomOfWhatIsSuperfluous(t *testing.T) {
	t.Parallel()
	ca := newPublisher(t, "L", 5)
	r := newRig(t, ca)
	r.serve(ca, 3)
	r.well()
	r.cloud.place(ca.at(2), false)
	r.cloud.place(ca.at(4), false)
	r.refresher.Limits.Entries = 9
	r.serve(ca, 5)
	r.wants(r.of(r.well(), ca), Replace, Newer, "")
	r.holds("{4:L5}")
}

func TestRunReplacesWhereOldAndNewDoNotFit(t *testing.T) {
	t.Parallel()
	ca := newPublisher(t, "L", 5)
	r := newRig(t, ca)
	r.serve(ca, 4)
	r.well()
	r.serve(ca, 5)
	r.refresher.Limits.Entries = 5
	r.refresher.Sources[0].ReplaceOverlap = true
	r.cloud.law.released[ca.identity()] = true
	outcome := r.of(r.well(), ca)
	r.wants(outcome, Replace, Newer, "")
	if !outcome.Gap || !slices.Equal(outcome.Removed, []int64{1}) {
		t.Errorf("got %+v, want the gap said", outcome)
	}
	r.holds("{2:L5}")
	r.refresher.Limits.Entries = 4
	r.cloud.remove([]int64{2})
	report, _ := r.run()
	r.wants(r.of(report, ca), Refuse, QuotaEntries, "")
}

func TestRunKeepsScopedListsFromTheTrustStore(t *testing.T) {
	t.Parallel()
	ca := newPublisher(t, "L", 0)
	ca.publish(t, "users", 1, func(list *x509.RevocationList) {
		value, err := asn1.Marshal(struct {
			OnlyUserCerts bool `asn1:"tag:1"`
		}{true})
		if err != nil {
			t.Fatal(err)
		}
		list.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 28}, Critical: true, Value: value}}
	})
	r := newRig(t, ca)
	r.serve(ca, 1)
	for range 2 {
		outcome := r.of(r.well(), ca)
		if outcome.Reason != Scoped || !strings.Contains(outcome.Detail, "allowScoped") {
			t.Errorf("got %+v, want it said that only the verifier gets the list", outcome)
		}
		r.holds("{}")
		r.points("users")
	}
	down(r, ca.url())
	r.well()
	r.serve(ca, 1)
	r.refresher.Sources[0].AllowScoped = true
	r.well()
	r.holds("{1:users}")
}
