package clientcert

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/sekisho/sekisho/internal/pkitest"
)

// issue makes a chain of n certificates, leaf first, none of them a root.
func issue(tb testing.TB, n int) []*x509.Certificate {
	tb.Helper()
	ca := pkitest.NewCA(tb, "Root")
	for i := 1; i < n; i++ {
		ca = ca.ChildCA(tb, fmt.Sprintf("Issuing CA %d", i))
	}
	return ca.Issue(tb, "laptop-1").Chain
}

// escapeAll writes every byte of text as an escape, with digits of format.
func escapeAll(text, format string) string {
	var out strings.Builder
	for i := range len(text) {
		fmt.Fprintf(&out, format, text[i])
	}
	return out.String()
}

// escapeFew is ALB's form of a PEM text, so that a test can damage the text.
func escapeFew(text string) string {
	return strings.NewReplacer(" ", "%20", "\n", "%0A", "\r", "%0D", "\t", "%09").Replace(text)
}

func wantSame(t *testing.T, got, want []*x509.Certificate) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("got %d certificates, want %d", len(got), len(want))
	}
	for i := range want {
		if !got[i].Equal(want[i]) {
			t.Errorf("certificate %d: got %v, want %v", i, got[i].Subject, want[i].Subject)
		}
	}
}

func wantReason(t *testing.T, err error, reason Reason, text string) {
	t.Helper()
	var refused *RefusedError
	if !errors.As(err, &refused) {
		t.Fatalf("got error %v, want a *RefusedError", err)
	}
	if refused.Reason != reason {
		t.Errorf("got reason %q, want %q (%v)", refused.Reason, reason, err)
	}
	if !strings.Contains(err.Error(), text) {
		t.Errorf("got error %q, want it to contain %q", err, text)
	}
}

func TestDecodeAcceptsEveryEscaping(t *testing.T) {
	t.Parallel()
	chain := issue(t, 2)
	text := string(pkitest.PEM(chain...))
	if !strings.Contains(text, "+") || !strings.Contains(text, "/") {
		text, chain = textWithPlusAndSlash(t)
	}
	crlf := strings.ReplaceAll(text, "\n", "\r\n")
	cases := map[string]string{
		"as ALB writes it":           Encode(chain),
		"plus escaped":               strings.ReplaceAll(Encode(chain), "+", "%2B"),
		"equals sign escaped":        strings.ReplaceAll(Encode(chain), "=", "%3D"),
		"slash escaped, lower case":  strings.ReplaceAll(Encode(chain), "/", "%2f"),
		"lower-case digits":          strings.ReplaceAll(Encode(chain), "%0A", "%0a"),
		"everything escaped":         escapeAll(text, "%%%02X"),
		"everything in lower case":   escapeAll(text, "%%%02x"),
		"url.PathEscape":             url.PathEscape(text),
		"url.QueryEscape":            strings.ReplaceAll(url.QueryEscape(text), "+", "%20"),
		"literal spaces":             strings.ReplaceAll(Encode(chain), "%20", " "),
		"CRLF line ends":             escapeFew(crlf),
		"no line end at the end":     escapeFew(strings.TrimSuffix(text, "\n")),
		"carriage return at the end": escapeFew(strings.TrimSuffix(text, "\n") + "\r"),
		"blank lines between":        escapeFew(strings.ReplaceAll(text, "-----\n-----", "-----\n\r\n \t\n-----")),
		"white space around":         "%20%0A" + Encode(chain) + "%0A%09 ",
		"lines of 76":                escapeFew(rewrap(t, text, 76)),
		"one line":                   escapeFew(rewrap(t, text, 1<<20)),
	}
	for name, value := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			certs, err := Decode(value)
			if err != nil {
				t.Fatal(err)
			}
			wantSame(t, certs, chain)
		})
	}
}

// textWithPlusAndSlash issues until the base64 holds both characters over
// which others stumble.
func textWithPlusAndSlash(t *testing.T) (string, []*x509.Certificate) {
	t.Helper()
	for range 1000 {
		chain := issue(t, 2)
		text := string(pkitest.PEM(chain...))
		if strings.Contains(text, "+") && strings.Contains(text, "/") {
			return text, chain
		}
	}
	t.Fatal("no certificate with + and / in a thousand")
	return "", nil
}

