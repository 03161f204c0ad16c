package settings

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/pkitest"
)

const (
	existingVPC = `"vpcId": "vpc-01", "subnetIds": ["subnet-01", "subnet-02"], "availabilityZones": ["eu-central-1a", "eu-central-1b"]`
	existingALB = `"loadBalancerArn": "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/lb/01", "securityGroupId": "sg-01"`
	attach      = `"trustStoreArn": "arn:aws:elasticloadbalancing:eu-central-1:123456789012:truststore/ts/01", "caBundle": null, "certificateArn": null, "allowedCidrs": null`
	secrets     = `"enabled": true, "goodSecretArn": "arn:aws:secretsmanager:eu-central-1:123456789012:secret:good-AbCdEf", "revokedSecretArn": "arn:aws:secretsmanager:eu-central-1:123456789012:secret:revoked-AbCdEf"`
	aFunction   = `"functionArn": "arn:aws:lambda:eu-central-1:123456789012:function:app"`
)

// refusal is a configuration with one thing wrong, and all that is said of it.
type refusal struct {
	changes string
	want    []string
}

func refuse(t *testing.T, rows map[string]refusal) {
	t.Helper()
	pki := newPKI(t)
	for name, test := range rows {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := Load(with(t, test.changes), pki.read, pkitest.Epoch)
			if err == nil {
				t.Fatal("got no error")
			}
			expect(t, err, test.want...)
			if got.StackName != "" || got.Bundle.PEM != nil {
				t.Error("got settings along with the error")
			}
		})
	}
}

func TestLoadRefusesTexts(t *testing.T) {
	t.Parallel()
	refuse(t, map[string]refusal{
		"an unknown key":            {`{"caBundel": ["x"]}`, []string{`caBundel: unknown key: did you mean "caBundle"?`}},
		"a key in another case":     {`{"internetfacing": true}`, []string{`internetfacing: unknown key: did you mean "internetFacing"?`}},
		"an unknown key further in": {`{"verifier": {"gracePeriod": "1h", "Grace": "1h"}}`, []string{`verifier.gracePeriod: unknown key: did you mean "grace"?`, `verifier.Grace: unknown key: did you mean "grace"?`}},
		"nothing like a key":        {`{"limits": {"xyzzy": 1}}`, []string{`limits.xyzzy: unknown key: known are entries, lists, caCertificates, caSubjectBytes`}},
		"a number as text":          {`{"verifyPort": "443"}`, []string{`verifyPort: want a whole number, got text`}},
		"a fraction":                {`{"verifyPort": 443.5}`, []string{`verifyPort: want a whole number, got the number 443.5`}},
		"a huge number":             {`{"verifyPort": 1e99}`, []string{`verifyPort: want a whole number, got the number 1e99`}},
		"text as truth":             {`{"internetFacing": "false"}`, []string{`internetFacing: want true or false, got text`}},
		"text for a list":           {`{"caBundle": "root.pem"}`, []string{`caBundle: want a list in brackets, got text`}},
		"a list in a list":          {`{"caBundle": [["root.pem"]]}`, []string{`caBundle[0]: want text in quotes, got a list`}},
		"a list for an object":      {`{"limits": []}`, []string{`limits: want an object in braces, got a list`}},
		"an object for text":        {`{"stackName": {}}`, []string{`stackName: want text in quotes, got an object`}},
		"truth for an object":       {`{"refresher": {"network": true}}`, []string{`refresher.network: want an object in braces, got true or false`}},
		"nothing, far in":           {`{"sources": [{"name": "a", "urls": [null]}]}`, []string{`sources[0].urls[0]: null has no meaning here: leave the key out to get its default`}},
		"a duration in seconds":     {`{"clientKeepAlive": 300}`, []string{`clientKeepAlive: want a duration in quotes, like "300s", got the number 300`}},
		"a duration in words":       {`{"clientKeepAlive": "5 minutes"}`, []string{`clientKeepAlive: "5 minutes" is not a duration: write it like "300s", "5m" or "1h30m"`}},
		"a duration backwards":      {`{"verifier": {"grace": "-1h"}}`, []string{`verifier.grace: "-1h" is negative: a duration counts forwards`}},
		"a word that is not one":    {`{"revocation": "strict"}`, []string{`revocation: "strict" is not one of "require", "require-leaf", "allow-missing", "off"`}},
		"a word in a source":        {`{"crlUrls": null, "sources": [{"name": "a", "urls": ["http://a/b"], "overlap": "yes"}]}`, []string{`sources[0].overlap: "yes" is not one of "refuse", "replace"`}},
		"an old TLS policy":         {`{"tlsPolicy": "ELBSecurityPolicy-2016-08"}`, []string{`tlsPolicy: "ELBSecurityPolicy-2016-08" is none of the 22 that the schema lists: the nearest is "ELBSecurityPolicy-TLS13-1-2-2021-06"`}},
	})
}

func TestLoadRefusesNoJSON(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ text, want string }{
		"nothing":          {"", "not valid JSON: unexpected end of JSON input (line 1, column 0)"},
		"a comma too many": {"{\n\t\"caBundle\": [\"a\",]\n}", "not valid JSON: invalid character ']' looking for beginning of value (line 2, column 19)"},
		"a comment":        {"{\n  // who\n}", "not valid JSON: invalid character '/' looking for beginning of object key string (line 2, column 3)"},
		"two of them":      {"{} {}", "not valid JSON: invalid character '{' after top-level value (line 1, column 4)"},
		"a list":           {"[]", "want an object in braces, got a list"},
		"null":             {"null", "null has no meaning here: leave the key out to get its default"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Load([]byte(test.text), nil, pkitest.Epoch)
			expect(t, err, test.want)
		})
	}
}

func TestLoadRefusesAKeyTwice(t *testing.T) {
	t.Parallel()
	pki := newPKI(t)
	text := strings.Replace(minimal, "{", `{"stackName": "A", "stackName": "B", `, 1)
	_, err := Load([]byte(text), pki.read, pkitest.Epoch)
	expect(t, err, "stackName: given twice: keep one of them")
}

