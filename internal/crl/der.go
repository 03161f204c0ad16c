package crl

import "math/bits"

// Tags of the elements that a list is made of (X.690, section 8).
const (
	tagBoolean         = 0x01
	tagInteger         = 0x02
	tagBitString       = 0x03
	tagOctetString     = 0x04
	tagOID             = 0x06
	tagEnumerated      = 0x0a
	tagUTCTime         = 0x17
	tagGeneralizedTime = 0x18
	tagSequence        = 0x30
	tagSet             = 0x31
	tagExtensions      = 0xa0
)

// Faults that several places find.
const (
	faultShort   fault = "an element is longer than what holds it"
	faultMinimal fault = "a length is not encoded in the fewest bytes"
	faultForm    fault = "a length is indefinite or does not fit into four bytes"
	faultTag     fault = "an element has another type than belongs here"
	faultLong    fault = "an element is longer than any list needs"
	faultMore    fault = "something follows where nothing may"
)

// measure reads the tag and the length (X.690, sections 8.1.2, 8.1.3 and 10.1)
// at the start of b: how many bytes they take, and how many the content. It
// takes 0 while b is too short to tell.
func measure(b []byte) (int, int, error) {
	if len(b) < 2 {
		return 0, 0, nil
	}
	if b[1] < 0x80 {
		return 2, int(b[1]), nil
	}
	count := int(b[1] & 0x7f)
	if count == 0 || count > 4 {
		return 0, 0, faultForm
	}
	if len(b) < 2+count {
		return 0, 0, nil
	}
	content := 0
	for _, digit := range b[2 : 2+count] {
		content = content<<8 | int(digit)
	}
	if content < 0x80 || content>>(8*(count-1)) == 0 {
		return 0, 0, faultMinimal
	}
	return 2 + count, content, nil
}

// cut takes the first element off b, which must have the given tag: its
// content, and what follows it.
func cut(b []byte, tag byte) ([]byte, []byte, error) {
	if len(b) > 0 && b[0] != tag {
		return nil, nil, faultTag
	}
	header, size, err := measure(b)
	if err != nil {
		return nil, nil, err
	}
	if header == 0 || size > len(b)-header {
		return nil, nil, faultShort
	}
	return b[header : header+size], b[header+size:], nil
}

// only is cut for an element that nothing follows.
func only(b []byte, tag byte) ([]byte, error) {
	content, rest, err := cut(b, tag)
	if err != nil {
		return nil, err
	}
	if len(rest) > 0 {
		return nil, faultMore
	}
	return content, nil
}

// wrap is an element with a tag and the parts as its content.
func wrap(tag byte, parts ...[]byte) []byte {
	size := 0
	for _, part := range parts {
		size += len(part)
	}
	element := append(make([]byte, 0, size+6), tag)
	if size < 0x80 {
		element = append(element, byte(size))
	} else {
		count := (bits.Len(uint(size)) + 7) / 8
		element = append(element, 0x80|byte(count))
		for shift := 8 * (count - 1); shift >= 0; shift -= 8 {
			element = append(element, byte(size>>shift))
		}
	}
	for _, part := range parts {
		element = append(element, part...)
	}
	return element
}

// minimalInteger checks the content of an INTEGER (X.690, section 8.3.2).
func minimalInteger(b []byte) error {
	if len(b) == 0 {
		return fault("an integer without a byte")
	}
	if len(b) > 1 && (b[0] == 0x00 && b[1] < 0x80 || b[0] == 0xff && b[1] >= 0x80) {
		return fault("an integer is not encoded in the fewest bytes")
	}
	return nil
}

// validOID checks the content of an OBJECT IDENTIFIER (X.690, section 8.19):
// components end, start with no zero digit, and fit into 31 bits.
func validOID(b []byte) error {
	const malformed fault = "an object identifier is malformed"
	if len(b) == 0 || b[len(b)-1] >= 0x80 {
		return malformed
	}
	value := uint64(0)
	for _, digit := range b {
		if value == 0 && digit == 0x80 {
			return malformed
		}
		value = value<<7 | uint64(digit&0x7f)
		if value >= 1<<31 {
			return malformed
		}
		if digit < 0x80 {
			value = 0
		}
	}
	return nil
}

// onlyAny demands one element of any tag, and nothing behind it.
func onlyAny(b []byte) error {
	if len(b) == 0 {
		return faultShort
	}
	_, err := only(b, b[0])
	return err
}

// maxDepth bounds the nesting of elements that nobody here interprets.
const maxDepth = 16

// strictElements checks that b is a row of elements, and so is the content of
// each constructed one (X.690, section 8.1.4).
func strictElements(b []byte) error { return strictNested(b, maxDepth) }

func strictNested(b []byte, depth int) error {
	const constructed = 0x20
	for len(b) > 0 {
		tag := b[0]
		content, rest, err := cut(b, tag)
		if err != nil {
			return err
		}
		if depth == 0 {
			return fault("elements are nested too deeply")
		}
		if tag&constructed != 0 {
			err = strictNested(content, depth-1)
			if err != nil {
				return err
			}
		}
		b = rest
	}
	return nil
}
