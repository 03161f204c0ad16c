package gate

import (
	"bufio"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/clientcert"
	"github.com/sekisho/sekisho/internal/pkitest"
	"github.com/sekisho/sekisho/internal/policy"
	"github.com/sekisho/sekisho/internal/snapshot"
)

// rule is a policy that lets clients of one common name read one path.
func rule(name, cn, path string) string {
	return fmt.Sprintf(`{"format":1,"rules":[{"name":%q,"paths":[%q],"methods":["GET"],"who":[{"subjectCn":%q}]}]}`, name, path, cn)
}

// denying is a deny list with these clients on it.
func denying(tb testing.TB, leaves ...*pkitest.Leaf) string {
	tb.Helper()
	var denials []policy.Denial
	for _, leaf := range leaves {
		denials = append(denials, policy.Denial{Fingerprint: hexSHA256(leaf.Cert.Raw)})
	}
	list, err := policy.NewDenyList(denials)
	if err != nil {
		tb.Fatal(err)
	}
	text, err := list.Encode()
	if err != nil {
		tb.Fatal(err)
	}
	return string(text)
}

func (w *world) putPolicy(text string) { w.bucket.put(snapshot.PolicyKey, []byte(text)) }
func (w *world) putDeny(text string)   { w.bucket.put(snapshot.DenyKey, []byte(text)) }

// get sends a request line as it stands, on behalf of a client.
func (w *world) get(line string, leaf *pkitest.Leaf) answer {
	w.tb.Helper()
	text := line + " HTTP/1.1\r\nHost: h\r\n" + clientcert.DefaultHeader + ": " + clientcert.Encode(leaf.Chain) + "\r\n\r\n"
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(text)))
	if err != nil {
		w.tb.Fatal(err)
	}
	return w.send(r)
}

func TestRules(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.putPolicy(rule("readers", "laptop", "/public"))
	laptop, other := w.issuing.Issue(t, "laptop"), w.issuing.Issue(t, "other")
	cases := []struct {
		line   string
		leaf   *pkitest.Leaf
		status int
		reason string
	}{
		{"GET /public", laptop, 200, ""},
		{"GET /public/a?b=/../c", laptop, 200, ""},
		{"GET /public//a/", laptop, 200, ""},
		{"GET /p%75blic/a%20b", laptop, 200, ""},
		{"GET /public/a|b", laptop, 200, ""},
		{"GET http://elsewhere/public", laptop, 200, ""},
		{"GET /public", other, 403, "no-rule"},
		{"POST /public", laptop, 403, "no-rule"},
		{"get /public", laptop, 403, "no-rule"},
		{"GET /publicity", laptop, 403, "no-rule"},
		{"GET /", laptop, 403, "no-rule"},
		{"GET /Public", laptop, 403, "no-rule"},
		{"GET /public/../admin", laptop, 403, "ambiguous-path"},
		{"GET /public/%2e%2e/admin", laptop, 403, "ambiguous-path"},
		{"GET /public/..;/admin", laptop, 403, "ambiguous-path"},
		{"GET /public%2f..%2fadmin", laptop, 403, "ambiguous-path"},
		{"GET /public/..%2f|", laptop, 403, "ambiguous-path"},
		{"GET /public%2fadmin|", laptop, 403, "ambiguous-path"},
		{"GET /public/%252e%252e/admin", laptop, 403, "ambiguous-path"},
		{"GET /public/..%5cadmin", laptop, 403, "ambiguous-path"},
		{`GET /public\..\admin`, laptop, 403, "ambiguous-path"},
		{"GET /public/%00", laptop, 403, "ambiguous-path"},
		{"GET //public/admin", laptop, 403, "ambiguous-path"},
		{"OPTIONS *", laptop, 403, "ambiguous-path"},
	}
	for _, c := range cases {
		t.Run(c.line, func(t *testing.T) {
			w.want(w.get(c.line, c.leaf), c.status, c.reason)
		})
	}
	if !strings.Contains(w.log.String(), `"reason":"","detail":"","rule":"readers"`) {
		t.Errorf("the log does not name the rule: %s", w.log.String())
	}
}