// What could not be read is not reported as missing on top of that.
func TestLoadReportsEverythingOnce(t *testing.T) {
	t.Parallel()
	pki := newPKI(t)
	_, err := Load([]byte(`{"caBundle": "root.pem", "crlUrls": 7, "certificateArn": [], "allowedCidr": [], "verifyPort": 0}`), pki.read, pkitest.Epoch)
	expect(t, err,
		"caBundle: want a list in brackets, got text",
		"crlUrls: want a list in brackets, got the number 7",
		"certificateArn: want text in quotes, got a list",
		`allowedCidr: unknown key: did you mean "allowedCidrs"?`,
		`allowedCidrs: none: say who may connect, such as ["10.0.0.0/8"], or ["0.0.0.0/0"] for everybody`,
		"verifyPort: 0 is not a port: write a number from 1 to 65535",
	)
}

func TestLoadRefusesTrust(t *testing.T) {
	t.Parallel()
	source := func(members string) string {
		return `{"crlUrls": null, "sources": [{"name": "a", "urls": ["http://ca.example.com/a"]` + members + `}]}`
	}
	url := func(address string) string { return `{"crlUrls": ["` + address + `"]}` }
	refuse(t, map[string]refusal{
		"limits of a guard": {source(`, "guards": {"maxShrinkPercent": 100, "maxNewlyRevoked": -1, "holdFor": "721h"}`), []string{
			"sources[0].guards.maxShrinkPercent: 100: write a number from 1 to 99, or leave it out for no limit",
			"sources[0].guards.maxNewlyRevoked: -1 is negative: write how many, or leave it out for no limit",
			"sources[0].guards.holdFor: 721h: hold a list back for 720h at most: what it revokes is not refused meanwhile",
		}},
		"a shrinkage backwards": {source(`, "guards": {"maxShrinkPercent": -1}`), []string{"sources[0].guards.maxShrinkPercent: -1: write a number from 1 to 99, or leave it out for no limit"}},
		"a guard of nothing":    {source(`, "guards": {"onBreach": "hold"}`), []string{`sources[0].guards.onBreach: without a limit nothing is ever held: set "maxShrinkPercent" or "maxNewlyRevoked"`}},
		"a word of a guard":     {source(`, "guards": {"maxNewlyRevoked": 1, "onBreach": "stop"}`), []string{`sources[0].guards.onBreach: "stop" is not one of "alarm", "hold"`}},
		"no bundle":             {`{"caBundle": null}`, []string{"caBundle: none: name the files with the certificates of the CAs that issue the clients' certificates"}},
		"a missing file":        {`{"caBundle": ["root.pem", "gone.pem"]}`, []string{"caBundle[1]: reading the file: open gone.pem: file does not exist"}},
		"a leaf":                {`{"caBundle": ["root.pem", "leaf.pem"]}`, []string{"caBundle[1]: leaf.pem: certificate 1 (CN=laptop): not a CA certificate but a leaf: name the CA that issued it instead"}},
		"several bad files": {`{"caBundle": ["leaf.pem", "empty.pem", "gone.pem"]}`, []string{
			"caBundle[2]: reading the file: open gone.pem: file does not exist",
			"caBundle[1]: empty.pem: the file is empty",
			"caBundle[0]: leaf.pem: certificate 1 (CN=laptop): not a CA certificate but a leaf: name the CA that issued it instead",
		}},
		"too many CAs":            {`{"caBundle": ["both.pem"], "revocation": "off", "limits": {"caCertificates": 1}}`, []string{"caBundle: 2 certificates, a trust store takes 1: leave out what issues no clients, or have AWS raise the quota L-43FE5A42 and set the limit"}},
		"a bad CA for HTTPS":      {`{"httpsCa": ["stranger.pem", "empty.pem"]}`, []string{"httpsCa[1]: empty.pem: the file is empty"}},
		"no list":                 {`{"crlUrls": null}`, []string{`crlUrls: none: name the URL of at least one revocation list, here or under "sources"`}},
		"an LDAP URL":             {url("ldap://ca.example.com/cn=CA?certificateRevocationList"), []string{"crlUrls[0]: LDAP is not fetched: use the CA's HTTP distribution point, or have the CA's host copy the list into a bucket and name it as s3://bucket/key"}},
		"an LDAPS URL":            {url("LDAPS://ca.example.com/"), []string{"crlUrls[0]: LDAP is not fetched: use the CA's HTTP distribution point, or have the CA's host copy the list into a bucket and name it as s3://bucket/key"}},
		"a file URL":              {url("file:///tmp/ca.crl"), []string{`crlUrls[0]: the scheme "file" is not fetched: use http, https or s3`}},
		"a path":                  {url("ca.crl"), []string{"crlUrls[0]: no scheme: write it like http://ca.example.com/ca.crl"}},
		"an empty URL":            {url(""), []string{"crlUrls[0]: not a URL: write it like http://ca.example.com/ca.crl"}},
		"no URL at all":           {url("http://[::1"), []string{"crlUrls[0]: not a URL: write it like http://ca.example.com/ca.crl"}},
		"no host":                 {url("http:///ca.crl"), []string{"crlUrls[0]: no host: write it like http://ca.example.com/ca.crl"}},
		"a password in the URL":   {url("https://user:hunter2@ca.example.com/ca.crl"), []string{"crlUrls[0]: a user name or password in the URL would stand in logs: publish the list without one, a revocation list is no secret"}},
		"a fragment":              {url("http://ca.example.com/ca.crl#top"), []string{"crlUrls[0]: what stands behind # never reaches a server: leave it out"}},
		"a bucket without a key":  {url("s3://bucket/"), []string{"crlUrls[0]: an object is named as s3://bucket/key"}},
		"a port of a bucket":      {url("s3://bucket:80/key"), []string{"crlUrls[0]: an object is named by bucket and key alone: percent-encode ? and # in the key"}},
		"a blank before the URL":  {url(" http://ca/a"), []string{"crlUrls[0]: not a URL: write it like http://ca.example.com/ca.crl"}},
		"a version of an object":  {url("s3://bucket/key?versionId=1"), []string{"crlUrls[0]: an object is named by bucket and key alone: percent-encode ? and # in the key"}},
		"the same URL twice":      {`{"crlUrls": ["http://ca/a", "http://ca/a"], "revocation": "off"}`, []string{"crlUrls[1]: the same URL as crlUrls[0]: remove one of them"}},
		"the same URL, two ways":  {`{"sources": [{"name": "a", "urls": ["http://ca.example.com/ca.crl"]}]}`, []string{"crlUrls[0]: the same URL as sources[0].urls[0]: remove one of them"}},
		"a source without a name": {`{"crlUrls": null, "sources": [{"urls": ["http://ca/a"]}]}`, []string{"sources[0].name: none: give the source a name, it stands in logs and metrics"}},
		"a source with a bad one": {`{"crlUrls": null, "sources": [{"name": "issuing CA", "urls": ["http://ca/a"]}]}`, []string{`sources[0].name: "issuing CA": write a letter or digit, then letters, digits, dots, hyphens or underscores, at most 48 in all`}},
		"two of one name":         {`{"sources": [{"name": "a", "urls": ["http://ca/a"]}, {"name": "a", "urls": ["http://ca/b"]}]}`, []string{`sources[1].name: "a" is taken by sources[0].name: give each source its own name`}},
		"a source without a URL":  {`{"sources": [{"name": "a"}, {"name": "b", "urls": []}]}`, []string{"sources[0].urls: none: name at least one URL of the list", "sources[1].urls: none: name at least one URL of the list"}},
		"a bad mirror":            {`{"crlUrls": null, "sources": [{"name": "a", "urls": ["http://ca/a", "ftp://ca/a"]}]}`, []string{`sources[0].urls[1]: the scheme "ftp" is not fetched: use http, https or s3`}},
		"a negative size":         {source(`, "maxBytes": -1`), []string{"sources[0].maxBytes: -1 is negative"}},
		"more lists than fit":     {`{"crlUrls": ["http://ca/a", "http://ca/b"], "limits": {"lists": 1}}`, []string{`sources: 2 sources, a trust store takes 1 lists: have AWS raise the quota L-332EE142 and set "limits.lists"`}},
		"a negative limit":        {`{"limits": {"entries": -1}}`, []string{"limits.entries: -1 is negative"}},
		"too long for a function": {`{"crlUrls": ["http://ca/a?` + strings.Repeat("x", 4000) + `"]}`, []string{"sources: the environment of the refresh function takes 4559 bytes, AWS Lambda allows 4096: shorten the names and URLs of the sources, or name fewer mirrors"}},
	})
}

