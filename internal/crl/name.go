package crl

// strictName checks what crypto/x509 does not about a Name (RFC 5280, section
// 4.1.2.4): no part of it is empty, and nothing follows the value of an
// attribute.
func strictName(raw []byte) error {
	rest, err := only(raw, tagSequence)
	if err != nil {
		return err
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
		err = onlyAny(value)
		if err != nil {
			return err
		}
		rest = after
	}
	return nil
}
