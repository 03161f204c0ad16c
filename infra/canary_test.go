package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/sekisho/sekisho/internal/settings"
)

// The canary knows its two secrets, reads which list is in force, and may do
// nothing else.
func TestCanaryRole(t *testing.T) {
	got := of(t, with(t, canaried)).grants()
	inVPC := "JoinVpc: ec2:AssignPrivateIpAddresses,ec2:CreateNetworkInterface,ec2:DeleteNetworkInterface,ec2:DescribeNetworkInterfaces,ec2:DescribeSubnets,ec2:UnassignPrivateIpAddresses on *"
	expectStatements(t, "CanaryRole", got["CanaryRole"], append(canaryRole("good-AbCdEf", "revoked-GhIjKl"), inVPC))
	expectStatements(t, "CanaryScheduleRole", got["CanaryScheduleRole"], canaryScheduleRole)
	for role, all := range got {
		for _, s := range all {
			if role != "CanaryRole" && strings.Contains(s.actions, "secretsmanager") {
				t.Errorf("%s may read secrets, too", role)
			}
		}
	}
}

// canaryRole is all that a canary with these secrets may do.
func canaryRole(good, revoked string) []string {
	const secrets = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:"
	return []string{
		"WriteLogs: logs:CreateLogStream,logs:PutLogEvents on ${CanaryLogs.Arn}",
		"ReadCertificates: secretsmanager:GetSecretValue on " + secrets + good + "," + secrets + revoked,
		"ListBucket: s3:ListBucket on ${Bucket.Arn}",
		"ReadObjects: s3:GetObject on ${Bucket.Arn}/index/*,${Bucket.Arn}/snapshot.json",
		"ReportFailures: sqs:SendMessage on ${CanaryFailures.Arn}",
	}
}

var canaryScheduleRole = []string{
	"Start: lambda:InvokeFunction on ${CanaryFunction.Arn}",
	"ReportFailures: sqs:SendMessage on ${CanaryFailures.Arn}",
}

// What the canary is told, it understands.
func TestCanaryUnderstandsItsEnvironment(t *testing.T) {
	task, err := settings.CanaryFromEnv(environmentOf(t, of(t, with(t, canaried)), "CanaryFunction"))
	if err != nil {
		t.Fatal(err)
	}
	if task.Round.VerifyURL != "https://gate.example.com:443/" || task.Round.PassthroughURL != "https://gate.example.com:8443/" || task.Name != "Sekisho" {
		t.Errorf("got %+v", task)
	}
}

// To a private load balancer it goes from inside the VPC, by doors that are open
// for it alone; its secrets come by an endpoint that nobody else may use.
func TestCanaryOfAPrivateGate(t *testing.T) {
	got := of(t, with(t, canaried))
	if subnets := got.one(t, "CanaryFunction").property("VpcConfig", "SubnetIds"); strings.Count(subnets, "NetworkVpcFunctionsSubnet") != 2 {
		t.Errorf("got the subnets %s", subnets)
	}
	group := got.one(t, "CanarySecurityGroup")
	if group.property("SecurityGroupIngress") != "" || portsOut(group) != "443,8443" {
		t.Errorf("got %v, want nothing in, and AWS and the gate out", group.Properties)
	}
	rules := rulesByGroup(got)
	want := "${CanaryEndpointSecurityGroup.GroupId} from ${CanarySecurityGroup.GroupId} at 443\n" +
		"${GateSecurityGroup.GroupId} from ${CanarySecurityGroup.GroupId} at 443\n${GateSecurityGroup.GroupId} from ${CanarySecurityGroup.GroupId} at 8443"
	if strings.Join(rules, "\n") != want {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(rules, "\n"), want)
	}
	if service := got.one(t, "CanarySecretsManager").property("ServiceName"); !strings.HasSuffix(service, ".secretsmanager") {
		t.Errorf("got the endpoint %s", service)
	}
}

// To a public one it goes by the Internet, like everybody.
func TestCanaryOfAPublicGate(t *testing.T) {
	changes := strings.Replace(canaried, `"alarms"`, `"internetFacing": true, "allowedCidrs": ["0.0.0.0/0"], "alarms"`, 1)
	got := of(t, with(t, changes))
	if place := got.one(t, "CanaryFunction").property("VpcConfig"); place != "" {
		t.Errorf("got the place %s", place)
	}
	if endpoints := got.all("AWS::EC2::VPCEndpoint"); len(endpoints) > 0 {
		t.Errorf("got %v", endpoints)
	}
}

