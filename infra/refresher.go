package main

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/sekisho/sekisho/internal/settings"
)

// refreshTimeout bounds one run: the next one begins a minute later.
const refreshTimeout = time.Minute

// refresher is the function that carries revocation lists to the trust store.
type refresher struct {
	scope    constructs.Construct
	place    *place
	bucket   awss3.IBucket
	function awslambda.Function
	// failed takes what the schedule could not deliver and the runs that failed.
	failed  awssqs.Queue
	logs    awslogs.LogGroup
	logDays int
}

func (r refresher) timetable() timetable {
	return timetable{"Looks for new revocation lists", time.Minute, r.function, r.failed}
}

func (r refresher) watched() watchedFunction {
	return watchedFunction{function: r.function, logs: r.logs, failed: r.failed}
}

// refresherParts are what a refresher works on.
type refresherParts struct {
	bucket awss3.IBucket
	// upload puts the certificates there that it needs; nil for none.
	upload  constructs.Construct
	network *network
	// trustStoreARN is the trust store that it feeds, writable what it may change.
	trustStoreARN, writable *string
}

func newRefresher(stack awscdk.Stack, d deployment, parts refresherParts) refresher {
	scope := constructs.NewConstruct(stack, jsii.String("Refresher"))
	logs := newLogGroup(scope, "Logs", d.LogRetentionDays)
	role := newFunctionRole(scope, "Role", "Carries revocation lists into the bucket and the trust store", logs)
	failed := newFailures(scope)
	allowRefresh(role, d, parts, failed)
	at := newPlace(scope, refresherVisit(d.Settings), d.Settings, parts.network)
	if at != nil {
		allowInterfaces(role)
	}
	function := newFunction(scope, d, program{
		name:        "refresh",
		description: "Fetches revocation lists, checks them, and brings them into force without a moment in which less is revoked",
		timeout:     refreshTimeout,
		environment: d.Prepared.Refresh(*parts.bucket.BucketName(), *parts.trustStoreARN).Env(),
		concurrency: d.concurrency(),
		role:        role, logs: logs, place: at,
	})
	if parts.upload != nil {
		function.Node().AddDependency(parts.upload)
	}
	sendFailures(scope, function, failed)
	return refresher{scope: scope, place: at, bucket: parts.bucket, function: function, failed: failed, logs: logs, logDays: d.LogRetentionDays}
}

// refresherVisit takes the refresher to distribution points that are only
// reached from inside a VPC.
func refresherVisit(s settings.Settings) visit {
	called := []string{s.Refresher.Proxy}
	for _, source := range s.AllSources() {
		called = append(called, source.URLs...)
	}
	return visit{
		wanted: s.Refresher.Network, purpose: "Refresh function: nothing in, AWS and revocation lists out", ports: egressPorts(called...),
		apis: []api{{"LoadBalancing", awsec2.InterfaceVpcEndpointAwsService_ELASTIC_LOAD_BALANCING}},
	}
}

// concurrency is one run at a time, so that refreshes do not overlap, or no limit
// in an account that has nothing to reserve.
//
// Where a run polls for most of its minute, it is two: with one, whatever
// triggers a look meanwhile (an object in inbox/, the CA's event, an operator)
// would be turned away and would wait its turn in Lambda's queue, where an
// event grows older than a minute and ends among the failures. Runs that
// overlap are safe; what one at a time is better at is said in package refresh
// under "Windows".
func (d deployment) concurrency() int {
	switch {
	case !d.Refresher.ReservedConcurrency:
		return 0
	case d.PollEvery < settings.Duration(settings.DefaultPollEvery):
		return 2
	default:
		return 1
	}
}

// allowRefresh is all that the refresher may do. It writes where
// nobody else does, and deletes what was dropped into the inbox once it is dealt
// with, and lists that nothing has pointed to for a week: no state, no record.
func allowRefresh(role awsiam.Role, d deployment, parts refresherParts, failed awssqs.Queue) {
	// Whoever may not list a bucket is told "forbidden" where an object is
	// missing; the refresher must know a first run from a lost permission.
	allow(role, "ListBucket", []string{"s3:ListBucket"}, *parts.bucket.BucketArn())
	// A record is created, never replaced; where its name is taken it is compared
	// with what is there.
	allow(role, "ReadObjects", []string{"s3:GetObject"}, objects(parts.bucket, append(d.certificateFolders(), "crl/*", "inbox/*", "index/*", "records/*", "state/*", "snapshot.json")...)...)
	allow(role, "WriteObjects", []string{"s3:PutObject"}, objects(parts.bucket, "crl/*", "index/*", "records/*", "refused/*", "state/*", "snapshot.json")...)
	// What is deleted stays as an earlier version, see bucketLifecycle.
	allow(role, "DeleteObjects", []string{"s3:DeleteObject"}, objects(parts.bucket, "crl/*", "inbox/*", "index/*")...)
	// The trust store reads a list with the rights of whoever adds it.
	allow(role, "ReadPinnedLists", []string{"s3:GetObjectVersion"}, objects(parts.bucket, "crl/*")...)
	allow(role, "ChangeTrustStore", []string{
		"elasticloadbalancing:AddTrustStoreRevocations",
		"elasticloadbalancing:RemoveTrustStoreRevocations",
		"elasticloadbalancing:GetTrustStoreRevocationContent",
		"elasticloadbalancing:GetTrustStoreCaCertificatesBundle",
	}, *parts.writable)
	// AWS lets this call be allowed for all trust stores or for none.
	allow(role, "ListRevocations", []string{"elasticloadbalancing:DescribeTrustStoreRevocations"}, "*")
	allow(role, "ReportFailures", []string{"sqs:SendMessage"}, *failed.QueueArn())
	published := d.publishedLists()
	if len(published) > 0 {
		allow(role, "ReadPublishedLists", []string{"s3:GetObject"}, published...)
	}
	explain(role, finding{"AwsSolutions-IAM5", "Objects are named by hash or identity under a prefix of their own; a trust store's ID is AWS's to choose; and the Describe calls of trust stores and network interfaces take no resource."})
}

// objects are the ARNs of objects of a bucket.
func objects(bucket awss3.IBucket, patterns ...string) []string {
	var arns []string
	for _, pattern := range patterns {
		arns = append(arns, *bucket.ArnForObjects(jsii.String(pattern)))
	}
	return arns
}

// literal keeps IAM from taking a character of a key for a wildcard (IAM guide,
// reference_policies_variables.html).
var literal = strings.NewReplacer("*", "${*}", "?", "${?}", "$", "${$}")

// publishedLists are the objects that sources name as s3://bucket/key. What is
// percent-encoded in a URL is not in the object's name.
func (d deployment) publishedLists() []string {
	var arns []string
	for _, source := range d.AllSources() {
		for _, address := range source.URLs {
			object, err := url.Parse(address)
			if err == nil && object.Scheme == "s3" {
				arns = append(arns, fmt.Sprintf("arn:%s:s3:::%s%s", *awscdk.Aws_PARTITION(), object.Host, literal.Replace(object.Path)))
			}
		}
	}
	return arns
}

// allowInterfaces is what AWS Lambda does in the function's name to put it into
// a VPC. None of it can be limited to a network interface that is yet to be.
func allowInterfaces(role awsiam.Role) {
	allow(role, "JoinVpc", []string{
		"ec2:CreateNetworkInterface",
		"ec2:DescribeNetworkInterfaces",
		"ec2:DescribeSubnets",
		"ec2:DeleteNetworkInterface",
		"ec2:AssignPrivateIpAddresses",
		"ec2:UnassignPrivateIpAddresses",
	}, "*")
}
