package attack

import (
	"maps"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/sekisho/sekisho/internal/programtest"
)

const atTheServer = "at the server"

// startAttacked starts a server that trusts the proxy alone.
func (s *suite) startAttacked(t *testing.T, w *twin, setting string, fields map[string]any, flags ...string) *server {
	t.Helper()
	v := startServer(t, w, fields, append(flags, "--trusted-proxy", proxy+"/32")...)
	v.suite, v.setting = s, setting
	return v
}

// atTheServer attacks "sekisho serve" from where its proxy stands, and from
// where nobody may.
func (s *suite) atTheServer(t *testing.T) {
	v := s.startAttacked(t, startTwin(t, s.house), atTheServer, nil)
	for range 2 { // the second time good clients and their CAs are known
		for _, p := range s.presented {
			v.tries(t, p.name, get(certified(p.credential)), p.want)
		}
	}
	for _, x := range slices.Concat(spellings(s.house), damage(t, s.house)) {
		v.tries(t, x.name, get(defaultHeader+": "+x.value), x.want)
	}
	v.fromElsewhere(t)
	v.withHeaders(t)
	v.withCraftedRequests(t)
	v.slowly(t)
	s.checkFunctionLog(t, v.output.String, v.decisions)
}

// fromElsewhere is whoever is no proxy: not one byte comes back.
func (s *server) fromElsewhere(t *testing.T) {
	good := certified(of(s.suite.house.good))
	for name, raw := range map[string]string{
		"peer that is no proxy":                        get(good),
		"peer that is no proxy, and says it is":        get(good, "X-Forwarded-For: "+proxy, "X-Real-Ip: "+proxy, "Forwarded: for="+proxy),
		"peer that is no proxy, in the PROXY protocol": "PROXY TCP4 127.0.0.1 127.0.0.1 1 2\r\n" + get(good),
		"health check by a peer that is no proxy":      line("GET /healthz HTTP/1.1"),
		"sub-request by a peer that is no proxy":       line("GET /auth HTTP/1.1", good),
	} {
		s.judge(t, name, noHandshake(), first(t, name, s.send(t, "127.0.0.2", raw)))
	}
}

// withHeaders are headers that a proxy should not have passed on. The proxy
// writes the certificate header: once, it says who it is.
func (s *server) withHeaders(t *testing.T) {
	good := s.suite.house.good
	for _, f := range forgeries() {
		want := map[int]verdict{0: nobody(), 1: served(good.Cert)}[f.values]
		if f.values > 1 {
			want = refused("several-headers")
		}
		s.tries(t, "server: "+f.name, f.write(defaultHeader, of(good).value()), want)
	}
	others := elsewhere(good)
	for _, name := range slices.Sorted(maps.Keys(others)) {
		if !strings.HasPrefix(others[name][0], defaultHeader+":") {
			s.tries(t, "certificate under another name: "+name, get(others[name]...), nobody())
		}
	}
}

// withCraftedRequests are requests that no proxy should pass on, and some do.
func (s *server) withCraftedRequests(t *testing.T) {
	hidden := get(defaultHeader + "-Leaf: x")
	for _, r := range slices.Concat(framing(hidden), requestLines("x"), paths(), serverSizes()) {
		want := r.want(nobody())
		if slices.Contains(answeredItself(), r.name) {
			want = alone(nobody())
		}
		r.name = "server: " + r.name
		s.tryAll(t, r, want)
	}
}

// answeredItself are requests that a load balancer does not pass on as they
// are. The server takes them for their sender's own.
func answeredItself() []string {
	return []string{
		"chunk of a size that is none", "chunk of a size with a sign", "request behind a request with an upgrade",
		"request behind one for a web socket", "asterisk form", "authority form", "TRACE", "method with odd letters",
		"preface of HTTP/2", "health check with a fragment",
	}
}

func serverSizes() []crafted {
	padding := func(n int) []string {
		return strings.Split(strings.TrimSuffix(strings.Repeat("X-Large: "+strings.Repeat("x", 10<<10)+"\n", n), "\n"), "\n")
	}
	return []crafted{
		{"headers of 110 KiB", get(padding(11)...), alone},
		{"headers of 150 KiB", get(padding(15)...), rejects(431)},
		{"headers of 2 MiB", get(padding(200)...), rejects(431)},
		{"certificate header of 65 KiB", get(defaultHeader + ": " + strings.Repeat("x", 65<<10)), func(verdict) []verdict { return []verdict{refused("header-too-large")} }},
		{"certificate headers of 120 KiB together", get(defaultHeader+": "+strings.Repeat("x", 60<<10), defaultHeader+": "+strings.Repeat("x", 60<<10)), func(verdict) []verdict { return []verdict{refused("several-headers")} }},
		{"path of 16 KiB", line("GET /" + strings.Repeat("x", 16<<10) + " HTTP/1.1"), alone},
	}
}

// TestServerRefusesToStartOpen: whoever can connect can claim to be anybody.
func TestServerRefusesToStartOpen(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		args []string
		want string
	}{
		{"every address", []string{"--listen", "0.0.0.0:0"}, "--trusted-proxy"},
		{"every address, in IPv6", []string{"--listen", "[::]:0"}, "--trusted-proxy"},
		{"no address", []string{"--listen", ":0"}, "--trusted-proxy"},
		{"everybody as a proxy", []string{"--listen", "0.0.0.0:0", "--trusted-proxy", "0.0.0.0/0"}, "everybody"},
		{"everybody as a proxy, in IPv6", []string{"--listen", "[::]:0", "--trusted-proxy", "::/0"}, "everybody"},
		{"address for a network", []string{"--listen", "0.0.0.0:0", "--trusted-proxy", "10.0.0.1"}, "network"},
	} {
		text, err := exec.CommandContext(t.Context(), programtest.Command(), append([]string{"serve", "--config", "none.json"}, c.args...)...).CombinedOutput()
		if err == nil || !strings.Contains(string(text), c.want) {
			t.Errorf("%s: got %v and %s, want a refusal about %s", c.name, err, text, c.want)
		}
	}
}
