package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// What each role of ours may do, statement by statement. A role or a statement
// that is not written here fails the tests.
var (
	stackTrustStores = "arn:${AWS::Partition}:elasticloadbalancing:${AWS::Region}:${AWS::AccountId}:truststore/sekisho-*-${Select 0 ${Split - ${Select 2 ${Split / ${AWS::StackId}}}}}/*"
	refresherRole    = []string{
		"WriteLogs: logs:CreateLogStream,logs:PutLogEvents on ${RefresherLogs.Arn}",
		"ListBucket: s3:ListBucket on ${Bucket.Arn}",
		"ReadObjects: s3:GetObject on ${Bucket.Arn}/ca/*,${Bucket.Arn}/crl/*,${Bucket.Arn}/inbox/*,${Bucket.Arn}/index/*,${Bucket.Arn}/records/*,${Bucket.Arn}/snapshot.json,${Bucket.Arn}/state/*",
		"WriteObjects: s3:PutObject on ${Bucket.Arn}/crl/*,${Bucket.Arn}/index/*,${Bucket.Arn}/records/*,${Bucket.Arn}/refused/*,${Bucket.Arn}/snapshot.json,${Bucket.Arn}/state/*",
		"ReadPinnedLists: s3:GetObjectVersion on ${Bucket.Arn}/crl/*",
		changeTrustStore(stackTrustStores),
		"ListRevocations: elasticloadbalancing:DescribeTrustStoreRevocations on *",
		"ReportFailures: sqs:SendMessage on ${RefresherFailures.Arn}",
		"DeleteObjects: s3:DeleteObject on ${Bucket.Arn}/crl/*,${Bucket.Arn}/inbox/*,${Bucket.Arn}/index/*",
	}
	verifierRole = []string{
		"WriteLogs: logs:CreateLogStream,logs:PutLogEvents on ${VerifierLogs.Arn}",
		"ListBucket: s3:ListBucket on ${Bucket.Arn}",
		"ReadObjects: s3:GetObject on ${Bucket.Arn}/ca/*,${Bucket.Arn}/deny/*,${Bucket.Arn}/index/*,${Bucket.Arn}/policy/*,${Bucket.Arn}/snapshot.json",
	}
	uploaderRole = []string{
		"WriteLogs: logs:CreateLogStream,logs:PutLogEvents on ${CertificatesLogs.Arn}",
		"ReadBucket: s3:ListBucket on ${Bucket.Arn}",
		"WriteCertificates: s3:PutObject on ${Bucket.Arn}/ca/*",
		"ReadArchive: s3:GetObject on ARCHIVES",
	}
	scheduleRole = []string{
		"Start: lambda:InvokeFunction on ${RefresherFunction.Arn}",
		"ReportFailures: sqs:SendMessage on ${RefresherFailures.Arn}",
	}
)

func changeTrustStore(arn string) string {
	return "ChangeTrustStore: elasticloadbalancing:AddTrustStoreRevocations,elasticloadbalancing:GetTrustStoreCaCertificatesBundle,elasticloadbalancing:GetTrustStoreRevocationContent,elasticloadbalancing:RemoveTrustStoreRevocations on " + arn
}

// The CDK's own roles, and why each is there.
var cdkRoles = map[string]string{
	"AWSCDKTriggerCustomResourceProviderCustomResourceProviderRole": "runs the first refresh: invokes the version of the refresh function that CloudFormation names, with no event of its own, and writes its own log",
	"CustomVpcRestrictDefaultSGCustomResourceProviderRole":          "closes the default security group of a new VPC, and that one alone",
	"NetworkVpcRejectedIAMRole":                                     "writes the flow log of a new VPC into its log group",
}

