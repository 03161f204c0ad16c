package main

import (
	"strings"
	"testing"
)

// An upstream inside the new VPC: the function stands there, gets in by nothing,
// and out to S3 and the upstream alone.
func TestUpstreamInTheVPC(t *testing.T) {
	got := of(t, with(t, `{"verifier": {"upstream": "http://10.0.0.7:8080", "network": {}}}`))
	function := got.one(t, "VerifierFunction")
	if subnets := function.property("VpcConfig", "SubnetIds"); strings.Count(subnets, "NetworkVpcFunctionsSubnet") != 2 {
		t.Errorf("got the subnets %s, want the two for functions", subnets)
	}
	if timeout := function.property("Timeout"); timeout != "60" {
		t.Errorf("got %s seconds, want time for the upstream to think", timeout)
	}
	group := got.one(t, "VerifierSecurityGroup")
	if ingress := group.property("SecurityGroupIngress"); ingress != "" {
		t.Errorf("got %s into the verifier, want nothing", ingress)
	}
	if ports := portsOut(group); ports != "443,8080" {
		t.Errorf("got the ports %s out of the verifier", ports)
	}
	if ways := got.all("AWS::EC2::VPCEndpoint"); len(ways) != 1 || got.Resources[ways[0]].property("VpcEndpointType") != "Gateway" {
		t.Errorf("got %v, want the gateway to S3 alone", ways)
	}
	statements := got.grants()["VerifierRole"]
	if last := statements[len(statements)-1]; last.sid != "JoinVpc" {
		t.Errorf("got %+v, want the right to stand in a VPC", last)
	}
}

// The load balancer's group lets out to where its backend is, as far as that is
// known: of somebody's target group only what the settings say.
func TestBalancerLetsOutToItsBackend(t *testing.T) {
	const group = `"targetGroupArn": "arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup/app/0123456789abcdef"`
	for backend, want := range map[string]string{
		group:                    "0",
		group + `, "port": 9443`: "9443",
		`"ipAddresses": ["10.0.0.7"], "port": 8080`:                              "8080",
		`"functionArn": "arn:aws:lambda:eu-central-1:111122223333:function:app"`: "252",
	} {
		if got := portsOut(of(t, with(t, `{"backend": {`+backend+`}}`)).one(t, "GateSecurityGroup")); got != want {
			t.Errorf("%s: got the ports %s, want %s", backend, got, want)
		}
	}
}

// portsOut are the ports that a security group lets out to.
func portsOut(group resource) string {
	var ports []string
	rules, _ := group.Properties["SecurityGroupEgress"].([]any)
	for _, rule := range rules {
		ports = append(ports, text(rule.(map[string]any)["FromPort"]))
	}
	return strings.Join(ports, ",")
}

// On the Internet nothing of the sort is needed.
func TestUpstreamOnTheInternet(t *testing.T) {
	function := of(t, with(t, `{"verifier": {"upstream": "https://app.example.com"}}`)).one(t, "VerifierFunction")
	if place := function.property("VpcConfig"); place != "" {
		t.Errorf("got the place %s", place)
	}
	if gate := function.property("Environment", "Variables", "SEKISHO_GATE"); !strings.Contains(gate, `"upstream":"https://app.example.com"`) {
		t.Errorf("the function is told %s", gate)
	}
}

// Two functions in one new VPC share subnets and the gateway to S3: a route
// table takes no second one. The first refresh waits for it all the same.
func TestFunctionsShareTheNewVPC(t *testing.T) {
	got := of(t, with(t, `{"refresher": {"network": {}}, "verifier": {"upstream": "http://10.0.0.7", "network": {}}}`))
	gateways := 0
	for _, id := range got.all("AWS::EC2::VPCEndpoint") {
		if got.Resources[id].property("VpcEndpointType") == "Gateway" {
			gateways++
		}
		if !got.comesAfter("FirstRefresh", plain(id)) {
			t.Errorf("the first refresh does not wait for %s", id)
		}
	}
	if subnets := got.all("AWS::EC2::Subnet"); gateways != 1 || len(subnets) != 4 {
		t.Errorf("got %d gateways and the subnets %v, want one and four", gateways, subnets)
	}
}
