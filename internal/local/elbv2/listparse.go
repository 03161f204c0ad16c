package elbv2

import (
	"bytes"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cryptobyte_asn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// signedList is a parsed list with what its signature is checked over.
type signedList struct {
	*List
	tbs, signature []byte
}

// listFile reads a revocation file: PEM, and exactly one list.
//
// That a file with several is refused is known from users' reports, not from
// the documentation; DER is refused because "only support certificate
// revocation lists in the PEM format" is documented (ALB guide, Configuring
// mutual TLS).
func listFile(file []byte) (signedList, error) {
	blocks := bytes.Count(file, []byte("-----BEGIN "))
	if blocks == 0 {
		return signedList{}, errors.New("the file is not PEM")
	}
	if blocks > 1 {
		return signedList{}, errors.New("more than one CRL objects in the revocation file")
	}
	block, _ := pem.Decode(file)
	if block == nil {
		return signedList{}, errors.New("the PEM block is damaged")
	}
	if block.Type != "X509 CRL" {
		return signedList{}, fmt.Errorf("the PEM block is %q, not a CRL", block.Type)
	}
	return parseList(block.Bytes)
}

// parseList reads a CertificateList (RFC 5280, section 5.1) in one walk.
//
// x509.ParseRevocationList would refuse v1 lists, and it builds an object for
// each of what may be half a million entries.
func parseList(der []byte) (signedList, error) {
	input := cryptobyte.String(der)
	var list, tbs, outer cryptobyte.String
	var signature asn1.BitString
	if !input.ReadASN1(&list, cryptobyte_asn1.SEQUENCE) || !input.Empty() {
		return signedList{}, errors.New("not one CertificateList in DER")
	}
	if !list.ReadASN1Element(&tbs, cryptobyte_asn1.SEQUENCE) ||
		!list.ReadASN1Element(&outer, cryptobyte_asn1.SEQUENCE) ||
		!list.ReadASN1BitString(&signature) || !list.Empty() {
		return signedList{}, errors.New("malformed CertificateList")
	}
	algorithm, err := signatureAlgorithm(outer)
	if err != nil {
		return signedList{}, err
	}
	parsed := &List{Version: 1, SignatureAlgorithm: algorithm}
	err = parsed.parseSigned(tbs, outer)
	if err != nil {
		return signedList{}, err
	}
	return signedList{List: parsed, tbs: tbs, signature: signature.RightAlign()}, nil
}

// parseSigned reads the tbsCertList; outer is the algorithm that it must repeat.
func (l *List) parseSigned(tbs, outer cryptobyte.String) error {
	if !tbs.ReadASN1(&tbs, cryptobyte_asn1.SEQUENCE) {
		return errors.New("malformed tbsCertList")
	}
	err := l.parseVersion(&tbs)
	if err != nil {
		return err
	}
	var inner cryptobyte.String
	if !tbs.ReadASN1Element(&inner, cryptobyte_asn1.SEQUENCE) || !bytes.Equal(inner, outer) {
		return errors.New("the signature algorithms inside and outside differ")
	}
	err = l.parseHeader(&tbs)
	if err != nil {
		return err
	}
	err = l.parseEntries(&tbs)
	if err != nil {
		return err
	}
	return l.parseTail(&tbs)
}

func (l *List) parseVersion(tbs *cryptobyte.String) error {
	if !tbs.PeekASN1Tag(cryptobyte_asn1.INTEGER) {
		return nil
	}
	var version int
	if !tbs.ReadASN1Integer(&version) || version != 1 {
		return errors.New("the version is neither v1 nor v2")
	}
	l.Version = 2
	return nil
}

// parseHeader reads issuer, thisUpdate and nextUpdate.
func (l *List) parseHeader(tbs *cryptobyte.String) error {
	var issuer cryptobyte.String
	if !tbs.ReadASN1Element(&issuer, cryptobyte_asn1.SEQUENCE) {
		return errors.New("malformed issuer")
	}
	var name pkix.RDNSequence
	rest, err := asn1.Unmarshal(issuer, &name)
	if err != nil || len(rest) > 0 {
		return errors.New("malformed issuer")
	}
	l.RawIssuer = bytes.Clone(issuer)
	l.Issuer.FillFromRDNSequence(&name)
	if !readTime(tbs, &l.ThisUpdate) {
		return errors.New("malformed thisUpdate")
	}
	if tbs.PeekASN1Tag(cryptobyte_asn1.UTCTime) || tbs.PeekASN1Tag(cryptobyte_asn1.GeneralizedTime) {
		if !readTime(tbs, &l.NextUpdate) {
			return errors.New("malformed nextUpdate")
		}
	}
	return nil
}

// parseEntries reads revokedCertificates, which may be absent.
func (l *List) parseEntries(tbs *cryptobyte.String) error {
	if !tbs.PeekASN1Tag(cryptobyte_asn1.SEQUENCE) {
		return nil
	}
	var entries cryptobyte.String
	if !tbs.ReadASN1(&entries, cryptobyte_asn1.SEQUENCE) {
		return errors.New("malformed revokedCertificates")
	}
	collector := serialCollector{octets: make([]byte, 0, len(entries)/2)}
	for !entries.Empty() {
		l.Entries++
		err := l.parseEntry(&entries, &collector)
		if err != nil {
			return fmt.Errorf("entry %d: %w", l.Entries, err)
		}
	}
	l.Negative = collector.negative
	l.revoked, l.Duplicates = collector.sorted()
	return nil
}

func (l *List) parseEntry(entries *cryptobyte.String, collector *serialCollector) error {
	var entry, serial cryptobyte.String
	var revoked time.Time
	if !entries.ReadASN1(&entry, cryptobyte_asn1.SEQUENCE) ||
		!entry.ReadASN1(&serial, cryptobyte_asn1.INTEGER) || !minimal(serial) {
		return errors.New("malformed serial number")
	}
	if !readTime(&entry, &revoked) {
		return errors.New("malformed revocation date")
	}
	collector.add(serial)
	if entry.Empty() {
		return nil
	}
	if l.Version == 1 {
		return errors.New("a v1 list has no extensions")
	}
	return l.parseExtensions(&entry)
}

// parseTail reads what follows the entries: the extensions of a v2 list.
func (l *List) parseTail(tbs *cryptobyte.String) error {
	if tbs.Empty() {
		return nil
	}
	var tagged cryptobyte.String
	if l.Version == 1 || !tbs.ReadASN1(&tagged, cryptobyte_asn1.Tag(0).ContextSpecific().Constructed()) || !tbs.Empty() {
		return errors.New("malformed end of tbsCertList")
	}
	err := l.parseExtensions(&tagged)
	if err != nil {
		return err
	}
	if !tagged.Empty() {
		return errors.New("malformed extensions")
	}
	return nil
}

func readTime(s *cryptobyte.String, out *time.Time) bool {
	if s.PeekASN1Tag(cryptobyte_asn1.UTCTime) {
		return s.ReadASN1UTCTime(out)
	}
	return s.ReadASN1GeneralizedTime(out)
}

// minimal says whether the content of an INTEGER is there and has no octet
// too many (X.690, section 8.3.2).
func minimal(content []byte) bool {
	if len(content) < 2 {
		return len(content) == 1
	}
	return (content[0] != 0 || content[1]&0x80 != 0) && (content[0] != 0xff || content[1]&0x80 == 0)
}

// signatureAlgorithm names an AlgorithmIdentifier. The standard library keeps
// its table of them to itself, RSASSA-PSS parameters included; so it is asked
// with the smallest list that carries the identifier.
func signatureAlgorithm(identifier []byte) (x509.SignatureAlgorithm, error) {
	var b cryptobyte.Builder
	b.AddASN1(cryptobyte_asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(cryptobyte_asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1Int64(1)
			b.AddBytes(identifier)
			b.AddASN1(cryptobyte_asn1.SEQUENCE, func(*cryptobyte.Builder) {})
			b.AddASN1(cryptobyte_asn1.UTCTime, func(b *cryptobyte.Builder) { b.AddBytes([]byte("260101000000Z")) })
		})
		b.AddBytes(identifier)
		b.AddASN1BitString([]byte{0})
	})
	smallest, err := b.Bytes()
	if err != nil {
		return 0, fmt.Errorf("asking for the signature algorithm: %w", err)
	}
	list, err := x509.ParseRevocationList(smallest)
	if err != nil {
		return 0, errors.New("malformed signature algorithm")
	}
	return list.SignatureAlgorithm, nil
}
