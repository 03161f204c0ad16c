package attack

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/sekisho/sekisho/internal/pkitest"
)

const throughTheServer = "through the server to an application"

// application believes what it is told, and reads headers as gateways to other
// languages do: all that is neither a letter nor a digit is the same.
type application struct {
	*httptest.Server
	asked atomic.Int64
}

func startApplication(t *testing.T) *application {
	t.Helper()
	a := &application{}
	a.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.asked.Add(1)
		_ = json.NewEncoder(w).Encode(document{Fingerprint: told(variables(r.Header), len(r.Trailer)), Status: http.StatusOK})
	}))
	t.Cleanup(a.Close)
	return a
}

var signs = regexp.MustCompile("[^A-Z0-9]")

// variables are the headers as a gateway makes variables of them.
func variables(header http.Header) map[string][]string {
	all := map[string][]string{}
	for name, values := range header {
		name = signs.ReplaceAllString(strings.ToUpper(name), "_")
		all[name] = append(all[name], values...)
	}
	return all
}

// told is whom the application takes the client for. Whoever is told of two, or
// of one by a name that the verifier does not use, may take the wrong one.
func told(variables map[string][]string, trailers int) string {
	who := variables["X_SEKISHO_FINGERPRINT"]
	if len(who) != 1 || trailers > 0 {
		return "nobody in particular"
	}
	for name, values := range variables {
		ours := strings.HasPrefix(name, "X_SEKISHO_") || name == "CLIENT_CERT"
		if ours && len(values) != 1 || !ours && strings.Contains(strings.Join(values, " "), claim) {
			return "whoever is in " + name
		}
		if ours && strings.Contains(values[0], claim) {
			return claim
		}
	}
	der, err := base64.StdEncoding.DecodeString(strings.Trim(variables["CLIENT_CERT"][0], ":"))
	if err != nil || fingerprint(der) != who[0] {
		return "whoever is in Client-Cert"
	}
	return who[0]
}

// claim is what a client says about itself.
const claim = "CN=administrator"

// claims are header lines by which a client says who it is.
func claims(victim *pkitest.Leaf) map[string][]string {
	all := map[string][]string{}
	of := func(name string) {
		all[name] = []string{name + ": " + claim}
	}
	for _, name := range []string{
		"X-Sekisho-Subject", "X-Sekisho-Issuer", "X-Sekisho-Serial", "X-Sekisho-Fingerprint", "X-Sekisho-San", "X-Sekisho-Other", "X-Sekisho-",
		"Client-Cert", "Client-Cert-Chain", "X-Client-Cert", "X-Client-Verified", "X-Client-DN", "X-Forwarded-Client-Cert",
		"X-Forwarded-Tls-Client-Cert", "X-Forwarded-Tls-Client-Cert-Info", "X-SSL-Client-Cert", "X-SSL-Client-S-DN", "X-SSL-Client-Verify",
		"SSL-Client-Cert", "X-SSL-Cert", "X-ARR-ClientCert", "X-Amzn-Mtls-Clientcert-Leaf", "X-Amzn-Mtls-Clientcert-Subject",
		"Remote-User", "X-Remote-User", "X-Forwarded-User", "X-Auth-Request-User", "X-Original-URL", "X-Rewrite-URL", "X-HTTP-Method-Override",
		"Remote-Groups", "Remote-Email", "Remote-Name", "X-Remote-Group", "X-Remote-Extra-Scopes", "X-Forwarded-Email", "X-Forwarded-Groups",
		"X-Forwarded-Preferred-Username", "X-Forwarded-Uri", "X-Forwarded-Method", "X-Forwarded-Prefix", "X-Amzn-Oidc-Identity", "X-Amzn-Oidc-Data",
	} {
		of(name)
	}
	for _, name := range []string{"X-Sekisho-Subject", "X-Sekisho-Fingerprint", "X-Sekisho-San", "Client-Cert", "Remote-User", "SSL-Client-S-DN"} {
		for _, spelled := range []string{
			strings.ToLower(name), mixed(name), strings.ReplaceAll(name, "-", "_"), strings.ReplaceAll(name, "-", "."),
			strings.Replace(name, "-", "_", 1), strings.ToUpper(strings.ReplaceAll(name, "-", "_")),
		} {
			of(spelled)
		}
		for _, sign := range "!#$%&'*+^`|~" { // what else a name may hold (RFC 9110, section 5.6.2)
			of(strings.ReplaceAll(name, "-", string(sign)))
		}
		all[name+" twice"] = []string{name + ": " + claim, mixed(name) + ": " + claim}
		all[name+" named hop-by-hop"] = []string{"Connection: close, " + name, name + ": " + claim}
		all[name+" named hop-by-hop alone"] = []string{"Connection: " + name}
		all[name+" named hop-by-hop in underscores"] = []string{"Connection: " + strings.ReplaceAll(name, "-", "_"), strings.ReplaceAll(name, "-", "_") + ": " + claim}
		all[name+" folded"] = []string{"X-A: a", name + ": a", " " + claim}
	}
	all["every header of somebody else"] = []string{
		"X-Sekisho-Subject: " + victim.Cert.Subject.String(), "X-Sekisho-Fingerprint: " + fingerprint(victim.Cert.Raw),
		"Client-Cert: :" + base64.StdEncoding.EncodeToString(victim.Cert.Raw) + ":",
	}
	all["certificate header named hop-by-hop"] = []string{"Connection: " + defaultHeader}
	return all
}

