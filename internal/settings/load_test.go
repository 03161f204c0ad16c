package settings

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sekisho/sekisho/internal/pkitest"
)

func TestFourLinesAreEnough(t *testing.T) {
	t.Parallel()
	pki := newPKI(t)
	got, err := Load([]byte(minimal), pki.read, pkitest.Epoch)
	if err != nil {
		t.Fatalf("got error %v", err)
	}
	want := Defaults()
	want.CABundle = []string{"root.pem"}
	want.CRLURLs = []string{"http://ca.example.com/ca.crl"}
	want.CertificateARN = "arn:aws:acm:eu-central-1:123456789012:certificate/0a1b2c3d"
	want.AllowedCIDRs = []string{"10.0.0.0/8"}
	if diff := cmp.Diff(want, got.Settings); diff != "" {
		t.Errorf("what was not written is not the default (-want +got):\n%s", diff)
	}
	if string(got.Bundle.PEM) != string(pki.files["root.pem"]) {
		t.Errorf("got the bundle %q, want the root", got.Bundle.PEM)
	}
}

// The defaults that a security team asks for first.
func TestDefaultsAreSafe(t *testing.T) {
	t.Parallel()
	d := Defaults()
	if d.InternetFacing {
		t.Error("the gate has public addresses unless told otherwise")
	}
	if d.Revocation != RevocationRequire || d.FirstRefresh != FirstRefreshRequired {
		t.Errorf("got revocation %s and first refresh %s, want both required", d.Revocation, d.FirstRefresh)
	}
	if d.MutualAuthentication != MutualAuthenticationOn || d.Port80 != Port80Closed {
		t.Errorf("got mutual authentication %s and port 80 %s, want on and closed", d.MutualAuthentication, d.Port80)
	}
	if d.Verifier.Grace != 0 {
		t.Errorf("got a grace of %s for stale lists, want none", d.Verifier.Grace)
	}
	if !d.AccessLogs || !d.ConnectionLogs || !d.Refresher.ReservedConcurrency {
		t.Error("logs and the refresher's reserved concurrency are off unless told otherwise")
	}
	if got, want := d.ClientKeepAlive, Duration(300*time.Second); got != want {
		t.Errorf("got a keep-alive of %s, want %s", got, want)
	}
}