func TestLoadRefusesNames(t *testing.T) {
	t.Parallel()
	refuse(t, map[string]refusal{
		"neither certificate nor domain": {`{"certificateArn": null}`, []string{`certificateArn: none: name the server's certificate, or set "domainName", "hostedZoneId" and "hostedZoneName" to have one issued`}},
		"both":                           {`{"domainName": "gate.example.com", "hostedZoneId": "Z1", "hostedZoneName": "example.com"}`, []string{`domainName: a certificate would be issued for it, but "certificateArn" names one: remove one of the two`}},
		"a domain without its zone":      {`{"certificateArn": null, "domainName": "gate.example.com"}`, []string{`hostedZoneId: none: the certificate for "domainName" is validated in its hosted zone`, `hostedZoneName: none: the certificate for "domainName" is validated in its hosted zone`}},
		"a domain in another zone":       {`{"certificateArn": null, "domainName": "gate.myexample.com", "hostedZoneId": "Z1", "hostedZoneName": "example.com"}`, []string{`domainName: "gate.myexample.com" is not in the zone "example.com": its records could not be made there`}},
		"a domain that is a URL":         {`{"certificateArn": null, "domainName": "https://gate.example.com", "hostedZoneId": "Z1", "hostedZoneName": "example.com"}`, []string{`domainName: "https://gate.example.com" is not a host name: write it in lower case, like gate.example.com`}},
		"a zone without a domain":        {`{"hostedZoneId": "Z1", "hostedZoneName": "example.com"}`, []string{`hostedZoneId: without "domainName" it has no effect: set that too, or remove this`, `hostedZoneName: without "domainName" it has no effect: set that too, or remove this`}},
		"no certificate's ARN":           {`{"certificateArn": "0a1b2c3d"}`, []string{`certificateArn: "0a1b2c3d" is not the ARN of a certificate in AWS Certificate Manager or IAM: write it like arn:aws:acm:REGION:ACCOUNT:certificate/ID`}},
		"a stack's bad name":             {`{"stackName": "my gate"}`, []string{`stackName: "my gate": write a letter, then letters, digits or hyphens, at most 128 in all`}},
		"a bucket's URL":                 {`{"bucketName": "s3://bucket"}`, []string{`bucketName: "s3://bucket" is not the name of a bucket: write the name alone, without s3:// or an ARN`}},
	})
}