// rewrap writes the blocks of text anew with lines of width characters.
func rewrap(t *testing.T, text string, width int) string {
	t.Helper()
	var out strings.Builder
	for block, rest := pem.Decode([]byte(text)); block != nil; block, rest = pem.Decode(rest) {
		body := strings.Split(string(pem.EncodeToMemory(block)), "\n")
		base64 := strings.Join(body[1:len(body)-2], "")
		out.WriteString(beginLine + "\n")
		for len(base64) > width {
			out.WriteString(base64[:width] + "\n")
			base64 = base64[width:]
		}
		out.WriteString(base64 + "\n" + endLine + "\n")
	}
	return out.String()
}

// A form decoder turns a literal plus sign into a space. The certificate must
// then be refused, not be another one.
func TestDecodeDoesNotFormDecode(t *testing.T) {
	t.Parallel()
	text, _ := textWithPlusAndSlash(t)
	_, err := Decode(escapeFew(strings.ReplaceAll(text, "+", " ")))
	wantReason(t, err, ReasonPEMSyntax, "not base64")
}

func TestDecodeKeepsOrder(t *testing.T) {
	t.Parallel()
	for n := 1; n <= MaxCertificates; n++ {
		chain := issue(t, n)
		certs, err := Decode(Encode(chain))
		if err != nil {
			t.Fatalf("%d certificates: %v", n, err)
		}
		wantSame(t, certs, chain)
	}
}

