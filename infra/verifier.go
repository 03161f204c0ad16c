package main

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	elb "github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/sekisho/sekisho/internal/settings"
)

// verifyTimeout is twice what a request waits for a first snapshot. With an
// upstream there is its own time to think as well, which ends with the load
// balancer's patience (its idle time-out, a minute by default).
const (
	verifyTimeout   = 10 * time.Second
	upstreamTimeout = time.Minute
)

// verifier is the function that decides on the requests of the passthrough
// listener, and the target group by which they reach it.
type verifier struct {
	function awslambda.Function
	targets  elb.IApplicationTargetGroup
	// header is what the listener calls the header with the client's chain.
	header *string
	logs   awslogs.LogGroup
}

func (v verifier) watched() *watchedFunction {
	return &watchedFunction{function: v.function, logs: v.logs}
}

func newVerifier(stack awscdk.Stack, d deployment, bucket awss3.IBucket, n *network) verifier {
	scope := constructs.NewConstruct(stack, jsii.String("Verifier"))
	logs := newLogGroup(scope, "Logs", d.LogRetentionDays)
	role := newFunctionRole(scope, "Role", "Reads the bundle, the indexes and the manifest that name the revoked", logs)
	allowVerify(role, bucket)
	header := certificateHeader(stack, role)
	at := newPlace(scope, verifierVisit(d.Settings), d.Settings, n)
	if at != nil {
		allowInterfaces(role)
	}
	function := newFunction(scope, d, program{
		name:        "verify",
		description: "Decides who may pass, from the client certificate that the load balancer forwards",
		timeout:     timeoutOf(d.Verifier),
		environment: verifierEnvironment(stack, d, bucket, header),
		concurrency: d.Verifier.Concurrency,
		role:        role, logs: logs, place: at,
	})
	return verifier{function: function, targets: newVerifierTargets(scope, d, function), header: header, logs: logs}
}

// newVerifierTargets is a target group that nothing else uses: through a listener
// without mutual authentication a client could send the certificate of somebody
// else. Of several headers of one name the function must see each, or it could
// not tell that there were more.
func newVerifierTargets(scope constructs.Construct, d deployment, function awslambda.Function) elb.IApplicationTargetGroup {
	return newFunctionTargets(scope, functionTargets{
		name: targetGroupName(d.StackName), functionARN: function.FunctionArn(), multiValue: true,
	})
}

// verifierVisit takes the verifier to an upstream that is only reached from
// inside a VPC.
func verifierVisit(s settings.Settings) visit {
	return visit{
		wanted: s.Verifier.Network, purpose: "Verify function: nothing in, S3 and the upstream out", ports: egressPorts(s.Verifier.Upstream),
	}
}

func timeoutOf(v settings.Verifier) time.Duration {
	if v.Upstream != "" {
		return upstreamTimeout
	}
	return verifyTimeout
}

// allowVerify is all that the verifier may do: read. To tell an object that is
// missing from a right that is, it may list the bucket. It may read any bundle,
// not only its own: a permission is renewed before the function is, and until
// then the function reads the bundle before.
func allowVerify(role awsiam.Role, bucket awss3.IBucket) {
	allow(role, "ListBucket", []string{"s3:ListBucket"}, *bucket.BucketArn())
	allow(role, "ReadObjects", []string{"s3:GetObject"}, objects(bucket, "ca/*", "deny/*", "index/*", "policy/*", "snapshot.json")...)
	explain(role, finding{"AwsSolutions-IAM5", "An index is named by the hash of a list that does not exist yet; and the calls about network interfaces, in a VPC, take no resource."})
}

// verifierEnvironment tells the function by which way requests must come. Of
// the target group only the beginning of its ARN is known; a name is taken once
// in an account, so it is enough.
func verifierEnvironment(stack awscdk.Stack, d deployment, bucket awss3.IBucket, header *string) map[string]string {
	told := d.Verify(*bucket.BucketName())
	told.Gate.Header = *header
	told.Gate.TargetGroup = *targetGroupARN(stack, targetGroupName(d.StackName), "")
	told.Gate.Port, told.Gate.Proto = d.PassthroughPort, "https"
	return told.Env()
}
