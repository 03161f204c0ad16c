package attack

import (
	"strings"
	"testing"
)

// plusIn is the value of a good client whose base64 has a plus in it.
func plusIn(t *testing.T, h *house) string {
	t.Helper()
	return tryClients(t, h, func(text string) bool { return strings.Contains(text, "+") && !strings.Contains(text, "=") }).value()
}

// padded is a good client in PEM whose base64 needs padding, of one sign.
func padded(t *testing.T, h *house) string {
	t.Helper()
	return tryClients(t, h, func(text string) bool { return strings.Contains(text, "=\n") && !strings.Contains(text, "==") }).text()
}

// looseBits is padded with bits set that the padding says are none: a lenient
// reader takes both for the same certificate.
func looseBits(t *testing.T, h *house) string {
	t.Helper()
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	text := []byte(padded(t, h))
	last := strings.IndexByte(string(text), '=') - 1
	text[last] = alphabet[strings.IndexByte(alphabet, text[last])+1]
	return string(text)
}

// urlSafe is text in the alphabet of RFC 4648, section 5, but for the lines
// that are none of it.
func urlSafe(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if !strings.HasPrefix(line, "-----") {
			lines[i] = strings.NewReplacer("+", "-", "/", "_").Replace(line)
		}
	}
	return strings.Join(lines, "\n")
}

// tryClients makes good clients until one of them, alone, has such a PEM. A
// subject that grows by a letter each time makes it a matter of three.
func tryClients(t *testing.T, h *house, fits func(string) bool) credential {
	t.Helper()
	for length := range 100 {
		c := show(nil, h.issuing.Issue(t, "guest"+strings.Repeat("x", length%8), current).Cert)
		if fits(c.text()) {
			return c
		}
	}
	t.Fatal("no certificate of a hundred has the base64 that this test needs")
	return credential{}
}
