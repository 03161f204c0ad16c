package attack

import (
	"crypto/x509"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// visit is a client's way to a listener.
type visit struct {
	*suite
	address string
	servers *x509.CertPool
	setting setting
	// holes counts who was let in as somebody else where that is documented,
	// decisions what the verifier decided.
	holes, decisions int
}

// throughTheTwin attacks the passthrough listener of a twin of its own.
func (s *suite) throughTheTwin(t *testing.T, setting setting) {
	w := startTwin(t, s.house, with(setting))
	v := &visit{suite: s, address: w.address, servers: w.servers, setting: setting}
	v.withCertificates(t)
	v.withBrowsers(t)
	v.withConnections(t)
	callers := callers(t, s.house)
	for _, c := range callers {
		v.withHeaders(t, c)
	}
	for _, c := range []caller{callers[0], callers[len(callers)-1]} {
		v.withCraftedRequests(t, c)
		v.withHTTP2(t, c)
	}
	v.checkHoles(t)
	w.unharmed(t)
	s.checkFunctionLog(t, func() string { return w.log(t, "sekisho-verify") }, v.decisions)
	s.checkConnectionLog(t, w.log(t, "connections"))
}

func (v *visit) withHeaders(t *testing.T, c caller) {
	v.withForgedHeaders(t, c)
	v.withOtherHeaders(t, c)
}

// checkHoles wants the settings that are documented as unsafe to be unsafe, and
// no others.
func (v *visit) checkHoles(t *testing.T) {
	t.Helper()
	if v.setting.open() != (v.holes > 0) {
		t.Errorf("%d were let in as somebody else by knowing the header's name; documented: %v", v.holes, v.setting.open())
	}
}

func (v *visit) withCertificates(t *testing.T) {
	for _, p := range v.presented {
		v.judge(t, p.name, p.want.wire(), v.send(t, p.name, p.credential, get()))
	}
}

// withForgedHeaders sends somebody else's chain under the name that the
// listener uses.
func (v *visit) withForgedHeaders(t *testing.T, c caller) {
	victim := v.house.good
	for _, f := range forgeries() {
		name := f.name + byWhom + c.name
		got := v.send(t, name, c.credential, f.write(v.setting.header, of(victim).value()))
		want, open := v.setting.expect(c, f)
		if !open {
			v.judge(t, name, want, got)
			continue
		}
		fault, _ := served(victim.Cert).fault(got)
		if fault != "" {
			t.Errorf("%s: %s: the documentation says that this lets anybody in", name, fault)
		}
		v.count(got)
		v.holes++
	}
}

// withOtherHeaders sends somebody else's chain under names that mean nothing.
func (v *visit) withOtherHeaders(t *testing.T, c caller) {
	others := elsewhere(v.house.good)
	for _, name := range slices.Sorted(maps.Keys(others)) {
		lines := others[name]
		if strings.HasPrefix(lines[0], v.setting.header+":") {
			continue
		}
		name = "certificate under another name: " + name + byWhom + c.name
		v.judge(t, name, c.alone, v.send(t, name, c.credential, get(lines...)))
	}
}

// withCraftedRequests sends what no library would. What is hidden in it carries
// a forged header under a name that is not the listener's.
func (v *visit) withCraftedRequests(t *testing.T, c caller) {
	hidden := get(defaultHeader + "-Leaf: " + of(v.house.good).value())
	requests := slices.Concat(framing(hidden), requestLines("x"), paths())
	if c.key == nil {
		requests = append(requests, sizes()...) // whose they are makes no difference
	}
	for _, r := range requests {
		name, want := r.name+byWhom+c.name, r.want(c.alone)
		got := converse(t, v.address, c.config(v.servers), r.raw)
		if len(got) != len(want) {
			t.Errorf("%s: %d answers %v, want %v", name, len(got), got, want)
		}
		for i := range min(len(got), len(want)) {
			v.judge(t, name, want[i], got[i])
		}
	}
}

func (v *visit) send(t *testing.T, name string, c credential, raw string) answer {
	t.Helper()
	return first(t, name, converse(t, v.address, c.config(v.servers), raw))
}

func (v *visit) judge(t *testing.T, name string, want verdict, got answer) {
	t.Helper()
	v.count(got)
	v.tally.judge(t, v.setting.String(), name, want, got)
}

// count keeps the number of answers that were the verifier's decisions.
func (v *visit) count(got answer) {
	if got.letIn() != "" || got.document().Reason != "" && got.status != http.StatusBadRequest {
		v.decisions++
	}
}
