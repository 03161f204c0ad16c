package policy

import "time"

// readDenials reads the denials of a document.
func readDenials(document node) []Denial {
	elements, there := document.list("deny", "")
	if !there {
		document.child("deny", nil).wrong("missing: an empty list denies nobody")
	}
	document.rest()
	var denials []Denial
	for _, element := range elements {
		denials = append(denials, readDenial(element))
	}
	return denials
}

func readDenial(n node) Denial {
	before := len(n.found.all)
	d := Denial{
		Serial:          n.optional("serial", canonicalSerial, "want a serial number in hexadecimal digits, as the log has it"),
		IssuerKeySHA256: n.optional("issuerKeySha256", sha256Hex, "want the SHA-256 of the issuer's public key in 64 lower-case hexadecimal digits"),
		Fingerprint:     n.optional("sha256Fingerprint", sha256Hex, "want the SHA-256 of the certificate in 64 lower-case hexadecimal digits"),
		Note:            n.optional("note", anyText, ""),
	}
	since := n.optional("since", instant, "want a moment such as 2026-11-22T09:00:00Z")
	if since != "" {
		d.Since, _ = time.Parse(time.RFC3339, since)
	}
	n.rest()
	bySerial := d.Serial != "" && d.IssuerKeySHA256 != "" && d.Fingerprint == ""
	byFingerprint := d.Serial == "" && d.IssuerKeySHA256 == "" && d.Fingerprint != ""
	if len(n.found.all) == before && !bySerial && !byFingerprint {
		n.wrong("want either serial and issuerKeySha256, or sha256Fingerprint")
	}
	return d
}

// optional is a text in the form that read gives it, "" when it is absent or
// wrong.
func (n node) optional(name string, read func(string) (string, bool), want string) string {
	member, there := n.take(name)
	if !there {
		return ""
	}
	text := member.text()
	value, ok := read(text)
	if text != "" && !ok {
		member.wrong("%.80q: %s", text, want)
	}
	return value
}

func sha256Hex(text string) (string, bool) { return text, isSHA256(text) }

func anyText(text string) (string, bool) { return text, true }

func instant(text string) (string, bool) {
	_, err := time.Parse(time.RFC3339, text)
	return text, err == nil
}
