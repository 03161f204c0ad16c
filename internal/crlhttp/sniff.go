package crlhttp

import "bytes"

const (
	tagInteger  = 0x02
	tagSequence = 0x30
	// tagExplicit is how the version of a certificate begins.
	tagExplicit = 0xa0
)

// sniff refuses a body that is no revocation list at a glance: neither a DER
// SEQUENCE in a SEQUENCE (RFC 5280, section 5.1) nor PEM with an "X509 CRL"
// (RFC 7468, section 6). A list that passes is yet to be read.
func sniff(body []byte) error {
	if len(body) == 0 {
		return because(Empty, "the body has no bytes: a list without entries has some")
	}
	if bytes.Contains(body, []byte("-----BEGIN X509 CRL-----")) {
		return nil
	}
	outer, whole := header(body)
	if outer == 0 || body[0] != tagSequence || len(body) > outer && body[outer] != tagSequence {
		return because(NotAList, "%s: it begins with %s", resembles(body), quoted(string(body[:min(len(body), 8*maxQuoted)])))
	}
	if whole > uint64(len(body)) {
		return because(Truncated, "%d bytes of a list of %d", len(body), whole).pass()
	}
	return sniffList(body[outer:])
}

// sniffList looks at how the inner SEQUENCE begins: with a version or, in a
// version 1 list, with an algorithm. A certificate looks the same until there.
func sniffList(content []byte) error {
	inner, _ := header(content)
	if inner == 0 || len(content) == inner {
		return because(NotAList, "it is DER, but not of a revocation list")
	}
	switch content[inner] {
	case tagInteger, tagSequence:
		return nil
	case tagExplicit:
		return because(NotAList, "it is a certificate")
	default:
		return because(NotAList, "it is DER, but not of a revocation list")
	}
}

// header reads the tag and length at the start of DER. It returns how many
// bytes they take and how many the element takes in all; both are 0 if that is
// not to be made out.
func header(der []byte) (int, uint64) {
	if len(der) < 2 {
		return 0, 0
	}
	if der[1] < 0x80 {
		return 2, 2 + uint64(der[1])
	}
	count := int(der[1] & 0x7f)
	if count == 0 || count > 4 || len(der) < 2+count {
		return 0, 0
	}
	var length uint64
	for _, b := range der[2 : 2+count] {
		length = length<<8 | uint64(b)
	}
	return 2 + count, uint64(2+count) + length
}

// resembles says what a body is instead of a list.
func resembles(body []byte) string {
	start := bytes.ToLower(bytes.TrimSpace(body[:min(len(body), 512)]))
	switch {
	case bytes.HasPrefix(start, []byte("<!doctype html")), bytes.HasPrefix(start, []byte("<html")):
		return "it is an HTML page"
	case bytes.HasPrefix(start, []byte("<")):
		return "it is HTML or XML"
	case bytes.HasPrefix(body, []byte{0x1f, 0x8b}):
		return "it is a gzip file: serve it unpacked, or with Content-Encoding: gzip"
	case bytes.HasPrefix(start, []byte("-----begin certificate")):
		return "it is a certificate in PEM"
	case bytes.HasPrefix(start, []byte("-----begin")):
		return "it is PEM, but not of an X509 CRL"
	case bytes.HasPrefix(start, []byte("mii")):
		return "it is base64 without the lines of PEM around it"
	default:
		return "it is neither DER nor PEM of a revocation list"
	}
}
