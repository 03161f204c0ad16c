package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"

	"github.com/sekisho/sekisho/internal/settings"
)

// Days after which what was overwritten is deleted. Each refresh that changes
// something overwrites the manifest and a state, so they pile up; a month is
// long enough to notice a bad one and to bring the one before it back.
const overwrittenDays = 30

// newBucket is where refresher and verifier meet: the CA bundle, the lists,
// and what is remembered of them.
func newBucket(stack awscdk.Stack, s settings.Settings) awss3.IBucket {
	if s.BucketName != "" {
		// Somebody else's bucket keeps its own rules. That it is versioned shows
		// at run time: the refresher fails with what to do.
		return awss3.Bucket_FromBucketName(stack, jsii.String("Bucket"), jsii.String(s.BucketName))
	}
	// Versioned: the trust store imports a list by its version, so that nobody
	// can change it between the check and the import. Keys managed by S3: the
	// load balancer cannot read what other keys encrypt. It outlives the stack,
	// for it remembers which lists were accepted, and nothing older may follow.
	bucket := awss3.NewBucket(stack, jsii.String("Bucket"), &awss3.BucketProps{
		Versioned:         jsii.Bool(true),
		Encryption:        awss3.BucketEncryption_S3_MANAGED,
		EnforceSSL:        jsii.Bool(true),
		MinimumTLSVersion: jsii.Number(1.2),
		BlockPublicAccess: awss3.BlockPublicAccess_BLOCK_ALL(),
		ObjectOwnership:   awss3.ObjectOwnership_BUCKET_OWNER_ENFORCED,
		RemovalPolicy:     awscdk.RemovalPolicy_RETAIN,
		LifecycleRules:    bucketLifecycle(),
	})
	tellEventBridge(bucket)
	explain(bucket, finding{"AwsSolutions-S1", "Only the stack's own functions write here, and each says in its log what it wrote; who else reads can be had from CloudTrail data events."})
	return bucket
}

// tellEventBridge has it hear of what is dropped into inbox/. The CDK's own
// setting would bring a function along for it.
func tellEventBridge(bucket awss3.Bucket) {
	bucket.Node().DefaultChild().(awss3.CfnBucket).SetNotificationConfiguration(&awss3.CfnBucket_NotificationConfigurationProperty{
		EventBridgeConfiguration: &awss3.CfnBucket_EventBridgeConfigurationProperty{EventBridgeEnabled: jsii.Bool(true)},
	})
}

// refusedDays is for how long what was refused in the inbox can be looked at.
// Whoever may write there decides how much that is.
const refusedDays = 2

// bucketLifecycle deletes nothing else by age alone: a list may stay in force
// for a year. Only what was overwritten or given up goes.
func bucketLifecycle() *[]*awss3.LifecycleRule {
	return &[]*awss3.LifecycleRule{{
		Id:                                  jsii.String("what-was-overwritten"),
		NoncurrentVersionExpiration:         awscdk.Duration_Days(jsii.Number(overwrittenDays)),
		AbortIncompleteMultipartUploadAfter: awscdk.Duration_Days(jsii.Number(1)),
	}, {
		Id:                          jsii.String("what-was-refused"),
		Prefix:                      jsii.String("refused/"),
		Expiration:                  awscdk.Duration_Days(jsii.Number(refusedDays)),
		NoncurrentVersionExpiration: awscdk.Duration_Days(jsii.Number(1)),
	}}
}
