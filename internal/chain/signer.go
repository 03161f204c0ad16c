package chain

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"time"
)

// standing is how far the key that signed a list speaks for the issuer of a
// certificate. The higher, the further.
type standing int

const (
	stranger standing = iota // not at all
	witness                  // what its list names is revoked
	deputy                   // and what it does not name is not, unless there is a list of the owner
	owner                    // it signed the certificate itself
)

// signer says how far key, which signed a list, speaks for the issuer of
// path[0], and what keeps the list from being relied on.
//
// The key is that of the issuer as it stands on the path. A CA that changed
// its key, or signs lists with a key of its own, may also use another one,
// provided that somebody who speaks for the CA certified it (RFC 5280, section
// 6.3.3, step f): the CA itself, or the one above it. Its name alone proves
// nothing, because any CA may issue a certificate in the name of another.
// No key clears its own certificate.
//
// When the CA above certified it, that proves less: two keys of one name are
// then just as well two CAs, each with certificates and lists of its own. So
// such a key clears nothing, unless the one on the path may not sign lists and
// must have another for that.
func (r *revocation) signer(key [32]byte, path, candidates []*x509.Certificate, now time.Time) (standing, string) {
	switch key {
	case keyOf(path[0]):
		return stranger, ""
	case keyOf(path[1]):
		return owner, unfitForLists(path[1])
	}
	named := 2
	for named < len(path) && bytes.Equal(path[named].RawSubject, path[0].RawIssuer) {
		if keyOf(path[named]) == key {
			return deputy, unfitForLists(path[named])
		}
		named++
	}
	fault, ours := r.delegate(key, path, 1, named, candidates, now)
	if ours {
		return deputy, fault
	}
	fault, ours = r.delegate(key, path, named, min(named+1, len(path)), candidates, now)
	switch {
	case !ours:
		return stranger, ""
	case unfitForLists(path[1]) != "":
		return deputy, fault
	}
	return witness, fault
}

// delegate looks for the signer among the candidates that one of path[from:to]
// certified.
func (r *revocation) delegate(key [32]byte, path []*x509.Certificate, from, to int, candidates []*x509.Certificate, now time.Time) (string, bool) {
	fault, ours := "", false
	for _, candidate := range candidates {
		if !bytes.Equal(candidate.RawSubject, path[0].RawIssuer) || keyOf(candidate) != key {
			continue
		}
		for i := from; i < to; i++ {
			if !certifies(path[i], candidate) {
				continue
			}
			fault, ours = r.distrust(candidate, path[i:], now), true
			if fault == "" {
				return "", true
			}
		}
	}
	return fault, ours
}

// distrust says why a delegate, issued by above[0], may not sign lists.
func (r *revocation) distrust(delegate *x509.Certificate, above []*x509.Certificate, now time.Time) string {
	err := current(0, delegate, now)
	if err != nil {
		return "the certificate of its signer is not current"
	}
	if understood(0, delegate) != nil {
		return "the certificate of its signer has an unknown critical extension"
	}
	err = r.one(1, append([]*x509.Certificate{delegate}, above...), nil, now)
	if err != nil {
		return "the certificate of its signer is revoked, or there is no telling"
	}
	return unfitForLists(delegate)
}

// unfitForLists wants cRLSign where there are key usages at all (RFC 5280,
// section 6.3.3, step f).
func unfitForLists(cert *x509.Certificate) string {
	if cert.KeyUsage&x509.KeyUsageCRLSign == 0 && hasExtension(cert, oidKeyUsage) {
		return "the certificate of its signer does not allow signing lists"
	}
	return ""
}

func certifies(issuer, cert *x509.Certificate) bool {
	return bytes.Equal(issuer.RawSubject, cert.RawIssuer) && cert.CheckSignatureFrom(issuer) == nil
}

func keyOf(cert *x509.Certificate) [32]byte {
	return sha256.Sum256(cert.RawSubjectPublicKeyInfo)
}
