package attack

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/sekisho/sekisho/internal/snapshot"
)

// dialect is how a kind of proxy tells which request it asks about.
type dialect struct{ proxy, method, uri string }

func dialects() []dialect {
	return []dialect{{"nginx", "X-Original-Method", "X-Original-URI"}, {"traefik", "X-Forwarded-Method", "X-Forwarded-Uri"}}
}

func (d dialect) way() string { return "at the server's /auth, for " + d.proxy }

// ask is a sub-request about a request.
func (d dialect) ask(method, uri string, lines ...string) string {
	return line("GET /auth HTTP/1.1", append([]string{d.method + ": " + method, d.uri + ": " + uri}, lines...)...)
}

// asProxy reads an answer as a proxy does: by its status and its headers.
func asProxy(got answer) answer {
	who := got.header["X-Sekisho-Fingerprint"]
	if got.status == http.StatusOK && len(got.body) == 0 && len(who) > 0 {
		got.body = []byte(`{"sha256Fingerprint":"` + strings.Join(who, " and ") + `"}`)
	}
	return got
}

// atAuth attacks the server through what a proxy may be made to ask.
func (s *suite) atAuth(d dialect) func(*testing.T) {
	return func(t *testing.T) {
		w := startTwin(t, s.house)
		b := openBucket(t, w)
		b.put(snapshot.PolicyKey, []byte(policyText))
		b.put(snapshot.DenyKey, denyList(s.house.stolenLong.Cert, s.house.innocent.Cert, s.house.issuing.Cert))
		v := s.startAttacked(t, w, d.way(), map[string]any{"proxy": d.proxy})
		for _, q := range slices.Concat(errands(t, s.house), denials(t, s.house)) {
			if q.name == "bytes beyond ASCII" {
				q.want = refused("ambiguous-path") // they are no path, and no library made one of them
			}
			v.asks(t, "auth: "+q.name, d.about(q), q.want)
		}
		for _, p := range s.presented {
			if bytes.Equal(p.chain[0], s.house.innocent.Cert.Raw) {
				p.want = refused("denied")
			}
			v.asks(t, "auth: "+p.name, d.ask("GET", "/public", certified(p.credential)), p.want)
		}
		for _, q := range slices.Concat(d.questions(s.house), auths(d, s.house)) {
			v.asks(t, "auth: "+q.name, q.raw, q.want)
		}
		s.checkFunctionLog(t, v.output.String, v.decisions)
	}
}

// asks makes one sub-request.
func (s *server) asks(t *testing.T, name, raw string, want verdict) {
	t.Helper()
	s.judge(t, name, want, asProxy(first(t, name, s.send(t, proxy, raw))))
}

// about is the sub-request about an errand: its request line in headers, and
// its own header lines as the client's.
func (d dialect) about(q errand) string {
	head, _, _ := strings.Cut(q.raw, "\r\n\r\n")
	lines := strings.Split(head, "\r\n")
	method, rest, _ := strings.Cut(lines[0], " ")
	target := strings.TrimSuffix(rest, " HTTP/1.1")
	target = strings.TrimPrefix(target, "https://localhost") // of a whole URL both proxies tell the path alone
	var own []string
	for _, line := range lines[2:] {
		if !strings.HasPrefix(line, "Connection:") {
			own = append(own, line)
		}
	}
	if q.as.key != nil || len(q.as.chain) > 0 {
		own = append(own, certified(q.as))
	}
	return d.ask(method, target, own...)
}

