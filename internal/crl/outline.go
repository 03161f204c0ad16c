package crl

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
)

// outline is a list without its entries: every other element, as it stood in
// the list. It is small, whatever the list, so that crypto/x509 can read names,
// numbers and parameters in it; that way nothing passes here that crypto/x509
// would refuse.
type outline struct {
	algorithm, issuer, dates, extensions, signature []byte
}

// parse has crypto/x509 read the outline, as a version 2 list.
func (o outline) parse() (*x509.RevocationList, error) {
	version := []byte{tagInteger, 1, 1}
	signed := wrap(tagSequence, version, o.algorithm, o.issuer, o.dates, o.extensions)
	der := wrap(tagSequence, signed, o.algorithm, o.signature)
	parsed, err := x509.ParseRevocationList(der)
	if err != nil {
		return nil, fault(err.Error())
	}
	return parsed, nil
}

// readAlgorithm is the signature algorithm that an AlgorithmIdentifier stands
// for, and its name. The parameters of RSA-PSS are read by crypto/x509, which
// takes one hash throughout, a salt as long as the hash and the usual trailer
// only; the others have none, or NULL (RFC 4055, section 5; RFC 5758, section
// 3.2).
func readAlgorithm(raw []byte) (x509.SignatureAlgorithm, string, error) {
	usual := usualAlgorithm(raw)
	if usual != x509.UnknownSignatureAlgorithm {
		return usual, usual.String(), nil
	}
	content, err := only(raw, tagSequence)
	if err != nil {
		return 0, "", err
	}
	oid, parameters, err := cut(content, tagOID)
	if err != nil {
		return 0, "", err
	}
	err = strictElements(parameters)
	if err != nil {
		return 0, "", err
	}
	parsed, err := emptyOutline(raw).parse()
	if err != nil {
		return 0, "", err
	}
	algorithm := parsed.SignatureAlgorithm
	if algorithm == x509.UnknownSignatureAlgorithm {
		return algorithm, "an unknown algorithm or parameters (" + dotted(oid) + ")", nil
	}
	_, family := hashOf(algorithm)
	if family != familyPSS && len(parameters) > 0 && !bytes.Equal(parameters, asn1.NullBytes) {
		return x509.UnknownSignatureAlgorithm, dotted(oid) + " with parameters that it does not have", nil
	}
	return algorithm, algorithm.String(), nil
}

// usualAlgorithm knows, byte for byte, the identifiers that nearly all lists
// have; it spares short lists half of their time.
func usualAlgorithm(raw []byte) x509.SignatureAlgorithm {
	const (
		rsaPrefix   = "\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01" // and NULL behind it
		ecdsaPrefix = "\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03"
	)
	switch string(raw) {
	case rsaPrefix + "\x0b\x05\x00":
		return x509.SHA256WithRSA
	case rsaPrefix + "\x0c\x05\x00":
		return x509.SHA384WithRSA
	case rsaPrefix + "\x0d\x05\x00":
		return x509.SHA512WithRSA
	case ecdsaPrefix + "\x02":
		return x509.ECDSAWithSHA256
	case ecdsaPrefix + "\x03":
		return x509.ECDSAWithSHA384
	case ecdsaPrefix + "\x04":
		return x509.ECDSAWithSHA512
	default:
		return x509.UnknownSignatureAlgorithm
	}
}

// emptyOutline is the outline of a list that says nothing.
func emptyOutline(algorithm []byte) outline {
	return outline{
		algorithm: algorithm,
		issuer:    []byte{tagSequence, 0},
		dates:     []byte("\x17\x0d700101000000Z"),
		signature: []byte{tagBitString, 2, 0, 0},
	}
}