func TestDecodeTakesTheLargestChain(t *testing.T) {
	t.Parallel()
	key := &rsa.PublicKey{N: new(big.Int).Lsh(big.NewInt(1), 8191), E: 65537}
	ca := pkitest.NewCA(t, "Root")
	template := *ca.Cert
	template.Subject.CommonName = "Bulky"
	der, err := x509.CreateCertificate(rand.Reader, &template, ca.Cert, key, ca.Key)
	if err != nil {
		t.Fatal(err)
	}
	bulky, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	chain := []*x509.Certificate{bulky, bulky, bulky, bulky}
	certs, err := Decode(Encode(chain))
	if err != nil {
		t.Fatal(err)
	}
	wantSame(t, certs, chain)
}

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	chain := issue(t, 2)
	leaf, issuer := string(pkitest.PEM(chain[0])), string(pkitest.PEM(chain[1]))
	text := leaf + issuer
	body := strings.TrimSuffix(strings.TrimPrefix(leaf, beginLine+"\n"), endLine+"\n")
	spki := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: chain[0].RawSubjectPublicKeyInfo})
	trailing := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: append(chain[0].Raw[:len(chain[0].Raw):len(chain[0].Raw)], 0)})
	cases := []struct {
		name   string
		value  string
		reason Reason
		text   string
	}{
		{"empty", "", ReasonNoCertificate, "no client certificate"},
		{"white space alone", "%20%0A", ReasonPEMSyntax, "no block"},
		{"too long", strings.Repeat("%20", MaxBytes/3+1), ReasonHeaderTooLarge, "at most 65536"},
		{"percent at the end", Encode(chain) + "%", ReasonHeaderEncoding, "ends inside"},
		{"one digit at the end", Encode(chain) + "%0", ReasonHeaderEncoding, "ends inside"},
		{"first digit wrong", Encode(chain) + "%G0", ReasonHeaderEncoding, "two hexadecimal"},
		{"second digit wrong", Encode(chain) + "%0g", ReasonHeaderEncoding, "two hexadecimal"},
		{"digits of IIS", Encode(chain) + "%u0041", ReasonHeaderEncoding, "two hexadecimal"},
		{"NUL at the end", Encode(chain) + "%00", ReasonHeaderEncoding, "NUL"},
		{"NUL at the start", "%00" + Encode(chain), ReasonHeaderEncoding, "NUL"},
		{"raw line feed", Encode(chain) + "\n", ReasonHeaderEncoding, "not escaped"},
		{"raw PEM", text, ReasonHeaderEncoding, "not escaped"},
		{"raw carriage return", "\r" + Encode(chain), ReasonHeaderEncoding, "not escaped"},
		{"escaped twice", url.PathEscape(Encode(chain)), ReasonPEMSyntax, "block 1: it does not begin"},
		{"plus escaped twice", strings.Replace(Encode(chain), "MII", "%252B", 1), ReasonPEMSyntax, "not base64"},
		{"text before", escapeFew("Subject: CN=laptop-1\n" + text), ReasonPEMSyntax, "block 1: it does not begin"},
		{"text between", escapeFew(leaf + "and\n" + issuer), ReasonPEMSyntax, "block 2: it does not begin"},
		{"text after", escapeFew(text + "end"), ReasonPEMSyntax, "block 3: it does not begin"},
		{"comment", escapeFew("# mine\n" + text), ReasonPEMSyntax, "block 1"},
		{"comma of a joined header", Encode(chain[:1]) + ", " + Encode(chain[1:]), ReasonPEMSyntax, "block 2"},
		{"NUL-like text after", escapeFew(text) + "%01", ReasonPEMSyntax, "block 3"},
		{"byte order mark", "%EF%BB%BF" + Encode(chain), ReasonPEMSyntax, "block 1"},
		{"no-break space", "%C2%A0" + Encode(chain), ReasonPEMSyntax, "block 1"},
		{"damaged first block", escapeFew("-----BEGIN CERTIFICATE-----\n!\n" + endLine + "\n" + issuer), ReasonPEMSyntax, "block 1: a line"},
		{"first block not closed", escapeFew(strings.Replace(text, endLine+"\n", "", 1)), ReasonPEMSyntax, "block 1: "},
		{"last block not closed", escapeFew(strings.TrimSuffix(text, endLine+"\n")), ReasonPEMSyntax, "block 2: it does not end"},
		{"begin line alone", escapeFew(beginLine), ReasonPEMSyntax, "block 1: it does not end"},
		{"end before begin", escapeFew(endLine + "\n" + text), ReasonPEMSyntax, "block 1: it does not begin"},
		{"empty block", escapeFew(beginLine + "\n" + endLine + "\n"), ReasonCertificateSyntax, "certificate 1 of 1"},
		{"PEM header", escapeFew(beginLine + "\nProc-Type: 4,ENCRYPTED\n\n" + body + endLine), ReasonPEMSyntax, "not base64"},
		{"blank line in a block", escapeFew(beginLine + "\n\n" + body + endLine), ReasonPEMSyntax, "not base64"},
		{"space in a line", escapeFew(beginLine + "\n " + body + endLine), ReasonPEMSyntax, "not base64"},
		{"carriage returns in a line", escapeFew(beginLine + "\n\r\r\r\r" + body + endLine), ReasonPEMSyntax, "not base64"},
		{"line cut short", escapeFew(beginLine + "\n" + body[1:] + endLine), ReasonPEMSyntax, "not base64"},
		{"padding in the middle", escapeFew(beginLine + "\nMA==\n" + body + endLine), ReasonPEMSyntax, "after its padding"},
		{"stray bits before padding", escapeFew(beginLine + "\nMB==\n" + endLine), ReasonPEMSyntax, "not base64"},
		{"URL alphabet", escapeFew(beginLine + "\nMI-_\n" + endLine), ReasonPEMSyntax, "not base64"},
		{"two dashes fewer", escapeFew(strings.Replace(text, "-----BEGIN", "---BEGIN", 1)), ReasonPEMSyntax, "block 1"},
		{"lower-case type", escapeFew(strings.Replace(text, "BEGIN CERT", "BEGIN cert", 1)), ReasonPEMSyntax, "block 1"},
		{"type X509 CERTIFICATE", escapeFew(strings.ReplaceAll(text, " CERTIFICATE", " X509 CERTIFICATE")), ReasonPEMSyntax, "block 1"},
		{"type TRUSTED CERTIFICATE", escapeFew(strings.ReplaceAll(text, " CERTIFICATE", " TRUSTED CERTIFICATE")), ReasonPEMSyntax, "block 1"},
		{"private key in between", escapeFew(leaf + "-----BEGIN PRIVATE KEY-----\nMAAA\n-----END PRIVATE KEY-----\n" + issuer), ReasonPEMSyntax, "block 2"},
		{"other end line", escapeFew(strings.Replace(text, "END CERTIFICATE", "END X509 CRL", 1)), ReasonPEMSyntax, "block 1: "},
		{"two blocks on one line", escapeFew(strings.ReplaceAll(text, "-----\n-----", "----------")), ReasonPEMSyntax, "block 1"},
		{"five certificates", Encode(append(issue(t, 4), chain[0])), ReasonTooManyCertificates, "more than 4"},
		{"a fifth block that is junk", Encode(issue(t, 4)) + "x", ReasonTooManyCertificates, "more than 4"},
		{"no certificate in the block", escapeFew(string(spki)), ReasonCertificateSyntax, "certificate 1 of 1"},
		{"trailing data in the block", escapeFew(string(trailing)), ReasonCertificateSyntax, "certificate 1 of 1"},
		{"second block damaged", escapeFew(leaf + string(spki)), ReasonCertificateSyntax, "certificate 2 of 2"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			certs, err := Decode(c.value)
			if certs != nil {
				t.Errorf("got %d certificates beside the error", len(certs))
			}
			wantReason(t, err, c.reason, c.text)
		})
	}
}