func TestLoadRefusesNetworks(t *testing.T) {
	t.Parallel()
	refuse(t, map[string]refusal{
		"nobody may connect":            {`{"allowedCidrs": null}`, []string{`allowedCidrs: none: say who may connect, such as ["10.0.0.0/8"], or ["0.0.0.0/0"] for everybody`}},
		"an address for a range":        {`{"allowedCidrs": ["203.0.113.7"]}`, []string{`allowedCidrs[0]: "203.0.113.7" is one address: write 203.0.113.7/32 for it alone`}},
		"no range":                      {`{"allowedCidrs": ["everybody"]}`, []string{`allowedCidrs[0]: "everybody" is not a range of addresses: write it like 203.0.113.0/24`}},
		"bits behind the mask":          {`{"allowedCidrs": ["10.1.2.3/8"]}`, []string{`allowedCidrs[0]: "10.1.2.3/8": there are address bits behind the mask; 10.0.0.0/8 is meant, or a longer mask`}},
		"IPv6 for IPv4":                 {`{"allowedCidrs": ["10.0.0.0/8", "::/0"]}`, []string{`allowedCidrs[1]: "::/0" is IPv6, but the load balancer would have IPv4 addresses only: set "ipAddressType": "dualstack", or remove it`}},
		"too many ranges":               {ranges(31, `"port80": "closed"`), []string{"allowedCidrs: 31 IPv4 ranges at 2 ports are 62 rules, and a security group takes 60 (quota L-0EA8095F, inbound rules): join neighbouring ranges"}},
		"too many with the redirect":    {ranges(21, `"port80": "redirect"`), []string{"allowedCidrs: 21 IPv4 ranges at 3 ports are 63 rules, and a security group takes 60 (quota L-0EA8095F, inbound rules): join neighbouring ranges"}},
		"a range twice":                 {`{"allowedCidrs": ["10.0.0.0/8", "10.0.0.0/8"]}`, []string{"allowedCidrs: one of them twice: remove it"}},
		"a VPC without subnets":         {`{"vpcId": "vpc-01"}`, []string{`subnetIds: none: name subnets of the VPC in "vpcId"`}},
		"one subnet":                    {`{"vpcId": "vpc-01", "subnetIds": ["subnet-01"], "availabilityZones": ["eu-central-1a"]}`, []string{"subnetIds: one: a load balancer needs subnets in at least two availability zones"}},
		"subnets without zones":         {`{"vpcId": "vpc-01", "subnetIds": ["subnet-01", "subnet-02"]}`, []string{"availabilityZones: 0 for 2 subnets: name the zone of each subnet, in the same order"}},
		"subnets in one zone":           {`{"vpcId": "vpc-01", "subnetIds": ["subnet-01", "subnet-02"], "availabilityZones": ["eu-central-1a", "eu-central-1a"]}`, []string{"availabilityZones: one of them twice: a load balancer takes one subnet of each zone"}},
		"a subnet twice":                {`{"vpcId": "vpc-01", "subnetIds": ["subnet-01", "subnet-01"], "availabilityZones": ["eu-central-1a", "eu-central-1b"]}`, []string{"subnetIds: one of them twice: remove it"}},
		"misspelt IDs":                  {`{"vpcId": "01", "subnetIds": ["01", "subnet-02"], "availabilityZones": ["a", "eu-central-1b"]}`, []string{`vpcId: "01": write it like vpc-0123abcd`, `subnetIds[0]: "01": write it like subnet-0123abcd`, `availabilityZones[0]: "a": write it like eu-central-1a`}},
		"subnets without a VPC":         {`{"subnetIds": ["subnet-01", "subnet-02"], "availabilityZones": ["eu-central-1a", "eu-central-1b"]}`, []string{`subnetIds: of an existing VPC: set "vpcId" too, or remove this`, `availabilityZones: of an existing VPC: set "vpcId" too, or remove this`}},
		"a range for an existing VPC":   {`{"vpcCidr": "10.1.0.0/16", ` + existingVPC + `}`, []string{`vpcCidr: for a new VPC, but "vpcId" names an existing one: remove one of the two`}},
		"no range for a new VPC":        {`{"vpcCidr": "10.0.0.0"}`, []string{`vpcCidr: "10.0.0.0" is not an IPv4 range: write it like 10.0.0.0/16`}},
		"bits behind a VPC's mask":      {`{"vpcCidr": "10.0.0.1/16"}`, []string{`vpcCidr: "10.0.0.1/16" is not an IPv4 range: write it like 10.0.0.0/16`}},
		"a new VPC in IPv6":             {`{"vpcCidr": "fd00::/16"}`, []string{`vpcCidr: "fd00::/16" is not an IPv4 range: write it like 10.0.0.0/16`}},
		"a new VPC too large":           {`{"vpcCidr": "10.0.0.0/8"}`, []string{`vpcCidr: "10.0.0.0/8": a VPC takes at most a /16, and subnets in two zones need at least a /24`}},
		"a new VPC too small":           {`{"vpcCidr": "10.0.0.0/28"}`, []string{`vpcCidr: "10.0.0.0/28": a VPC takes at most a /16, and subnets in two zones need at least a /24`}},
		"a load balancer without group": {`{"loadBalancerArn": "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/lb/01"}`, []string{`securityGroupId: none: name the security group of the load balancer in "loadBalancerArn"`}},
		"a group without load balancer": {`{"securityGroupId": "sg-01"}`, []string{`securityGroupId: the group of an existing load balancer: set "loadBalancerArn" too, or remove this`}},
		"a network load balancer":       {`{"loadBalancerArn": "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/net/lb/01", "securityGroupId": "sg-01"}`, []string{`loadBalancerArn: "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/net/lb/01" is not the ARN of an Application Load Balancer: write it like arn:aws:elasticloadbalancing:REGION:ACCOUNT:loadbalancer/app/NAME/ID`}},
		"attributes of an existing one": {`{` + existingALB + `, "internetFacing": true, "clientKeepAlive": "10m", "accessLogs": false}`, []string{
			`internetFacing: an attribute of the load balancer, and "loadBalancerArn" names an existing one: set it there and remove it here`,
			`clientKeepAlive: an attribute of the load balancer, and "loadBalancerArn" names an existing one: set it there and remove it here`,
			`accessLogs: an attribute of the load balancer, and "loadBalancerArn" names an existing one: set it there and remove it here`,
		}},
		"subnets of an existing one": {`{` + existingALB + `, ` + existingVPC + `}`, []string{
			`subnetIds: for a new load balancer, but "loadBalancerArn" names an existing one: remove one of the two`,
			`availabilityZones: for a new load balancer, but "loadBalancerArn" names an existing one: remove one of the two`,
		}},
		"two regions":  {`{` + existingALB + `, "certificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/01"}`, []string{"certificateArn: in region us-east-1, but loadBalancerArn is in eu-central-1: both must be in the stack's region"}},
		"two accounts": {`{"backend": {"functionArn": "arn:aws:lambda:eu-central-1:210987654321:function:app"}}`, []string{"backend.functionArn: of account 210987654321, but certificateArn is of 123456789012: both must be of the stack's account"}},
	})
}

