package crl

import (
	"bytes"
	"encoding/asn1"
)

// maxExtensions bounds the extensions of a list and of an entry: telling
// duplicates must not take forever on a hostile list.
const maxExtensions = 32

// extension is one extension of a list or of an entry. It points into what it
// was read from.
type extension struct {
	oid      []byte
	critical bool
	value    []byte
}

// nextExtension takes an Extension off b (RFC 5280, section 4.1). As DER wants
// it, "not critical" is never spelled out (X.690, section 11.5).
func nextExtension(b []byte) (extension, []byte, error) {
	content, rest, err := cut(b, tagSequence)
	if err != nil {
		return extension{}, nil, err
	}
	oid, content, err := cut(content, tagOID)
	if err != nil {
		return extension{}, nil, err
	}
	err = validOID(oid)
	if err != nil {
		return extension{}, nil, err
	}
	critical := len(content) > 0 && content[0] == tagBoolean
	if critical {
		content, err = cutTrue(content)
		if err != nil {
			return extension{}, nil, err
		}
	}
	value, err := only(content, tagOctetString)
	return extension{oid, critical, value}, rest, err
}

// cutTrue takes a BOOLEAN off b that must be TRUE.
func cutTrue(b []byte) ([]byte, error) {
	if len(b) < 3 || b[1] != 1 || b[2] != 0xff {
		return nil, fault("a truth value is not encoded as DER wants it")
	}
	return b[3:], nil
}

// eachExtension walks the content of Extensions, of which there must be at
// least one and none twice (RFC 5280, sections 4.1 and 4.2).
func eachExtension(b []byte, visit func(extension) error) error {
	if len(b) == 0 {
		return fault("a sequence of extensions holds none")
	}
	var seen [maxExtensions][]byte
	for count := 0; len(b) > 0; count++ {
		if count == maxExtensions {
			return fault("more extensions than any list needs")
		}
		found, rest, err := nextExtension(b)
		if err != nil {
			return err
		}
		if contains(seen[:count], found.oid) {
			return fault("an extension stands twice")
		}
		seen[count], b = found.oid, rest
		err = visit(found)
		if err != nil {
			return err
		}
	}
	return nil
}

func contains(seen [][]byte, oid []byte) bool {
	for _, other := range seen {
		if bytes.Equal(other, oid) {
			return true
		}
	}
	return false
}

// dotted is an object identifier in its usual form, for messages.
func dotted(oid []byte) string {
	var id asn1.ObjectIdentifier
	_, err := asn1.Unmarshal(append([]byte{tagOID, byte(len(oid))}, oid...), &id)
	if err != nil {
		return "of an unprintable type"
	}
	return id.String()
}
