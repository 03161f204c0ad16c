package alb

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"net/url"
	"strings"
	"testing"
)

// FuzzEncodeChain holds the law of the header: percent-decoding, with + left
// alone, and reading the PEM gives back the same bytes in the same order; and
// the value has nothing that a header may not have.
func FuzzEncodeChain(f *testing.F) {
	for _, cert := range fixtureChain(f) {
		f.Add(cert.Raw, []byte("second"))
	}
	f.Add([]byte{}, []byte{0xfb, 0xef, 0xbe, 0xff}) // all + and / in base64
	f.Fuzz(func(t *testing.T, first, second []byte) {
		value := encodeChain([]*x509.Certificate{{Raw: first}, {Raw: second}})
		for i := range len(value) {
			if !literal(value[i]) && value[i] != '%' {
				t.Fatalf("byte %q in the header", value[i])
			}
		}
		text, err := url.PathUnescape(value)
		if err != nil {
			t.Fatalf("decoding: %v", err)
		}
		rest := []byte(text)
		for _, want := range [][]byte{first, second} {
			var block *pem.Block
			block, rest = pem.Decode(rest)
			if block == nil || block.Type != "CERTIFICATE" || !bytes.Equal(block.Bytes, want) {
				t.Fatalf("got %v, want the bytes %x", block, want)
			}
		}
		if len(rest) > 0 {
			t.Fatalf("%d bytes are left over", len(rest))
		}
	})
}

func TestEscape(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"aZ09-._~":   "aZ09-._~",
		"+=/":        "+=/",
		" \n\r":      "%20%0A%0D",
		"%":          "%25",
		"é\x00\xff":  "%C3%A9%00%FF",
		"a&b?c#d;e,": "a%26b%3Fc%23d%3Be%2C",
	}
	for text, want := range tests {
		var got strings.Builder
		escape(&got, []byte(text))
		if got.String() != want {
			t.Errorf("%q: got %q, want %q", text, got.String(), want)
		}
	}
}