func TestLoadRefusesListeners(t *testing.T) {
	t.Parallel()
	backend := func(members string) string { return `{"backend": {` + members + `}}` }
	rule := func(members string) string { return `{"passthroughRules": [{` + members + `}]}` }
	refuse(t, map[string]refusal{
		"no port":                        {`{"verifyPort": 65536, "passthroughPort": -1}`, []string{"verifyPort: 65536 is not a port: write a number from 1 to 65535", "passthroughPort: -1 is not a port: write a number from 1 to 65535"}},
		"one port for both":              {`{"passthroughPort": 443}`, []string{"passthroughPort: 443 is the port of the verify listener too: take another one"}},
		"a redirect to itself":           {`{"verifyPort": 80, "port80": "redirect"}`, []string{`verifyPort: 80 is where "port80" redirects: take another port, or set "port80": "closed"`}},
		"a keep-alive too short":         {`{"clientKeepAlive": "59s"}`, []string{"clientKeepAlive: 59s: a load balancer takes whole seconds from 60s to 168h"}},
		"a keep-alive too long":          {`{"clientKeepAlive": "169h"}`, []string{"clientKeepAlive: 169h: a load balancer takes whole seconds from 60s to 168h"}},
		"a keep-alive in milliseconds":   {`{"clientKeepAlive": "90500ms"}`, []string{"clientKeepAlive: 1m30.5s: a load balancer takes whole seconds from 60s to 168h"}},
		"a web ACL of CloudFront":        {`{"webAclArn": "arn:aws:wafv2:us-east-1:123456789012:global/webacl/acl/01"}`, []string{`webAclArn: in region us-east-1, but certificateArn is in eu-central-1: both must be in the stack's region`, `webAclArn: "arn:aws:wafv2:us-east-1:123456789012:global/webacl/acl/01" is not the ARN of a regional web ACL: write it like arn:aws:wafv2:REGION:ACCOUNT:regional/webacl/NAME/ID`}},
		"no days of logs":                {`{"loadBalancerLogDays": 0}`, []string{`loadBalancerLogDays: 0: keep the logs for a day at least; "accessLogs" and "connectionLogs" turn them off`}},
		"days that CloudWatch knows not": {`{"logRetentionDays": 10}`, []string{"logRetentionDays: 10: CloudWatch Logs takes 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653"}},
		"two kinds of backend":           {backend(aFunction + `, "ipAddresses": ["10.0.0.7"]`), []string{"backend: 2 kinds of backend: keep one of targetGroupArn, functionArn, instanceIds and ipAddresses"}},
		"a port of a target group":       {backend(`"targetGroupArn": "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/app/01", "port": 65536`), []string{"backend.port: 65536 is not a port: write a number from 1 to 65535"}},
		"a port of a function": {backend(aFunction + `, "port": 80, "protocol": "HTTP", "healthCheckPath": "/", "outsideVpc": true`), []string{
			`backend.port: only "instanceIds", "ipAddresses" and "targetGroupArn" have it: remove it, or name some`,
			`backend.protocol: only "instanceIds" and "ipAddresses" have it: remove it, or name some`,
			`backend.healthCheckPath: only "instanceIds" and "ipAddresses" have it: remove it, or name some`,
			`backend.outsideVpc: only "instanceIds" and "ipAddresses" have it: remove it, or name some`,
		}},
		"instances in a new VPC":      {backend(`"instanceIds": ["i-01"]`), []string{`backend.instanceIds: no instance is in a VPC that is yet to be made: set "vpcId"`}},
		"instances outside a VPC":     {`{` + existingVPC + `, "backend": {"instanceIds": ["i-01"], "outsideVpc": true}}`, []string{`backend.outsideVpc: about addresses, and there are none in "ipAddresses": remove it`}},
		"addresses without their VPC": {`{` + existingALB + `, "backend": {"ipAddresses": ["10.0.0.7"]}}`, []string{"vpcId: none: the target group of backend needs the VPC of the load balancer"}},
		"a target twice":              {backend(`"ipAddresses": ["10.0.0.7", "10.0.0.7"]`), []string{"backend: one of the targets twice: remove it"}},
		"a public address":            {backend(`"ipAddresses": ["8.8.8.8"]`), []string{"backend.ipAddresses[0]: 8.8.8.8: a load balancer takes targets at private IPv4 addresses only"}},
		"an IPv6 address":             {backend(`"ipAddresses": ["fd00::1"]`), []string{"backend.ipAddresses[0]: fd00::1: a load balancer takes targets at private IPv4 addresses only"}},
		"a name for an address":       {backend(`"ipAddresses": ["app.internal"]`), []string{`backend.ipAddresses[0]: "app.internal" is not an IP address`}},
		"a bad instance":              {`{` + existingVPC + `, "backend": {"instanceIds": ["01"]}}`, []string{`backend.instanceIds[0]: "01": write it like i-0123abcd`}},
		"no port of a backend":        {backend(`"ipAddresses": ["10.0.0.7"], "port": 70000`), []string{"backend.port: 70000 is not a port: write a number from 1 to 65535"}},
		"no path for health checks":   {backend(`"ipAddresses": ["10.0.0.7"], "healthCheckPath": "up"`), []string{`backend.healthCheckPath: "up" is not a path: write it like /healthz`}},
		"no target group's ARN":       {backend(`"targetGroupArn": "tg"`), []string{`backend.targetGroupArn: "tg" is not the ARN of a target group: write it like arn:aws:elasticloadbalancing:REGION:ACCOUNT:targetgroup/NAME/ID`}},
		"no function's ARN":           {backend(`"functionArn": "app"`), []string{`backend.functionArn: "app" is not the ARN of a Lambda function: write it like arn:aws:lambda:REGION:ACCOUNT:function:NAME`}},
		"a rule without paths":        {rule(`"backend": {` + aFunction + `}`), []string{"passthroughRules[0].paths: none: name at least one path, like /public/*"}},
		"a rule without a backend":    {rule(`"paths": ["/a"]`), []string{"passthroughRules[0].backend: none: say where these paths go"}},
		"a rule of six paths":         {rule(`"paths": ["/a", "/b", "/c", "/d", "/e", "/f"], "backend": {` + aFunction + `}`), []string{"passthroughRules[0].paths: 6: a rule takes 5; write a second rule"}},
		"a rule for everything":       {rule(`"paths": ["/*"], "backend": {` + aFunction + `}`), []string{"passthroughRules[0].paths[0]: every path would go past the verifier: name the paths that may"}},
		"a rule for all that":         {rule(`"paths": ["/**"], "backend": {` + aFunction + `}`), []string{"passthroughRules[0].paths[0]: every path would go past the verifier: name the paths that may"}},
		"a path without a slash":      {rule(`"paths": ["public"], "backend": {` + aFunction + `}`), []string{`passthroughRules[0].paths[0]: "public" is not a path pattern: write it like /public/*`}},
		"a rule's bad backend":        {rule(`"paths": ["/a"], "backend": {"functionArn": "app"}`), []string{`passthroughRules[0].backend.functionArn: "app" is not the ARN of a Lambda function: write it like arn:aws:lambda:REGION:ACCOUNT:function:NAME`}},
		"too many rules":              {`{"passthroughRules": [` + strings.Repeat(`{"paths": ["/a"], "backend": {`+aFunction+`}},`, 100) + `{"paths": ["/a"], "backend": {` + aFunction + `}}]}`, []string{"passthroughRules: 101: a load balancer takes 100 rules"}},
	})
}

