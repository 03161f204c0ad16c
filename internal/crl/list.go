package crl

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"time"
)

// List is everything about a revocation list but its entries.
type List struct {
	// Version is 1 or 2. A version 1 list has no extensions and no number.
	Version int
	// SignatureAlgorithm is zero for one that crypto/x509 does not know.
	SignatureAlgorithm x509.SignatureAlgorithm
	// RawIssuer is the DER of the issuer's name.
	RawIssuer []byte
	Issuer    pkix.Name
	// ThisUpdate is when the list was issued, NextUpdate when the next one is
	// due at the latest; zero when the list does not say.
	ThisUpdate, NextUpdate time.Time
	// Number is the CRL number (RFC 5280, section 5.2.3), nil when absent.
	Number *big.Int
	// AuthorityKeyID names the key that signed, nil when absent.
	AuthorityKeyID []byte
	// Scope is which certificates the list speaks about.
	Scope Scope
	// BaseNumber is the number of the list that a delta list changes
	// (RFC 5280, section 5.2.4), nil for a complete list.
	BaseNumber *big.Int
	// Extensions are those of the list, in its order.
	Extensions []pkix.Extension
	// UnknownCritical describes the first extension, of the list or of an
	// entry, that is critical and should not be; empty when there is none.
	UnknownCritical string

	// Entries counts all entries, Negative those with a negative serial
	// number, which an ALB cannot revoke.
	Entries, Negative int
	// Duplicates counts entries whose serial number stands on the list more
	// than once, each repetition once. Only a pass that builds an index
	// counts them; it is -1 otherwise.
	Duplicates int
	// EmptyRevoked says that the list holds an empty sequence of entries
	// where RFC 5280, section 5.1.2.6, wants none at all.
	EmptyRevoked bool

	// Size is the length of the DER in bytes, SHA256 its hash.
	Size   int64
	SHA256 [32]byte

	algorithm string // its name or object identifier, for messages
	digest    []byte // of the signed part; nil when the hash is not known here
	signature []byte
}

// Stale says whether the next update is overdue at now. That is a state, not
// a refusal: a stale list that is newer than the one in force is still the
// better one. A list without a next update is never stale by itself, see
// [Policy.NextUpdate].
func (l *List) Stale(now time.Time) bool {
	return !l.NextUpdate.IsZero() && now.After(l.NextUpdate)
}

// Accepted is what to remember of the list in order to recognise older ones.
func (l *List) Accepted() *Accepted {
	return &Accepted{SHA256: l.SHA256, Number: l.Number, ThisUpdate: l.ThisUpdate, Entries: l.Entries}
}
