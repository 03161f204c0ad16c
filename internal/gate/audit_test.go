package gate

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sekisho/sekisho/internal/clientcert"
	"github.com/sekisho/sekisho/internal/pkitest"
)

func TestOneLineForEachDecision(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	err := w.gate.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	good, bad := w.issuing.Issue(t, "laptop"), w.issuing.Issue(t, "old", until(noon))
	stranger := pkitest.NewCA(t, "nobody").Issue(t, "laptop")
	issuing := hexSHA256(w.issuing.Cert.RawSubjectPublicKeyInfo)
	w.clock.move(time.Second)
	cases := []struct {
		name  string
		value string
		want  map[string]any
	}{
		{"accepted", clientcert.Encode(good.Chain), map[string]any{
			"level": "INFO", "decision": "accepted", "status": 200.0, "reason": "", "detail": "",
			"issuerKey": issuing, "serial": "65", "fingerprint": hexSHA256(good.Cert.Raw),
		}},
		{"refused", clientcert.Encode(bad.Chain[:1]), map[string]any{
			"level": "INFO", "decision": "refused", "status": 403.0, "reason": "expired",
			"issuerKey": issuing, "serial": "66", "fingerprint": hexSHA256(bad.Cert.Raw),
		}},
		{"refused, of an issuer that nobody knows", clientcert.Encode(stranger.Chain), map[string]any{
			"level": "INFO", "decision": "refused", "status": 403.0, "reason": "untrusted",
			"issuerKey": "", "serial": "65", "fingerprint": hexSHA256(stranger.Cert.Raw),
		}},
		{"no certificate", "", map[string]any{
			"level": "INFO", "decision": "no certificate", "status": 401.0, "reason": "no-certificate", "issuerKey": "",
		}},
	}
	for _, c := range cases {
		before := w.log.String()
		r := request(c.value)
		w.send(r.WithContext(WithOrigin(r.Context(), Origin{TraceID: "Root=1-2-3"})))
		line := strings.TrimPrefix(w.log.String(), before)
		if strings.Count(line, "\n") != 1 {
			t.Errorf("%s: got %q, want one line", c.name, line)
		}
		var got map[string]any
		err := json.Unmarshal([]byte(line), &got)
		if err != nil {
			t.Fatalf("%s: %v in %q", c.name, err, line)
		}
		if c.want["detail"] == nil && got["detail"] == "" {
			t.Errorf("%s: the operator is not told why", c.name)
		}
		c.want["detail"] = got["detail"]
		c.want["msg"], c.want["trace"], c.want["micros"], c.want["rule"] = "decision", "Root=1-2-3", 0.0, ""
		delete(got, "time")
		diff := cmp.Diff(c.want, got)
		if diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

// The log can be read by more people than the traffic.
func TestLogHoldsNoHeaderValues(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	leaf := w.issuing.Issue(t, "laptop")
	value := clientcert.Encode(leaf.Chain)
	for _, v := range []string{value, "secret-" + value, value + "secret", "%zz-secret"} {
		w.ask(v)
	}
	log := w.log.String()
	for _, forbidden := range []string{"%0A", "secret", value[60:100]} {
		if strings.Contains(log, forbidden) {
			t.Errorf("the log holds %q: %s", forbidden, log)
		}
	}
}

func TestValuesInTheLogAreHarmless(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := request()
	r = r.WithContext(WithOrigin(r.Context(), Origin{TraceID: "Root=1\r\nlevel=ERROR \x1b[2J\u2028é" + strings.Repeat("x", 10_000)}))
	w.send(r)
	var got map[string]any
	err := json.Unmarshal([]byte(w.log.String()), &got)
	if err != nil {
		t.Fatal(err)
	}
	trace, _ := got["trace"].(string)
	if !strings.HasPrefix(trace, "Root=1??level=ERROR ?[2J") || len(trace) > maxLogged {
		t.Errorf("trace: got %q, want printable ASCII of at most %d bytes", trace, maxLogged)
	}
}

func TestDurationIsLogged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ticking := w.clock.read
	w.gate.now = func() time.Time { w.clock.move(250 * time.Microsecond); return ticking() }
	w.ask()
	if !strings.Contains(w.log.String(), `"micros":250`) {
		t.Errorf("log: got %s, want 250 microseconds", w.log.String())
	}
}

func TestErrorThatNobodyForesawLetsNobodyIn(t *testing.T) {
	t.Parallel()
	got := verdict{}.refused(http.ErrAbortHandler)
	if got.status != http.StatusServiceUnavailable || got.reason != "internal" || got.client != nil {
		t.Errorf("got %+v, want 503", got)
	}
}
