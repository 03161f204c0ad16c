package main

import (
	"strings"
	"testing"
)

// Settings that the examples do not combine: each is synthesised without a
// finding that nobody has explained, and without a circle.
func TestCombinations(t *testing.T) {
	const (
		balancer = `"allowedCidrs": null, "loadBalancerArn": "arn:aws:elasticloadbalancing:eu-central-1:111122223333:loadbalancer/app/lb/01", "securityGroupId": "sg-01"`
		attached = `"trustStoreArn": "arn:aws:elasticloadbalancing:eu-central-1:111122223333:truststore/ts/01", "caBundle": null, "certificateArn": null, "allowedCidrs": null`
		place    = `"network": {"vpcId": "vpc-02", "subnetIds": ["subnet-03"], "availabilityZones": ["eu-central-1a"], "access": "existing"}`
		aCanary  = `"enabled": true, "hostName": "gate.example.com", "goodSecretArn": "arn:aws:secretsmanager:eu-central-1:111122223333:secret:good-AbCdEf", "revokedSecretArn": "arn:aws:secretsmanager:eu-central-1:111122223333:secret:revoked-GhIjKl"`
		domain   = `"certificateArn": null, "domainName": "gate.example.com", "hostedZoneId": "Z1", "hostedZoneName": "example.com"`
	)
	for name, changes := range map[string]string{
		"private and dual-stack":                  `{"ipAddressType": "dualstack"}`,
		"public, the refresher behind NAT":        `{"internetFacing": true, "refresher": {"network": {"access": "nat"}}}`,
		"public, the refresher behind endpoints":  `{"internetFacing": true, "refresher": {"network": {}}}`,
		"dual-stack, the refresher behind NAT":    `{"internetFacing": true, "ipAddressType": "dualstack", "refresher": {"network": {"access": "nat"}}}`,
		"a small VPC":                             `{"vpcCidr": "192.168.7.0/24", "refresher": {"network": {"access": "nat"}}}`,
		"attached, optional":                      `{` + attached + `, "firstRefresh": "optional"}`,
		"attached, CAs for HTTPS":                 `{` + attached + `, "httpsCa": ["docs/examples/web-ca.pem"]}`,
		"attached, in a VPC, a given bucket":      `{` + attached + `, "refresher": {` + place + `}, "bucketName": "given"}`,
		"a domain on an existing load balancer":   `{` + balancer + `, ` + domain + `}`,
		"a refresher beside an existing one":      `{` + balancer + `, "refresher": {` + place + `}}`,
		"a redirect on an existing load balancer": `{` + balancer + `, "port80": "redirect"}`,
		"a private domain":                        `{` + domain + `}`,
		"removal of everything":                   `{"mutualAuthentication": "off", "port80": "redirect", "backend": {"ipAddresses": ["10.0.0.7"]}}`,
		"no logs of the load balancer":            `{"accessLogs": false, "connectionLogs": false, "webAclArn": "arn:aws:wafv2:eu-central-1:111122223333:regional/webacl/a/01"}`,
		"rules to everything":                     `{"passthroughRules": [{"paths": ["/a"], "backend": {"targetGroupArn": "arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup/a/01"}}, {"paths": ["/b"], "backend": {"ipAddresses": ["10.0.0.7"]}}]}`,
		"an upstream behind NAT":                  `{"verifier": {"upstream": "http://10.0.0.7", "network": {"access": "nat"}}}`,
		"an upstream in a VPC of its own":         `{` + balancer + `, "verifier": {"upstream": "http://app", ` + place + `}}`,
		"everything on":                           canaried,
		"everything on, no alarms":                strings.Replace(canaried, `"alarms": {`, `"alarms": {"enabled": false, `, 1),
		"everything on, behind NAT":               strings.Replace(canaried, `"canary": {`, `"pollEvery": "10s", "verifier": {"upstream": "http://10.0.0.7", "network": {}}, "canary": {"network": {"access": "nat"}, `, 1),
		"a canary at an existing load balancer":   `{` + balancer + `, "canary": {` + aCanary + `, ` + place + `}}`,
		"no alarms, attached":                     `{` + attached + `, "alarms": {"enabled": false}}`,
		"alarms, a given bucket":                  `{"bucketName": "given", "alarms": {"email": "a@example.com"}}`,
		"the longest of stack names":              `{"stackName": "A23456789-123456789-123456789-123456789-123456789-123456789-123456789-123456789-123456789-123456789-123456789-123456789-12345678"}`,
	} {
		t.Run(name, func(t *testing.T) {
			got := of(t, with(t, changes))
			for id := range got.Resources {
				if got.needs(id)[id] {
					t.Errorf("%s needs itself", id)
				}
			}
			if !got.comesAfter("RefresherFunction", "RefresherLogs") || got.property("Schedule", "State") != "ENABLED" {
				t.Error("the refresher or its schedule is missing")
			}
		})
	}
}

// With CAs for HTTPS alone there is something to put into the bucket, and the
// first refresh waits for it.
func TestAttachedWithCAsForHTTPS(t *testing.T) {
	got := of(t, with(t, `{"trustStoreArn": "arn:aws:elasticloadbalancing:eu-central-1:111122223333:truststore/ts/01", "caBundle": null, "certificateArn": null, "allowedCidrs": null, "httpsCa": ["docs/examples/web-ca.pem"]}`))
	if !got.comesAfter("FirstRefresh", "CertificatesUploadCustomResource") {
		t.Error("the first refresh may run before its CAs are there")
	}
	if key := got.one(t, "RefresherFunction").property("Environment", "Variables", "SEKISHO_HTTPS_CA_KEY"); len(key) != len("tls/.pem")+64 {
		t.Errorf("the refresher is told %q", key)
	}
}
