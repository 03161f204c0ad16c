package attack

import (
	"crypto"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"slices"
	"testing"

	"github.com/sekisho/sekisho/internal/pkitest"
)

// presented is a chain that a client shows, by whichever way in.
type presented struct {
	name string
	credential
	// want is what the verifier must say.
	want verdict
}

// strangers are certificates that nobody in the bundle vouches for, however
// much they look like it.
func strangers(t *testing.T, h *house) []presented {
	good := h.good
	self := pkitest.NewCA(t, "good", current, clientTemplate)
	elsewhere := pkitest.NewCA(t, "Elsewhere", current).Issue(t, "good", current, sameSerial(good))
	fakeRoot := pkitest.NewCA(t, "Root", current, keyIDs(h.root.Cert))
	fakeIssuing := fakeRoot.ChildCA(t, "Issuing", current, keyIDs(h.issuing.Cert))
	lookalike := pkitest.NewCA(t, "Root", current).ChildCA(t, "Іssuing", current) // a Cyrillic letter
	fake := fakeIssuing.Issue(t, "good", current, sameSerial(good))
	hidden := h.limited.ChildCA(t, "Hidden", current).Issue(t, "good", current)
	mine := pkitest.NewKey(t)
	return []presented{
		{"self-made certificate with the right subject", show(self.Key, self.Cert), refused("untrusted")},
		{"right subject and serial from another CA", of(elsewhere), refused("untrusted")},
		{"CAs of the same names and key identifiers", of(fake), refused("untrusted")},
		{"the same, with its root", show(fake.Key, fake.Cert, fakeIssuing.Cert, fakeRoot.Cert), refused("untrusted")},
		{"the same, with the genuine CA behind", show(fake.Key, fake.Cert, h.issuing.Cert), refused("untrusted")},
		{"the same, with a good leaf and its CA behind", show(fake.Key, fake.Cert, good.Cert, h.issuing.Cert), refused("untrusted")},
		{"issuer with a look-alike name", of(lookalike.Issue(t, "good", current)), refused("untrusted")},
		{"good leaf with another key put in", changed(t, good, mine, func(part *signedPart) { part.PublicKey.FullBytes = publicOf(t, mine) }), refused("untrusted")},
		{"stranger's leaf with its subject changed", changed(t, good, good.Key, func(part *signedPart) { part.Subject.FullBytes = nameDER(t, "root") }), refused("untrusted")},
		{"good leaf with its serial changed", changed(t, good, good.Key, func(part *signedPart) { part.Serial = longhandOf(424242) }), refused("untrusted")},
		{"flipped bit in the signature", flipped(good), refused("untrusted")},
		{"signature moved by a bit", otherwise(good, shifted(t, good.Cert)), refused("certificate-syntax")},
		{"something behind the signature", otherwise(good, extended(t, good.Cert)), refused("certificate-syntax")},
		{"no signature at all", changed(t, good, good.Key, func(part *signedPart) { part.Algorithm = pkix.AlgorithmIdentifier{Algorithm: unsigned} }), refused("certificate-signature-algorithm")},
		{"somebody's leaf without its key", show(mine, good.Chain...), served(good.Cert).unproven()},
		{"swapped leaf: somebody's, then the attacker's", show(fake.Key, slices.Concat(good.Chain[:1], fake.Chain)...), served(good.Cert).unproven()},
		{"leaf of a CA that was not shown", show(hidden.Key, hidden.Cert), refused("untrusted")},
	}
}

// authorities are certificates of, or below, those who may not issue them.
func authorities(t *testing.T, h *house) []presented {
	client := func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} }
	sub := h.issuing.ChildCA(t, "good", current, client)
	byClient := (&pkitest.CA{Cert: h.good.Cert, Key: h.good.Key}).Issue(t, "good", current)
	mute := h.root.ChildCA(t, "No keyCertSign", current, func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageCRLSign | x509.KeyUsageDigitalSignature })
	deep := h.root.ChildCA(t, "1", current).ChildCA(t, "2", current).ChildCA(t, "3", current)
	deepest := deep.Issue(t, "good", current)
	return []presented{
		{"a CA as the client", show(sub.Key, sub.Cert, h.issuing.Cert), refused("leaf-is-ca")},
		{"the issuing CA itself", show(pkitest.NewKey(t), h.issuing.Cert), refused("leaf-is-ca").unproven()},
		{"the root itself", show(pkitest.NewKey(t), h.root.Cert), refused("leaf-is-ca").unproven()},
		{"issued by a client", show(byClient.Key, byClient.Cert, h.good.Cert, h.issuing.Cert), refused("not-a-ca")},
		{"issued by a CA without keyCertSign", of(mute.Issue(t, "good", current)), refused("not-a-ca")},
		{"below a CA that may have no CA below it", of(h.limited.ChildCA(t, "Sub", current).Issue(t, "good", current)), refused("path-length")},
		{"path of five certificates", of(deepest), refused("chain-too-long")},
		{"five certificates shown", show(deepest.Key, append(deepest.Chain[:4:4], h.root.Cert)...), refused("too-many-certificates")},
		{"the same certificate five times", show(h.good.Key, slices.Repeat(h.good.Chain[:1], 5)...), refused("too-many-certificates")},
		{"below a CA that demands a policy", of(h.root.ChildCA(t, "Demanding", current, extension(2, 5, 29, 36)(0x30, 3, 0x80, 1, 0)).Issue(t, "good", current)), refused("certificate-policy")},
		{"below a CA of which nobody has a list", of(h.issuing.ChildCA(t, "Unlisted", current).Issue(t, "good", current)), undecided("revocation-unavailable")},
		{"more names than can be compared", of(costly(t)), refused("too-complex")},
	}
}

// clientTemplate takes the powers of a CA away.
func clientTemplate(c *x509.Certificate) {
	c.IsCA, c.KeyUsage = false, x509.KeyUsageDigitalSignature
	c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
}

func sameSerial(leaf *pkitest.Leaf) func(*x509.Certificate) {
	return func(c *x509.Certificate) { c.SerialNumber = leaf.Cert.SerialNumber }
}

func keyIDs(genuine *x509.Certificate) func(*x509.Certificate) {
	return func(c *x509.Certificate) {
		c.SubjectKeyId, c.AuthorityKeyId = genuine.SubjectKeyId, genuine.AuthorityKeyId
	}
}

// changed is a leaf with other content under the old signature.
func changed(t *testing.T, leaf *pkitest.Leaf, key crypto.Signer, edit func(*signedPart)) credential {
	c := otherwise(leaf, tampered(t, leaf.Cert, edit))
	c.key = key
	return c
}

func flipped(leaf *pkitest.Leaf) credential {
	der := slices.Clone(leaf.Cert.Raw)
	der[len(der)-1] ^= 1
	return otherwise(leaf, der)
}

// costly has 600 names below a CA, made by the attacker too, of 500 constraints.
func costly(t *testing.T) *pkitest.Leaf {
	names := func(count int) []string {
		all := make([]string, count)
		for i := range all {
			all[i] = big.NewInt(int64(i)).Text(36) + ".a"
		}
		return all
	}
	ca := pkitest.NewCA(t, "Elsewhere", current).ChildCA(t, "Constraining", current, func(c *x509.Certificate) { c.PermittedDNSDomains = names(500) })
	return ca.Issue(t, "good", current, func(c *x509.Certificate) { c.DNSNames = names(600) })
}
