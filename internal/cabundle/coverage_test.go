package cabundle_test

import (
	"crypto/x509"
	"slices"
	"testing"

	"github.com/sekisho/sekisho/internal/cabundle"
	"github.com/sekisho/sekisho/internal/pkitest"
)

func TestUncovered(t *testing.T) {
	t.Parallel()
	root := pkitest.NewCA(t, "Root")
	issuing := root.ChildCA(t, "Issuing")
	renewed := certify(t, root.Cert, root.Cert, root.Key.Public(), root.Key, validLonger)
	sameName := pkitest.NewCA(t, "Root")
	sameKey := certify(t, issuing.Cert, root.Cert, issuing.Key.Public(), root.Key, named("Other"))

	for name, test := range map[string]struct{ bundle, issuers, want []*x509.Certificate }{
		"no list at all":                        {certs(root.Cert, issuing.Cert), nil, certs(root.Cert, issuing.Cert)},
		"a list of each":                        {certs(root.Cert, issuing.Cert), certs(issuing.Cert, root.Cert), nil},
		"the root's list is missing":            {certs(root.Cert, issuing.Cert), certs(issuing.Cert), certs(root.Cert)},
		"the intermediate's list is missing":    {certs(root.Cert, issuing.Cert), certs(root.Cert), certs(issuing.Cert)},
		"the list of a renewed root":            {certs(root.Cert, renewed), certs(renewed), nil},
		"the list of a renewal not in bundle":   {certs(root.Cert), certs(renewed), nil},
		"a list of another CA of the same name": {certs(root.Cert), certs(sameName.Cert), certs(root.Cert)},
		"a list of another CA of the same key":  {certs(issuing.Cert), certs(sameKey), certs(issuing.Cert)},
		"one of two certificates of one CA":     {certs(root.Cert, renewed, issuing.Cert), certs(issuing.Cert), certs(root.Cert)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := normalise(t, test.bundle...).Uncovered(test.issuers)
			if !slices.EqualFunc(got, test.want, (*x509.Certificate).Equal) {
				t.Errorf("got uncovered %v, want %v", subjects(got), subjects(test.want))
			}
		})
	}
}

func TestSignsLists(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		usage x509.KeyUsage
		want  bool
	}{
		"no key usage":        {0, true},
		"certificates, lists": {x509.KeyUsageCertSign | x509.KeyUsageCRLSign, true},
		"certificates only":   {x509.KeyUsageCertSign, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ca := pkitest.NewCA(t, "Root", func(template *x509.Certificate) { template.KeyUsage = test.usage })
			if got := cabundle.SignsLists(ca.Cert); got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}
