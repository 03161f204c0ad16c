package elbv2

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"

	"github.com/sekisho/sekisho/internal/pkitest"
)

// Each switch changes exactly one thing; the first row of each is the default.
func TestSwitches(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name     string
		switches Switches
		list     func(tb testing.TB, root *pkitest.CA) []byte
		// want is the number of entries reported, or -1 when the list is refused.
		want int64
	}{
		{"unknown-signer", Switches{}, foreignList, -1},
		{"unknown-signer-accepted", Switches{AcceptUnknownSigner: true}, foreignList, 1},
		{"v1", Switches{}, versionOne, -1},
		{"v1-accepted", Switches{AcceptV1Lists: true}, versionOne, 2},
		{"scope", Switches{}, scoped, 1},
		{"scope-refused", Switches{RefuseCriticalScope: true}, scoped, -1},
		{"odd-serials", Switches{}, oddSerials, 5},
		{"odd-serials-not-counted", Switches{CountDistinctOnly: true}, oddSerials, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, Options{Switches: test.switches})
			arn := f.create(t, "ts")
			f.shelf.put(t, "odd.pem", "", pemList(test.list(t, f.root)))
			output, err := f.client.AddTrustStoreRevocations(t.Context(), &elb.AddTrustStoreRevocationsInput{TrustStoreArn: aws.String(arn), RevocationContents: contents("odd.pem")})
			if test.want < 0 {
				if code(err) != codeInvalidRevocation {
					t.Errorf("got %v, want %s", err, codeInvalidRevocation)
				}
				return
			}
			if err != nil || aws.ToInt64(output.TrustStoreRevocations[0].NumberOfRevokedEntries) != test.want {
				t.Errorf("got %v, %v; want %d entries", output, err, test.want)
			}
		})
	}
}

func foreignList(tb testing.TB, _ *pkitest.CA) []byte {
	return pkitest.NewCA(tb, "foreign").CRL(tb, serialsOf(1)...)
}

func versionOne(tb testing.TB, root *pkitest.CA) []byte { return v1CRL(tb, root, serialsOf(1, 2)...) }

func scoped(tb testing.TB, root *pkitest.CA) []byte {
	return root.CRLWith(tb, func(list *x509.RevocationList) {
		list.RevokedCertificateEntries = []x509.RevocationListEntry{{SerialNumber: serialsOf(1)[0], RevocationTime: pkitest.Epoch}}
		critical(oidIDP, idpOnlyUsers)(list)
	})
}

func oddSerials(tb testing.TB, root *pkitest.CA) []byte {
	return root.CRL(tb, serialsOf(1, 1, -1, 2, -1)...)
}

func TestSignatureAlgorithms(t *testing.T) {
	t.Parallel()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	ca := &pkitest.CA{Cert: selfSigned(t, key.Public(), key), Key: key}
	for _, algorithm := range []x509.SignatureAlgorithm{
		x509.SHA256WithRSA, x509.SHA384WithRSA, x509.SHA512WithRSA,
		x509.SHA256WithRSAPSS, x509.SHA384WithRSAPSS, x509.SHA512WithRSAPSS,
	} {
		t.Run(algorithm.String(), func(t *testing.T) {
			t.Parallel()
			list, err := parseList(ca.CRLWith(t, func(list *x509.RevocationList) { list.SignatureAlgorithm = algorithm }))
			if err != nil {
				t.Fatal(err)
			}
			signer, err := Switches{}.admit(list, []*x509.Certificate{ca.Cert})
			if err != nil || signer != ca.Cert {
				t.Errorf("got signer %v, %v", signer, err)
			}
		})
	}
}

func TestSignatureAlgorithmRefused(t *testing.T) {
	t.Parallel()
	list := ed25519List(t)
	_, err := Switches{AcceptUnknownSigner: true}.admit(list, nil)
	if err == nil || err.Error() != "it uses an incorrect algorithm, Ed25519" {
		t.Errorf("got %v, want an incorrect algorithm", err)
	}
}

// A CA of the right name and key that may not sign lists is no signer.
func TestSignerNeedsTheRightToSignLists(t *testing.T) {
	t.Parallel()
	root := pkitest.NewCA(t, "root")
	der := root.CRL(t)
	weak := *root.Cert
	weak.KeyUsage = x509.KeyUsageCertSign
	list, err := parseList(der)
	if err != nil {
		t.Fatal(err)
	}
	if list.signer([]*x509.Certificate{&weak}) != nil {
		t.Error("a CA without cRLSign was taken as the signer")
	}
	if list.signer([]*x509.Certificate{&weak, root.Cert}) != root.Cert {
		t.Error("the signer was not found behind another of the same name")
	}
}

func ed25519List(tb testing.TB) signedList {
	tb.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	ca := &pkitest.CA{Cert: selfSigned(tb, public, private), Key: private}
	list, err := parseList(ca.CRL(tb))
	if err != nil {
		tb.Fatal(err)
	}
	return list
}

// A key alone is not enough: the name must be the issuer's too.
func TestSignerNeedsTheName(t *testing.T) {
	t.Parallel()
	root := pkitest.NewCA(t, "root")
	renamed := selfSigned(t, root.Key.Public(), root.Key)
	list, err := parseList(root.CRL(t))
	if err != nil {
		t.Fatal(err)
	}
	if list.signer([]*x509.Certificate{renamed}) != nil {
		t.Errorf("a list of %s was taken as signed by %s", list.Issuer, renamed.Subject)
	}
}