// expectedRoles are the roles of an example: those of the minimal one, with
// what is different.
func expectedRoles(name string) map[string][]string {
	roles := map[string][]string{
		"RefresherRole": slices.Clone(refresherRole), "VerifierRole": verifierRole,
		"CertificatesRole": slices.Clone(uploaderRole), "ScheduleRole": scheduleRole,
	}
	refresher := roles["RefresherRole"]
	switch name {
	case "attach":
		delete(roles, "VerifierRole")
		delete(roles, "CertificatesRole")
		refresher[2] = strings.Replace(refresher[2], "${Bucket.Arn}/ca/*,", "", 1)
		refresher[5] = changeTrustStore("arn:aws:elasticloadbalancing:eu-central-1:111122223333:truststore/clients/0123456789abcdef")
	case "full":
		refresher[2] += ",${Bucket.Arn}/tls/*"
		roles["RefresherRole"] = append(refresher, "ReadPublishedLists: s3:GetObject on arn:${AWS::Partition}:s3:::example-published-lists/issuing.crl")
		roles["CertificatesRole"][2] += ",${Bucket.Arn}/tls/*"
		roles["CanaryRole"], roles["CanaryScheduleRole"] = canaryRole("canary/good-AbCdEf", "canary/revoked-GhIjKl"), canaryScheduleRole
	case "given-bucket":
		roles["RefresherRole"] = append(refresher, "ReadPublishedLists: s3:GetObject on arn:${AWS::Partition}:s3:::example-published-lists/root.crl")
	case "private-endpoint":
		roles["RefresherRole"] = append(refresher, "JoinVpc: ec2:AssignPrivateIpAddresses,ec2:CreateNetworkInterface,ec2:DeleteNetworkInterface,ec2:DescribeNetworkInterfaces,ec2:DescribeSubnets,ec2:UnassignPrivateIpAddresses on *")
	}
	return roles
}

// Every statement of every role of ours is meant.
func TestRolesMayDoThisAndNothingElse(t *testing.T) {
	onEach(t, func(t *testing.T, got template) {
		want := expectedRoles(strings.TrimPrefix(t.Name(), "TestRolesMayDoThisAndNothingElse/"))
		grants := got.grants()
		for _, role := range slices.Sorted(maps.Keys(want)) {
			expectStatements(t, role, grants[role], want[role])
		}
		for _, id := range got.all("AWS::IAM::Role") {
			_, ours := want[plain(id)]
			_, theirs := cdkRoles[plain(id)]
			if !ours && !theirs {
				t.Errorf("got the role %s, which nobody has thought about", plain(id))
			}
			if ours && got.Resources[id].property("ManagedPolicyArns") != "" {
				t.Errorf("%s has the managed policies %s, want statements of its own only", plain(id), got.Resources[id].property("ManagedPolicyArns"))
			}
		}
	})
}

func expectStatements(t *testing.T, role string, got []statement, want []string) {
	t.Helper()
	var lines []string
	for _, s := range got {
		if s.effect != "Allow" || s.conditions != "" {
			t.Errorf("%s: got %+v, want a plain permission", role, s)
		}
		lines = append(lines, fmt.Sprintf("%s: %s on %s", s.sid, s.actions, archives(givenBucket(s.resources))))
	}
	slices.Sort(lines)
	sorted := slices.Sorted(slices.Values(want))
	if strings.Join(lines, "\n") != strings.Join(sorted, "\n") {
		t.Errorf("%s may\n\t%s\nwant\n\t%s", role, strings.Join(lines, "\n\t"), strings.Join(sorted, "\n\t"))
	}
}

// archives stands for what is deployed along, in the CDK's own bucket.
func archives(resources string) string {
	if strings.Contains(resources, "cdk-hnb659fds-assets") {
		return "ARCHIVES"
	}
	return resources
}

// givenBucket writes somebody else's bucket as if it were the stack's.
func givenBucket(resources string) string {
	return strings.ReplaceAll(resources, "arn:${AWS::Partition}:s3:::example-revocation-lists", "${Bucket.Arn}")
}

// Whoever writes these can undo a revocation for the verifier.
func TestOnlyTheRefresherWritesWhatIsRevoked(t *testing.T) {
	onEach(t, func(t *testing.T, got template) {
		for role, all := range got.grants() {
			for _, s := range all {
				if role != "RefresherRole" && strings.Contains(s.actions, "s3:Put") && !strings.HasSuffix(strings.ReplaceAll(s.resources, "/tls/*", "/ca/*"), "/ca/*") {
					t.Errorf("%s may write %s", role, s.resources)
				}
				if strings.Contains(s.actions, "s3:Delete") && role != "RefresherRole" || strings.Contains(s.actions, "s3:*") || s.actions == "*" {
					t.Errorf("%s may %s: nobody else deletes anything", role, s.actions)
				}
			}
		}
	})
}

