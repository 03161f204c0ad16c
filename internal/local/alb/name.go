package alb

import (
	"encoding/asn1"
	"encoding/hex"
	"fmt"
	"strings"
	"unicode/utf16"
)

// attribute is one attribute of a distinguished name, its value undecoded.
type attribute struct {
	Type  asn1.ObjectIdentifier
	Value asn1.RawValue
}

// relativeNameSET is one RDN; encoding/asn1 goes by the ending of the name.
type relativeNameSET []attribute

// distinguishedName writes the DER of a name as RFC 2253 says and OpenSSL does
// (-nameopt RFC2253): last attribute first, everything that is not printable
// ASCII escaped. What cannot be read as a name is written as "#" and its hex.
//
// The text goes into headers and logs, and comes from a client: it never holds
// a control character.
func distinguishedName(raw []byte) string {
	var name []relativeNameSET
	rest, err := asn1.Unmarshal(raw, &name)
	if err != nil || len(rest) > 0 {
		return "#" + hex.EncodeToString(raw)
	}
	var text strings.Builder
	for i := len(name) - 1; i >= 0; i-- {
		if i < len(name)-1 {
			text.WriteByte(',')
		}
		writeRelativeName(&text, name[i])
	}
	return text.String()
}

func writeRelativeName(text *strings.Builder, name relativeNameSET) {
	for i := len(name) - 1; i >= 0; i-- {
		if i < len(name)-1 {
			text.WriteByte('+')
		}
		writeAttribute(text, name[i])
	}
}

func writeAttribute(text *strings.Builder, a attribute) {
	key, known := shortName(a.Type)
	value, readable := decodeString(a.Value)
	text.WriteString(key)
	text.WriteByte('=')
	if !known || !readable {
		text.WriteByte('#')
		text.WriteString(strings.ToUpper(hex.EncodeToString(a.Value.FullBytes)))
		return
	}
	writeEscaped(text, value)
}

// writeEscaped follows RFC 2253 section 2.4.
func writeEscaped(text *strings.Builder, value string) {
	for i := range len(value) {
		c := value[i]
		switch {
		case c < ' ' || c >= 0x7F:
			fmt.Fprintf(text, `\%02X`, c)
		case strings.IndexByte(`,+"\<>;`, c) >= 0, i == 0 && (c == '#' || c == ' '), i == len(value)-1 && c == ' ':
			text.WriteByte('\\')
			text.WriteByte(c)
		default:
			text.WriteByte(c)
		}
	}
}

// decodeString turns the string types of X.520 into UTF-8.
func decodeString(value asn1.RawValue) (string, bool) {
	if value.Class != asn1.ClassUniversal || value.IsCompound {
		return "", false
	}
	switch value.Tag {
	case asn1.TagUTF8String, asn1.TagPrintableString, asn1.TagIA5String, asn1.TagNumericString:
		return string(value.Bytes), true
	case asn1.TagT61String:
		return latin1(value.Bytes), true
	case asn1.TagBMPString:
		return bmp(value.Bytes)
	default:
		return "", false
	}
}

func latin1(data []byte) string {
	runes := make([]rune, len(data))
	for i, c := range data {
		runes[i] = rune(c)
	}
	return string(runes)
}

func bmp(data []byte) (string, bool) {
	if len(data)%2 != 0 {
		return "", false
	}
	units := make([]uint16, 0, len(data)/2)
	for i := 0; i < len(data); i += 2 {
		units = append(units, uint16(data[i])<<8|uint16(data[i+1]))
	}
	return string(utf16.Decode(units)), true
}

// shortName is the attribute's name, and whether it has one; without one, the
// value is written in hex (RFC 2253 section 2.4).
func shortName(id asn1.ObjectIdentifier) (string, bool) {
	dotted := id.String()
	name, known := shortNames()[dotted]
	if !known {
		return dotted, false
	}
	return name, true
}

func shortNames() map[string]string {
	return map[string]string{
		"2.5.4.3": "CN", "2.5.4.4": "SN", "2.5.4.5": "serialNumber", "2.5.4.6": "C",
		"2.5.4.7": "L", "2.5.4.8": "ST", "2.5.4.9": "street", "2.5.4.10": "O",
		"2.5.4.11": "OU", "2.5.4.12": "title", "2.5.4.13": "description",
		"2.5.4.15": "businessCategory", "2.5.4.17": "postalCode", "2.5.4.42": "GN",
		"2.5.4.43": "initials", "2.5.4.46": "dnQualifier", "2.5.4.65": "pseudonym",
		"2.5.4.97": "organizationIdentifier", "1.2.840.113549.1.9.1": "emailAddress",
		"0.9.2342.19200300.100.1.1": "UID", "0.9.2342.19200300.100.1.25": "DC",
	}
}
