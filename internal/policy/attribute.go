package policy

import "strings"

// attributeName is an attribute of a certificate that rules can ask for.
type attributeName int

const (
	subjectCN attributeName = iota
	subjectO
	subjectOU
	dnsName
	email
	uri
	issuerCN
	issuerO
	issuerOU
	issuerKey    // SHA-256 of the issuer's SubjectPublicKeyInfo
	serialNumber // together with issuerKey only

	// attributeNames is how many there are.
	attributeNames
)

// String is the key of the attribute in a rule.
func (a attributeName) String() string {
	return [attributeNames]string{
		"subjectCn", "subjectO", "subjectOu", "dns", "email", "uri",
		"issuerCn", "issuerO", "issuerOu", "issuerKeySha256", "serial",
	}[a]
}

// compile makes a pattern of what a rule asks for, or says what is wrong.
func (a attributeName) compile(text string) (pattern, string) {
	switch a {
	case issuerKey:
		if !isSHA256(text) {
			return pattern{}, "want the SHA-256 of the issuer's public key in 64 lower-case hexadecimal digits, as the log has it"
		}
		return exactly(text), ""
	case serialNumber:
		serial, ok := canonicalSerial(text)
		if !ok {
			return pattern{}, "want a serial number in hexadecimal digits, as the log has it"
		}
		return exactly(serial), ""
	case dnsName:
		text = strings.ToLower(text) // RFC 5280, section 7.2: case does not count
	}
	return compilePattern(text)
}

func isSHA256(text string) bool {
	return len(text) == 64 && strings.Trim(text, "0123456789abcdef") == ""
}

// canonicalSerial is a serial number without leading zeros, in capitals. A
// sign is not taken: no certificate with a negative serial number can be meant.
func canonicalSerial(text string) (string, bool) {
	text = strings.ToUpper(text)
	if text == "" || strings.Trim(text, "0123456789ABCDEF") != "" {
		return "", false
	}
	text = strings.TrimLeft(text, "0")
	if text == "" {
		return "0", true
	}
	return text, true
}
