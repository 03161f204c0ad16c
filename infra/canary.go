package main

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/sekisho/sekisho/internal/settings"
)

// canaryTimeout leaves time for two connections to each listener.
const canaryTimeout = time.Minute

// canaryParts are what a canary knocks at, and what it knows.
type canaryParts struct {
	bucket   awss3.IBucket
	network  *network
	balancer balancer
}

// newCanary tries again and again whether a revoked certificate is refused where
// a good one is served. It is nil where the settings want none.
func newCanary(stack awscdk.Stack, d deployment, parts canaryParts, first constructs.Construct) *watchedFunction {
	if !hasCanary(d.Settings) {
		return nil
	}
	scope := constructs.NewConstruct(stack, jsii.String("Canary"))
	logs := newLogGroup(scope, "Logs", d.LogRetentionDays)
	role := newFunctionRole(scope, "Role", "Holds a good and a revoked client certificate, and tries both", logs)
	failed := newFailures(scope)
	allowCanary(role, d, parts.bucket)
	allow(role, "ReportFailures", []string{"sqs:SendMessage"}, *failed.QueueArn())
	at := newPlace(scope, canaryVisit(d.Settings), d.Settings, parts.network)
	if at != nil {
		allowInterfaces(role)
	}
	if besideGate(d.Settings) {
		parts.balancer.admitCanary(d.Settings, at)
	}
	function := newFunction(scope, d, program{
		name:        "canary",
		description: "Tries whether a revoked certificate is refused where a good one is served",
		timeout:     canaryTimeout,
		environment: d.CanaryTask(*parts.bucket.BucketName()).Env(),
		role:        role, logs: logs, place: at,
	})
	sendFailures(scope, function, failed)
	output(stack, "CanaryRoleArn", "What the policy of a key of yours must name, if it encrypts the canary's secrets", *role.RoleArn())
	newSchedule(scope, timetable{"Tries a good and a revoked certificate", time.Duration(d.Canary.Every), function, failed}, first)
	return &watchedFunction{function: function, logs: logs, failed: failed}
}

// allowCanary is all that the canary may do: know its two certificates, and read
// which list is in force.
func allowCanary(role awsiam.Role, d deployment, bucket awss3.IBucket) {
	allow(role, "ReadCertificates", []string{"secretsmanager:GetSecretValue"}, d.Canary.GoodSecretARN, d.Canary.RevokedSecretARN)
	allow(role, "ListBucket", []string{"s3:ListBucket"}, *bucket.BucketArn())
	allow(role, "ReadObjects", []string{"s3:GetObject"}, objects(bucket, "index/*", "snapshot.json")...)
	explain(role, finding{"AwsSolutions-IAM5", "An index is named by the hash of a list that does not exist yet; and the calls about network interfaces take no resource."})
}

// canaryVisit takes the canary to a load balancer that is only reached from
// inside a VPC.
func canaryVisit(s settings.Settings) visit {
	wanted := visit{
		wanted: canaryNetwork(s), purpose: "Canary: nothing in, AWS and the gate out", ports: portsOf(s),
		apis: []api{{"SecretsManager", awsec2.InterfaceVpcEndpointAwsService_SECRETS_MANAGER}},
	}
	return wanted
}

// canaryNetwork is where the canary stands: in the VPC of a load balancer that
// can only be reached from there. It is nil outside of any, or without a canary.
func canaryNetwork(s settings.Settings) *settings.FunctionNetwork {
	if !hasCanary(s) {
		return nil
	}
	if s.Canary.Network == nil && !s.InternetFacing && s.LoadBalancerARN == "" {
		return &settings.FunctionNetwork{}
	}
	return s.Canary.Network
}

// hasCanary says whether there is something to try: a gate on its way out lets
// nobody in.
func hasCanary(s settings.Settings) bool {
	return s.Canary.Enabled && s.MutualAuthentication == settings.MutualAuthenticationOn
}

// besideGate says whether the canary stands in the VPC of a gate that is reached
// from inside. From anywhere else it comes with an address, which the settings
// admit: EC2 takes no rule about a group of another VPC, and on its way over the
// Internet nobody knows it by its group.
func besideGate(s settings.Settings) bool {
	n := canaryNetwork(s)
	return n != nil && !s.InternetFacing && (n.VPCID == "" || n.VPCID == s.VPCID)
}

// admitCanary opens the listeners' ports to the canary, whose address is not
// among those of the settings.
func (b balancer) admitCanary(s settings.Settings, at *place) {
	for _, port := range []int{s.VerifyPort, s.PassthroughPort} {
		b.securityGroup.AddIngressRule(at.securityGroup, awsec2.Port_Tcp(jsii.Number(port)), jsii.String("Canary"), nil)
	}
}
