package cabundle_test

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"slices"
	"testing"

	"github.com/sekisho/sekisho/internal/pkitest"
)

func TestBundleIsItsCertificatesInOrder(t *testing.T) {
	t.Parallel()
	root := pkitest.NewCA(t, "Root")
	issuing := root.ChildCA(t, "Issuing")
	bundle := normalise(t, issuing.Cert, root.Cert)
	want := pkitest.PEM(issuing.Cert, root.Cert)
	if got := string(bundle.PEM); got != string(want) {
		t.Errorf("got PEM %q, want %q", got, want)
	}
	sum := sha256.Sum256(want)
	if got, want := bundle.SHA256, hex.EncodeToString(sum[:]); got != want {
		t.Errorf("got hash %s, want %s", got, want)
	}
}

func TestAnchors(t *testing.T) {
	t.Parallel()
	root := pkitest.NewCA(t, "Root")
	issuing := root.ChildCA(t, "Issuing")
	below := issuing.ChildCA(t, "Below")
	stranger := pkitest.NewCA(t, "Root")
	renewed := certify(t, root.Cert, root.Cert, root.Key.Public(), root.Key, validLonger)
	crossed := certify(t, root.Cert, stranger.Cert, root.Key.Public(), stranger.Key)
	sameKey := certify(t, root.Cert, stranger.Cert, root.Key.Public(), stranger.Key, named("Other"))
	rolled := certify(t, root.Cert, root.Cert, pkitest.NewKey(t).Public(), root.Key)

	for name, test := range map[string]struct{ bundle, want []*x509.Certificate }{
		"a root alone":                            {certs(root.Cert), certs(root.Cert)},
		"an intermediate below its root":          {certs(issuing.Cert, root.Cert), certs(root.Cert)},
		"an intermediate without its root":        {certs(issuing.Cert), certs(issuing.Cert)},
		"a path with a hole":                      {certs(root.Cert, below.Cert), certs(root.Cert, below.Cert)},
		"a foreign CA of the issuer's name":       {certs(stranger.Cert, issuing.Cert), certs(stranger.Cert, issuing.Cert)},
		"another CA of the issuer's key":          {certs(sameKey, issuing.Cert), certs(sameKey, issuing.Cert)},
		"a root and its renewal, one key":         {certs(root.Cert, renewed), certs(root.Cert, renewed)},
		"a cross-signed root without a signer":    {certs(crossed), certs(crossed)},
		"a cross-signed root below its signer":    {certs(crossed, stranger.Cert), certs(stranger.Cert)},
		"a root's new key signed by its old":      {certs(root.Cert, rolled), certs(root.Cert)},
		"a root's new key without its old":        {certs(rolled), certs(rolled)},
		"two roots and an intermediate below one": {certs(stranger.Cert, root.Cert, issuing.Cert), certs(stranger.Cert, root.Cert)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bundle := normalise(t, test.bundle...)
			got := bundle.Anchors()
			if !slices.EqualFunc(got, test.want, (*x509.Certificate).Equal) {
				t.Errorf("got anchors %v, want %v", subjects(got), subjects(test.want))
			}
			for _, cert := range bundle.Certificates {
				isAnchor := slices.ContainsFunc(got, cert.Equal)
				if issuer := bundle.Issuer(cert); (issuer == nil) != isAnchor {
					t.Errorf("%s: an anchor is %v, but its issuer is %v", cert.Subject, isAnchor, issuer)
				}
			}
		})
	}
}

func TestAuthoritiesAreOneForEachNameAndKey(t *testing.T) {
	t.Parallel()
	root := pkitest.NewCA(t, "Root")
	sameName := pkitest.NewCA(t, "Root")
	renewed := certify(t, root.Cert, root.Cert, root.Key.Public(), root.Key, validLonger)
	bundle := normalise(t, root.Cert, renewed, sameName.Cert)
	want := certs(root.Cert, sameName.Cert)
	if got := bundle.Authorities(); !slices.EqualFunc(got, want, (*x509.Certificate).Equal) {
		t.Errorf("got %d authorities, want the first root and the other one of its name", len(got))
	}
}
