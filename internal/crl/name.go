package crl

// strictName checks what crypto/x509 does not about a Name (RFC 5280, sections
// 4.1.2.4 and 5.1.2.3): it is not empty, no part of it is, and nothing follows
// the value of an attribute.
func strictName(raw []byte) error {
	rest, err := only(raw, tagSequence)
	if err != nil {
		return err
	}
	if len(rest) == 0 {
		return fault("the issuer has no name")
	}
	for len(rest) > 0 {
		var attributes []byte
		attributes, rest, err = cut(rest, tagSet)
		if err != nil {
			return err
		}
		err = strictAttributes(attributes)
		if err != nil {
			return err
		}
	}
	return nil
}

// strictAttributes checks the content of a RelativeDistinguishedName.
func strictAttributes(rest []byte) error {
	if len(rest) == 0 {
		return fault("a part of a name is empty")
	}
	for len(rest) > 0 {
		attribute, after, err := cut(rest, tagSequence)
		if err != nil {
			return err
		}
		_, value, err := cut(attribute, tagOID)
		if err != nil {
			return err
		}
		_, err = onlyAny(value)
		if err != nil {
			return err
		}
		rest = after
	}
	return nil
}
