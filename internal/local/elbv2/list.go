package elbv2

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"slices"
	"time"
)

// List is a revocation list in the form that a gate looks things up in.
type List struct {
	// Version is 1 or 2 (RFC 5280, section 5.1.2.1).
	Version            int
	SignatureAlgorithm x509.SignatureAlgorithm
	// RawIssuer is the issuer's name in DER, to compare with RawSubject.
	RawIssuer  []byte
	Issuer     pkix.Name
	ThisUpdate time.Time
	// NextUpdate is zero when the list names none.
	NextUpdate time.Time
	// Number is nil when the list has none.
	Number *big.Int
	// AuthorityKeyID is nil when the list has none.
	AuthorityKeyID []byte
	// CriticalScope says that a critical extension narrows what the list
	// covers: an issuing distribution point, a delta, or entries of other
	// issuers (RFC 5280, sections 5.2.4, 5.2.5 and 5.3.3).
	CriticalScope bool
	// Entries are all entries of the file, Negative those with a negative
	// serial number, Duplicates those whose serial number came before.
	Entries, Negative, Duplicates int

	revoked serials
}

// Revokes says whether the list names this serial number. A negative one is
// never revoked: "entries with a negative serial number cannot be revoked"
// (ALB guide, Configuring mutual TLS on an Application Load Balancer).
func (l *List) Revokes(serial *big.Int) bool {
	if serial == nil || serial.Sign() < 0 {
		return false
	}
	_, found := slices.BinarySearch(l.revoked, string(serial.Bytes()))
	return found
}

// counted is what the trust store reports as the number of revoked entries.
func (l *List) counted(everyEntry bool) int {
	if everyEntry {
		return l.Entries
	}
	return len(l.revoked)
}

// serials are magnitudes of serial numbers, big-endian, without leading
// zeros, sorted and each there once. They share one string, so that half a
// million of them cost little more than their bytes.
type serials []string

// serialCollector takes the content octets of INTEGERs in any order.
type serialCollector struct {
	octets             []byte
	ends               []int
	negative, repeated int
	negatives          map[string]bool
}

func (c *serialCollector) add(content []byte) {
	if content[0]&0x80 != 0 {
		c.addNegative(content)
		return
	}
	for len(content) > 0 && content[0] == 0 {
		content = content[1:]
	}
	c.octets = append(c.octets, content...)
	c.ends = append(c.ends, len(c.octets))
}

func (c *serialCollector) addNegative(content []byte) {
	c.negative++
	if c.negatives[string(content)] {
		c.repeated++
		return
	}
	if c.negatives == nil {
		c.negatives = map[string]bool{}
	}
	c.negatives[string(content)] = true
}

// sorted is the set that was collected, and how many entries repeated others.
func (c *serialCollector) sorted() (serials, int) {
	text, start := string(c.octets), 0
	all := make(serials, 0, len(c.ends))
	for _, end := range c.ends {
		all = append(all, text[start:end])
		start = end
	}
	slices.Sort(all)
	once := slices.Compact(all)
	return once, len(c.ends) - len(once) + c.repeated
}
