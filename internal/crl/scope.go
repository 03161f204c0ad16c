package crl

import (
	"bytes"
	"crypto/x509"
	"slices"
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

	// These three make a list unfit for deciding; Check refuses it.
	OnlyAttributeCerts, OnlySomeReasons, Indirect bool
}

// Whole says whether the list speaks about every certificate of its issuer.
func (s Scope) Whole() bool {
	return s.flags() == 0 && len(s.DistributionPoint) == 0
}

// Covers says whether the list speaks about a certificate of its issuer
// (RFC 5280, section 6.3.3, step b): only then does absence from the list mean
// that the certificate is not revoked.
func (s Scope) Covers(cert *x509.Certificate) bool {
	isCA := cert.BasicConstraintsValid && cert.IsCA
	if s.OnlyUserCerts && isCA || s.OnlyCACerts && !isCA {
		return false
	}
	if s.OnlyAttributeCerts || s.OnlySomeReasons || s.Indirect {
		return false
	}
	return len(s.DistributionPoint) == 0 || s.pointOf(cert)
}

// pointOf says whether the certificate names the distribution point. One that
// cannot be read names nothing.
func (s Scope) pointOf(cert *x509.Certificate) bool {
	names, err := distributionPoints(cert)
	if err != nil {
		return false
	}
	return slices.ContainsFunc(names, func(name []byte) bool {
		return slices.ContainsFunc(s.DistributionPoint, func(own []byte) bool { return bytes.Equal(own, name) })
	})
}

// URIs are the names of the distribution point that are URIs.
func (s Scope) URIs() []string {
	var uris []string
	for _, name := range s.DistributionPoint {
		uri, _, err := cut(name, tagURI)
		if err == nil {
			uris = append(uris, string(uri))
		}
	}
	return uris
}

// String says in words what the list covers.
func (s Scope) String() string {
	text := "all certificates"
	switch {
	case s.OnlyUserCerts:
		text = "user certificates"
	case s.OnlyCACerts:
		text = "CA certificates"
	case s.OnlyAttributeCerts:
		text = "attribute certificates"
	}
	if s.OnlySomeReasons {
		text += " revoked for some reasons"
	}
	if s.Indirect {
		text += " of several issuers"
	}
	if len(s.DistributionPoint) > 0 {
		text += " of one distribution point"
	}
	uris := s.URIs()
	if len(uris) > 0 {
		text += " (" + strings.Join(uris, ", ") + ")"
	}
	return text
}

// The switches of a scope as bits, for hashing and storing.
const (
	flagUser = 1 << iota
	flagCA
	flagAttribute
	flagReasons
	flagIndirect
)

func (s Scope) flags() byte {
	var flags byte
	for bit, set := range []bool{s.OnlyUserCerts, s.OnlyCACerts, s.OnlyAttributeCerts, s.OnlySomeReasons, s.Indirect} {
		if set {
			flags |= 1 << bit
		}
	}
	return flags
}

func scopeOf(flags byte, point [][]byte) Scope {
	return Scope{
		OnlyUserCerts: flags&flagUser != 0, OnlyCACerts: flags&flagCA != 0,
		OnlyAttributeCerts: flags&flagAttribute != 0, OnlySomeReasons: flags&flagReasons != 0,
		Indirect: flags&flagIndirect != 0, DistributionPoint: point,
	}
}