// It may stand in a VPC whose way out has an address that is admitted. A rule by
// its group holds within one VPC alone, and where it comes by the Internet no
// rule would know it by its group.
func TestCanaryOutsideOfTheGatesVPC(t *testing.T) {
	const other = `"network": {"vpcId": "vpc-02", "subnetIds": ["subnet-03"], "availabilityZones": ["eu-central-1a"], "access": "existing"}, "every"`
	for name, test := range map[string]struct{ gate, network string }{
		"a public gate, another VPC":     {`"internetFacing": true, "alarms"`, other},
		"a public gate, a new VPC":       {`"internetFacing": true, "allowedCidrs": ["0.0.0.0/0"], "alarms"`, `"network": {"access": "nat"}, "every"`},
		"a private gate, another VPC":    {`"alarms"`, other},
		"somebody's, in a VPC not named": {`"loadBalancerArn": "arn:aws:elasticloadbalancing:eu-central-1:111122223333:loadbalancer/app/lb/01", "securityGroupId": "sg-01", "alarms"`, other},
	} {
		t.Run(name, func(t *testing.T) {
			changes := strings.Replace(strings.Replace(canaried, `"alarms"`, test.gate, 1), `"every"`, test.network, 1)
			if rules := rulesByGroup(of(t, with(t, changes))); len(rules) > 0 {
				t.Errorf("got %v, want it to come with an address like everybody", rules)
			}
		})
	}
}

// In an existing VPC that the gate is in, too, it is admitted by its group,
// whether that VPC is named again or not.
func TestCanaryBesideTheGate(t *testing.T) {
	const gate = `"vpcId": "vpc-01", "subnetIds": ["subnet-01", "subnet-02"], "availabilityZones": ["eu-central-1a", "eu-central-1b"], "alarms"`
	for _, network := range []string{`{"access": "existing"}`, `{"vpcId": "vpc-01", "subnetIds": ["subnet-01"], "availabilityZones": ["eu-central-1a"], "access": "existing"}`} {
		changes := strings.Replace(strings.Replace(canaried, `"alarms"`, gate, 1), `"every"`, `"network": `+network+`, "every"`, 1)
		if rules := rulesByGroup(of(t, with(t, changes))); len(rules) != 2 {
			t.Errorf("%s: got %v, want a rule for each listener", network, rules)
		}
	}
}

// rulesByGroup are what a template admits by a security group, one line each.
func rulesByGroup(tm template) []string {
	var rules []string
	for _, id := range tm.all("AWS::EC2::SecurityGroupIngress") {
		r := tm.Resources[id]
		if r.property("SourceSecurityGroupId") != "" {
			rules = append(rules, fmt.Sprintf("%s from %s at %s", r.property("GroupId"), r.property("SourceSecurityGroupId"), r.property("FromPort")))
		}
	}
	slices.Sort(rules)
	return rules
}

// It knocks as often as it is told to, once the gate is open.
func TestCanarySchedule(t *testing.T) {
	got := of(t, with(t, canaried))
	schedule := got.one(t, "CanarySchedule")
	if rate := schedule.property("ScheduleExpression"); rate != "rate(10 minutes)" || schedule.property("Target", "DeadLetterConfig", "Arn") != "${CanaryFailures.Arn}" {
		t.Errorf("got %v", schedule.Properties)
	}
	if got.property("CanaryFunction", "LoggingConfig", "LogGroup") != "${CanaryLogs}" {
		t.Error("it has no log of its own")
	}
}

// property is one of the only resource of that name, "" without one.
func (tm template) property(name string, path ...string) string {
	return tm.Resources[idOf(tm, name)].property(path...)
}

// A gate on its way out lets nobody in: the canary goes first. Without one there
// is nothing of it.
func TestNoCanary(t *testing.T) {
	off := strings.Replace(canaried, `"alarms"`, `"mutualAuthentication": "off", "alarms"`, 1)
	for name, got := range map[string]template{"not wanted": example(t, "minimal"), "on the way out": of(t, with(t, off))} {
		for id := range got.Resources {
			if strings.HasPrefix(id, "Canary") || strings.HasPrefix(id, "AlarmsCanary") {
				t.Errorf("%s: got %s", name, id)
			}
		}
	}
}
