package main

import (
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
)

// with is the minimal example with other keys written over it; null takes a key
// out.
func with(t *testing.T, changes string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("docs", "examples", "minimal.json"))
	if err != nil {
		t.Fatalf("reading the example: %v", err)
	}
	base, over := membersOf(t, string(text)), membersOf(t, changes)
	maps.Copy(base, over)
	maps.DeleteFunc(base, func(_ string, value json.RawMessage) bool { return string(value) == "null" })
	changed, err := json.Marshal(base)
	if err != nil {
		t.Fatalf("writing %s over the example: %v", changes, err)
	}
	return string(changed)
}

func membersOf(t *testing.T, text string) map[string]json.RawMessage {
	t.Helper()
	var members map[string]json.RawMessage
	err := json.Unmarshal([]byte(text), &members)
	if err != nil {
		t.Fatalf("reading %s: %v", text, err)
	}
	return members
}

// What cannot be deployed is said before anything is synthesised, each thing
// with its key.
func TestWrongSettings(t *testing.T) {
	t.Parallel()
	const (
		gone     = `"caBundle": null`
		attached = `"trustStoreArn": "arn:aws:elasticloadbalancing:eu-central-1:111122223333:truststore/ts/01", "caBundle": null, "certificateArn": null, "allowedCidrs": null`
		aVPC     = `"vpcId": "vpc-01", "subnetIds": ["subnet-01", "subnet-02"], "availabilityZones": ["eu-central-1a", "eu-central-1b"]`
	)
	for changes, want := range map[string]string{
		`{` + gone + `}`:                         `caBundle: none: name the files with the certificates of the CAs that issue the clients' certificates`,
		`{"caBundle": ["gone.pem"]}`:             `caBundle[0]: reading the file: open gone.pem: no such file or directory`,
		`{"caBundle": ["cdk.json"]}`:             `caBundle[0]: cdk.json: `,
		`{"caBundel": []}`:                       `caBundel: unknown key: did you mean "caBundle"?`,
		`{"crlUrls": null}`:                      `crlUrls: none: name the URL of at least one revocation list, here or under "sources"`,
		`{"crlUrls": ["ldap://ca/cn=CA"]}`:       `crlUrls[0]: LDAP is not fetched: use the CA's HTTP distribution point, or have the CA's host copy the list into a bucket and name it as s3://bucket/key`,
		`{"crlUrls": ["https://u:p@ca/ca.crl"]}`: `crlUrls[0]: a user name or password in the URL would stand in logs: publish the list without one, a revocation list is no secret`,
		`{"certificateArn": null}`:               `certificateArn: none: name the server's certificate, or set "domainName", "hostedZoneId" and "hostedZoneName" to have one issued`,
		`{"certificateArn": "cert"}`:             `certificateArn: "cert" is not the ARN of a certificate in AWS Certificate Manager or IAM: write it like arn:aws:acm:REGION:ACCOUNT:certificate/ID`,
		`{"domainName": "gate.example.com", "hostedZoneId": "Z1", "hostedZoneName": "example.com"}`: `domainName: a certificate would be issued for it, but "certificateArn" names one: remove one of the two`,
		`{"allowedCidrs": null}`:                     `allowedCidrs: none: say who may connect, such as ["10.0.0.0/8"], or ["0.0.0.0/0"] for everybody`,
		`{"allowedCidrs": ["10.0.0.1/8"]}`:           `allowedCidrs[0]: "10.0.0.1/8": there are address bits behind the mask; 10.0.0.0/8 is meant, or a longer mask`,
		`{"allowedCidrs": ["::/0"]}`:                 `allowedCidrs[0]: "::/0" is IPv6, but the load balancer would have IPv4 addresses only: set "ipAddressType": "dualstack", or remove it`,
		`{"vpcId": "vpc-01"}`:                        `subnetIds: none: name subnets of the VPC in "vpcId"`,
		`{"vpcCidr": "10.1.0.0/16", ` + aVPC + `}`:   `vpcCidr: for a new VPC, but "vpcId" names an existing one: remove one of the two`,
		`{"vpcCidr": "10.0.0.0/8"}`:                  `vpcCidr: "10.0.0.0/8": a VPC takes at most a /16, and subnets in two zones need at least a /24`,
		`{"securityGroupId": "sg-01"}`:               `securityGroupId: the group of an existing load balancer: set "loadBalancerArn" too, or remove this`,
		`{"passthroughPort": 443}`:                   `passthroughPort: 443 is the port of the verify listener too: take another one`,
		`{"tlsPolicy": "ELBSecurityPolicy-2016-08"}`: `tlsPolicy: "ELBSecurityPolicy-2016-08" is none of the 22 that the schema lists: the nearest is "ELBSecurityPolicy-TLS13-1-2-2021-06"`,
		`{"clientKeepAlive": "8760h"}`:               `clientKeepAlive: 8760h: a load balancer takes whole seconds from 60s to 168h`,
		`{"clientKeepAlive": 300}`:                   `clientKeepAlive: want a duration in quotes, like "300s", got the number 300`,
		`{"mutualAuthentication": "maybe"}`:          `mutualAuthentication: "maybe" is not one of "on", "off"`,
		`{"firstRefresh": "never"}`:                  `firstRefresh: "never" is not one of "required", "optional"`,
		`{"backend": {"ipAddresses": ["8.8.8.8"]}}`:  `backend.ipAddresses[0]: 8.8.8.8: a load balancer takes targets at private IPv4 addresses only`,
		`{"backend": {"instanceIds": ["i-01"]}}`:     `backend.instanceIds: no instance is in a VPC that is yet to be made: set "vpcId"`,
		`{"passthroughRules": [{"paths": ["/*"], "backend": {"functionArn": "arn:aws:lambda:eu-central-1:111122223333:function:a"}}]}`: `passthroughRules[0].paths[0]: every path would go past the verifier: name the paths that may`,
		`{"logRetentionDays": 10}`:                                 `logRetentionDays: 10: CloudWatch Logs takes 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653`,
		`{"refresher": {"network": {"access": "existing"}}}`:       `refresher.network.access: nothing exists yet in a new VPC: set "endpoints" or "nat"`,
		`{` + attached + `, "caBundle": ["docs/examples/ca.pem"]}`: `caBundle: the bundle is that of the trust store in "trustStoreArn": remove one of the two`,
		`{` + attached + `, "internetFacing": true}`:               `internetFacing: belongs to a gate, and with "trustStoreArn" none is deployed: remove one of the two`,
		`{"verifier": {"upstream": "https://10.0.0.7"}}`:           `verifier.upstream: 10.0.0.7 is only known inside a VPC: set "verifier.network" to put the function there`,
		`{"verifier": {"network": {}}}`:                            `verifier.network: only for reaching an upstream: set "verifier.upstream" too, or remove this`,
		`{"alarms": {"email": "me"}}`:                              `alarms.email: "me" is not an e-mail address: write it like security@example.com`,
		`{"canary": {"every": "10s"}}`:                             `canary.every: 10s: a schedule takes whole minutes, here from 1m to 8h: its alarm looks at three rounds, and back for a day at most`,
	} {
		t.Run(changes, func(t *testing.T) {
			t.Parallel()
			_, err := load([]byte(with(t, changes)), "cdk.json", functions, now)
			if err == nil {
				t.Fatal("got no error")
			}
			if want := "the settings in cdk.json cannot be deployed:\n  " + want; !strings.HasPrefix(err.Error(), want) || strings.HasSuffix(want, " ") == (err.Error() == want) {
				t.Errorf("got\n%v\nwant\n%s", err, want)
			}
		})
	}
}