func TestVerifierOnlyReads(t *testing.T) {
	onEach(t, func(t *testing.T, got template) {
		for _, s := range got.grants()["VerifierRole"] {
			for action := range strings.SplitSeq(s.actions, ",") {
				service, verb, _ := strings.Cut(action, ":")
				if service != "logs" && !strings.HasPrefix(verb, "Get") && !strings.HasPrefix(verb, "List") {
					t.Errorf("the verifier may %s", action)
				}
			}
		}
	})
}

// Everything else names what it is about.
func TestAnyResourceOnlyWhereAWSKnowsNoOther(t *testing.T) {
	onEach(t, func(t *testing.T, got template) {
		for role, all := range got.grants() {
			for _, s := range all {
				if s.resources != "*" {
					continue
				}
				for action := range strings.SplitSeq(s.actions, ",") {
					if !strings.HasPrefix(action, "elasticloadbalancing:DescribeTrustStore") && !strings.Contains(action, "NetworkInterface") && !strings.Contains(action, "PrivateIpAddresses") && action != "ec2:DescribeSubnets" {
						t.Errorf("%s may %s on anything", role, action)
					}
				}
			}
		}
	})
}

// Nothing but its own triggers may invoke a function: the schedule, two rules and
// the first refresh the refresher, the load balancer the verifier, its own
// schedule the canary.
func TestWhoMayInvokeFunctions(t *testing.T) {
	onEach(t, func(t *testing.T, got template) {
		for role, all := range got.grants() {
			for _, s := range all {
				if !strings.Contains(s.actions, "lambda:") || s.effect == "Deny" {
					continue
				}
				line := role + " " + s.actions + " " + s.resources
				if line != "ScheduleRole lambda:InvokeFunction ${RefresherFunction.Arn}" &&
					line != "CanaryScheduleRole lambda:InvokeFunction ${CanaryFunction.Arn}" &&
					line != "AWSCDKTriggerCustomResourceProviderCustomResourceProviderRole lambda:InvokeFunction ${RefresherFunction.Arn}:*" {
					t.Errorf("got %s", line)
				}
			}
		}
		for _, id := range got.all("AWS::Lambda::Permission") {
			expectTrigger(t, got.Resources[id])
		}
		if len(got.all("AWS::Lambda::Url")) > 0 {
			t.Error("got a function with an address of its own")
		}
	})
}

// expectTrigger knows who may invoke what by a function's own policy: the two
// rules the refresher, this account's load balancers anything else.
func expectTrigger(t *testing.T, permission resource) {
	t.Helper()
	principal, source, function := permission.property("Principal"), permission.property("SourceArn"), permission.property("FunctionName")
	if permission.property("SourceAccount") != "${AWS::AccountId}" || permission.property("Action") != "lambda:InvokeFunction" {
		t.Errorf("got %v, want one action and this account", permission.Properties)
	}
	refresher := strings.HasPrefix(function, "${Refresher")
	switch principal {
	case "events.amazonaws.com":
		if function != "${RefresherFunction.Arn}" || source != "${TriggersInbox.Arn}" && source != "${TriggersPrivateCA.Arn}" {
			t.Errorf("the rule %s may invoke %s", source, function)
		}
	case "elasticloadbalancing.amazonaws.com":
		if refresher || source == "" {
			t.Errorf("a load balancer may invoke %s for %s", function, source)
		}
	default:
		t.Errorf("%s may invoke %s", principal, function)
	}
}

