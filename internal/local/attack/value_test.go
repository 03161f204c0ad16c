package attack

import (
	"encoding/base64"
	"encoding/pem"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// written is a value of the certificate header as no load balancer writes it.
type written struct {
	name, value string
	want        verdict
}

// text is a chain in PEM, before anything is escaped.
func (c credential) text() string {
	text, err := url.PathUnescape(c.value())
	if err != nil {
		return ""
	}
	return text
}

// escape escapes what a load balancer does.
var escape = strings.NewReplacer("%", "%25", " ", "%20", "\n", "%0A", "\r", "%0D", "\t", "%09", "\x00", "%00").Replace

// spellings say the same as a load balancer would, in other escapes.
func spellings(h *house) []written {
	good := of(h.good)
	value, same := good.value(), served(h.good.Cert)
	everything := func(format func(byte) string) string {
		var b strings.Builder
		for _, c := range []byte(good.text()) {
			b.WriteString(format(c))
		}
		return b.String()
	}
	const upper, lower = "0123456789ABCDEF", "0123456789abcdef"
	return []written{
		{"as a load balancer writes it", value, same},
		{"escapes in lower case", strings.ReplaceAll(value, "%0A", "%0a"), same},
		{"everything escaped", everything(func(c byte) string { return "%" + upper[c>>4:c>>4+1] + upper[c&15:c&15+1] }), same},
		{"everything escaped, in lower case", everything(func(c byte) string { return "%" + lower[c>>4:c>>4+1] + lower[c&15:c&15+1] }), same},
		{"padding, plus and slash escaped", strings.NewReplacer("=", "%3D", "+", "%2B", "/", "%2F").Replace(value), same},
		{"spaces not escaped", strings.ReplaceAll(value, "%20", " "), same},
		{"lines that end with CRLF", strings.ReplaceAll(value, "%0A", "%0D%0A"), same},
		{"empty lines between the blocks", strings.ReplaceAll(value, "-----%0A-----", "-----%0A%0A%0A-----"), same},
		{"no line end behind the last block", strings.TrimSuffix(value, "%0A"), same},
		{"the whole base64 on one line", escape(oneLine(h.good.Cert.Raw)), same},
	}
}

// damage is a good chain that somebody changed on the way, or that says more
// than it may.
func damage(t *testing.T, h *house) []written {
	good := of(h.good)
	value, text := good.value(), good.text()
	plain := credential{chain: good.chain[:1]}.text()
	bad := func(name, value, reason string) written { return written{name, value, refused(reason)} }
	replaced := func(old, with string) string { return strings.Replace(text, old, with, 1) }
	withPlus := plusIn(t, h)
	return []written{
		bad("decoded as a form: plus has become a space", strings.ReplaceAll(withPlus, "+", " "), "pem-syntax"),
		bad("the same, escaped again", strings.ReplaceAll(withPlus, "+", "%20"), "pem-syntax"),
		bad("escaped twice", escape(value), "pem-syntax"),
		bad("percent signs escaped once more", strings.ReplaceAll(value, "%", "%25"), "pem-syntax"),
		bad("NUL behind the last block", value+"%00", "header-encoding"),
		bad("NUL within a block", strings.Replace(value, "%0A", "%00%0A", 1), "header-encoding"),
		bad("ends within an escape", value+"%0", "header-encoding"),
		bad("ends with a percent sign", value+"%", "header-encoding"),
		bad("escape of no digits", strings.Replace(value, "%0A", "%0G", 1), "header-encoding"),
		bad("escape of four digits", strings.Replace(value, "%0A", "%u000A", 1), "header-encoding"),
		bad("line end written in two bytes too many", strings.Replace(value, "%0A", "%C0%8A", 1), "pem-syntax"),
		bad("byte order mark", "%EF%BB%BF"+value, "pem-syntax"),
		bad("in quotation marks", `"`+value+`"`, "pem-syntax"),
		bad("two values in one", value+","+value, "pem-syntax"),
		bad("text before", escape("subject=CN = good\n"+text), "pem-syntax"),
		bad("text behind", escape(text+"subject=CN = good\n"), "pem-syntax"),
		bad("text between", escape(strings.Replace(text, "-----\n-----", "-----\nx\n-----", 1)), "pem-syntax"),
		bad("blocks without a line end between", escape(strings.Replace(text, "-----\n-----", "----------", 1)), "pem-syntax"),
		bad("PEM headers", escape(replaced("-----\n", "-----\nProc-Type: 4,ENCRYPTED\n\n")), "pem-syntax"),
		bad("other type of block", escape(strings.ReplaceAll(text, "CERTIFICATE", "TRUSTED CERTIFICATE")), "pem-syntax"),
		bad("older name of the type", escape(strings.ReplaceAll(text, "CERTIFICATE", "X509 CERTIFICATE")), "pem-syntax"),
		bad("type in lower case", escape(strings.ReplaceAll(text, "CERTIFICATE", "certificate")), "pem-syntax"),
		bad("key before the certificate", escape(block("PRIVATE KEY", []byte("x"))+text), "pem-syntax"),
		bad("end of another type", escape(replaced("END CERTIFICATE", "END CERTIFICATES")), "pem-syntax"),
		bad("no end", strings.Split(value, "-----END")[0], "pem-syntax"),
		bad("no beginning", value[len("-----BEGIN%20CERTIFICATE-----"):], "pem-syntax"),
		bad("empty block", escape(block("CERTIFICATE", nil)), "certificate-syntax"),
		bad("empty block, then a good one", escape(block("CERTIFICATE", nil)+text), "certificate-syntax"),
		bad("first block damaged, so that the second would be the leaf", escape(strings.Replace(of(h.stolen).text(), "MII", "M*I", 1)+text), "pem-syntax"),
		bad("second block damaged", escape(plain+strings.Replace(plain, "MII", "M*I", 1)), "pem-syntax"),
		bad("base64 without padding", escape(strings.ReplaceAll(padded(t, h), "=", "")), "pem-syntax"),
		bad("base64 with padding too much", escape(strings.Replace(padded(t, h), "=\n", "==\n", 1)), "pem-syntax"),
		bad("base64 for addresses", escape(urlSafe(text)), "pem-syntax"),
		bad("bits behind the base64", escape(looseBits(t, h)), "pem-syntax"),
		bad("space in a line of base64", escape(replaced("MII", "M II")), "pem-syntax"),
		bad("line of base64 cut short", escape(replaced("\nMII", "\nM\nII")), "pem-syntax"),
		bad("DER without PEM", base64.StdEncoding.EncodeToString(h.good.Cert.Raw), "pem-syntax"),
		bad("as RFC 9440 writes it", ":"+base64.StdEncoding.EncodeToString(h.good.Cert.Raw)+":", "pem-syntax"),
		bad("two certificates in one block", escape(block("CERTIFICATE", slices.Concat(h.good.Cert.Raw, h.issuing.Cert.Raw))), "certificate-syntax"),
		bad("block of no certificate", escape(block("CERTIFICATE", []byte("hello, world"))), "certificate-syntax"),
		bad("block of no certificate, then a good one", escape(block("CERTIFICATE", []byte("hello, world"))+text), "certificate-syntax"),
		bad("list in the place of a certificate", escape(block("CERTIFICATE", list(t, h.issuing))), "certificate-syntax"),
		bad("certificate cut short", escape(block("CERTIFICATE", h.good.Cert.Raw[:len(h.good.Cert.Raw)-1])), "certificate-syntax"),
		bad("certificate of indefinite length", escape(block("CERTIFICATE", slices.Concat([]byte{0x30, 0x80}, h.good.Cert.Raw[4:], []byte{0, 0}))), "certificate-syntax"),
		bad("five certificates", strings.Repeat(credential{chain: good.chain[:1]}.value(), 5), "too-many-certificates"),
		bad("more than 64 KiB", value+strings.Repeat("%0A", 22_000), "header-too-large"),
		bad("more than 64 KiB of nothing", strings.Repeat("x", 64<<10+1), "header-too-large"),
		bad("one word", "good", "pem-syntax"),
		bad("name of a user", "CN=good,O=Example", "pem-syntax"),
		bad("null in JSON", "null", "pem-syntax"),
		{"spaces", "   ", nobody()},
		{"nothing", "", nobody()},
	}
}

func block(kind string, content []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: content}))
}

func oneLine(der []byte) string {
	return "-----BEGIN CERTIFICATE-----\n" + base64.StdEncoding.EncodeToString(der) + "\n-----END CERTIFICATE-----\n"
}
