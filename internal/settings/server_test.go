package settings

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestParseServer(t *testing.T) {
	t.Parallel()
	hash := strings.Repeat("0a", 32)
	gate := DefaultGate()
	gate.Header, gate.MaxSnapshotAge, gate.Upstream = "X-Client", Duration(time.Second), "http://127.0.0.1:8080"
	for name, c := range map[string]struct {
		text string
		want Server
	}{
		"a bucket": {`{"bucket":{"name":"b","caBundleSha256":"` + hash + `"}}`,
			Server{Gate: DefaultGate(), Bucket: ServerBucket{Name: "b", CABundleSHA256: hash}}},
		"files": {`{"files":{"caBundle":["ca.pem"],"lists":["a.crl","b.crl"],"policy":"p.json","deny":"d.json"},"proxy":"nginx",
				"gate":{"header":"X-Client","maxSnapshotAge":"1s","upstream":"http://127.0.0.1:8080"}}`,
			Server{Gate: gate, Proxy: ProxyNginx, Files: ServerFiles{CABundle: []string{"ca.pem"}, Lists: []string{"a.crl", "b.crl"}, Policy: "p.json", Deny: "d.json"}}},
	} {
		got, err := ParseServer([]byte(c.text))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		diff := cmp.Diff(c.want, got)
		if diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	_, err := ParseServer([]byte(`{"files":{"caBundle":["ca.pem"]},"gate":{"revocation":"off"}}`))
	if err != nil {
		t.Errorf("nobody looks at lists: %v", err)
	}
}

func TestParseServerRefuses(t *testing.T) {
	t.Parallel()
	files := `"files":{"caBundle":["ca.pem"],"lists":["a.crl"]}`
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"no JSON":             {`gate:`, []string{"not valid JSON"}},
		"nothing":             {`{}`, []string{"bucket: name the bucket"}},
		"both":                {`{` + files + `,"bucket":{"name":"b"}}`, []string{"bucket: name the bucket"}},
		"unknown key":         {`{` + files + `,"upstream":"x"}`, []string{"upstream: unknown key"}},
		"no name":             {`{"bucket":{"caBundleSha256":"x"}}`, []string{"bucket.name: missing"}},
		"no hash":             {`{"bucket":{"name":"b"}}`, []string{"bucket.caBundleSha256: want the SHA-256"}},
		"no CA":               {`{"files":{"lists":["a"]}}`, []string{"files.caBundle: missing"}},
		"no lists":            {`{"files":{"caBundle":["a"]}}`, []string{`files.lists: missing: the files with the CAs' revocation lists, or set gate.revocation to "off"`}},
		"unknown proxy":       {`{` + files + `,"proxy":"apache"}`, []string{`proxy: "apache" is not one of "nginx", "traefik"`}},
		"target group":        {`{` + files + `,"gate":{"targetGroup":"arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/a/"}}`, []string{"gate.targetGroup: a server has no target group"}},
		"several in the gate": {`{` + files + `,"gate":{"header":"a b","revocation":"maybe","upstream":"x"}}`, []string{`gate.revocation: "maybe"`, `gate.header: "a b"`, "gate.upstream: "}},
	} {
		_, err := ParseServer([]byte(c.text))
		if err == nil {
			t.Errorf("%s: got no error", name)
			continue
		}
		lines := strings.Split(err.Error(), "\n")
		if len(lines) != len(c.want) {
			t.Errorf("%s: got %q, want %d problems", name, lines, len(c.want))
		}
		for _, want := range c.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: got %q, want %q", name, lines, want)
			}
		}
	}
}
