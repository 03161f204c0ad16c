package cabundle

import (
	"crypto/x509"
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// Problem is one thing that is wrong with the files given to [Normalise].
type Problem struct {
	// File is the name of the file, empty for a problem of the whole bundle.
	File string
	// Position counts the PEM blocks or DER certificates of the file from 1;
	// it is 0 for a problem of the whole file.
	Position int
	// Subject is the distinguished name of the certificate (RFC 2253), empty
	// where there is none to be read.
	Subject string
	// Detail says what is wrong and what to do.
	Detail string
}

func (p *Problem) Error() string {
	var where []string
	if p.File != "" {
		where = append(where, p.File+": ")
	}
	if p.Position > 0 {
		where = append(where, "certificate "+strconv.Itoa(p.Position))
	}
	if p.Subject != "" {
		where = append(where, " ("+p.Subject+")")
	}
	if p.Position > 0 {
		where = append(where, ": ")
	}
	return strings.Join(where, "") + p.Detail
}

// longestSubject is how much of a name a message repeats, in bytes.
const longestSubject = 200

// Subject is the distinguished name of a certificate (RFC 2253) as it may
// stand in a message: a very long name is cut, one with control characters in
// it is quoted, and a certificate without a name is called by its serial number.
func Subject(cert *x509.Certificate) string {
	name := cert.Subject.String()
	if name == "" {
		return fmt.Sprintf("no subject, serial %x", cert.SerialNumber)
	}
	if len(name) > longestSubject {
		name = strings.ToValidUTF8(name[:longestSubject], "") + "..."
	}
	if strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return strconv.QuoteToASCII(name)
	}
	return name
}
