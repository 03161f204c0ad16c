package gate

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"

	"github.com/sekisho/sekisho/internal/chain"
)

// setIdentity says in header who was verified. Client-Cert is that of RFC 9440;
// the others are for programs that do not read certificates. Their values are
// printable ASCII: everything else, and the percent sign, is percent-encoded,
// and in the list of alternative names also commas.
func setIdentity(header http.Header, id *chain.Identity) {
	header.Set("Client-Cert", ":"+base64.StdEncoding.EncodeToString(id.Leaf.Raw)+":")
	header.Set("X-Sekisho-Subject", encodeExcept(id.Subject, "%"))
	header.Set("X-Sekisho-Issuer", encodeExcept(id.Issuer, "%"))
	header.Set("X-Sekisho-Serial", id.Serial)
	header.Set("X-Sekisho-Fingerprint", id.Fingerprint)
	names := alternativeNames(id)
	if names != "" {
		header.Set("X-Sekisho-San", names)
	}
}

func alternativeNames(id *chain.Identity) string {
	var all []string
	for _, group := range []struct {
		kind  string
		names []string
	}{{"dns", id.DNSNames}, {"email", id.Emails}, {"uri", id.URIs}, {"ip", id.IPs}} {
		for _, name := range group.names {
			all = append(all, group.kind+":"+encodeExcept(name, "%, "))
		}
	}
	return strings.Join(all, ", ")
}

// encodeExcept percent-encodes what is not printable ASCII, and the characters
// in special.
func encodeExcept(text, special string) string {
	var b strings.Builder
	for i := range len(text) {
		if text[i] < ' ' || text[i] > '~' || strings.IndexByte(special, text[i]) >= 0 {
			fmt.Fprintf(&b, "%%%02X", text[i])
			continue
		}
		b.WriteByte(text[i])
	}
	return b.String()
}

// dropClaims removes every header by which a program might be told who the
// client is, and those by which it might be told of another path or method than
// the one that was decided about.
func dropClaims(header http.Header, certificateHeader string) {
	for name := range header {
		if isClaim(name) || canonical(name) == canonical(certificateHeader) {
			delete(header, name)
		}
	}
}

// claims are names, or their beginnings where they end in a hyphen.
func claims() []string {
	return []string{
		"x-sekisho-", "client-cert", "client-cert-", "x-amzn-mtls-",
		// What other proxies call a verified certificate.
		"x-forwarded-client-cert", "x-forwarded-tls-client-cert", "x-forwarded-tls-client-cert-",
		"x-client-cert", "x-client-cert-", "x-client-verified", "x-client-verify", "x-client-dn", "x-ssl-client-", "ssl-client-",
		"x-ssl-cert", "x-arr-clientcert", "x-amzn-apigateway-clientcert", "cf-client-cert-",
		// What they call a user whom they know.
		"remote-", "x-remote-", "x-forwarded-user", "x-forwarded-email", "x-forwarded-groups", "x-forwarded-preferred-username",
		"x-webauth-user", "x-authenticated-user", "x-auth-request-", "x-amzn-oidc-",
		// By which frameworks let a client change path or method.
		"x-forwarded-uri", "x-forwarded-method", "x-forwarded-prefix",
		"x-original-url", "x-original-uri", "x-original-method", "x-rewrite-url", "x-http-method", "x-http-method-override", "x-method-override",
	}
}

func isClaim(name string) bool {
	name = canonical(name)
	for _, claim := range claims() {
		if name == claim || strings.HasSuffix(claim, "-") && strings.HasPrefix(name, claim) {
			return true
		}
	}
	return false
}

// canonical brings together the spellings that become one name on the way:
// gateways to other languages make the same variable of a hyphen, an underscore
// and whatever else is neither a letter nor a digit.
func canonical(name string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9':
			return c
		case 'A' <= c && c <= 'Z':
			return c - 'A' + 'a'
		}
		return '-'
	}, name)
}

// dropUpgrade lets a client change to web sockets only. Any other protocol, h2c
// above all, would be a tunnel to the application for requests that nobody
// decides about, with whatever claims the client likes.
func dropUpgrade(header http.Header) {
	if strings.EqualFold(header.Get("Upgrade"), "websocket") && len(header["Upgrade"]) == 1 {
		return
	}
	for _, name := range []string{"Upgrade", "Connection", "Http2-Settings"} {
		header.Del(name)
	}
}
