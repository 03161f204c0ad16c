package crltest

import (
	"encoding/hex"
	"math/big"
	"slices"
	"time"
)

// Object identifiers of extensions, as content in hexadecimal digits.
const (
	AuthorityKeyIDOID    = "551d23"
	NumberOID            = "551d14"
	DeltaIndicatorOID    = "551d1b"
	IssuingPointOID      = "551d1c"
	FreshestOID          = "551d2e"
	ReasonCodeOID        = "551d15"
	InvalidityDateOID    = "551d18"
	CertificateIssuerOID = "551d1d"
	// UnknownOID is 1.2.3.4, which nobody has ever given a meaning.
	UnknownOID = "2a0304"
)

// TLV is an element with a tag, the contents one behind the other, and its
// length in the fewest bytes.
func TLV(tag byte, contents ...[]byte) []byte {
	content := slices.Concat(contents...)
	length := []byte{byte(len(content))}
	if len(content) >= 0x80 {
		digits := big.NewInt(int64(len(content))).Bytes()
		length = append([]byte{0x80 | byte(len(digits))}, digits...)
	}
	return slices.Concat([]byte{tag}, length, content)
}

// Sequence is a SEQUENCE.
func Sequence(contents ...[]byte) []byte { return TLV(0x30, contents...) }

// OctetString is an OCTET STRING.
func OctetString(content []byte) []byte { return TLV(0x04, content) }

// OID is an OBJECT IDENTIFIER from its content in hexadecimal digits.
func OID(digits string) []byte {
	content, err := hex.DecodeString(digits)
	if err != nil {
		return TLV(0x06)
	}
	return TLV(0x06, content)
}

// Integer is an INTEGER, negative ones in two's complement.
func Integer(number *big.Int) []byte {
	if number.Sign() >= 0 {
		return TLV(0x02, make([]byte, 1-(number.BitLen()%8+7)/8), number.Bytes())
	}
	size := number.BitLen()/8 + 1
	shifted := new(big.Int).Add(number, new(big.Int).Lsh(big.NewInt(1), uint(8*size)))
	content := shifted.FillBytes(make([]byte, size))
	if size > 1 && content[0] == 0xff && content[1] >= 0x80 {
		content = content[1:]
	}
	return TLV(0x02, content)
}

// UTCTime is a time between 1950 and 2049.
func UTCTime(at time.Time) []byte {
	return TLV(0x17, []byte(at.UTC().Format("060102150405Z")))
}

// GeneralizedTime is a time with all digits of its year.
func GeneralizedTime(at time.Time) []byte {
	return TLV(0x18, []byte(at.UTC().Format("20060102150405Z")))
}

// ECDSAWithSHA256 is the AlgorithmIdentifier of that name.
func ECDSAWithSHA256() []byte { return Sequence(OID("2a8648ce3d040302")) }

// Extension is an Extension with the DER of its value.
func Extension(oid string, critical bool, value []byte) []byte {
	if critical {
		return Sequence(OID(oid), []byte{0x01, 0x01, 0xff}, OctetString(value))
	}
	return Sequence(OID(oid), OctetString(value))
}

// AuthorityKeyID is the extension that names the issuer's key.
func AuthorityKeyID(id []byte) []byte {
	return Extension(AuthorityKeyIDOID, false, Sequence(TLV(0x80, id)))
}

// Number is the extension with the number of the list.
func Number(number *big.Int) []byte {
	return Extension(NumberOID, false, Integer(number))
}

// IssuingPoint is the extension with the scope of a list, of the given fields.
func IssuingPoint(fields ...[]byte) []byte {
	return Extension(IssuingPointOID, true, Sequence(fields...))
}

// Point is a distribution point whose full name is one URI.
func Point(uri string) []byte {
	return TLV(0xa0, TLV(0xa0, TLV(0x86, []byte(uri))))
}

// Flag is a field of a scope that is set.
func Flag(tag byte) []byte { return TLV(tag, []byte{0xff}) }

// Reason is the extension with a reason code.
func Reason(code byte) []byte {
	return Extension(ReasonCodeOID, false, TLV(0x0a, []byte{code}))
}

// Entry is an entry of a list, with a UTCTime.
func Entry(serial *big.Int, at time.Time, extensions ...[]byte) []byte {
	return RawEntry(Integer(serial), UTCTime(at), extensions...)
}

// RawEntry is an entry of a list.
func RawEntry(serial, at []byte, extensions ...[]byte) []byte {
	if len(extensions) == 0 {
		return Sequence(serial, at)
	}
	return Sequence(serial, at, Sequence(extensions...))
}
