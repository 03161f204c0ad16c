package settings

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const (
	someHash       = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	someTrustStore = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:truststore/gate/0123456789abcdef"
)

func TestRefreshSurvivesTheEnvironment(t *testing.T) {
	t.Parallel()
	want := Refresh{
		Bucket:        "sekisho-bucket",
		TrustStoreARN: someTrustStore,
		BundleKey:     "ca/" + someHash + ".pem",
		BundleSHA256:  someHash,
		Sources: []Source{{
			Name: "issuing", URLs: []string{"http://ca.example.com/ca.crl?a=1&b=2"}, Issuers: []string{"CN=Issuing"},
			MaxAge: Duration(time.Hour), AllowScoped: true, Overlap: OverlapReplace, MaxBytes: 1000, Timeout: Duration(time.Second),
		}},
		Limits:     Limits{Entries: 1, Lists: 2, CACertificates: 3, CASubjectBytes: 4},
		Revocation: RevocationRequireLeaf,
	}
	got, err := RefreshFromEnv(lookup(want.Env()))
	if err != nil {
		t.Fatalf("reading back: %v", err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("settings changed on the way (-want +got):\n%s", diff)
	}
}

func TestVerifySurvivesTheEnvironment(t *testing.T) {
	t.Parallel()
	want := Verify{Bucket: "sekisho-bucket", BundleKey: "ca/" + someHash + ".pem", BundleSHA256: someHash, Gate: DefaultGate()}
	want.Gate.Grace = Duration(90 * time.Minute)
	want.Gate.MaxSnapshotAge = 0
	got, err := VerifyFromEnv(lookup(want.Env()))
	if err != nil {
		t.Fatalf("reading back: %v", err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("settings changed on the way (-want +got):\n%s", diff)
	}
}

func lookup(env map[string]string) func(string) string {
	return func(name string) string { return env[name] }
}