// Everything that is wrong is said at once.
func TestAllThatIsWrongIsSaid(t *testing.T) {
	t.Parallel()
	_, err := load([]byte(with(t, `{"allowedCidrs": null, "verifyPort": 0, "loadBalancerLogDays": 0}`)), "gates/a.json", functions, now)
	if err == nil || strings.Count(err.Error(), "\n  ") != 3 || !strings.HasPrefix(err.Error(), "the settings in gates/a.json cannot be deployed:\n  allowedCidrs: ") {
		t.Errorf("got %v, want three problems", err)
	}
}

// A function that was not built is noticed before the CDK stumbles over it.
func TestFunctionsMustBeBuilt(t *testing.T) {
	t.Parallel()
	_, err := load([]byte(with(t, `{}`)), "cdk.json", t.TempDir(), now)
	if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), `finding the program of the refresh function: `) || !strings.Contains(err.Error(), `finding the program of the verify function: `) || !strings.HasSuffix(err.Error(), `build it with "make functions"`) {
		t.Errorf("got %v, want both functions to be missed", err)
	}
}

// The context holds the settings, or the name of a file with them.
func TestSettingsFromTheContext(t *testing.T) {
	for name, test := range map[string]struct {
		context      map[string]any
		text, source string
		err          string
	}{
		"written there": {map[string]any{"sekisho": map[string]any{"stackName": "A", "crlUrls": []any{"http://ca/?a&b"}}}, `{"crlUrls":["http://ca/?a\u0026b"],"stackName":"A"}`, `"sekisho" in cdk.json`, ""},
		"in a file":     {map[string]any{"sekisho": "docs/examples/attach.json"}, "", "docs/examples/attach.json", ""},
		"in no file":    {map[string]any{"sekisho": "docs/examples/gone.json"}, "", "docs/examples/gone.json", "open docs/examples/gone.json: no such file or directory"},
	} {
		t.Run(name, func(t *testing.T) {
			text, source, err := settingsOf(awscdk.NewApp(&awscdk.AppProps{PostCliContext: &test.context}))
			if test.err == "" && err != nil || test.err != "" && (err == nil || err.Error() != test.err) {
				t.Fatalf("got error %v, want %q", err, test.err)
			}
			if test.text != "" && string(text) != test.text || source != test.source {
				t.Errorf("got %s from %s, want %s from %s", text, source, test.text, test.source)
			}
		})
	}
}

// The settings that are there to begin with can be synthesised.
func TestSettingsInTheRepository(t *testing.T) {
	text, source, err := settingsOf(awscdk.NewApp(nil))
	if err != nil {
		t.Fatal(err)
	}
	d, err := load(text, source, functions, now)
	if err != nil {
		t.Fatal(err)
	}
	if d.StackName != "Sekisho" || d.FirstRefresh != "required" || d.Revocation != "require" {
		t.Errorf("got %+v, want the defaults", d.Settings)
	}
}
