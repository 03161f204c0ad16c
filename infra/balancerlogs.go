package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	elb "github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/sekisho/sekisho/internal/settings"
)

// keepLogs has the load balancer write down requests and connections. Only the
// connection log shows a client that was refused, and why.
func keepLogs(scope constructs.Construct, s settings.Settings, loadBalancer elb.ApplicationLoadBalancer) {
	if !s.AccessLogs && !s.ConnectionLogs {
		explain(loadBalancer, finding{"AwsSolutions-ELB2", "The settings turn the access log off."})
		return
	}
	bucket := newLogBucket(scope, s.LoadBalancerLogDays)
	for _, log := range []struct {
		kind    string
		enabled bool
	}{{"access", s.AccessLogs}, {"connection", s.ConnectionLogs}} {
		if !log.enabled {
			continue
		}
		bucket.AddToResourcePolicy(mayDeliver(scope, bucket, log.kind))
		loadBalancer.SetAttribute(jsii.String(log.kind+"_logs.s3.enabled"), jsii.String("true"))
		loadBalancer.SetAttribute(jsii.String(log.kind+"_logs.s3.bucket"), bucket.BucketName())
		loadBalancer.SetAttribute(jsii.String(log.kind+"_logs.s3.prefix"), jsii.String(log.kind))
	}
	if !s.AccessLogs {
		explain(loadBalancer, finding{"AwsSolutions-ELB2", "The settings turn the access log off."})
	}
	// The load balancer tries to write as soon as it is told to.
	loadBalancer.Node().AddDependency(bucket.Policy())
}

// newLogBucket takes the load balancer's logs. With any other key than S3's own
// the load balancer writes nothing, and says nothing either.
func newLogBucket(scope constructs.Construct, days int) awss3.Bucket {
	bucket := awss3.NewBucket(scope, jsii.String("LogBucket"), &awss3.BucketProps{
		Encryption:        awss3.BucketEncryption_S3_MANAGED,
		EnforceSSL:        jsii.Bool(true),
		MinimumTLSVersion: jsii.Number(1.2),
		BlockPublicAccess: awss3.BlockPublicAccess_BLOCK_ALL(),
		ObjectOwnership:   awss3.ObjectOwnership_BUCKET_OWNER_ENFORCED,
		RemovalPolicy:     awscdk.RemovalPolicy_RETAIN,
		LifecycleRules: &[]*awss3.LifecycleRule{{
			Id:                                  jsii.String("old-logs"),
			Expiration:                          awscdk.Duration_Days(jsii.Number(days)),
			AbortIncompleteMultipartUploadAfter: awscdk.Duration_Days(jsii.Number(1)),
		}},
	})
	explain(bucket, finding{"AwsSolutions-S1", "It is itself where logs go."})
	return bucket
}

// mayDeliver lets the log delivery of Elastic Load Balancing write under this
// account's name. It is the principal for all regions (ALB guide,
// enable-access-logging.html); the CDK's own grant would want to know the
// region, and with it the template would serve one region only.
func mayDeliver(scope constructs.Construct, bucket awss3.Bucket, kind string) awsiam.PolicyStatement {
	account := *awscdk.Stack_Of(scope).Account()
	return awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Sid:        jsii.String("Deliver" + kind),
		Principals: &[]awsiam.IPrincipal{awsiam.NewServicePrincipal(jsii.String("logdelivery.elasticloadbalancing.amazonaws.com"), nil)},
		Actions:    jsii.Strings("s3:PutObject"),
		Resources:  jsii.Strings(*bucket.ArnForObjects(jsii.String(kind + "/AWSLogs/" + account + "/*"))),
	})
}