// Each row is a configuration that must pass as it is.
func TestLoadAccepts(t *testing.T) {
	t.Parallel()
	pki := newPKI(t)
	for name, changes := range map[string]string{
		"the schema for editors":        `{"$schema": "docs/settings.schema.json"}`,
		"an issued certificate":         `{"certificateArn": null, "domainName": "gate.example.com", "hostedZoneId": "Z123", "hostedZoneName": "example.com"}`,
		"the zone's own name":           `{"certificateArn": null, "domainName": "example.com", "hostedZoneId": "Z123", "hostedZoneName": "example.com."}`,
		"a certificate in IAM":          `{"certificateArn": "arn:aws:iam::123456789012:server-certificate/gate"}`,
		"an existing VPC":               `{"vpcId": "vpc-01", "subnetIds": ["subnet-01", "subnet-02"], "availabilityZones": ["eu-central-1a", "eu-central-1b"]}`,
		"an existing load balancer":     `{"allowedCidrs": null, "loadBalancerArn": "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/lb/01", "securityGroupId": "sg-01"}`,
		"its clients let in":            `{"loadBalancerArn": "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/lb/01", "securityGroupId": "sg-01", "allowedCidrs": ["2001:db8::/32"]}`,
		"an existing trust store":       `{"caBundle": null, "certificateArn": null, "allowedCidrs": null, "trustStoreArn": "arn:aws:elasticloadbalancing:eu-central-1:123456789012:truststore/ts/01"}`,
		"attached, in a VPC":            `{"caBundle": null, "certificateArn": null, "allowedCidrs": null, "trustStoreArn": "arn:aws:elasticloadbalancing:eu-central-1:123456789012:truststore/ts/01", "refresher": {"network": {"vpcId": "vpc-01", "subnetIds": ["subnet-01"], "availabilityZones": ["eu-central-1a"], "access": "existing"}}}`,
		"a bucket that exists":          `{"bucketName": "my.bucket-1"}`,
		"IPv6 clients":                  `{"allowedCidrs": ["0.0.0.0/0", "::/0"], "ipAddressType": "dualstack", "internetFacing": true}`,
		"one address":                   `{"allowedCidrs": ["203.0.113.7/32"]}`,
		"post-quantum key exchange":     `{"tlsPolicy": "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"}`,
		"TLS 1.3 only, FIPS":            `{"tlsPolicy": "ELBSecurityPolicy-TLS13-1-3-FIPS-2023-04"}`,
		"a redirect and other ports":    `{"port80": "redirect", "verifyPort": 8000, "passthroughPort": 65535}`,
		"the shortest keep-alive":       `{"clientKeepAlive": "60s"}`,
		"the longest keep-alive":        `{"clientKeepAlive": "168h"}`,
		"a web ACL":                     `{"webAclArn": "arn:aws:wafv2:eu-central-1:123456789012:regional/webacl/acl/0a-1b"}`,
		"removal, first step":           `{"mutualAuthentication": "off"}`,
		"a target group":                `{"backend": {"targetGroupArn": "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/tg/01"}}`,
		"a function":                    `{"backend": {"functionArn": "arn:aws:lambda:eu-central-1:123456789012:function:app:live"}}`,
		"instances":                     `{"vpcId": "vpc-01", "subnetIds": ["subnet-01", "subnet-02"], "availabilityZones": ["eu-central-1a", "eu-central-1b"], "backend": {"instanceIds": ["i-01", "i-02"], "port": 8080}}`,
		"addresses":                     `{"backend": {"ipAddresses": ["10.0.0.7", "100.64.0.7"], "protocol": "HTTPS", "healthCheckPath": "/up", "outsideVpc": true}}`,
		"addresses on a load balancer":  `{"allowedCidrs": null, "loadBalancerArn": "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/lb/01", "securityGroupId": "sg-01", "vpcId": "vpc-01", "backend": {"ipAddresses": ["10.0.0.7"]}}`,
		"paths past the verifier":       `{"passthroughRules": [{"paths": ["/public/*", "/a?c"], "backend": {"functionArn": "arn:aws:lambda:eu-central-1:123456789012:function:app"}}]}`,
		"the refresher in a new VPC":    `{"refresher": {"network": {"access": "nat"}}}`,
		"the refresher in the gate's":   `{"vpcId": "vpc-01", "subnetIds": ["subnet-01", "subnet-02"], "availabilityZones": ["eu-central-1a", "eu-central-1b"], "refresher": {"network": {"routeTableIds": ["rtb-01"]}}}`,
		"a proxy":                       `{"refresher": {"proxy": "http://proxy:3128", "noProxy": ".amazonaws.com", "reservedConcurrency": false}}`,
		"the verifier's settings":       `{"verifier": {"subjectCn": "a", "issuerCn": "b", "grace": "1h", "maxSnapshotAge": "0s", "snapshotGrace": "1m", "healthCheckPath": "/up", "upstream": "https://app.example.com:8443", "concurrency": 10}}`,
		"an upstream inside the VPC":    `{"verifier": {"upstream": "http://10.0.0.7:8080", "network": {}}}`,
		"an upstream by its short name": `{` + existingVPC + `, "verifier": {"upstream": "http://app", "network": {"access": "existing"}}}`,
		"alarms by e-mail":              `{"alarms": {"email": "security@example.com", "lifeLeftPercent": 50, "noSuccessMinutes": 1440, "quotaPercent": 99}}`,
		"no alarms":                     `{"alarms": {"enabled": false}}`,
		"a canary in the new VPC":       `{"canary": {` + secrets + `, "hostName": "gate.example.com", "every": "1m"}}`,
		"a canary on the Internet":      `{"internetFacing": true, "allowedCidrs": ["0.0.0.0/0"], "canary": {` + secrets + `, "hostName": "gate.example.com"}}`,
		"a canary in an existing VPC":   `{` + existingVPC + `, "canary": {` + secrets + `, "hostName": "gate.example.com", "network": {"access": "existing"}}}`,
		"a canary that is switched off": `{"canary": {"goodSecretArn": "arn:aws:secretsmanager:eu-central-1:123456789012:secret:good-AbCdEf"}}`,
		"an HTTPS distribution point":   `{"crlUrls": ["https://ca.example.com/ca.crl?x=1"], "httpsCa": ["stranger.pem"]}`,
		"a list in a bucket":            `{"crlUrls": ["s3://bucket/dir/ca.crl"]}`,
		"a source with everything":      `{"crlUrls": null, "sources": [{"name": "a.b_c-D1", "urls": ["http://a/x", "http://b/x"], "issuers": ["Root"], "maxAge": "24h", "allowScoped": true, "overlap": "replace", "maxBytes": 1, "timeout": "1s"}]}`,
		"logs kept for a day":           `{"logRetentionDays": 1, "loadBalancerLogDays": 1, "accessLogs": false, "connectionLogs": false}`,
		"an optional first refresh":     `{"firstRefresh": "optional", "deletionProtection": true, "stackName": "Gate-2"}`,
		"raised quotas":                 `{"limits": {"entries": 2000000, "lists": 60, "caCertificates": 50, "caSubjectBytes": 20000}}`,
		"a CA without a list, excepted": `{"caBundle": ["both.pem"], "revocation": "require-leaf"}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Load(with(t, changes), pki.read, pkitest.Epoch)
			expect(t, err)
		})
	}
}
