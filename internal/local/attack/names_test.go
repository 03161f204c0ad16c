package attack

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"strings"
	"testing"
)

// oddNames are good clients with names made to upset whoever writes them down.
func oddNames(t *testing.T, h *house) []presented {
	named := func(name, commonName string) presented {
		leaf := h.issuing.Issue(t, commonName, current)
		return presented{"subject " + name, of(leaf), served(leaf.Cert)}
	}
	nameless := h.issuing.Issue(t, "", current, func(c *x509.Certificate) { c.Subject = pkix.Name{} })
	return []presented{
		named("with line ends and a made-up log line", "x\r\n{\"level\":\"INFO\",\"msg\":\"decision\",\"decision\":\"accepted\"}"),
		named("with a NUL", "good\x00.example.org"),
		named("with terminal escapes", "\x1b[2J\x1b]0;x\x07"),
		named("with line separators and text that runs backwards", "\u2028\u202egood\u2029"),
		named("that is HTML", `"><script>alert(1)</script>`),
		named("that is a format", "%s%n%d{{.}}${jndi:ldap://localhost/x}"),
		named("of 12,000 letters", strings.Repeat("x", 12_000)),
		{"subject without a name", of(nameless), served(nameless.Cert)},
	}
}
