package attack

import (
	"crypto/x509"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/pkitest"
)

// house is whom the verifier trusts, and what they revoked. All of it is valid
// now, because the real functions have the real clock.
type house struct {
	root, issuing *pkitest.CA
	// other is another root, namesake a CA below it with the name of issuing.
	other, namesake *pkitest.CA
	// renewed is issuing with its new key.
	renewed *pkitest.CA
	// constrained may only certify names of example.com; limited no CA.
	constrained, limited *pkitest.CA
	// cross was certified by root and, revoked since, by other.
	cross, crossByOther *pkitest.CA
	// withdrawn was revoked by root.
	withdrawn *pkitest.CA

	good, laptop, innocent                         *pkitest.Leaf
	stolen, stolenHigh, stolenLong, stolenOfOldKey *pkitest.Leaf

	bundleFile    string
	listAddresses []string
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{root: pkitest.NewCA(t, "Root", current), other: pkitest.NewCA(t, "Other Root", current)}
	h.issuing = h.root.ChildCA(t, "Issuing", current)
	h.namesake = h.other.ChildCA(t, "Issuing", current)
	h.renewed = h.root.ChildCA(t, "Issuing", current)
	h.constrained = h.root.ChildCA(t, "Constrained", current, func(c *x509.Certificate) {
		c.PermittedDNSDomains, c.PermittedDNSDomainsCritical = []string{"example.com"}, true
		c.PermittedEmailAddresses = []string{"example.com"}
	})
	h.limited = h.root.ChildCA(t, "Limited", current, func(c *x509.Certificate) { c.MaxPathLenZero = true })
	h.cross = h.root.ChildCA(t, "Cross", current)
	h.crossByOther = h.other.CrossSign(t, h.cross, current)
	h.withdrawn = h.root.ChildCA(t, "Withdrawn", current)
	h.issueClients(t)
	h.publish(t)
	return h
}

// issueClients makes the clients whose serial numbers stand on lists.
func (h *house) issueClients(t *testing.T) {
	t.Helper()
	h.good, h.laptop = h.issuing.Issue(t, "good", current, serial(4242)), h.issuing.Issue(t, "laptop-1", current)
	h.stolen = h.issuing.Issue(t, "stolen", current)
	h.stolenHigh = h.issuing.Issue(t, "stolen, serial with a leading zero byte", current, serial(0xff00000000000001))
	h.stolenLong = h.issuing.Issue(t, "stolen, serial of 20 bytes", current, longSerial)
	h.stolenOfOldKey = h.issuing.Issue(t, "stolen, of the CA's old key", current, serial(4711))
	h.innocent = h.issuing.Issue(t, "serial that reads as a revoked one with a sign", current, serial(0x81))
}

// publish lays out the bundle in a file, and the lists behind addresses.
func (h *house) publish(t *testing.T) {
	t.Helper()
	lists := map[string][]byte{
		"/root.crl":    list(t, h.root, h.withdrawn.Cert.SerialNumber),
		"/issuing.crl": list(t, h.issuing, h.stolen.Cert.SerialNumber, h.stolenHigh.Cert.SerialNumber, h.stolenLong.Cert.SerialNumber, big.NewInt(-0x7f)),
		"/renewed.crl": list(t, h.renewed, h.stolenOfOldKey.Cert.SerialNumber),
		// The two others revoked what has the serial number of a good client.
		"/namesake.crl":    list(t, h.namesake, h.good.Cert.SerialNumber),
		"/other.crl":       list(t, h.other, h.good.Cert.SerialNumber, h.crossByOther.Cert.SerialNumber),
		"/constrained.crl": list(t, h.constrained),
		"/limited.crl":     list(t, h.limited),
		"/cross.crl":       list(t, h.cross),
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/pkix-crl")
		_, _ = w.Write(lists[r.URL.Path])
	}))
	t.Cleanup(server.Close)
	for path := range lists {
		h.listAddresses = append(h.listAddresses, server.URL+path)
	}
	h.bundleFile = filepath.Join(t.TempDir(), "ca.pem")
	err := os.WriteFile(h.bundleFile, pkitest.PEM(h.root.Cert, h.other.Cert, h.issuing.Cert, h.namesake.Cert, h.renewed.Cert,
		h.constrained.Cert, h.limited.Cert, h.cross.Cert, h.crossByOther.Cert), 0o600)
	if err != nil {
		t.Fatal(err)
	}
}

func list(t *testing.T, ca *pkitest.CA, revoked ...*big.Int) []byte {
	t.Helper()
	return ca.CRLWith(t, func(template *x509.RevocationList) {
		template.ThisUpdate, template.NextUpdate = time.Now().Add(-time.Minute), time.Now().Add(time.Hour)
		for _, serial := range revoked {
			template.RevokedCertificateEntries = append(template.RevokedCertificateEntries,
				x509.RevocationListEntry{SerialNumber: serial, RevocationTime: template.ThisUpdate})
		}
	})
}

// current makes a certificate valid now.
func current(c *x509.Certificate) {
	c.NotBefore, c.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(24*time.Hour)
}

func serial(number uint64) func(*x509.Certificate) {
	return func(c *x509.Certificate) { c.SerialNumber = new(big.Int).SetUint64(number) }
}

func longSerial(c *x509.Certificate) {
	c.SerialNumber = new(big.Int).SetBit(big.NewInt(7), 158, 1)
}
