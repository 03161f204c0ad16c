package main

import (
	"encoding/csv"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A new VPC of its own has no way out and no default security group to fall into.
func TestMinimalNetwork(t *testing.T) {
	got := example(t, "minimal")
	for _, kind := range []string{"AWS::EC2::NatGateway", "AWS::EC2::InternetGateway", "AWS::EC2::EIP"} {
		if all := got.all(kind); len(all) > 0 {
			t.Errorf("got %v, want none", all)
		}
	}
	if subnets := got.all("AWS::EC2::Subnet"); len(subnets) != 2 {
		t.Errorf("got the subnets %v, want two", subnets)
	}
	if len(got.all("Custom::VpcRestrictDefaultSG")) != 1 || len(got.all("AWS::EC2::FlowLog")) != 1 {
		t.Error("the default security group stays open, or nobody writes down who was rejected")
	}
}

// An existing VPC is used as it is.
func TestExistingVPC(t *testing.T) {
	got := example(t, "existing-vpc")
	for _, kind := range []string{"AWS::EC2::VPC", "AWS::EC2::Subnet", "AWS::EC2::RouteTable"} {
		if all := got.all(kind); len(all) > 0 {
			t.Errorf("got %v, want nothing new in it", all)
		}
	}
	if subnets := got.one(t, "GateLoadBalancer").property("Subnets"); subnets != "subnet-0123456789abcdef0,subnet-0123456789abcdef1" {
		t.Errorf("got the subnets %s", subnets)
	}
	servers := got.one(t, "GateBackendServers")
	for property, want := range map[string]string{"TargetType": "instance", "Port": "8080", "Protocol": "HTTP", "HealthCheckPath": "/health", "VpcId": "vpc-0123456789abcdef0"} {
		if servers.property(property) != want {
			t.Errorf("got %s %s of the servers, want %s", property, servers.property(property), want)
		}
	}
	if targets := servers.property("Targets"); targets != `{"Id":"i-0123456789abcdef0","Port":8080},{"Id":"i-0123456789abcdef1","Port":8080}` {
		t.Errorf("got the targets %s", targets)
	}
}

// An existing load balancer gets listeners and keeps everything else.
func TestExistingLoadBalancer(t *testing.T) {
	got := example(t, "existing-load-balancer")
	for _, kind := range []string{"AWS::ElasticLoadBalancingV2::LoadBalancer", "AWS::EC2::VPC", "AWS::EC2::SecurityGroup", "AWS::EC2::SecurityGroupEgress"} {
		if all := got.all(kind); len(all) > 0 {
			t.Errorf("got %v, want none", all)
		}
	}
	for _, id := range got.all("AWS::ElasticLoadBalancingV2::Listener") {
		if arn := got.Resources[id].property("LoadBalancerArn"); !strings.HasSuffix(arn, "loadbalancer/app/shared/0123456789abcdef") {
			t.Errorf("%s stands on %s", id, arn)
		}
	}
	var ports []string
	for _, id := range got.all("AWS::EC2::SecurityGroupIngress") {
		rule := got.Resources[id]
		ports = append(ports, rule.property("GroupId")+" "+rule.property("CidrIp")+" "+rule.property("FromPort"))
	}
	slices.Sort(ports)
	if want := "sg-0123456789abcdef0 192.0.2.0/24 9443,sg-0123456789abcdef0 192.0.2.0/24 9444"; strings.Join(ports, ",") != want {
		t.Errorf("got the rules %v, want %s", ports, want)
	}
	if action := got.one(t, "GateVerify").property("DefaultActions"); !strings.Contains(action, "targetgroup/app/0123456789abcdef") {
		t.Errorf("got the action %s, want their target group", action)
	}
}

// With an existing trust store nothing is deployed but the refresher.
func TestAttach(t *testing.T) {
	got := example(t, "attach")
	for id, r := range got.Resources {
		if strings.HasPrefix(r.Type, "AWS::ElasticLoadBalancingV2::") || strings.HasPrefix(r.Type, "AWS::EC2::") || strings.HasPrefix(id, "Verifier") {
			t.Errorf("got %s (%s), which belongs to a gate", id, r.Type)
		}
	}
	env := got.one(t, "RefresherFunction").Properties["Environment"].(map[string]any)["Variables"].(map[string]any)
	if env["SEKISHO_TRUST_STORE_ARN"] != "arn:aws:elasticloadbalancing:eu-central-1:111122223333:truststore/clients/0123456789abcdef" {
		t.Errorf("got the trust store %v", env["SEKISHO_TRUST_STORE_ARN"])
	}
}

// A distribution point that is only reached from inside a VPC: the refresher
// stands there, and reaches AWS by endpoints that nobody else may use.
func TestPrivateEndpoint(t *testing.T) {
	got := example(t, "private-endpoint")
	function := got.one(t, "RefresherFunction")
	if subnets := function.property("VpcConfig", "SubnetIds"); subnets != "subnet-0fedcba9876543210,subnet-0fedcba9876543211" {
		t.Errorf("got the subnets %s", subnets)
	}
	gateway, api := got.one(t, "RefresherS3"), got.one(t, "RefresherLoadBalancing")
	if gateway.property("VpcEndpointType") != "Gateway" || gateway.property("RouteTableIds") != "rtb-0fedcba9876543210" || !strings.HasSuffix(gateway.property("ServiceName"), ".s3") {
		t.Errorf("got the gateway %v", gateway.Properties)
	}
	if api.property("VpcEndpointType") != "Interface" || !strings.HasSuffix(api.property("ServiceName"), ".elasticloadbalancing") || api.property("PrivateDnsEnabled") != "true" {
		t.Errorf("got the endpoint %v", api.Properties)
	}
	outside := got.one(t, "RefresherSecurityGroup")
	if ingress := outside.property("SecurityGroupIngress"); ingress != "" {
		t.Errorf("got %s into the refresher, want nothing", ingress)
	}
	var out []string
	for _, rule := range outside.Properties["SecurityGroupEgress"].([]any) {
		r := rule.(map[string]any)
		out = append(out, text(r["FromPort"])+"-"+text(r["ToPort"]))
	}
	if strings.Join(out, ",") != "443-443,8080-8080" {
		t.Errorf("got the ports %v out of the refresher, want 443 and 8080", out)
	}
	rule := got.Resources[got.all("AWS::EC2::SecurityGroupIngress")[0]]
	if rule.property("SourceSecurityGroupId") != "${RefresherSecurityGroup.GroupId}" || rule.property("FromPort") != "443" || len(got.all("AWS::EC2::SecurityGroupIngress")) != 1 {
		t.Errorf("got %v into the endpoint, want the refresher alone", rule.Properties)
	}
}

// In a new VPC the refresher's ways out are made along with it.
func TestRefresherInNewVPC(t *testing.T) {
	endpoints := of(t, with(t, `{"refresher": {"network": {}}}`))
	if len(endpoints.all("AWS::EC2::VPCEndpoint")) != 2 || len(endpoints.all("AWS::EC2::NatGateway")) != 0 || len(endpoints.all("AWS::EC2::Subnet")) != 4 {
		t.Errorf("got %v, want two endpoints, no NAT gateway and subnets of its own", endpoints.all("AWS::EC2::VPCEndpoint"))
	}
	nat := of(t, with(t, `{"refresher": {"network": {"access": "nat"}}}`))
	if len(nat.all("AWS::EC2::VPCEndpoint")) != 0 || len(nat.all("AWS::EC2::NatGateway")) != 1 || len(nat.all("AWS::EC2::Subnet")) != 6 {
		t.Errorf("got %v, want one NAT gateway and no endpoint", nat.all("AWS::EC2::NatGateway"))
	}
	for _, id := range nat.all("AWS::EC2::Subnet") {
		if nat.Resources[id].property("MapPublicIpOnLaunch") == "true" {
			t.Errorf("%s gives out public addresses", id)
		}
	}
}

// In the gate's existing VPC it stands where the settings say, or beside it.
func TestRefresherInTheGatesVPC(t *testing.T) {
	const vpc = `"vpcId": "vpc-01", "subnetIds": ["subnet-01", "subnet-02"], "availabilityZones": ["eu-central-1a", "eu-central-1b"]`
	beside := of(t, with(t, `{`+vpc+`, "refresher": {"network": {"access": "existing"}}}`))
	if got := beside.one(t, "RefresherFunction").property("VpcConfig", "SubnetIds"); got != "subnet-01,subnet-02" {
		t.Errorf("got the subnets %s, want the gate's", got)
	}
	apart := of(t, with(t, `{`+vpc+`, "refresher": {"network": {"access": "existing", "subnetIds": ["subnet-03"], "availabilityZones": ["eu-central-1a"]}}}`))
	if got := apart.one(t, "RefresherFunction").property("VpcConfig", "SubnetIds"); got != "subnet-03" {
		t.Errorf("got the subnets %s, want its own", got)
	}
}

// A given bucket keeps its own rules.
func TestGivenBucket(t *testing.T) {
	got := example(t, "given-bucket")
	for _, id := range append(got.all("AWS::S3::Bucket"), got.all("AWS::S3::BucketPolicy")...) {
		if !strings.HasPrefix(id, "GateLogBucket") {
			t.Errorf("got %s, want no bucket and no policy but those for logs", id)
		}
	}
	if bucket := got.one(t, "TrustStore").property("CaCertificatesBundleS3Bucket"); bucket != "example-revocation-lists" {
		t.Errorf("the trust store reads from %s", bucket)
	}
}

// Verified requests reach a function, and unverified paths another one, each by
// load balancers of this account only.
func TestFunctionBackends(t *testing.T) {
	for name, want := range map[string]string{"given-bucket": "GateBackendPermission", "full": "GateRule1Permission"} {
		permission := example(t, name).one(t, want)
		if permission.property("SourceAccount") != "${AWS::AccountId}" || !strings.HasSuffix(permission.property("SourceArn"), ":targetgroup/*/*") {
			t.Errorf("%s: got %v", name, permission.Properties)
		}
	}
	rule := example(t, "full").one(t, "GateRule1Rule")
	if !strings.Contains(rule.property("Conditions"), `"/public/*","/status"`) || rule.property("ListenerArn") != "${GatePassthrough}" || rule.property("Priority") != "1" {
		t.Errorf("got the rule %v", rule.Properties)
	}
}

// The full example is public, in both address families, under its own name.
func TestFull(t *testing.T) {
	got := example(t, "full")
	balancer := got.one(t, "GateLoadBalancer")
	if balancer.property("Scheme") != "internet-facing" || balancer.property("IpAddressType") != "dualstack" {
		t.Errorf("got %s and %s", balancer.property("Scheme"), balancer.property("IpAddressType"))
	}
	if attributes := balancer.attributes("LoadBalancerAttributes"); attributes["client_keep_alive.seconds"] != "120" || attributes["deletion_protection.enabled"] != "true" {
		t.Errorf("got %v", attributes)
	}
	var records []string
	for _, id := range got.all("AWS::Route53::RecordSet") {
		records = append(records, got.Resources[id].property("Type")+" "+got.Resources[id].property("Name"))
	}
	if strings.Join(records, ",") != "A gate.example.com.,AAAA gate.example.com." {
		t.Errorf("got the records %v", records)
	}
	certificate := got.one(t, "ServerCertificate")
	if certificate.property("DomainName") != "gate.example.com" || certificate.property("ValidationMethod") != "DNS" {
		t.Errorf("got the certificate %v", certificate.Properties)
	}
	acl := got.one(t, "GateWebAcl")
	if acl.property("ResourceArn") != "${GateLoadBalancer}" {
		t.Errorf("got the web ACL on %s", acl.property("ResourceArn"))
	}
	var out []string
	for _, rule := range got.one(t, "GateSecurityGroup").Properties["SecurityGroupEgress"].([]any) {
		out = append(out, text(rule.(map[string]any)["CidrIp"])+" "+text(rule.(map[string]any)["FromPort"]))
	}
	if strings.Join(out, ",") != "10.20.4.10/32 8443,10.20.12.10/32 8443" {
		t.Errorf("got %v out of the load balancer, want the two servers alone", out)
	}
}

// Two servers in one zone would go down together.
func TestServersStandInDifferentSubnets(t *testing.T) {
	got := example(t, "full")
	var servers []struct{ ID string }
	remarshal(t, got.one(t, "GateBackendServers").Properties["Targets"], &servers)
	taken := map[string]bool{}
	for _, server := range servers {
		for _, id := range got.all("AWS::EC2::Subnet") {
			if netip.MustParsePrefix(got.Resources[id].property("CidrBlock")).Contains(netip.MustParseAddr(server.ID)) {
				taken[id] = true
			}
		}
	}
	if len(servers) != 2 || len(taken) != 2 {
		t.Errorf("got the servers %v in the subnets %v, want one in each", servers, taken)
	}
}

// IPs outside the VPC belong to no zone of it, and AWS wants that said.
func TestServersOutsideTheVPC(t *testing.T) {
	for outside, want := range map[string]string{
		"true":  `{"AvailabilityZone":"all","Id":"10.9.0.7","Port":80}`,
		"false": `{"Id":"10.9.0.7","Port":80}`,
	} {
		got := of(t, with(t, `{"backend": {"ipAddresses": ["10.9.0.7"], "outsideVpc": `+outside+`}}`))
		if targets := got.one(t, "GateBackendServers").property("Targets"); targets != want {
			t.Errorf("outside %s: got %s, want %s", outside, targets, want)
		}
	}
}

// An existing load balancer with servers, whose VPC the settings name.
func TestServersOnAnExistingLoadBalancer(t *testing.T) {
	got := of(t, with(t, `{"allowedCidrs": null, "vpcId": "vpc-01", "backend": {"ipAddresses": ["10.0.0.7"]},
		"loadBalancerArn": "arn:aws:elasticloadbalancing:eu-central-1:111122223333:loadbalancer/app/lb/01", "securityGroupId": "sg-01"}`))
	if vpc := got.one(t, "GateBackendServers").property("VpcId"); vpc != "vpc-01" {
		t.Errorf("got the VPC %s", vpc)
	}
	if rules := append(got.all("AWS::EC2::SecurityGroupIngress"), got.all("AWS::EC2::SecurityGroupEgress")...); len(rules) > 0 {
		t.Errorf("got %v, want nobody let in who is not named, and their way out left alone", rules)
	}
}

// A deployment says where the gate is and what to look at.
func TestOutputs(t *testing.T) {
	for name, want := range map[string][]string{
		"minimal":                {"AlarmTopicArn", "BucketName", "FailureQueueUrl", "LoadBalancerDnsName", "OperatorFunctionArn", "OperatorPolicyArn", "PassthroughUrl", "RefreshFunctionName", "TrustStoreArn", "VerifyUrl"},
		"full":                   {"AlarmTopicArn", "BucketName", "CanaryRoleArn", "FailureQueueUrl", "LoadBalancerDnsName", "OperatorFunctionArn", "OperatorPolicyArn", "PassthroughUrl", "RefreshFunctionName", "TrustStoreArn", "VerifyUrl"},
		"existing-load-balancer": {"AlarmTopicArn", "BucketName", "FailureQueueUrl", "OperatorFunctionArn", "OperatorPolicyArn", "RefreshFunctionName", "TrustStoreArn"},
		"attach":                 {"AlarmTopicArn", "BucketName", "FailureQueueUrl", "OperatorFunctionArn", "OperatorPolicyArn", "RefreshFunctionName", "TrustStoreArn"},
	} {
		if got := sortedKeys(example(t, name).Outputs); !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", name, got, want)
		}
	}
	if got := text(example(t, "full").Outputs["VerifyUrl"].Value); got != "https://gate.example.com:443/" {
		t.Errorf("got the address %s", got)
	}
	for _, name := range gates {
		for key, output := range example(t, name).Outputs {
			if strings.Contains(text(output.Value), "RoleId") {
				t.Errorf("%s: %s tells the name of the header", name, key)
			}
		}
	}
}

