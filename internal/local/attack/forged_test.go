package attack

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/sekisho/sekisho/internal/local/alb"
	"github.com/sekisho/sekisho/internal/pkitest"
)

// caller is somebody who knows a good client's certificates, but not its key.
type caller struct {
	name string
	credential
	// alone is what the caller gets without forging anything.
	alone verdict
}

func callers(t *testing.T, h *house) []caller {
	t.Helper()
	stranger := pkitest.NewCA(t, "Elsewhere", current).Issue(t, "good", current)
	return []caller{
		{"nobody", credential{}, nobody()},
		{"a stranger", of(stranger), refused("untrusted")},
		{"a revoked client", of(h.stolen), refused("revoked")},
		{"another good client", of(h.laptop), served(h.laptop.Cert)},
	}
}

// expect is what a caller gets who sends the certificate header under the name
// that the listener uses; open says that the setting lets the caller be
// anybody. That is documented: where a client's own header is left alone,
// nothing but its name protects.
func (s setting) expect(c caller, f forgery) (want verdict, open bool) {
	added := s.sent == alb.HeaderAppended && (c.key != nil || s.without == alb.HeaderEmpty)
	switch {
	case f.values == 0, s.sent == alb.HeaderReplaced:
		return c.alone, false
	case s.single && added:
		return c.alone, false
	case s.single && f.lastEmpty:
		return nobody(), false
	case !s.single && (f.values > 1 || added):
		return refused("several-headers"), false
	default:
		return verdict{}, true
	}
}

// forgery is a way to write a header.
type forgery struct {
	name  string
	write func(header, value string) string
	// values is how many values of it arrive; lastEmpty says that the last is
	// empty.
	values    int
	lastEmpty bool
}

// forgeries are ways to send the certificate header oneself.
func forgeries() []forgery {
	lines := func(write func(header, value string) []string) func(string, string) string {
		return func(header, value string) string { return get(write(header, value)...) }
	}
	return []forgery{
		{"forged header", lines(func(h, v string) []string { return []string{h + ": " + v} }), 1, false},
		{"in lower case", lines(func(h, v string) []string { return []string{strings.ToLower(h) + ": " + v} }), 1, false},
		{"in mixed case", lines(func(h, v string) []string { return []string{mixed(h) + ":" + v} }), 1, false},
		{"behind a tab", lines(func(h, v string) []string { return []string{h + ":\t" + v} }), 1, false},
		{"named hop-by-hop", lines(func(h, v string) []string { return []string{"Connection: " + h, h + ": " + v} }), 1, false},
		{"twice", lines(func(h, v string) []string { return []string{h + ": " + v, h + ": " + v} }), 2, false},
		{"twice, in two cases", lines(func(h, v string) []string { return []string{h + ": " + v, mixed(h) + ": " + v} }), 2, false},
		{"twice, first empty", lines(func(h, v string) []string { return []string{h + ":", h + ": " + v} }), 2, false},
		{"twice, last empty", lines(func(h, v string) []string { return []string{h + ": " + v, h + ":"} }), 2, true},
		{"a hundred times", lines(func(h, v string) []string { return strings.Split(strings.Repeat(h+": x\n", 99)+h+": "+v, "\n") }), 100, false},
		{"as a trailer", trailing, 0, false},
		{"with underscores", lines(func(h, v string) []string { return []string{strings.ReplaceAll(h, "-", "_") + ": " + v} }), 0, false},
		{"in the query", func(h, v string) string { return strings.Replace(get(), "/ ", "/?"+h+"="+v+" ", 1) }, 0, false},
		{"as a cookie", lines(func(h, v string) []string { return []string{"Cookie: " + h + "=" + v} }), 0, false},
	}
}

// trailing sends a header after the body.
func trailing(header, value string) string {
	return "POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\nTrailer: " + header +
		"\r\n\r\n1\r\nx\r\n0\r\n" + header + ": " + value + "\r\n\r\n"
}

func mixed(header string) string {
	text := []byte(strings.ToUpper(header))
	for i := 0; i < len(text); i += 2 {
		text[i] = strings.ToLower(string(text[i]))[0]
	}
	return string(text)
}

// elsewhere are names under which others hand a certificate on, each with what
// would be its value. None of them means anything here.
func elsewhere(victim *pkitest.Leaf) map[string][]string {
	escaped := of(victim).value()
	encoded := base64.StdEncoding.EncodeToString(victim.Cert.Raw)
	return map[string][]string{
		"default name under a renamed header": {defaultHeader + ": " + escaped},
		"all headers of the verify mode": {
			defaultHeader + "-Leaf: " + escaped, defaultHeader + "-Serial-Number: " + victim.Cert.SerialNumber.Text(16),
			defaultHeader + "-Subject: CN=laptop-1", defaultHeader + "-Issuer: CN=Issuing",
			defaultHeader + "-Validity: NotBefore=2020-01-01T00:00:00Z;NotAfter=2040-01-01T00:00:00Z",
		},
		"X-Forwarded-Client-Cert":         {"X-Forwarded-Client-Cert: Hash=" + fingerprint(victim.Cert.Raw) + `;Cert="` + escaped + `";Chain="` + escaped + `"`},
		"X-SSL-Client-Cert":               {"X-SSL-Client-Cert: " + escaped, "X-SSL-Client-Verify: SUCCESS"},
		"SSL_CLIENT_CERT":                 {"SSL_CLIENT_CERT: " + escaped, "SSL-Client-Cert: " + escaped, "SSL_CLIENT_VERIFY: SUCCESS"},
		"X-Client-Cert":                   {"X-Client-Cert: " + escaped, "X-Client-Verified: SUCCESS"},
		"X-Forwarded-Tls-Client-Cert":     {"X-Forwarded-Tls-Client-Cert: " + encoded},
		"X-ARR-ClientCert":                {"X-ARR-ClientCert: " + encoded},
		"X-Apigateway-Clientcert":         {"X-Amzn-Apigateway-Clientcert: " + escaped, "Cf-Client-Cert-Der-Base64: " + encoded},
		"Client-Cert of RFC 9440":         {"Client-Cert: :" + encoded + ":", "Client-Cert-Chain: :" + encoded + ":"},
		"the verifier's own headers":      {"X-Sekisho-Subject: CN=laptop-1", "X-Sekisho-Serial: 01", "X-Sekisho-Fingerprint: " + fingerprint(victim.Cert.Raw)},
		"name that begins like it":        {defaultHeader + "s: " + escaped, defaultHeader + "-: " + escaped, "X-" + defaultHeader + ": " + escaped},
		"a user whom a proxy vouches for": {"X-Forwarded-User: laptop-1", "X-Remote-User: laptop-1", "Remote-User: laptop-1", "Authorization: Bearer " + encoded},
	}
}
