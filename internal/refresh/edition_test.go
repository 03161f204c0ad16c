package refresh

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"math/big"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/crl"
	"github.com/sekisho/sekisho/internal/pkitest"
)

// edition is one list of a CA. Those of one identity have levels: each revokes
// what the one below it revokes, and one certificate more.
type edition struct {
	name     string
	level    int
	identity string
	facts    Facts
	der, pem []byte
}

// authorityOf is a CA and its lists.
type publisher struct {
	ca       *pkitest.CA
	editions []*edition
}

// registry finds an edition by its bytes.
var registry = struct {
	sync.Mutex
	byText, byHash map[string]*edition
}{byText: map[string]*edition{}, byHash: map[string]*edition{}}

func editionOf(text []byte) *edition {
	registry.Lock()
	defer registry.Unlock()
	return registry.byText[string(text)]
}

// levelOf is the level of the list with this hash; 0 for none.
func levelOf(sha256 string) int {
	registry.Lock()
	defer registry.Unlock()
	found := registry.byHash[sha256]
	if found == nil {
		return 0
	}
	return found.level
}

// newPublisher makes a CA with this many lists, one a minute.
func newPublisher(tb testing.TB, name string, lists int) *publisher {
	tb.Helper()
	p := &publisher{ca: newCA(tb, name)}
	for level := 1; level <= lists; level++ {
		p.publish(tb, name+strconv.Itoa(level), level, nil)
	}
	return p
}

// newCA makes a root with a short RSA key, whose signatures cost less to check than
// those of package pkitest: an exploration checks a great many.
func newCA(tb testing.TB, name string) *pkitest.CA {
	tb.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		tb.Fatalf("making a key: %v", err)
	}
	template := pkitest.NewCA(tb, name).Cert
	template.SignatureAlgorithm, template.PublicKey, template.SubjectKeyId = x509.SHA256WithRSA, key.Public(), nil
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		tb.Fatalf("making the certificate of %s: %v", name, err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		tb.Fatalf("parsing the certificate of %s: %v", name, err)
	}
	return &pkitest.CA{Cert: cert, Key: key}
}

// publish makes a list of this level; edit changes it before it is signed.
func (p *publisher) publish(tb testing.TB, name string, level int, edit func(*x509.RevocationList)) *edition {
	tb.Helper()
	der := p.ca.CRLWith(tb, func(list *x509.RevocationList) {
		list.Number = big.NewInt(int64(level))
		list.ThisUpdate = pkitest.Epoch.Add(time.Duration(level-10) * time.Minute)
		for serial := range level {
			list.RevokedCertificateEntries = append(list.RevokedCertificateEntries, x509.RevocationListEntry{
				SerialNumber: big.NewInt(int64(serial + 1)), RevocationTime: pkitest.Epoch.Add(-time.Hour),
			})
		}
		if edit != nil {
			edit(list)
		}
	})
	e := newEdition(tb, name, level, der, p.ca.Cert)
	p.editions = append(p.editions, e)
	return e
}

// publishEndless makes a list that names no next update, which crypto/x509
// does not make.
func (p *publisher) publishEndless(tb testing.TB, name string, level int) *edition {
	tb.Helper()
	var list pkix.CertificateList
	_, err := asn1.Unmarshal(p.publish(tb, name, level, nil).der, &list)
	if err != nil {
		tb.Fatalf("reading %s: %v", name, err)
	}
	list.TBSCertList.Raw, list.TBSCertList.NextUpdate = nil, time.Time{}
	body, err := asn1.Marshal(list.TBSCertList)
	if err != nil {
		tb.Fatalf("encoding %s: %v", name, err)
	}
	sum := sha256.Sum256(body)
	signature, err := p.ca.Key.Sign(rand.Reader, sum[:], crypto.SHA256)
	if err != nil {
		tb.Fatalf("signing %s: %v", name, err)
	}
	list.TBSCertList.Raw, list.SignatureValue = body, asn1.BitString{Bytes: signature, BitLength: 8 * len(signature)}
	der, err := asn1.Marshal(list)
	if err != nil {
		tb.Fatalf("encoding %s: %v", name, err)
	}
	p.editions[len(p.editions)-1] = newEdition(tb, name, level, der, p.ca.Cert)
	return p.editions[len(p.editions)-1]
}

func newEdition(tb testing.TB, name string, level int, der []byte, issuer *x509.Certificate) *edition {
	tb.Helper()
	list, _, err := crl.Parse(der)
	if err != nil {
		tb.Fatalf("parsing %s: %v", name, err)
	}
	e := &edition{name: name, level: level, der: der, facts: factsOf(list), identity: string(list.Identity(issuer))}
	e.pem = make([]byte, crl.PEMLen(len(der)))
	_, err = crl.NewPEMReader(der).Read(e.pem)
	if err != nil {
		tb.Fatalf("encoding %s: %v", name, err)
	}
	e.facts.SHA256 = hex.EncodeToString(list.SHA256[:])
	registry.Lock()
	defer registry.Unlock()
	registry.byText[string(e.pem)], registry.byHash[e.facts.SHA256] = e, e
	return e
}

// at is the list of a level, counted from 1.
func (p *publisher) at(level int) *edition { return p.editions[level-1] }

func (p *publisher) identity() string { return p.editions[0].identity }

// bundleOf is a CA bundle of these CAs.
func bundleOf(publishers ...*publisher) Bundle {
	b := Bundle{Key: "ca/test.pem", SHA256: "test"}
	for _, p := range publishers {
		b.Issuers = append(b.Issuers, p.ca.Cert)
		b.SHA256 += authority(p.ca.Cert)[:8]
	}
	return b
}