func TestLoadRefusesFunctions(t *testing.T) {
	t.Parallel()
	network := func(members string) string { return `{"refresher": {"network": {` + members + `}}}` }
	refuse(t, map[string]refusal{
		"a health check without a slash":   {`{"verifier": {"healthCheckPath": "healthz?x"}}`, []string{`verifier.healthCheckPath: "healthz?x" is not a path: write it like /healthz`}},
		"a schedule of its own":            {`{"pollEvery": "5m"}`, []string{"pollEvery: 5m: write 1s to 1m: the schedule runs once a minute, and each run looks again and again until 45 s have passed"}},
		"no pause between two looks":       {`{"pollEvery": "500ms"}`, []string{"pollEvery: 500ms: write 1s to 1m: the schedule runs once a minute, and each run looks again and again until 45 s have passed"}},
		"a negative cap":                   {`{"verifier": {"concurrency": -1}}`, []string{"verifier.concurrency: -1 is negative: write how many requests may be decided at once, or 0 for no cap"}},
		"a proxy without a scheme":         {`{"refresher": {"proxy": "proxy:3128"}}`, []string{"refresher.proxy: write it like http://host:port"}},
		"exceptions from no proxy":         {`{"refresher": {"noProxy": "10.0.0.1"}}`, []string{`refresher.noProxy: without "refresher.proxy" it has no effect: set that too, or remove this`}},
		"subnets of no VPC":                {network(`"subnetIds": ["subnet-01"], "availabilityZones": ["eu-central-1a"]`), []string{`refresher.network: subnets and route tables of an existing VPC: set "vpcId" too, or remove them`}},
		"an existing way out of a new VPC": {network(`"access": "existing"`), []string{`refresher.network.access: nothing exists yet in a new VPC: set "endpoints" or "nat"`}},
		"a VPC without subnets":            {network(`"vpcId": "vpc-02", "routeTableIds": ["rtb-01"]`), []string{`refresher.network.subnetIds: none: name subnets of the VPC in "refresher.network.vpcId"`}},
		"endpoints without route tables":   {network(`"vpcId": "vpc-02", "subnetIds": ["subnet-01"], "availabilityZones": ["eu-central-1a"]`), []string{`refresher.network.routeTableIds: none: name the route tables of the subnets, for the S3 gateway endpoint; or set "access": "existing"`}},
		"route tables for nothing":         {network(`"vpcId": "vpc-02", "subnetIds": ["subnet-01"], "availabilityZones": ["eu-central-1a"], "routeTableIds": ["rtb-01"], "access": "existing"`), []string{`refresher.network.routeTableIds: for new endpoints, but "access" is "existing": remove one of the two`}},
		"a NAT gateway in an existing VPC": {network(`"vpcId": "vpc-02", "subnetIds": ["subnet-01"], "availabilityZones": ["eu-central-1a"], "access": "nat"`), []string{`refresher.network.access: a NAT gateway is only made in a new VPC: set "existing" where the subnets have one, or "endpoints"`}},
		"misspelt IDs":                     {network(`"vpcId": "02", "subnetIds": ["01"], "availabilityZones": ["a"], "routeTableIds": ["01"]`), []string{`refresher.network.vpcId: "02": write it like vpc-0123abcd`, `refresher.network.routeTableIds[0]: "01": write it like rtb-0123abcd`, `refresher.network.subnetIds[0]: "01": write it like subnet-0123abcd`, `refresher.network.availabilityZones[0]: "a": write it like eu-central-1a`}},
		"attached, the gate's VPC":         {`{` + attach + `, "refresher": {"network": {}}}`, []string{"refresher.network.vpcId: none: no VPC is made or named for a gate, so name the one that reaches the distribution point"}},
		"attached, with a bundle":          {`{` + attach + `, "caBundle": ["root.pem"]}`, []string{`caBundle: the bundle is that of the trust store in "trustStoreArn": remove one of the two`}},
		"attached, with a gate": {`{` + attach + `, "certificateArn": "arn:aws:acm:eu-central-1:123456789012:certificate/01", "internetFacing": true, "port80": "redirect", "backend": {` + aFunction + `}, "verifier": {"grace": "1h"}}`, []string{
			`certificateArn: belongs to a gate, and with "trustStoreArn" none is deployed: remove one of the two`,
			`internetFacing: belongs to a gate, and with "trustStoreArn" none is deployed: remove one of the two`,
			`port80: belongs to a gate, and with "trustStoreArn" none is deployed: remove one of the two`,
			`backend: belongs to a gate, and with "trustStoreArn" none is deployed: remove one of the two`,
			`verifier: belongs to a gate, and with "trustStoreArn" none is deployed: remove one of the two`,
		}},
		"attached to something else": {`{` + attach + `, "trustStoreArn": "ts"}`, []string{`trustStoreArn: "ts" is not the ARN of a trust store: write it like arn:aws:elasticloadbalancing:REGION:ACCOUNT:truststore/NAME/ID`}},
	})
}

