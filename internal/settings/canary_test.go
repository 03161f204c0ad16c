package settings

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sekisho/sekisho/internal/pkitest"
)

// What the deployment writes, the canary reads.
func TestCanaryEnvironment(t *testing.T) {
	t.Parallel()
	pki := newPKI(t)
	for name, test := range map[string]struct{ changes, verify, passthrough string }{
		"a name of its own": {`{"canary": {` + secrets + `, "hostName": "gate.example.com"}}`, "https://gate.example.com:443/", "https://gate.example.com:8443/"},
		"an issued certificate": {`{"certificateArn": null, "domainName": "g.example.com", "hostedZoneId": "Z1", "hostedZoneName": "example.com", "passthroughPort": 9443, "canary": {` + secrets + `}}`,
			"https://g.example.com:443/", "https://g.example.com:9443/"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			prepared, err := Load(with(t, test.changes), pki.read, pkitest.Epoch)
			expect(t, err)
			want := CanaryTask{Name: "Sekisho", Bucket: "b", Round: CanaryRound{
				VerifyURL: test.verify, PassthroughURL: test.passthrough,
				GoodSecretARN:    "arn:aws:secretsmanager:eu-central-1:123456789012:secret:good-AbCdEf",
				RevokedSecretARN: "arn:aws:secretsmanager:eu-central-1:123456789012:secret:revoked-AbCdEf",
			}}
			env := prepared.CanaryTask("b").Env()
			got, err := CanaryFromEnv(func(name string) string { return env[name] })
			expect(t, err)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestCanaryEnvironmentRefused(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		env  map[string]string
		want []string
	}{
		"nothing":      {nil, []string{"SEKISHO_NAME: not set: the deployment sets it", "SEKISHO_BUCKET: not set: the deployment sets it", "SEKISHO_CANARY: not set: the deployment sets it"}},
		"half of it":   {map[string]string{EnvName: "n", EnvBucket: "b", EnvCanary: `{"verifyUrl": "https://a/", "goodSecretArn": "g"}`}, []string{"SEKISHO_CANARY.passthroughUrl: not set: the deployment sets it", "SEKISHO_CANARY.revokedSecretArn: not set: the deployment sets it"}},
		"no TLS":       {map[string]string{EnvName: "n", EnvBucket: "b", EnvCanary: `{"verifyUrl": "http://a/", "passthroughUrl": "https://a/", "goodSecretArn": "g", "revokedSecretArn": "r"}`}, []string{"SEKISHO_CANARY.verifyUrl: write it like https://host:port/"}},
		"another name": {map[string]string{EnvName: "n", EnvBucket: "b", EnvCanary: `{"verifyUrl": "https://a/", "passthroughUrl": "https://a/", "goodSecretArn": "g", "revokedSecretArn": "r", "Bucket": "c"}`}, []string{"SEKISHO_CANARY.Bucket: unknown key: known are verifyUrl, passthroughUrl, goodSecretArn, revokedSecretArn"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := CanaryFromEnv(func(name string) string { return test.env[name] })
			expect(t, err, test.want...)
		})
	}
}
