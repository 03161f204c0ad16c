package crl

import (
	"crypto/x509"
	"strings"
)

// Scope is which certificates of its issuer a list speaks about, as its
// issuing distribution point says (RFC 5280, section 5.2.5). The zero value
// is all of them.
type Scope struct {
	// OnlyUserCerts and OnlyCACerts: end-entity certificates or CA
	// certificates only. At most one is set.
	OnlyUserCerts, OnlyCACerts bool
	// DistributionPoint are the names of the distribution point, each the DER
	// of a GeneralName: the list covers certificates that name one of them.
	// A name relative to the issuer stands here in full.
	DistributionPoint [][]byte

	// These three make a list unfit; Check refuses it.
	OnlyAttributeCerts, OnlySomeReasons, Indirect bool
}

// Whole says whether the list speaks about every certificate of its issuer.
func (s Scope) Whole() bool {
	return !s.OnlyUserCerts && !s.OnlyCACerts && len(s.DistributionPoint) == 0 &&
		!s.OnlyAttributeCerts && !s.OnlySomeReasons && !s.Indirect
}

// Covers says whether the list speaks about a certificate of its issuer
// (RFC 5280, section 6.3.3, step b): absence from the list means "not revoked"
// only then.
func (s Scope) Covers(cert *x509.Certificate) bool {
	isCA := cert.BasicConstraintsValid && cert.IsCA
	if s.OnlyAttributeCerts || s.OnlySomeReasons || s.Indirect || s.OnlyUserCerts && isCA || s.OnlyCACerts && !isCA {
		return false
	}
	return len(s.DistributionPoint) == 0
}

// String says in words what the list covers.
func (s Scope) String() string {
	parts := []string{"all certificates"}
	switch {
	case s.OnlyUserCerts:
		parts[0] = "user certificates"
	case s.OnlyCACerts:
		parts[0] = "CA certificates"
	}
	return strings.Join(parts, " ")
}