func TestLoadRefusesUpstreams(t *testing.T) {
	t.Parallel()
	upstream := func(members string) string { return `{"verifier": {` + members + `}}` }
	const inVPC = `, "network": {}`
	refuse(t, map[string]refusal{
		"without a scheme":              {upstream(`"upstream": "app:8080"`), []string{"verifier.upstream: write it like https://host:port"}},
		"with a password":               {upstream(`"upstream": "https://u:p@app.example.com"`), []string{"verifier.upstream: a password in the URL would stand in the function's environment: let the address decide who may connect"}},
		"with a path":                   {upstream(`"upstream": "https://app.example.com/v1"`), []string{"verifier.upstream: write scheme, host and port alone: path and query are the client's"}},
		"the function itself":           {upstream(`"upstream": "http://localhost:8080"` + inVPC), []string{"verifier.upstream: localhost is the function itself, and nothing else runs there: name the application's host"}},
		"the function itself, by IP":    {upstream(`"upstream": "http://[::1]:8080"` + inVPC), []string{"verifier.upstream: ::1 is the function itself, and nothing else runs there: name the application's host"}},
		"what tells its credentials":    {upstream(`"upstream": "http://169.254.169.254"` + inVPC), []string{"verifier.upstream: 169.254.169.254 is the function itself, and nothing else runs there: name the application's host"}},
		"a private address, no VPC":     {upstream(`"upstream": "https://10.0.0.7"`), []string{`verifier.upstream: 10.0.0.7 is only known inside a VPC: set "verifier.network" to put the function there`}},
		"a short name, no VPC":          {upstream(`"upstream": "https://app"`), []string{`verifier.upstream: app is only known inside a VPC: set "verifier.network" to put the function there`}},
		"an internal name, no VPC":      {upstream(`"upstream": "https://ip-10-0-0-7.ec2.internal"`), []string{`verifier.upstream: ip-10-0-0-7.ec2.internal is only known inside a VPC: set "verifier.network" to put the function there`}},
		"no TLS, no VPC":                {upstream(`"upstream": "http://app.example.com"`), []string{`verifier.upstream: the verified identity would cross the Internet unencrypted: use https, or set "verifier.network" to stay inside a VPC`}},
		"a network for no upstream":     {upstream(`"network": {}`), []string{`verifier.network: only for reaching an upstream: set "verifier.upstream" too, or remove this`}},
		"on an existing load balancer":  {`{` + existingALB + `, "verifier": {"upstream": "http://10.0.0.7", "network": {}}}`, []string{"verifier.network.vpcId: none: no VPC is made or named for a gate, so name the one that reaches the upstream"}},
		"an existing way in a new VPC":  {upstream(`"upstream": "http://10.0.0.7", "network": {"access": "existing"}`), []string{`verifier.network.access: nothing exists yet in a new VPC: set "endpoints" or "nat"`}},
		"two endpoints in one table":    {`{` + existingVPC + `, "refresher": {"network": {"routeTableIds": ["rtb-01"]}}, "verifier": {"upstream": "http://10.0.0.7", "network": {"routeTableIds": ["rtb-02", "rtb-01"]}}}`, []string{`verifier.network.routeTableIds: rtb-01 gets its S3 gateway endpoint from refresher.network: set "access": "existing" here`}},
		"endpoints without route table": {`{` + existingVPC + `, "verifier": {"upstream": "http://10.0.0.7", "network": {}}}`, []string{`verifier.network.routeTableIds: none: name the route tables of the subnets, for the S3 gateway endpoint; or set "access": "existing"`}},
	})
}

func TestLoadRefusesAlarms(t *testing.T) {
	t.Parallel()
	alarms := func(members string) string { return `{"alarms": {` + members + `}}` }
	refuse(t, map[string]refusal{
		"nobody's address":     {alarms(`"email": "security"`), []string{`alarms.email: "security" is not an e-mail address: write it like security@example.com`}},
		"a name and address":   {alarms(`"email": "Security <security@example.com>"`), []string{`alarms.email: "Security <security@example.com>" is not an e-mail address: write it like security@example.com`}},
		"no life left at all":  {alarms(`"lifeLeftPercent": 0`), []string{"alarms.lifeLeftPercent: 0: write per cent, from 1 to 99"}},
		"a whole life left":    {alarms(`"lifeLeftPercent": 100`), []string{"alarms.lifeLeftPercent: 100: write per cent, from 1 to 99"}},
		"the whole quota":      {alarms(`"quotaPercent": 100`), []string{"alarms.quotaPercent: 100: write per cent, from 1 to 99"}},
		"one minute":           {alarms(`"noSuccessMinutes": 1`), []string{"alarms.noSuccessMinutes: 1: write a number of minutes from 2 to 1440"}},
		"longer than a day":    {alarms(`"noSuccessMinutes": 1441`), []string{"alarms.noSuccessMinutes: 1441: write a number of minutes from 2 to 1440"}},
		"per cent as a string": {alarms(`"quotaPercent": "80%"`), []string{"alarms.quotaPercent: want a whole number, got text"}},
	})
}

