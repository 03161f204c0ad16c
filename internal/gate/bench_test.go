package gate

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"math/big"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/cabundle"
	"github.com/sekisho/sekisho/internal/chain"
	"github.com/sekisho/sekisho/internal/clientcert"
	"github.com/sekisho/sekisho/internal/crl"
	"github.com/sekisho/sekisho/internal/pkitest"
)

// benchEntries is how many serial numbers the issuing CA has revoked.
const benchEntries = 500_000

// bench is a trust over a list of many entries, and a client with its CA's
// certificate. All keys are of one kind, as they are in practice.
type bench struct {
	trust *trust
	value string
	leaf  *x509.Certificate
	ca    *x509.Certificate
}

func newBench(b *testing.B, newKey func() crypto.Signer) bench {
	b.Helper()
	root := &pkitest.CA{Key: newKey()}
	issuing := &pkitest.CA{Key: newKey()}
	root.Cert = certify(b, "root", root.Key, nil, root.Key)
	issuing.Cert = certify(b, "issuing", issuing.Key, root.Cert, root.Key)
	leaf := issuing.IssueFor(b, newKey(), "laptop")
	lists := []*crl.Index{indexOf(b, root, root.CRL(b)), indexOf(b, issuing, longList(b, issuing))}
	bundle, err := cabundle.Parse(pkitest.PEM(root.Cert, issuing.Cert))
	if err != nil {
		b.Fatal(err)
	}
	verifier, err := chain.New(bundle.Certificates, lists, chain.Options{})
	if err != nil {
		b.Fatal(err)
	}
	return bench{
		trust: &trust{bundle: bundle.Certificates, verifier: verifier, memory: newMemory(), pinned: noRules()},
		value: clientcert.Encode([]*x509.Certificate{leaf.Cert, issuing.Cert}),
		leaf:  leaf.Cert, ca: issuing.Cert,
	}
}

func certify(b *testing.B, name string, key crypto.Signer, parent *x509.Certificate, by crypto.Signer) *x509.Certificate {
	b.Helper()
	template := *pkitest.NewCA(b, name).Cert
	template.SerialNumber, template.SignatureAlgorithm = big.NewInt(7), x509.UnknownSignatureAlgorithm
	template.PublicKey, template.SubjectKeyId, template.AuthorityKeyId = key.Public(), nil, nil
	if parent == nil {
		parent = &template
	}
	der, err := x509.CreateCertificate(rand.Reader, &template, parent, key.Public(), by)
	if err != nil {
		b.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		b.Fatal(err)
	}
	return cert
}

func longList(b *testing.B, ca *pkitest.CA) []byte {
	b.Helper()
	return ca.CRLWith(b, func(l *x509.RevocationList) {
		for i := range benchEntries {
			serial := new(big.Int).Lsh(big.NewInt(int64(i)+1), 96)
			l.RevokedCertificateEntries = append(l.RevokedCertificateEntries,
				x509.RevocationListEntry{SerialNumber: serial, RevocationTime: pkitest.Epoch, ReasonCode: 1})
		}
	})
}

func indexOf(b *testing.B, ca *pkitest.CA, der []byte) *crl.Index {
	b.Helper()
	list, builder, err := crl.Parse(der)
	if err != nil {
		b.Fatal(err)
	}
	index, err := builder.Build(list, ca.Cert)
	if err != nil {
		b.Fatal(err)
	}
	return index
}

func keyKinds(b *testing.B) map[string]func() crypto.Signer {
	b.Helper()
	ofRSA := func(bits int) func() crypto.Signer {
		return func() crypto.Signer {
			key, err := rsa.GenerateKey(rand.Reader, bits)
			if err != nil {
				b.Fatal(err)
			}
			return key
		}
	}
	return map[string]func() crypto.Signer{
		"RSA-2048": ofRSA(2048), "RSA-4096": ofRSA(4096),
		"P-256": func() crypto.Signer {
			key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
			if err != nil {
				b.Fatal(err)
			}
			return key
		},
	}
}

// BenchmarkClient is from the header value to the decision, over half a million
// revocations, for a client that was verified before and for a new one.
func BenchmarkClient(b *testing.B) {
	for _, kind := range []string{"RSA-2048", "RSA-4096", "P-256"} {
		b.Run(kind, func(b *testing.B) {
			bench := newBench(b, keyKinds(b)[kind])
			b.Run("known", bench.known)
			b.Run("new", bench.new)
		})
	}
}

// new is a client that nobody saw before, under a CA that issued another one.
// The bound beside it is one signature verification of crypto/x509, measured in
// turns; medians, and "times" is their ratio.
func (bench bench) new(b *testing.B) {
	_, _, err := bench.trust.recognise(bench.value, noon) // another client of that CA
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	var ours, bound []time.Duration
	for b.Loop() {
		began := time.Now()
		_, _, err := bench.trust.meet(bench.value, noon)
		met := time.Now()
		signature := bench.leaf.CheckSignatureFrom(bench.ca)
		bound = append(bound, time.Since(met))
		ours = append(ours, met.Sub(began))
		if err != nil || signature != nil {
			b.Fatal(err, signature)
		}
	}
	b.ReportMetric(median(ours), "new-ns")
	b.ReportMetric(median(bound), "signature-ns")
	b.ReportMetric(median(ours)/median(bound), "times")
}

func median(all []time.Duration) float64 {
	slices.Sort(all)
	return float64(all[len(all)/2].Nanoseconds())
}

// known is a client that was verified before, under rules and denials.
func (bench bench) known(b *testing.B) {
	w := newWorld(b)
	w.putPolicy(rule("laptops", "laptop", "/reports"))
	w.putDeny(denying(b, w.issuing.Issue(b, "stolen")))
	err := w.gate.Load(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	before := w.gate.holder.held.Load()
	w.gate.holder.held.Store(&held{basis: &basis{trust: bench.trust, current: before.basis.current}, checked: noon})
	r := request(bench.value)
	r.URL.Path = "/reports/may"
	benchDecision(b, w.gate, r)
}

func benchDecision(b *testing.B, g *Gate, r *http.Request) {
	b.Helper()
	b.ReportAllocs()
	for b.Loop() {
		v := g.decide(r, requested(r))
		if v.status != http.StatusOK {
			b.Fatal(v.reason, v.detail)
		}
	}
}