// Rules say who of the verified clients may pass, never that somebody need not
// be verified.
func TestRulesReplaceNothing(t *testing.T) {
	t.Parallel()
	w := newUnpublishedWorld(t)
	revoked := w.issuing.Issue(t, "revoked")
	w.publish(w.root.CRL(t), revoke(w.issuing, t, 1, revoked.Cert.SerialNumber))
	w.putPolicy(`{"format":1,"rules":[{"name":"all","anyone":true}]}`)
	w.want(w.get("GET /", revoked), 403, "revoked")
	w.want(w.get("GET /", pkitest.NewCA(t, "issuing").Issue(t, "laptop")), 403, "untrusted")
	w.want(w.ask(), 401, "no-certificate")
}

// Denials and rules act with the next look, without the CA and the refresher.
func TestOperatorActsWithinTheAgeOfASnapshot(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	leaf := w.issuing.Issue(t, "laptop")
	steps := []struct {
		name   string
		change func()
		status int
		reason string
	}{
		{"nothing said", func() {}, 200, ""},
		{"denied", func() { w.putDeny(denying(t, leaf)) }, 403, "denied"},
		{"somebody else denied", func() { w.putDeny(denying(t, w.issuing.Issue(t, "other"))) }, 200, ""},
		{"rule for others", func() { w.putPolicy(rule("r", "other", "/")) }, 403, "no-rule"},
		{"rule for this one", func() { w.putPolicy(rule("r", "laptop", "/")) }, 200, ""},
		{"denied in spite of a rule", func() { w.putDeny(denying(t, leaf)) }, 403, "denied"},
		{"nobody denied", func() { w.putDeny(denying(t)) }, 200, ""},
		{"denied once more", func() { w.putDeny(denying(t, leaf)) }, 403, "denied"},
		{"empty deny list", func() { w.putDeny(noDenialText) }, 200, ""},
		{"rule for others once more", func() { w.putPolicy(rule("r", "other", "/")) }, 403, "no-rule"},
		{"policy without rules", func() { w.putPolicy(noPolicyText) }, 200, ""},
	}
	before := answer{status: 200}
	w.want(w.show(leaf), before.status, before.reason)
	for _, step := range steps {
		step.change()
		w.clock.move(5*time.Second - 1)
		w.want(w.show(leaf), before.status, before.reason)
		w.clock.move(1)
		w.want(w.show(leaf), step.status, step.reason)
		if t.Failed() {
			t.Fatalf("after: %s", step.name)
		}
		before = answer{status: step.status, reason: step.reason}
	}
}

// Rules and denials that were deleted are not rules that are not meant: what is
// held stays in force for the grace, and who starts then decides nothing.
func TestRulesThatWereDeleted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	denied, other := w.issuing.Issue(t, "laptop"), w.issuing.Issue(t, "other")
	for _, c := range []struct {
		key, text, open, reason string
	}{
		{snapshot.PolicyKey, rule("r", "other", "/"), noPolicyText, "no-rule"},
		{snapshot.DenyKey, denying(t, denied), noDenialText, "denied"},
	} {
		for _, marked := range []bool{true, false} {
			w.bucket.markers = marked
			w.bucket.put(c.key, []byte(c.text))
			w.clock.move(5 * time.Second)
			w.want(w.show(denied), 403, c.reason)

			w.bucket.remove(c.key)
			w.clock.move(5 * time.Second)
			w.want(w.show(denied), 403, c.reason)
			w.want(w.show(other), 200, "")
			if !strings.Contains(w.log.String(), c.key+" was deleted: bring back its last version, or write "+strings.ReplaceAll(c.open, `"`, `\"`)) {
				t.Errorf("%s: log: got %s, want what to do", c.key, w.log.String())
			}
			w.clock.move(5 * time.Minute)
			w.want(w.show(other), 503, "snapshot-unavailable")
			if marked {
				w.want(w.restarted().show(other), 503, "snapshot-unavailable")
			}

			w.bucket.put(c.key, []byte(c.open))
			w.clock.move(5 * time.Second)
			w.want(w.show(denied), 200, "")
			w.want(w.restarted().show(denied), 200, "")
			if t.Failed() {
				t.Fatalf("%s, delete marker %v", c.key, marked)
			}
		}
	}
}