// Approvals and resets have a way of their own, which nobody is given along
// with anything else, and which leads to what was deployed last.
func TestOperatorsAreGrantedSeparately(t *testing.T) {
	onEach(t, func(t *testing.T, got template) {
		alias := got.one(t, "OperatorAlias")
		if alias.property("Name") != "operator" || alias.property("FunctionName") != "${RefresherFunction}" || !strings.HasPrefix(alias.property("FunctionVersion"), "${RefresherFunctionCurrentVersion") {
			t.Errorf("got the alias %v", alias.Properties)
		}
		policies := got.all("AWS::IAM::ManagedPolicy")
		if len(policies) != 1 {
			t.Fatalf("got the policies %v, want one", policies)
		}
		policy := got.Resources[policies[0]]
		if policy.property("Roles")+policy.property("Users")+policy.property("Groups") != "" {
			t.Errorf("got %v, want it attached to nobody", policy.Properties)
		}
		all := statements(policy.Properties["PolicyDocument"])
		if len(all) != 1 || all[0].effect != "Allow" || all[0].actions != "lambda:InvokeFunction" || all[0].resources != "${OperatorAlias}" {
			t.Errorf("operators may %+v, want to invoke the alias alone", all)
		}
		for role, all := range got.grants() {
			if mayDecide(all) {
				t.Errorf("%s may decide about held lists", role)
			}
		}
	})
}

// mayDecide says whether these statements together let somebody invoke the
// operators' alias, by its name or by a wildcard.
func mayDecide(all []statement) bool {
	allowed := false
	for _, s := range all {
		if !invokes(s.actions) || !reachesAlias(s.resources) {
			continue
		}
		if s.effect == "Deny" && s.conditions == "" {
			return false
		}
		allowed = true
	}
	return allowed
}

func invokes(actions string) bool {
	return slices.ContainsFunc(strings.Split(actions, ","), func(action string) bool {
		return matches(action, "lambda:InvokeFunction")
	})
}

func reachesAlias(resources string) bool {
	return slices.ContainsFunc(strings.Split(resources, ","), func(pattern string) bool {
		return matches(pattern, "${OperatorAlias}") || matches(pattern, "${RefresherFunction.Arn}:operator")
	})
}

// matches reads a pattern as far as its first wildcard.
func matches(pattern, name string) bool {
	before, _, wildcard := strings.Cut(pattern, "*")
	return pattern == name || wildcard && strings.HasPrefix(name, before)
}

func TestWhoMayDecideIsFoundOut(t *testing.T) {
	t.Parallel()
	const versions = "${RefresherFunction.Arn}:*"
	for name, test := range map[string]struct {
		all  []statement
		want bool
	}{
		"by name":            {[]statement{{effect: "Allow", actions: "lambda:InvokeFunction", resources: "${OperatorAlias}"}}, true},
		"by a wildcard":      {[]statement{{effect: "Allow", actions: "lambda:Invoke*", resources: "${Bucket.Arn}," + versions}}, true},
		"all of it":          {[]statement{{effect: "Allow", actions: "*", resources: "*"}}, true},
		"the function":       {[]statement{{effect: "Allow", actions: "lambda:InvokeFunction", resources: "${RefresherFunction.Arn}"}}, false},
		"another action":     {[]statement{{effect: "Allow", actions: "lambda:GetFunction", resources: versions}}, false},
		"all but that":       {[]statement{{effect: "Allow", actions: "lambda:InvokeFunction", resources: versions}, {effect: "Deny", actions: "lambda:InvokeFunction", resources: "${RefresherFunction.Arn}:operator"}}, false},
		"not always all but": {[]statement{{effect: "Allow", actions: "lambda:InvokeFunction", resources: versions}, {effect: "Deny", actions: "lambda:InvokeFunction", resources: versions, conditions: "{}"}}, true},
	} {
		if got := mayDecide(test.all); got != test.want {
			t.Errorf("%s: got %v, want %v", name, got, test.want)
		}
	}
}

// The schedule's role serves the schedules of this account alone.
func TestScheduleRoleIsNobodyElsesDeputy(t *testing.T) {
	role := example(t, "minimal").one(t, "ScheduleRole")
	trust := statements(role.Properties["AssumeRolePolicyDocument"])
	if len(trust) != 1 || !strings.Contains(trust[0].conditions, `"aws:SourceAccount":{"Ref":"AWS::AccountId"}`) || !strings.Contains(trust[0].conditions, ":schedule-group/default") {
		t.Errorf("got %+v, want conditions on account and schedule group", trust)
	}
}