// The rules of AwsSolutions run, and whatever they find is right or explained.
func TestEveryFindingIsExplained(t *testing.T) {
	for _, name := range examples(t) {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			text, err := os.ReadFile(filepath.Join("docs", "examples", name+".json"))
			if err != nil {
				t.Fatal(err)
			}
			synth(t, string(text), dir)
			reports, err := filepath.Glob(filepath.Join(dir, "AwsSolutions-*NagReport.csv"))
			if err != nil || len(reports) != 1 {
				t.Fatalf("got the reports %v and error %v, want one", reports, err)
			}
			expectExplained(t, reports[0])
		})
	}
}

func expectExplained(t *testing.T, report string) {
	t.Helper()
	rows := readReport(t, report)
	if len(rows) < 10 {
		t.Fatalf("got %d rows", len(rows))
	}
	for _, row := range rows {
		switch {
		case row[2] == "Compliant":
		case row[2] == "Suppressed" && len(row[3]) > 20:
		default:
			t.Errorf("%s: %s: %s %q", row[0], row[1], row[2], row[3])
		}
	}
}

// readReport is a report without its heading: rule, resource, verdict, reason.
func readReport(t *testing.T, name string) [][]string {
	t.Helper()
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil || len(rows) == 0 {
		t.Fatalf("got %d rows and error %v", len(rows), err)
	}
	return rows[1:]
}
