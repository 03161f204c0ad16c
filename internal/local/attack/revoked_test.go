package attack

import (
	"crypto/x509"
	"slices"
	"testing"
)

// withdrawals are certificates that somebody revoked.
func withdrawals(t *testing.T, h *house) []presented {
	byCross := h.cross.Issue(t, "good", current)
	padded := tampered(t, h.stolen.Cert, func(part *signedPart) { part.Serial = longhand(h.stolen.Cert.SerialNumber) })
	return []presented{
		{"revoked leaf", of(h.stolen), refused("revoked")},
		{"revoked leaf, alone", show(h.stolen.Key, h.stolen.Cert), refused("revoked")},
		{"revoked leaf, with the root", show(h.stolen.Key, append(h.stolen.Chain[:2:2], h.root.Cert)...), refused("revoked")},
		{"revoked leaf, behind the CA's namesake", show(h.stolen.Key, h.stolen.Cert, h.namesake.Cert), refused("revoked")},
		{"revoked leaf, with its signature written otherwise", otherwise(h.stolen, malleated(t, h.issuing, h.stolen.Cert)), refused("revoked")},
		{"revoked leaf, with its serial written otherwise", otherwise(h.stolen, padded), refused("certificate-syntax").unproven()},
		{"revoked serial with a leading zero byte", of(h.stolenHigh), refused("revoked")},
		{"revoked serial of 20 bytes", of(h.stolenLong), refused("revoked")},
		{"revoked on the list of the CA's new key", of(h.stolenOfOldKey), refused("revoked")},
		{"below a revoked CA", of(h.withdrawn.Issue(t, "good", current)), refused("revoked")},
		{"below a CA revoked on one of two paths", of(byCross), refused("revoked")},
		{"the same, without the CA", show(byCross.Key, byCross.Cert), refused("revoked")},
		{"the same, with the revoked path", show(byCross.Key, byCross.Cert, h.crossByOther.Cert), refused("revoked")},
		{"revoked by the namesake, and issued by it", of(h.namesake.Issue(t, "bad", current, sameSerial(h.good))), refused("revoked")},
	}
}

// welcome are certificates that must pass: each is the innocent neighbour of
// an attack.
func welcome(t *testing.T, h *house) []presented {
	pass := func(name string, c credential) presented {
		return presented{name, c, servedDER(c.chain[0])}
	}
	issued := func(edits ...func(*x509.Certificate)) credential {
		return of(h.issuing.Issue(t, "guest", append([]func(*x509.Certificate){current}, edits...)...))
	}
	return []presented{
		pass("good client, whose serial others revoked", of(h.good)),
		pass("good client, alone", show(h.good.Key, h.good.Cert)),
		pass("good client, with the root", show(h.good.Key, append(h.good.Chain[:2:2], h.root.Cert)...)),
		pass("good client, with a stranger behind", show(h.good.Key, append(h.good.Chain[:2:2], h.other.Cert)...)),
		pass("good client four times", show(h.good.Key, slices.Repeat(h.good.Chain[:1], 4)...)),
		pass("serial that is negative on the list", of(h.innocent)),
		pass("serial that a namesake of the CA revoked", of(h.namesake.Issue(t, "guest", current, sameSerial(h.stolen)))),
		pass("any usage", issued(func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageAny} })),
		pass("no extended key usage", issued(func(c *x509.Certificate) { c.ExtKeyUsage = nil })),
		pass("name within the constraints", of(h.constrained.Issue(t, "guest", current, domain("www.example.com")))),
		pass("directly below a CA that may have no CA below it", of(h.limited.Issue(t, "guest", current))),
		pass("directly below a root", of(h.other.Issue(t, "guest", current, serial(7777)))),
		pass("RSA of 2048 bits", of(h.issuing.IssueFor(t, rsaKey(t, 2048), "guest", current))),
	}
}
