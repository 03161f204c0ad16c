package attack

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"slices"
	"testing"

	"github.com/sekisho/sekisho/internal/snapshot"
)

// policyText lets everybody use /public, and administrators /admin.
const policyText = `{"format": 1, "rules": [
	{"name": "public", "paths": ["/public"], "anyone": true},
	{"name": "admin", "paths": ["/admin"], "methods": ["GET", "HEAD"], "who": [{"subjectCn": "admin-*", "subjectO": "Example"}]}
]}`

// errand is a request that rules decide on, and who makes it.
type errand struct {
	name string
	as   credential
	raw  string
	want verdict
}

// errands are those of a client who is no administrator, and of some who would
// like to look like one.
func errands(t *testing.T, h *house) []errand {
	me := of(h.laptop)
	at := func(path string, lines ...string) string { return line("GET "+path+" HTTP/1.1", lines...) }
	passes := func(name, path string) errand { return errand{name, me, at(path), served(h.laptop.Cert)} }
	stays := func(name, path, reason string) errand { return errand{name, me, at(path), refused(reason)} }
	all := []errand{
		passes("path of a rule", "/public"), passes("path below", "/public/a"), passes("slash at the end", "/public/"),
		passes("two slashes within", "/public//a"), passes("letter in escapes", "/%70ublic/a"), passes("path in a query", "/public?path=/../admin"),
		stays("path of another rule", "/admin", "no-rule"), stays("path of no rule", "/", "no-rule"),
		stays("path that goes on", "/publications", "no-rule"), stays("path in capitals", "/PUBLIC", "no-rule"),
		stays("path of a rule as query", "/admin?/public", "no-rule"), stays("path with a parameter", "/public;/../admin", "ambiguous-path"),
		stays("path up", "/public/../admin", "ambiguous-path"), stays("path up in escapes", "/public/%2e%2e/admin", "ambiguous-path"),
		stays("path up, half in escapes", "/public/.%2E/admin", "ambiguous-path"), stays("path up in double escapes", "/public/%252e%252e/admin", "ambiguous-path"),
		stays("path up with a parameter", "/public/..;x=y/admin", "ambiguous-path"), stays("path up with an escaped slash", "/public/..%2fadmin", "ambiguous-path"),
		stays("path up with backslashes", `/public\..\admin`, "ambiguous-path"), stays("path up with escaped backslashes", "/public%5c..%5cadmin", "ambiguous-path"),
		stays("path up in bytes too many", "/public/%c0%ae%c0%ae/admin", "ambiguous-path"), stays("path up with a NUL", "/public/..%00/admin", "ambiguous-path"),
		stays("path up with a space", "/public/..%20/admin", "ambiguous-path"), stays("dot segment", "/public/./a", "ambiguous-path"),
		stays("three dots", "/public/.../admin", "ambiguous-path"), stays("escaped slash", "/public%2fa", "ambiguous-path"),
		stays("two slashes before", "//public/a", "ambiguous-path"), stays("host in the path", "//localhost/public", "ambiguous-path"),
		stays("line end in the path", "/public/%0d%0aX:%20y", "ambiguous-path"), passes("bytes beyond ASCII", "/public/\xc3\xa9"),
		stays("URL as target", "https://localhost/admin", "no-rule"), stays("URL as target, path up", "https://localhost/public/../admin", "ambiguous-path"),
	}
	other := at("/admin", "X-Original-Url: /public", "X-Rewrite-Url: /public", "X-Forwarded-Prefix: /public", "X-Http-Method-Override: GET")
	all = append(all, errand{"other path in headers", me, other, refused("no-rule")})
	return append(all, administrators(t, h)...)
}

