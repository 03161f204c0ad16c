package chain

import (
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"strings"
	"time"

	"golang.org/x/crypto/cryptobyte"
	asn1tag "golang.org/x/crypto/cryptobyte/asn1"
)

// Identity is who presented a certificate that was accepted, read from the
// leaf alone.
type Identity struct {
	// Subject and Issuer are names after RFC 2253, in the order of the
	// certificate reversed as that demands. They are for people and logs:
	// compare parsed attributes instead.
	Subject, Issuer string
	// Serial is the serial number in hexadecimal, two upper-case digits a
	// byte, as ALB writes it.
	Serial string
	// The names of the subject alternative name extension.
	DNSNames, Emails, URIs, IPs []string
	// Fingerprint is the SHA-256 of the certificate, hexadecimal.
	Fingerprint         string
	NotBefore, NotAfter time.Time
	Leaf                *x509.Certificate
	// Path is the path that was accepted, leaf first, trust anchor last.
	Path []*x509.Certificate
}

func identify(path []*x509.Certificate) *Identity {
	return identifyBelow(path, nameOf(path[0].RawIssuer, path[0].Issuer))
}

// identifyBelow is identify where the issuer's name is written already.
func identifyBelow(path []*x509.Certificate, issuer string) *Identity {
	leaf := path[0]
	fingerprint := sha256.Sum256(leaf.Raw)
	identity := &Identity{
		Subject:     nameOf(leaf.RawSubject, leaf.Subject),
		Issuer:      issuer,
		Serial:      SerialOf(leaf),
		DNSNames:    leaf.DNSNames,
		Emails:      leaf.EmailAddresses,
		Fingerprint: hex.EncodeToString(fingerprint[:]),
		NotBefore:   leaf.NotBefore,
		NotAfter:    leaf.NotAfter,
		Leaf:        leaf,
		Path:        path,
	}
	for _, uri := range leaf.URIs {
		identity.URIs = append(identity.URIs, uri.String())
	}
	for _, ip := range leaf.IPAddresses {
		identity.IPs = append(identity.IPs, ip.String())
	}
	return identity
}

// nameOf writes a name from its DER, because pkix.Name keeps neither the
// order of attributes nor which of them stand together.
func nameOf(raw []byte, parsed pkix.Name) string {
	if standAlone(raw) {
		return singles(parsed.Names).String()
	}
	var sequence pkix.RDNSequence
	rest, err := asn1.Unmarshal(raw, &sequence)
	if err != nil || len(rest) > 0 {
		return parsed.String()
	}
	return sequence.String()
}

// standAlone says whether no two attributes of a name stand together, as in
// nearly all names. Then the attributes as crypto/x509 read them are the name.
func standAlone(raw cryptobyte.String) bool {
	var sequence cryptobyte.String
	if !raw.ReadASN1(&sequence, asn1tag.SEQUENCE) {
		return false
	}
	for !sequence.Empty() {
		var set cryptobyte.String
		if !sequence.ReadASN1(&set, asn1tag.SET) || !set.SkipASN1(asn1tag.SEQUENCE) || !set.Empty() {
			return false
		}
	}
	return true
}

func singles(attributes []pkix.AttributeTypeAndValue) pkix.RDNSequence {
	sequence := make(pkix.RDNSequence, len(attributes))
	for i := range attributes {
		sequence[i] = attributes[i : i+1 : i+1]
	}
	return sequence
}

// SerialOf writes the serial number of a certificate as the load balancer does:
// upper-case hexadecimal, two digits a byte.
func SerialOf(cert *x509.Certificate) string {
	digits := strings.ToUpper(cert.SerialNumber.Text(16))
	if len(digits)%2 == 1 {
		return "0" + digits
	}
	return digits
}
