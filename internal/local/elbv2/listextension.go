package elbv2

import (
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"

	"golang.org/x/crypto/cryptobyte"
	cryptobyte_asn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// parseExtensions reads an Extensions sequence, of the list or of an entry.
func (l *List) parseExtensions(s *cryptobyte.String) error {
	var extensions cryptobyte.String
	if !s.ReadASN1(&extensions, cryptobyte_asn1.SEQUENCE) {
		return errors.New("malformed extensions")
	}
	for !extensions.Empty() {
		var extension, value cryptobyte.String
		var id asn1.ObjectIdentifier
		var critical bool
		if !extensions.ReadASN1(&extension, cryptobyte_asn1.SEQUENCE) ||
			!extension.ReadASN1ObjectIdentifier(&id) ||
			extension.PeekASN1Tag(cryptobyte_asn1.BOOLEAN) && !extension.ReadASN1Boolean(&critical) ||
			!extension.ReadASN1(&value, cryptobyte_asn1.OCTET_STRING) || !extension.Empty() {
			return errors.New("malformed extension")
		}
		err := l.takeExtension(id.String(), critical, value)
		if err != nil {
			return err
		}
	}
	return nil
}

// takeExtension keeps what a gate needs. The extensions of RFC 5280, sections
// 5.2 and 5.3, are known; any other must not be critical, because then nobody
// may decide from the list.
func (l *List) takeExtension(id string, critical bool, value cryptobyte.String) error {
	switch id {
	case "2.5.29.20": // CRL number
		l.Number = new(big.Int)
		if !value.ReadASN1Integer(l.Number) || !value.Empty() {
			return errors.New("malformed CRL number")
		}
	case "2.5.29.35": // authority key identifier
		return l.takeAuthorityKeyID(value)
	case "2.5.29.28", "2.5.29.27", "2.5.29.29": // issuing distribution point, delta, certificate issuer
		l.CriticalScope = l.CriticalScope || critical
	default:
		if critical {
			return fmt.Errorf("unknown critical extension %s", id)
		}
	}
	return nil
}

func (l *List) takeAuthorityKeyID(value cryptobyte.String) error {
	var identifier, key cryptobyte.String
	var present bool
	if !value.ReadASN1(&identifier, cryptobyte_asn1.SEQUENCE) || !value.Empty() ||
		!identifier.ReadOptionalASN1(&key, &present, cryptobyte_asn1.Tag(0).ContextSpecific()) {
		return errors.New("malformed authority key identifier")
	}
	if present {
		l.AuthorityKeyID = append([]byte{}, key...)
	}
	return nil
}
