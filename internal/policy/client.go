package policy

import (
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"strings"
	"sync"
)

// Client is what rules and deny lists look at: the attributes of a verified
// certificate, and by what it can be denied. It does not change.
type Client struct {
	attributes [attributeNames]attribute
	// credentials are worked out when a deny list first asks for them.
	credentials func() []credential
}

// attribute is a value, and how often the certificate holds such an attribute.
type attribute struct {
	value string
	count int
}

// ClientOf is the client of a verified path, leaf first, trust anchor last.
func ClientOf(path []*x509.Certificate) *Client {
	leaf, issuer := path[0], path[min(1, len(path)-1)]
	c := &Client{}
	c.readName(leaf.Subject, subjectCN)
	c.readName(leaf.Issuer, issuerCN)
	for _, name := range leaf.DNSNames {
		c.add(dnsName, strings.ToLower(name))
	}
	for _, address := range leaf.EmailAddresses {
		c.add(email, address)
	}
	for _, identifier := range leaf.URIs {
		c.add(uri, identifier.String())
	}
	key := sha256.Sum256(issuer.RawSubjectPublicKeyInfo)
	c.add(issuerKey, hex.EncodeToString(key[:]))
	c.add(serialNumber, serialOf(leaf))
	c.credentials = sync.OnceValue(func() []credential { return credentialsOf(path) })
	return c
}

// IssuerKey is the SHA-256 (hex) of the SubjectPublicKeyInfo of the client's
// issuer.
func (c *Client) IssuerKey() string { return c.attributes[issuerKey].value }

// readName counts common name, organization and unit, of which first is the
// common name. pkix.Name alone would keep the last of two common names.
func (c *Client) readName(name pkix.Name, first attributeName) {
	for _, attribute := range name.Names {
		value, _ := attribute.Value.(string) // crypto/x509 takes no others
		switch {
		case attribute.Type.Equal(oidCommonName()):
			c.add(first, value)
		case attribute.Type.Equal(oidOrganization()):
			c.add(first+1, value)
		case attribute.Type.Equal(oidOrganizationalUnit()):
			c.add(first+2, value)
		}
	}
}

func (c *Client) add(name attributeName, value string) {
	c.attributes[name].value = value
	c.attributes[name].count++
}

// attribute is the value of an attribute that is there exactly once.
func (c *Client) attribute(name attributeName) (string, bool) {
	a := c.attributes[name]
	return a.value, a.count == 1
}

// The attribute types of RFC 5280, appendix A.1.
func oidCommonName() asn1.ObjectIdentifier         { return asn1.ObjectIdentifier{2, 5, 4, 3} }
func oidOrganization() asn1.ObjectIdentifier       { return asn1.ObjectIdentifier{2, 5, 4, 10} }
func oidOrganizationalUnit() asn1.ObjectIdentifier { return asn1.ObjectIdentifier{2, 5, 4, 11} }

// serialOf writes a serial number as canonicalSerial does; a negative one gets
// a sign that no rule and no deny list can name.
func serialOf(cert *x509.Certificate) string {
	return strings.ToUpper(cert.SerialNumber.Text(16))
}