// However a value is escaped, it decodes to the same certificates.
func TestDecodeEscapingProperty(t *testing.T) {
	t.Parallel()
	chain := issue(t, 2)
	text := string(pkitest.PEM(chain...))
	rapid.Check(t, func(r *rapid.T) {
		percent := rapid.IntRange(0, 100).Draw(r, "percent escaped")
		var value strings.Builder
		for i := range len(text) {
			roll := rapid.IntRange(0, 99).Draw(r, "roll")
			switch {
			case text[i] == '\n' || roll < percent/2:
				fmt.Fprintf(&value, "%%%02X", text[i])
			case roll < percent:
				fmt.Fprintf(&value, "%%%02x", text[i])
			default:
				value.WriteByte(text[i])
			}
		}
		certs, err := Decode(value.String())
		if err != nil {
			r.Fatal(err)
		}
		if len(certs) != len(chain) || !certs[0].Equal(chain[0]) || !certs[1].Equal(chain[1]) {
			r.Fatal("got other certificates than were encoded")
		}
	})
}

// One damaged byte never gives another certificate than the one that stands
// there: what is accepted re-encodes to what a lenient reader sees too.
func TestDecodeDamageProperty(t *testing.T) {
	t.Parallel()
	value := Encode(issue(t, 2))
	rapid.Check(t, func(r *rapid.T) {
		damaged := []byte(value)
		at := rapid.IntRange(0, len(damaged)-1).Draw(r, "at")
		damaged[at] = rapid.Byte().Draw(r, "byte")
		certs, err := Decode(string(damaged))
		if err == nil {
			checkLaw(r, string(damaged), certs)
		}
	})
}

type failer interface{ Fatalf(string, ...any) }

// checkLaw holds what every accepted value owes: it re-encodes to the same
// DER, and the standard library's lenient decoders see the same.
func checkLaw(t failer, value string, certs []*x509.Certificate) {
	if len(certs) == 0 || len(certs) > MaxCertificates {
		t.Fatalf("accepted with %d certificates", len(certs))
	}
	again, err := Decode(Encode(certs))
	if err != nil || len(again) != len(certs) {
		t.Fatalf("re-encoded: %d certificates, error %v", len(again), err)
	}
	plain, err := url.PathUnescape(value)
	if err != nil {
		t.Fatalf("accepted, but url.PathUnescape says: %v", err)
	}
	rest := []byte(plain)
	for i, cert := range certs {
		var block *pem.Block
		block, rest = pem.Decode(rest)
		if block == nil || string(block.Bytes) != string(cert.Raw) || !cert.Equal(again[i]) {
			t.Fatalf("certificate %d differs from what stands there", i)
		}
	}
	if strings.TrimSpace(string(rest)) != "" {
		t.Fatalf("accepted with %d bytes behind the last block", len(rest))
	}
}

func FuzzDecode(f *testing.F) {
	chain := issue(f, 2)
	text := string(pkitest.PEM(chain...))
	f.Add("")
	f.Add(Encode(chain))
	f.Add(Encode(chain[:1]))
	f.Add(escapeAll(text, "%%%02x"))
	f.Add(escapeFew(strings.ReplaceAll(text, "\n", "\r\n")))
	f.Add(escapeFew("x\n" + text))
	f.Add(beginLine + "%0AMA==%0A" + endLine)
	f.Fuzz(func(t *testing.T, value string) {
		certs, err := Decode(value)
		if err != nil {
			var refused *RefusedError
			if certs != nil || !errors.As(err, &refused) {
				t.Fatalf("got %d certificates and error %v", len(certs), err)
			}
			return
		}
		checkLaw(t, value, certs)
	})
}

func BenchmarkDecodeText(b *testing.B) {
	value := Encode(issue(b, 4))
	b.SetBytes(int64(len(value)))
	b.ReportAllocs()
	for b.Loop() {
		text, err := unescape(value)
		if err != nil {
			b.Fatal(err)
		}
		_, err = splitPEM(text)
		if err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	value := Encode(issue(b, 2))
	b.SetBytes(int64(len(value)))
	b.ReportAllocs()
	for b.Loop() {
		_, err := Decode(value)
		if err != nil {
			b.Fatal(err)
		}
	}
}