func TestLoadRefusesCanaries(t *testing.T) {
	t.Parallel()
	canary := func(members string) string { return `{"canary": {` + members + `}}` }
	const named = secrets + `, "hostName": "gate.example.com"`
	refuse(t, map[string]refusal{
		"without certificates":        {canary(`"enabled": true, "hostName": "gate.example.com"`), []string{"canary.goodSecretArn: none: name the secret with the certificate that must be let in", "canary.revokedSecretArn: none: name the secret with the certificate that is revoked"}},
		"one certificate for both":    {canary(named + `, "revokedSecretArn": "arn:aws:secretsmanager:eu-central-1:123456789012:secret:good-AbCdEf"`), []string{"canary.revokedSecretArn: given twice: keep one of them"}},
		"the same secret":             {canary(`"enabled": true, "hostName": "gate.example.com", "goodSecretArn": "arn:aws:secretsmanager:eu-central-1:123456789012:secret:a-AbCdEf", "revokedSecretArn": "arn:aws:secretsmanager:eu-central-1:123456789012:secret:a-AbCdEf"`), []string{"canary.revokedSecretArn: the same secret as canary.goodSecretArn: one certificate cannot be both"}},
		"a secret's name":             {canary(`"goodSecretArn": "good"`), []string{`canary.goodSecretArn: "good" is not the ARN of a secret in AWS Secrets Manager: write it like arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME-6CHARS`}},
		"a secret of another account": {canary(`"goodSecretArn": "arn:aws:secretsmanager:eu-central-1:210987654321:secret:good-AbCdEf"`), []string{"canary.goodSecretArn: of account 210987654321, but certificateArn is of 123456789012: both must be of the stack's account"}},
		"twice a minute":              {canary(named + `, "every": "30s"`), []string{"canary.every: 30s: a schedule takes whole minutes, here from 1m to 8h: its alarm looks at three rounds, and back for a day at most"}},
		"not in whole minutes":        {canary(named + `, "every": "90s"`), []string{"canary.every: 1m30s: a schedule takes whole minutes, here from 1m to 8h: its alarm looks at three rounds, and back for a day at most"}},
		"three in more than a day":    {canary(named + `, "every": "481m"`), []string{"canary.every: 8h1m: a schedule takes whole minutes, here from 1m to 8h: its alarm looks at three rounds, and back for a day at most"}},
		"a URL for a host":            {canary(secrets + `, "hostName": "https://gate.example.com/"`), []string{`canary.hostName: "https://gate.example.com/" is not a host name: write it in lower case, like gate.example.com`}},
		"nowhere to knock":            {canary(secrets), []string{`canary.hostName: none: name the host that the certificate in "certificateArn" is for, as clients know it`}},
		"two names":                   {`{"certificateArn": null, "domainName": "gate.example.com", "hostedZoneId": "Z1", "hostedZoneName": "example.com", "canary": {` + secrets + `, "hostName": "gate.example.org"}}`, []string{`canary.hostName: the gate's name is "domainName": remove one of the two`}},
		"a private load balancer":     {`{` + existingVPC + `, "canary": {` + named + `}}`, []string{`canary.network: none: the load balancer is private, so say how a function in its VPC reaches AWS: {"access": "existing"}, or "endpoints" with "routeTableIds"`}},
		"not admitted":                {`{"internetFacing": true, "canary": {` + named + `}}`, []string{`canary.network: none: outside of a VPC its address is any, which "allowedCidrs" does not admit: put it into a VPC with a way out whose address is admitted`}},
		"no way to a public one":      {`{"internetFacing": true, "allowedCidrs": ["0.0.0.0/0"], "canary": {` + named + `, "network": {}}}`, []string{`canary.network.access: the load balancer is public, and endpoints lead to AWS alone: set "nat", or remove "canary.network"`}},
		"an address yet to be":        {`{"internetFacing": true, "canary": {` + named + `, "network": {"access": "nat"}}}`, []string{`canary.network: the address of a NAT gateway is not known before it is made, so "allowedCidrs" would have to hold 0.0.0.0/0: put the canary into an existing VPC whose way out is admitted`}},
		"two endpoints in one table":  {`{` + existingVPC + `, "refresher": {"network": {"routeTableIds": ["rtb-01"]}}, "canary": {` + named + `, "network": {"routeTableIds": ["rtb-01"]}}}`, []string{`canary.network.routeTableIds: rtb-01 gets its S3 gateway endpoint from refresher.network: set "access": "existing" here`}},
		"attached":                    {`{` + attach + `, "canary": {` + named + `}}`, []string{`canary: belongs to a gate, and with "trustStoreArn" none is deployed: remove one of the two`}},
	})
}

func TestLoadRefusesAnExpiredCA(t *testing.T) {
	t.Parallel()
	pki := newPKI(t)
	_, err := Load([]byte(minimal), pki.read, pki.root.Cert.NotAfter.Add(time.Second))
	expect(t, err, "caBundle[0]: root.pem: certificate 1 (CN=Root): expired on 2036-06-01T12:00:00Z: remove it, or replace it by its renewal")
}

// ranges are so many IPv4 ranges, with another setting.
func ranges(n int, other string) string {
	var all []string
	for i := range n {
		all = append(all, fmt.Sprintf(`"10.%d.0.0/16"`, i))
	}
	return `{"allowedCidrs": [` + strings.Join(all, ", ") + `], ` + other + `}`
}

// What fits into a security group, counted for each family of addresses alone,
// may be written.
func TestLoadTakesAsManyRangesAsFit(t *testing.T) {
	t.Parallel()
	pki := newPKI(t)
	both := strings.Replace(ranges(30, `"ipAddressType": "dualstack"`), `"10.0.0.0/16"`, `"10.0.0.0/16", "::/0"`, 1)
	for name, changes := range map[string]string{"two ports": ranges(30, `"port80": "closed"`), "three ports": ranges(20, `"port80": "redirect"`), "both families": both} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Load(with(t, changes), pki.read, pkitest.Epoch)
			expect(t, err)
		})
	}
}