// restarted is the same world with a gate that knows nothing yet.
func (w *world) restarted() *world {
	w.tb.Helper()
	gate, err := New(w.bucket, w.gate.config, w.clock.read, slog.New(slog.NewJSONHandler(w.log, nil)))
	if err != nil {
		w.tb.Fatal(err)
	}
	other := *w
	other.gate = gate
	return &other
}

// A manifest may name rules and denials of its own. They count beside the
// operator's: both must let a client pass.
func TestPinnedRulesAndDenials(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	laptop, second, denied := w.issuing.Issue(t, "laptop"), w.issuing.Issue(t, "second"), w.issuing.Issue(t, "laptop")
	m := w.manifest(w.root.CRL(t), w.issuing.CRL(t))
	m.Policy, m.Deny = w.pin("policy", rule("pinned", "laptop", "/a")), w.pin("deny", denying(t, denied))
	w.putManifest(m)
	w.want(w.get("GET /a/b", laptop), 200, "")
	w.want(w.get("GET /b", laptop), 403, "no-rule")
	w.want(w.get("GET /a/b", second), 403, "no-rule")
	w.want(w.get("GET /a/b", denied), 403, "denied")

	w.putPolicy(rule("own", "laptop", "/a/b"))
	w.putDeny(denying(t))
	w.clock.move(5 * time.Second)
	w.want(w.get("GET /a/b", laptop), 200, "")
	w.want(w.get("GET /a/c", laptop), 403, "no-rule")
	w.want(w.get("GET /a/b", denied), 403, "denied")
	if !strings.Contains(w.log.String(), `"rule":"pinned+own"`) || !strings.Contains(w.log.String(), `"rules":2,"denials":1`) {
		t.Errorf("log: got %s, want both rules named and counted", w.log.String())
	}

	w.putDeny(denying(t, laptop))
	w.clock.move(5 * time.Second)
	w.want(w.get("GET /a/b", laptop), 403, "denied")
}

// pin writes a document under its hash.
func (w *world) pin(kind, text string) *snapshot.Object {
	object := snapshot.Object{Key: kind + "/" + hexSHA256([]byte(text)) + ".json", SHA256: hexSHA256([]byte(text))}
	w.bucket.put(object.Key, []byte(text))
	return &object
}

func TestManifestWithRulesThatAreNotTrustworthy(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name  string
		spoil func(w *world, m *snapshot.Manifest)
		log   string
	}{
		{"policy damaged", func(w *world, m *snapshot.Manifest) {
			m.Policy = w.pin("policy", rule("r", "laptop", "/"))
			w.bucket.damage(m.Policy.Key, func([]byte) []byte { return []byte(`{"format":1,"rules":[]}`) })
		}, "reading the policy of the manifest: "},
		{"policy gone", func(w *world, m *snapshot.Manifest) {
			m.Policy = w.pin("policy", rule("r", "laptop", "/"))
			w.bucket.remove(m.Policy.Key)
		}, "reading the policy of the manifest: "},
		{"policy that is none", func(w *world, m *snapshot.Manifest) { m.Policy = w.pin("policy", `{}`) }, "rules: missing"},
		{"deny list damaged", func(w *world, m *snapshot.Manifest) {
			m.Deny = w.pin("deny", denying(t))
			w.bucket.damage(m.Deny.Key, func(b []byte) []byte { return b[1:] })
		}, "reading the deny list of the manifest: "},
		{"deny list that is none", func(w *world, m *snapshot.Manifest) { m.Deny = w.pin("deny", `[]`) }, "want an object"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w := newUnpublishedWorld(t)
			m := w.manifest(w.root.CRL(t), w.issuing.CRL(t))
			c.spoil(w, &m)
			w.putManifest(m)
			w.want(w.show(w.issuing.Issue(t, "laptop")), 503, "snapshot-unavailable")
			if !strings.Contains(w.log.String(), c.log) {
				t.Errorf("log: got %s, want %q", w.log.String(), c.log)
			}
		})
	}
}
