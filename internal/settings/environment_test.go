package settings

import (
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sekisho/sekisho/internal/pkitest"
)

const (
	someHash       = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	someTrustStore = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:truststore/gate/0123456789abcdef"
)

func TestRefreshSurvivesTheEnvironment(t *testing.T) {
	t.Parallel()
	want := Refresh{
		Name:          "gate-2",
		PollEvery:     Duration(10 * time.Second),
		Bucket:        "sekisho-bucket",
		TrustStoreARN: someTrustStore,
		BundleKey:     "ca/" + someHash + ".pem",
		BundleSHA256:  someHash,
		Sources: []Source{{
			Name: "issuing", URLs: []string{"http://ca.example.com/ca.crl?a=1&b=2"}, Issuers: []string{"CN=Issuing"},
			MaxAge: Duration(time.Hour), AllowScoped: true, Overlap: OverlapReplace, MaxBytes: 1000, Timeout: Duration(time.Second),
			CertificateLifetime: Duration(8760 * time.Hour), Guards: Guards{MaxShrinkPercent: 10, MaxNewlyRevoked: 100, OnBreach: OnBreachHold, HoldFor: Duration(6 * time.Hour)},
		}},
		Limits:        Limits{Entries: 1, Lists: 2, CACertificates: 3, CASubjectBytes: 4},
		Revocation:    RevocationRequireLeaf,
		HTTPSCAKey:    "tls/" + someHash + ".pem",
		HTTPSCASHA256: someHash,
	}
	got, err := RefreshFromEnv(lookup(want.Env()))
	if err != nil {
		t.Fatalf("reading back: %v", err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("settings changed on the way (-want +got):\n%s", diff)
	}
}

func TestRefreshFillsInDefaults(t *testing.T) {
	t.Parallel()
	r := Refresh{Bucket: "b", TrustStoreARN: someTrustStore, Sources: []Source{{Name: "a", URLs: []string{"http://ca/a"}}}}
	env := r.Env()
	if got, want := len(env), 3; got != want {
		t.Errorf("got %d variables %v, want %d: what is a default is not written", got, env, want)
	}
	got, err := RefreshFromEnv(lookup(env))
	expect(t, err)
	want := Refresh{
		Name: "Sekisho", PollEvery: Duration(time.Minute),
		Bucket: "b", TrustStoreARN: someTrustStore, Revocation: RevocationRequire,
		Sources: []Source{{
			Name: "a", URLs: []string{"http://ca/a"}, Overlap: OverlapRefuse, MaxBytes: 64 << 20, Timeout: Duration(20 * time.Second),
			Guards: Guards{OnBreach: OnBreachAlarm, HoldFor: Duration(24 * time.Hour)},
		}},
		Limits: Limits{Entries: 500_000, Lists: 30, CACertificates: 25, CASubjectBytes: 10_000},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the defaults are not in place (-want +got):\n%s", diff)
	}
}

func TestVerifySurvivesTheEnvironment(t *testing.T) {
	t.Parallel()
	want := Verify{Name: "gate-2", Bucket: "sekisho-bucket", BundleKey: "ca/" + someHash + ".pem", BundleSHA256: someHash, Gate: Gate{
		Header: "X-Unguessable-0123", Revocation: RevocationAllowMissing, Grace: Duration(90 * time.Minute),
		MaxSnapshotAge: 0, SnapshotGrace: Duration(time.Second), TargetGroup: "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/gate-0123/",
		Port: 8443, Proto: "https", SubjectCN: "laptop", IssuerCN: "Issuing", HealthPath: "/up", Upstream: "https://app.example.com",
	}}
	got, err := VerifyFromEnv(lookup(want.Env()))
	if err != nil {
		t.Fatalf("reading back: %v", err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("settings changed on the way (-want +got):\n%s", diff)
	}
}

func TestVerifyFillsInDefaults(t *testing.T) {
	t.Parallel()
	got, err := VerifyFromEnv(lookup(map[string]string{
		EnvBucket: "b", EnvBundleKey: "ca/" + someHash + ".pem", EnvBundleSHA256: someHash, EnvGate: "{}",
	}))
	expect(t, err)
	if got.Name != "Sekisho" {
		t.Errorf("got the name %q, want the default", got.Name)
	}
	want := Gate{
		Header: "X-Amzn-Mtls-Clientcert", Revocation: RevocationRequire, Grace: 0,
		MaxSnapshotAge: Duration(5 * time.Second), SnapshotGrace: Duration(5 * time.Minute), HealthPath: "/healthz",
	}
	if diff := cmp.Diff(want, got.Gate); diff != "" {
		t.Errorf("the defaults are not in place (-want +got):\n%s", diff)
	}
}

// Each row is the whole environment of a refresher with some of it changed.
func TestRefreshRefuses(t *testing.T) {
	t.Parallel()
	good := Refresh{Bucket: "b", TrustStoreARN: someTrustStore, Sources: []Source{{Name: "a", URLs: []string{"http://ca/a"}}}}.Env()
	for name, test := range map[string]struct {
		changes map[string]string
		want    []string
	}{
		"nothing is set": {map[string]string{EnvBucket: "", EnvTrustStore: "", EnvSources: ""}, []string{
			"SEKISHO_BUCKET: not set: the deployment sets it", "SEKISHO_TRUST_STORE_ARN: not set: the deployment sets it", "SEKISHO_SOURCES: not set: the deployment sets it",
		}},
		"another ARN":              {map[string]string{EnvTrustStore: "arn:aws:s3:::bucket"}, []string{`SEKISHO_TRUST_STORE_ARN: "arn:aws:s3:::bucket" is not the ARN of a trust store: write it like arn:aws:elasticloadbalancing:REGION:ACCOUNT:truststore/NAME/ID`}},
		"a bundle without a hash":  {map[string]string{EnvBundleKey: "ca/x.pem"}, []string{"SEKISHO_CA_BUNDLE_SHA256: want 64 lower-case hex digits: the deployment sets it along with SEKISHO_CA_BUNDLE_KEY"}},
		"a hash without a bundle":  {map[string]string{EnvBundleSHA256: someHash}, []string{"SEKISHO_CA_BUNDLE_KEY: not set, but SEKISHO_CA_BUNDLE_SHA256 is: the deployment sets both or neither"}},
		"a hash in capitals":       {map[string]string{EnvHTTPSCAKey: "tls/x.pem", EnvHTTPSCASHA256: strings.ToUpper(someHash)}, []string{"SEKISHO_HTTPS_CA_SHA256: want 64 lower-case hex digits: the deployment sets it along with SEKISHO_HTTPS_CA_KEY"}},
		"an unknown mode":          {map[string]string{EnvRevocation: "none"}, []string{`SEKISHO_REVOCATION: "none" is not one of "require", "require-leaf", "allow-missing", "off"`}},
		"sources that are no JSON": {map[string]string{EnvSources: "http://ca/a"}, []string{"SEKISHO_SOURCES: not valid JSON: invalid character 'h' looking for beginning of value (line 1, column 1)"}},
		"no source":                {map[string]string{EnvSources: "[]"}, []string{"SEKISHO_SOURCES: empty: there is nothing to refresh"}},
		"several bad sources": {map[string]string{EnvSources: `[{"name": "a", "url": "http://ca/a"}, {"name": "a", "urls": ["ldap://ca"], "maxAge": 5, "overlap": "x"}]`}, []string{
			`SEKISHO_SOURCES[0].url: unknown key: did you mean "urls"?`,
			`SEKISHO_SOURCES[1].maxAge: want a duration in quotes, like "300s", got the number 5`,
			`SEKISHO_SOURCES[1].overlap: "x" is not one of "refuse", "replace"`,
			"SEKISHO_SOURCES[0].urls: none: name at least one URL of the list",
			`SEKISHO_SOURCES[1].name: "a" is taken by SEKISHO_SOURCES[0].name: give each source its own name`,
			"SEKISHO_SOURCES[1].urls[0]: LDAP is not fetched: use the CA's HTTP distribution point, or have the CA's host copy the list into a bucket and name it as s3://bucket/key",
		}},
		"polls without end":    {map[string]string{EnvPollEvery: "0s"}, []string{"SEKISHO_POLL_EVERY: 0s: write 1s to 1m: the schedule runs once a minute, and each run looks again and again until 45 s have passed"}},
		"polls in plain words": {map[string]string{EnvPollEvery: "often"}, []string{`SEKISHO_POLL_EVERY: "often" is not a duration: write it like "300s", "5m" or "1h30m"`}},
		"bad limits":           {map[string]string{EnvLimits: `{"entries": -1, "list": 2}`}, []string{`SEKISHO_LIMITS.list: unknown key: did you mean "lists"?`, "SEKISHO_LIMITS.entries: -1 is negative"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := maps.Clone(good)
			maps.Copy(env, test.changes)
			_, err := RefreshFromEnv(lookup(env))
			expect(t, err, test.want...)
		})
	}
}

func TestVerifyRefuses(t *testing.T) {
	t.Parallel()
	good := Verify{Bucket: "b", BundleKey: "ca/" + someHash + ".pem", BundleSHA256: someHash, Gate: DefaultGate()}.Env()
	for name, test := range map[string]struct {
		changes map[string]string
		want    []string
	}{
		"nothing is set": {map[string]string{EnvBucket: "", EnvBundleKey: "", EnvBundleSHA256: "", EnvGate: ""}, []string{
			"SEKISHO_BUCKET: not set: the deployment sets it", "SEKISHO_CA_BUNDLE_KEY: not set: the deployment sets it",
			"SEKISHO_CA_BUNDLE_SHA256: not set: the deployment sets it", "SEKISHO_GATE: not set: the deployment sets it",
		}},
		"half a hash":       {map[string]string{EnvBundleSHA256: someHash[:32]}, []string{"SEKISHO_CA_BUNDLE_SHA256: want 64 lower-case hex digits: the deployment sets it along with SEKISHO_CA_BUNDLE_KEY"}},
		"an unknown key":    {map[string]string{EnvGate: `{"targetgroup": "x"}`}, []string{`SEKISHO_GATE.targetgroup: unknown key: did you mean "targetGroup"?`}},
		"an unknown mode":   {map[string]string{EnvGate: `{"revocation": "none"}`}, []string{`SEKISHO_GATE.revocation: "none" is not one of "require", "require-leaf", "allow-missing", "off"`}},
		"an empty mode":     {map[string]string{EnvGate: `{"revocation": ""}`}, []string{"SEKISHO_GATE.revocation: empty: name a mode, or leave the key out"}},
		"no header":         {map[string]string{EnvGate: `{"header": ""}`}, []string{`SEKISHO_GATE.header: "" is not a header name`}},
		"two headers":       {map[string]string{EnvGate: `{"header": "A: B"}`}, []string{`SEKISHO_GATE.header: "A: B" is not a header name`}},
		"a name for an ARN": {map[string]string{EnvGate: `{"targetGroup": "gate"}`}, []string{`SEKISHO_GATE.targetGroup: "gate" is neither the ARN of a target group nor its beginning up to the slash after the name`}},
		"a prefix that ends within the name": {map[string]string{EnvGate: `{"targetGroup": "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/gate"}`}, []string{
			`SEKISHO_GATE.targetGroup: "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/gate" is neither the ARN of a target group nor its beginning up to the slash after the name`}},
		"no port":        {map[string]string{EnvGate: `{"port": 70000}`}, []string{"SEKISHO_GATE.port: 70000 is not a port"}},
		"no health path": {map[string]string{EnvGate: `{"healthPath": "up"}`}, []string{`SEKISHO_GATE.healthPath: "up" is not a path: write it like /healthz`}},
		"no upstream":    {map[string]string{EnvGate: `{"upstream": "app"}`}, []string{"SEKISHO_GATE.upstream: write it like https://host:port"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := maps.Clone(good)
			maps.Copy(env, test.changes)
			_, err := VerifyFromEnv(lookup(env))
			expect(t, err, test.want...)
		})
	}
}

// Lambda measures the variables as one JSON object: a quote in a value counts
// twice. The greatest environment that fits has exactly 4096 bytes.
func TestCheckEnvironment(t *testing.T) {
	t.Parallel()
	fits := map[string]string{"A": strings.Repeat("x", 4096-len(`{"A":""}`))}
	err := CheckEnvironment("refresh", fits)
	if err != nil {
		t.Errorf("got error %v for 4096 bytes", err)
	}
	for name, test := range map[string]struct {
		env  map[string]string
		want string
	}{
		"one byte more":   {map[string]string{"A": fits["A"] + "x"}, "takes 4097 bytes"},
		"a quote instead": {map[string]string{"A": fits["A"][1:] + `"`}, "takes 4097 bytes"},
		"an ampersand":    {map[string]string{"A": fits["A"] + "&"}, "takes 4097 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := "the environment of the refresh function " + test.want + ", AWS Lambda allows 4096: shorten the names and URLs of the sources, or name fewer mirrors"
			err := CheckEnvironment("refresh", test.env)
			if err == nil || err.Error() != want {
				t.Errorf("got error %v, want %q", err, want)
			}
		})
	}
}

// What the stack tells its functions is what was configured.
func TestDeployment(t *testing.T) {
	t.Parallel()
	pki := newPKI(t)
	prepared, err := Load(with(t, `{
		"crlUrls": ["https://ca.example.com/crl/Issuing%20CA.crl"], "httpsCa": ["stranger.pem"],
		"sources": [{"name": "first", "urls": ["http://ca/a"]}],
		"limits": {"entries": 1000000}, "revocation": "allow-missing",
		"verifier": {"grace": "1h", "maxSnapshotAge": "1s", "snapshotGrace": "2m", "subjectCn": "s", "issuerCn": "i", "healthCheckPath": "/up", "upstream": "https://app.example.com"},
		"stackName": "gate-2", "pollEvery": "10s",
		"refresher": {"proxy": "http://proxy:3128", "noProxy": ".amazonaws.com"}
	}`), pki.read, pkitest.Epoch)
	expect(t, err)

	refresh := prepared.Refresh("b", someTrustStore)
	want := Refresh{
		Name: "gate-2", PollEvery: Duration(10 * time.Second),
		Bucket: "b", TrustStoreARN: someTrustStore,
		BundleKey: "ca/" + prepared.Bundle.SHA256 + ".pem", BundleSHA256: prepared.Bundle.SHA256,
		Sources:    []Source{{Name: "first", URLs: []string{"http://ca/a"}}, {Name: "Issuing-CA-102e41", URLs: []string{"https://ca.example.com/crl/Issuing%20CA.crl"}}},
		Limits:     Limits{Entries: 1_000_000, Lists: 30, CACertificates: 25, CASubjectBytes: 10_000},
		Revocation: RevocationAllowMissing,
		HTTPSCAKey: "tls/" + prepared.HTTPSCA.SHA256 + ".pem", HTTPSCASHA256: prepared.HTTPSCA.SHA256,
		Proxy: "http://proxy:3128", NoProxy: ".amazonaws.com",
	}
	if diff := cmp.Diff(want, refresh); diff != "" {
		t.Errorf("the refresher is told something else (-want +got):\n%s", diff)
	}
	env := refresh.Env()
	if env["HTTP_PROXY"] != want.Proxy || env["HTTPS_PROXY"] != want.Proxy || env["NO_PROXY"] != want.NoProxy {
		t.Errorf("got the environment %v, want the proxy in it", env)
	}
	gate := Gate{
		Header: DefaultHeader, Revocation: RevocationAllowMissing, Grace: Duration(time.Hour), MaxSnapshotAge: Duration(time.Second),
		SnapshotGrace: Duration(2 * time.Minute), SubjectCN: "s", IssuerCN: "i", HealthPath: "/up", Upstream: "https://app.example.com",
	}
	verify := Verify{Name: "gate-2", Bucket: "b", BundleKey: want.BundleKey, BundleSHA256: want.BundleSHA256, Gate: gate}
	if diff := cmp.Diff(verify, prepared.Verify("b")); diff != "" {
		t.Errorf("the verifier is told something else (-want +got):\n%s", diff)
	}
}

// The refresher of an existing trust store takes the bundle from there.
func TestAttachedRefresherHasNoBundle(t *testing.T) {
	t.Parallel()
	prepared, err := Load(with(t, `{`+attach+`}`), newPKI(t).read, pkitest.Epoch)
	expect(t, err)
	env := prepared.Refresh("b", prepared.TrustStoreARN).Env()
	for _, name := range []string{EnvBundleKey, EnvBundleSHA256, EnvHTTPSCAKey, EnvHTTPSCASHA256, EnvLimits} {
		if value, ok := env[name]; ok {
			t.Errorf("got %s=%q, want it unset", name, value)
		}
	}
}

func lookup(env map[string]string) func(string) string {
	return func(name string) string { return env[name] }
}