func administrators(t *testing.T, h *house) []errand {
	with := func(names ...string) credential {
		return of(h.issuing.Issue(t, "", current, func(c *x509.Certificate) {
			c.Subject = pkix.Name{Organization: []string{"Example"}}
			for _, name := range names {
				c.Subject.ExtraNames = append(c.Subject.ExtraNames, pkix.AttributeTypeAndValue{Type: []int{2, 5, 4, 3}, Value: name})
			}
		}))
	}
	request := func(method string) string { return line(method + " /admin HTTP/1.1") }
	admin := with("admin-1")
	all := []errand{
		{"administrator", admin, request("GET"), servedDER(admin.chain[0])},
		{"administrator, other method", admin, request("POST"), refused("no-rule")},
		{"administrator, method in small letters", admin, request("get"), refused("no-rule")},
		{"administrator of another organization", of(h.issuing.Issue(t, "admin-1", current)), request("GET"), refused("no-rule")},
		{"administrator by another CA's word, revoked", of(h.stolen), request("GET"), refused("revoked")},
		{"nobody at all", credential{}, request("GET"), nobody()},
	}
	for _, names := range [][]string{
		{"admin-"}, {"admin"}, {"Admin-1"}, {"admin-*"}, {"admin-1.example"}, {"admin-1 "}, {"xadmin-1"}, {"admin-1\x00"}, {"аdmin-1"},
		{"admin-1,CN=laptop-1"}, {"laptop-1", "admin-1"}, {"admin-1", "laptop-1"}, {"admin-1", "admin-1"}, {},
	} {
		all = append(all, errand{"administrator by the name of " + nameOf(names), with(names...), request("GET"), refused("no-rule")})
	}
	return all
}

func nameOf(names []string) string {
	text, _ := json.Marshal(names)
	return string(text)
}

// underRules attacks a verifier that has rules and a deny list.
func (s *suite) underRules(t *testing.T) {
	w := startTwin(t, s.house)
	b := openBucket(t, w)
	b.put(snapshot.PolicyKey, []byte(policyText))
	b.put(snapshot.DenyKey, denyList(s.house.stolenLong.Cert, s.house.innocent.Cert, s.house.issuing.Cert))
	v, f := s.startListener(t, w, setting{header: renamedHeader})
	for _, e := range slices.Concat(errands(t, s.house), denials(t, s.house)) {
		name := "rules: " + e.name
		got := v.send(t, name, e.as, e.raw)
		v.count(got)
		s.tally.judge(t, "under rules", name, e.want, got)
	}
	s.unharmed(t, f)
	s.checkFunctionLog(t, f.output.String, v.decisions)
}

// denyList denies the first by its serial number, and the second by its
// fingerprint.
func denyList(first, second, issuer *x509.Certificate) []byte {
	return []byte(`{"format": 1, "deny": [
		{"serial": "` + first.SerialNumber.Text(16) + `", "issuerKeySha256": "` + fingerprint(issuer.RawSubjectPublicKeyInfo) + `"},
		{"sha256Fingerprint": "` + fingerprint(second.Raw) + `"}
	]}`)
}

// denials are clients on the deny list. The first of them is revoked besides.
func denials(t *testing.T, h *house) []errand {
	request := line("GET /public HTTP/1.1")
	neighbour := h.namesake.Issue(t, "guest", current, sameSerial(h.stolenLong))
	return []errand{
		{"denied by fingerprint", of(h.innocent), request, refused("denied")},
		{"denied by fingerprint, with its signature written otherwise", otherwise(h.innocent, malleated(t, h.issuing, h.innocent.Cert)), request, refused("denied")},
		{"denied by fingerprint, with its signature moved by a bit", otherwise(h.innocent, shifted(t, h.innocent.Cert)), request, refused("certificate-syntax")},
		{"denied by fingerprint, with something behind the signature", otherwise(h.innocent, extended(t, h.innocent.Cert)), request, refused("certificate-syntax")},
		{"denied by serial number, and revoked", of(h.stolenLong), request, refused("revoked")},
		{"serial number denied of another CA", of(neighbour), request, served(neighbour.Cert)},
		{"denied, and no rule either", of(h.innocent), line("GET /admin HTTP/1.1"), refused("denied")},
	}
}
