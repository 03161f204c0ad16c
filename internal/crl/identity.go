package crl

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/binary"
	"encoding/hex"
	"hash"
)

// Identity tells lists apart that replace each other from those that do not:
// the SHA-256 (hex) over issuer name, issuer key and scope. Number, dates and
// URL are no part of it.
type Identity string

// Identity is that of the list when issuer signed it.
func (l *List) Identity(issuer *x509.Certificate) Identity {
	return identify(l.RawIssuer, keyHash(issuer), l.Scope)
}

// keyHash is the SHA-256 of the issuer's SubjectPublicKeyInfo.
func keyHash(issuer *x509.Certificate) [32]byte {
	return sha256.Sum256(issuer.RawSubjectPublicKeyInfo)
}

// identify hashes each part behind its length, so that no two different
// triples share their bytes.
func identify(rawIssuer []byte, key [32]byte, scope Scope) Identity {
	h := sha256.New()
	part(h, []byte("sekisho list identity 1"))
	part(h, rawIssuer)
	part(h, key[:])
	part(h, []byte{scope.flags()})
	for _, name := range scope.DistributionPoint {
		part(h, name)
	}
	return Identity(hex.EncodeToString(h.Sum(nil)))
}

func part(h hash.Hash, b []byte) {
	var length [4]byte
	binary.BigEndian.PutUint32(length[:], uint32(len(b)))
	h.Write(length[:])
	h.Write(b)
}
