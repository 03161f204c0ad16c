package alb

import (
	"bytes"
	"crypto"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"encoding/pem"
	"os/exec"
	"strings"
	"testing"

	"github.com/sekisho/sekisho/internal/pkitest"
)

// rawName builds a name of one attribute per RDN, with values encoded as given.
func rawName(tb testing.TB, attributes ...attribute) []byte {
	tb.Helper()
	var name []relativeNameSET
	for _, a := range attributes {
		name = append(name, relativeNameSET{a})
	}
	return marshal(tb, name)
}

func text(id string, tag int, value string) attribute {
	return attribute{Type: oid(id), Value: asn1.RawValue{Tag: tag, Bytes: []byte(value)}}
}

func oid(dotted string) asn1.ObjectIdentifier {
	var id asn1.ObjectIdentifier
	for part := range strings.SplitSeq(dotted, ".") {
		number := 0
		for _, digit := range part {
			number = 10*number + int(digit-'0')
		}
		id = append(id, number)
	}
	return id
}

const commonName = "2.5.4.3"

func names(tb testing.TB) map[string][]byte {
	tb.Helper()
	const utf8String, printable, ia5, t61, bmpString = 12, 19, 22, 20, 30
	return map[string][]byte{
		"":                                     rawName(tb),
		"CN=a,O=b,C=c":                         rawName(tb, text("2.5.4.6", printable, "c"), text("2.5.4.10", utf8String, "b"), text(commonName, utf8String, "a")),
		`CN=a\,b\+c\"d\\e\<f\>g\;h=i/j`:        rawName(tb, text(commonName, utf8String, `a,b+c"d\e<f>g;h=i/j`)),
		`CN=\ a b\ `:                           rawName(tb, text(commonName, utf8String, " a b ")),
		`CN=\#a#`:                              rawName(tb, text(commonName, utf8String, "#a#")),
		`CN=a\0D\0Ab\00c\7F`:                   rawName(tb, text(commonName, utf8String, "a\r\nb\x00c\x7f")),
		`CN=\C3\A9\E9\96\A2`:                   rawName(tb, text(commonName, utf8String, "é関")),
		`CN=\C3\A9 latin`:                      rawName(tb, text(commonName, t61, "\xe9 latin")),
		`CN=\E9\96\A2 x`:                       rawName(tb, text(commonName, bmpString, "\x95\xa2\x00 \x00x")),
		"emailAddress=a@b.example":             rawName(tb, text("1.2.840.113549.1.9.1", ia5, "a@b.example")),
		"UID=u,DC=d":                           rawName(tb, text("0.9.2342.19200300.100.1.25", ia5, "d"), text("0.9.2342.19200300.100.1.1", utf8String, "u")),
		"serialNumber=1,GN=g,SN=s,title=t,L=l": rawName(tb, text("2.5.4.7", utf8String, "l"), text("2.5.4.12", utf8String, "t"), text("2.5.4.4", utf8String, "s"), text("2.5.4.42", utf8String, "g"), text("2.5.4.5", printable, "1")),
		"street=r,postalCode=p,ST=s,OU=u":      rawName(tb, text("2.5.4.11", utf8String, "u"), text("2.5.4.8", utf8String, "s"), text("2.5.4.17", utf8String, "p"), text("2.5.4.9", utf8String, "r")),
		"1.2.3.4.5=#0C0161":                    rawName(tb, text("1.2.3.4.5", utf8String, "a")),
		"CN=#03020780":                         rawName(tb, text(commonName, 3, "\x07\x80")),
		"CN=a+OU=b":                            marshal(tb, []relativeNameSET{{text("2.5.4.11", utf8String, "b"), text(commonName, utf8String, "a")}}),
		"CN=first,CN=second":                   rawName(tb, text(commonName, utf8String, "second"), text(commonName, utf8String, "first")),
		"O=\\E7\\A4\\BE,description=d,initials=i.": rawName(tb, text("2.5.4.43", utf8String, "i."), text("2.5.4.13", utf8String, "d"), text("2.5.4.10", utf8String, "社")),
	}
}

func TestDistinguishedName(t *testing.T) {
	t.Parallel()
	for want, raw := range names(t) {
		if want == "CN=a+OU=b" {
			continue // DER sorts a SET; see the comparison with OpenSSL
		}
		if got := distinguishedName(raw); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	for _, broken := range []string{"", "x", "\x30\x03", "\x30\x00\x00"} {
		want := "#" + hex.EncodeToString([]byte(broken))
		if got := distinguishedName([]byte(broken)); got != want {
			t.Errorf("%q: got %s, want %s", broken, got, want)
		}
	}
}

// TestDistinguishedNameAsOpenSSL holds the writing against the program whose
// library writes such names at many gates.
func TestDistinguishedNameAsOpenSSL(t *testing.T) {
	t.Parallel()
	openssl := installed(t, "openssl")
	ca := pkitest.NewCA(t, "Test Root")
	for _, raw := range names(t) {
		if len(raw) == 2 {
			continue // "subject=" without a name; nothing to compare
		}
		der := resignDER(t, ca, ca.Issue(t, "x").Cert, crypto.SHA256, func(tbs *tbsCertificate) {
			tbs.Subject = asn1.RawValue{FullBytes: raw}
		})
		command := exec.Command(openssl, "x509", "-noout", "-subject", "-nameopt", "RFC2253")
		command.Stdin = bytes.NewReader(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
		output, err := command.CombinedOutput()
		if err != nil {
			t.Fatalf("openssl: %v: %s", err, output)
		}
		want := strings.TrimPrefix(strings.TrimSuffix(string(output), "\n"), "subject=")
		if got := distinguishedName(raw); got != want {
			t.Errorf("got %s, openssl says %s", got, want)
		}
	}
}

// FuzzDistinguishedName: whatever the bytes, the text is one line of printable
// ASCII.
func FuzzDistinguishedName(f *testing.F) {
	for _, raw := range names(f) {
		f.Add(raw)
	}
	simple, _ := asn1.Marshal(pkix.Name{CommonName: "a"}.ToRDNSequence())
	f.Add(simple)
	f.Fuzz(func(t *testing.T, raw []byte) {
		got := distinguishedName(raw)
		for i := range len(got) {
			if got[i] < ' ' || got[i] > '~' {
				t.Fatalf("byte %#x in %q", got[i], got)
			}
		}
	})
}

// installed is the path of a program, or the test is skipped.
func installed(tb testing.TB, program string) string {
	tb.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		tb.Skipf("%s is not installed: nothing to compare with", program)
	}
	return path
}