// throughTheServer attacks an application that believes what the server tells.
func (s *suite) throughTheServer(t *testing.T) {
	app := startApplication(t)
	v := s.startAttacked(t, startTwin(t, s.house), throughTheServer, nil, "--upstream", app.URL)
	for _, p := range s.presented {
		v.tries(t, "application: "+p.name, get(certified(p.credential)), p.want)
	}
	v.withClaims(t)
	v.withTunnels(t)
	if got, most := app.asked.Load(), int64(v.decisions); got == 0 || got > most {
		t.Errorf("the application was asked %d times, want at most once for each of %d decisions", got, most)
	}
	s.checkSecrecy(t, "the server's log", v.output.String())
}

// withClaims says everything that a client may say about itself, once without a
// certificate and once beside its own.
func (s *server) withClaims(t *testing.T) {
	me := s.suite.house.laptop
	all := claims(s.suite.house.good)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		s.tries(t, "claim without a certificate: "+name, get(all[name]...), nobody())
		s.tries(t, "claim: "+name, get(append(all[name], certified(of(me)))...), served(me.Cert))
	}
	trailing := strings.Replace(trailing("X-Sekisho-Subject", claim), "\r\n", "\r\n"+certified(of(me))+"\r\n", 1)
	s.tries(t, "claim in a trailer", trailing, served(me.Cert))
	s.tries(t, "claim in a trailer, without a certificate", strings.Replace(trailing, certified(of(me))+"\r\n", "", 1), nobody())
}

// withTunnels are requests that hide another one for the application. Who hides
// it is a good client; what is hidden says that it is another.
func (s *server) withTunnels(t *testing.T) {
	me := certified(of(s.suite.house.laptop))
	hidden := get("X-Sekisho-Fingerprint: "+fingerprint(s.suite.house.good.Cert.Raw), "X-Sekisho-Subject: "+claim)
	for _, r := range framing(hidden) {
		want := r.want(served(s.suite.house.laptop.Cert))
		if slices.Contains(answeredItself(), r.name) {
			want = alone(served(s.suite.house.laptop.Cert))
		}
		if len(want) == 2 {
			want[1] = nobody()
		}
		if strings.HasPrefix(r.name, "chunk of a size") {
			want = []verdict{malformed("request-body")}
		}
		r.name, r.raw = "tunnel: "+r.name, strings.Replace(r.raw, "\r\n", "\r\n"+me+"\r\n", 1)
		s.tryAll(t, r, want)
	}
	for _, protocol := range []string{"h2c", "TLS/1.0", "h2c, websocket", "websocket", "HTTP/2.0"} {
		raw := line("GET / HTTP/1.1", "Upgrade: "+protocol, "HTTP2-Settings: AAMAAABkAAQAAP__", me)
		raw = strings.Replace(raw, "Connection: close", "Connection: Upgrade, HTTP2-Settings, close", 1)
		s.tries(t, "tunnel: change to "+protocol, raw+hidden, served(s.suite.house.laptop.Cert))
	}
	for _, r := range []crafted{
		{"tunnel: CONNECT", line("CONNECT 127.0.0.1:1 HTTP/1.1", me), rejects(400)},
		{"tunnel: OPTIONS *", line("OPTIONS * HTTP/1.1", me), rejects(400)},
		{"tunnel: absolute form", line("GET http://127.0.0.1:1/ HTTP/1.1", me), alone},
		{"tunnel: HTTP/1.0", line("GET / HTTP/1.0", me), alone},
		{"tunnel: line ends in the path", line("GET /%0d%0aX-Sekisho-Subject:%20x HTTP/1.1", me), alone},
		{"tunnel: line ends in the query", line("GET /?%0d%0aX-Sekisho-Subject:%20x HTTP/1.1", me), alone},
		{"tunnel: host of another", line("GET / HTTP/1.1", me), alone},
	} {
		got := s.send(t, proxy, r.raw)
		want := r.want(served(s.suite.house.laptop.Cert))[0]
		if want.status == http.StatusBadRequest {
			want.reason = "request-target"
		}
		s.judge(t, r.name, want, first(t, r.name, got))
		if len(got) > 0 && bytes.Contains(got[0].body, []byte(claim)) {
			t.Errorf("%s: the application was told of %s", r.name, claim)
		}
	}
}
