package chain

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"testing"

	"pgregory.net/rapid"

	"github.com/sekisho/sekisho/internal/pkitest"
)

// A name is written as its DER says, whichever way it is read.
func TestNameProperty(t *testing.T) {
	t.Parallel()
	ca := pkitest.NewCA(t, "Root")
	types := []asn1.ObjectIdentifier{{2, 5, 4, 3}, {2, 5, 4, 10}, {2, 5, 4, 11}, {2, 5, 4, 6}, oidEmailAddress, {1, 2, 3, 4}}
	rapid.Check(t, func(r *rapid.T) {
		var sequence pkix.RDNSequence
		for range rapid.IntRange(0, 4).Draw(r, "sets") {
			var set pkix.RelativeDistinguishedNameSET
			for range rapid.SampledFrom([]int{1, 1, 1, 2}).Draw(r, "attributes") {
				set = append(set, pkix.AttributeTypeAndValue{
					Type:  rapid.SampledFrom(types).Draw(r, "type"),
					Value: rapid.StringOf(rapid.RuneFrom([]rune(`ab ,+="\<>;#関*`))).Draw(r, "value"),
				})
			}
			sequence = append(sequence, set)
		}
		raw, err := asn1.Marshal(sequence)
		if err != nil {
			r.Fatal(err)
		}
		leaf := ca.Issue(t, "", func(c *x509.Certificate) { c.RawSubject = raw }).Cert
		var read pkix.RDNSequence
		_, err = asn1.Unmarshal(raw, &read)
		if err != nil {
			r.Fatal(err)
		}
		got := nameOf(leaf.RawSubject, leaf.Subject)
		if got != read.String() {
			r.Fatalf("got %q, want %q", got, read.String())
		}
	})
}