// questions are sub-requests that do not say one thing clearly, by a client who
// may use /public.
func (d dialect) questions(h *house) []errand {
	me := certified(of(h.laptop))
	unclear := func(name string, lines ...string) errand {
		return errand{name, credential{}, line("GET /auth HTTP/1.1", append(lines, me)...), refused("original-request")}
	}
	asked := func(name, method, uri string, want verdict, lines ...string) errand {
		return errand{name, credential{}, d.ask(method, uri, append(lines, me)...), want}
	}
	other := dialects()[0]
	if other == d {
		other = dialects()[1]
	}
	yes, no := served(h.laptop.Cert), refused("no-rule")
	return []errand{
		unclear("nothing told"),
		unclear("no method", d.uri+": /public"), unclear("no path", d.method+": GET"),
		unclear("two paths", d.method+": GET", d.uri+": /admin", d.uri+": /public"),
		unclear("two paths, in two cases", d.method+": GET", d.uri+": /admin", mixed(d.uri)+": /public"),
		unclear("two methods", d.method+": POST", d.method+": GET", d.uri+": /public"),
		unclear("path with underscores", d.method+": GET", strings.ReplaceAll(d.uri, "-", "_")+": /public"),
		unclear("path in the words of another proxy", other.method+": GET", other.uri+": /public"),
		unclear("path in X-Original-Url", d.method+": GET", "X-Original-Url: /public", "X-Rewrite-Url: /public"),
		asked("path allowed", "GET", "/public", yes),
		asked("path forbidden", "GET", "/admin", no),
		asked("path forbidden, other words of a path", "GET", "/admin", no, other.method+": GET", other.uri+": /public", "X-Original-Url: /public", "X-Rewrite-Url: /public", "X-Forwarded-Prefix: /public", "X-Forwarded-Path: /public"),
		asked("path forbidden, hop-by-hop", "GET", "/admin", no, "Connection: "+d.uri, strings.ReplaceAll(d.uri, "-", "_")+": /public"),
		asked("empty path", "GET", "", refused("ambiguous-path")),
		asked("two paths in one header", "GET", "/public, /admin", refused("ambiguous-path")),
		asked("whole URL", "GET", "https://localhost/public", refused("ambiguous-path")),
		asked("health check", "GET", "/healthz", no),
		asked("the question itself", "GET", "/auth", no),
		asked("port and protocol of another listener", "GET", "/public", yes, "X-Forwarded-Port: 80", "X-Forwarded-Proto: http", "X-Forwarded-Host: other.example.org", "X-Forwarded-For: 127.0.0.1"),
		asked("identity of somebody else", "GET", "/public", yes, "X-Sekisho-Subject: CN=good", "X-Sekisho-Fingerprint: "+fingerprint(h.good.Cert.Raw), "Client-Cert: :AA==:", "Remote-User: good"),
		asked("certificate of somebody else beside one's own", "GET", "/public", refused("several-headers"), certified(of(h.good))),
	}
}

// auths are other ways to write the path that answers sub-requests: only the
// one is it, and the others are requests like any.
func auths(d dialect, h *house) []errand {
	all := []errand{
		{"nobody", credential{}, d.ask("GET", "/public"), nobody()},
		{"with a query", credential{}, strings.Replace(d.ask("GET", "/admin", certified(of(h.laptop))), "/auth", "/auth?x=/public", 1), refused("no-rule")},
		{"by another method", credential{}, strings.Replace(d.ask("GET", "/public", certified(of(h.laptop))), "GET", "POST", 1), served(h.laptop.Cert)},
		{"with a body", credential{}, strings.Replace(d.ask("GET", "/public", certified(of(h.laptop)), "Content-Length: 5"), "\r\n\r\n", "\r\n\r\nhello", 1), served(h.laptop.Cert)},
		{"in HTTP/1.0", credential{}, strings.Replace(d.ask("GET", "/public", certified(of(h.laptop))), "HTTP/1.1", "HTTP/1.0", 1), served(h.laptop.Cert)},
		{"by the health check's name", credential{}, strings.Replace(d.ask("GET", "/public"), "/auth", "/healthz", 1), verdict{status: 200, body: "ok\n"}},
	}
	for path, reason := range map[string]string{
		"/auth/": "no-rule", "/AUTH": "no-rule", "/%61uth": "no-rule", "//auth": "ambiguous-path", "/auth;x": "no-rule",
		"/auth/../public": "ambiguous-path", "/authority": "no-rule", "/./auth": "ambiguous-path",
	} {
		raw := strings.Replace(d.ask("GET", "/public", certified(of(h.laptop))), "/auth", path, 1)
		all = append(all, errand{"at " + path, credential{}, raw, refused(reason)})
	}
	return all
}
