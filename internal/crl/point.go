package crl

import (
	"crypto/x509"
	"encoding/asn1"
)

// Tags within distribution points (RFC 5280, sections 4.2.1.13 and 5.2.5) and
// general names (section 4.2.1.6).
const (
	tagPoint           = 0xa0
	tagFullName        = 0xa0
	tagRelativeName    = 0xa1
	tagOnlyUser        = 0x81
	tagOnlyCA          = 0x82
	tagOnlySomeReasons = 0x83
	tagIndirect        = 0x84
	tagOnlyAttribute   = 0x85
	tagDirectoryName   = 0xa4
	tagURI             = 0x86
)

// readScope reads an IssuingDistributionPoint (RFC 5280, section 5.2.5), whose
// fields all may be absent but stand in order.
func readScope(value, issuer []byte) (Scope, error) {
	var s Scope
	b, err := only(value, tagSequence)
	if err != nil {
		return s, err
	}
	s.DistributionPoint, b, err = optionalPoint(b, issuer)
	if err != nil {
		return s, err
	}
	for _, field := range []struct {
		tag byte
		set *bool
	}{
		{tagOnlyUser, &s.OnlyUserCerts}, {tagOnlyCA, &s.OnlyCACerts}, {tagOnlySomeReasons, &s.OnlySomeReasons},
		{tagIndirect, &s.Indirect}, {tagOnlyAttribute, &s.OnlyAttributeCerts},
	} {
		*field.set, b, err = optionalFlag(b, field.tag)
		if err != nil {
			return s, err
		}
	}
	if len(b) > 0 {
		return s, fault("the scope has a field that is unknown or out of order")
	}
	if s.OnlyUserCerts && s.OnlyCACerts {
		return s, fault("the scope contradicts itself: only user certificates and only CA certificates")
	}
	return s, nil
}

// optionalFlag takes a field of the scope off b, if it is next: a BOOLEAN that
// must be TRUE, or the BIT STRING of reasons, of which only the presence counts.
func optionalFlag(b []byte, tag byte) (bool, []byte, error) {
	if len(b) == 0 || b[0] != tag {
		return false, b, nil
	}
	if tag != tagOnlySomeReasons {
		rest, err := cutTrue(b)
		return true, rest, err
	}
	bits, rest, err := cut(b, tag)
	if err != nil {
		return false, nil, err
	}
	if len(bits) < 2 || bits[0] > 7 || bits[len(bits)-1]&(1<<bits[0]-1) != 0 {
		return false, nil, fault("the reasons of the scope are malformed")
	}
	return true, rest, nil
}

// optionalPoint takes a DistributionPointName off b, if it is next, and returns
// the names in it and what follows. issuer is the Name to which a relative one
// belongs.
func optionalPoint(b, issuer []byte) ([][]byte, []byte, error) {
	if len(b) == 0 || b[0] != tagPoint {
		return nil, b, nil
	}
	choice, rest, err := cut(b, tagPoint)
	if err != nil {
		return nil, nil, err
	}
	if len(choice) > 0 && choice[0] == tagRelativeName {
		names, err := relativeName(choice, issuer)
		return names, rest, err
	}
	general, err := only(choice, tagFullName)
	if err != nil {
		return nil, nil, err
	}
	names, err := generalNames(general)
	return names, rest, err
}

// generalNames splits GeneralNames into their elements.
func generalNames(b []byte) ([][]byte, error) {
	if len(b) == 0 {
		return nil, fault("a distribution point has no name")
	}
	err := strictElements(b)
	if err != nil {
		return nil, err
	}
	var names [][]byte
	for len(b) > 0 {
		_, rest, err := cut(b, b[0])
		if err != nil {
			return nil, err
		}
		names = append(names, b[:len(b)-len(rest)])
		b = rest
	}
	return names, nil
}

// relativeName puts a name relative to the issuer behind the issuer's, as one
// directory name.
func relativeName(choice, issuer []byte) ([][]byte, error) {
	attributes, err := only(choice, tagRelativeName)
	if err != nil {
		return nil, err
	}
	err = strictAttributes(attributes)
	if err != nil {
		return nil, err
	}
	base, err := only(issuer, tagSequence)
	if err != nil {
		return nil, err
	}
	whole := wrap(tagSequence, base, wrap(tagSet, attributes))
	return [][]byte{wrap(tagDirectoryName, whole)}, nil
}

// distributionPoints are the names under which a certificate's revocation is
// published by its issuer itself and for every reason (RFC 5280, section
// 4.2.1.13).
func distributionPoints(cert *x509.Certificate) ([][]byte, error) {
	var names [][]byte
	for _, e := range cert.Extensions {
		if !e.Id.Equal(asn1.ObjectIdentifier{2, 5, 29, 31}) {
			continue
		}
		points, err := only(e.Value, tagSequence)
		if err != nil {
			return nil, err
		}
		for len(points) > 0 {
			var point []byte
			point, points, err = cut(points, tagSequence)
			if err != nil {
				return nil, err
			}
			own, rest, err := optionalPoint(point, cert.RawIssuer)
			if err != nil {
				return nil, err
			}
			if len(rest) == 0 {
				names = append(names, own...)
			}
		}
	}
	return names, nil
}
