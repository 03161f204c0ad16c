package main

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/sekisho/sekisho/internal/settings"
)

// gateOutputs are where clients go.
func gateOutputs(stack awscdk.Stack, s settings.Settings, b balancer) {
	if s.LoadBalancerARN != "" && s.DomainName == "" {
		return
	}
	host := s.DomainName
	if host == "" {
		host = *b.loadBalancer.LoadBalancerDnsName()
	}
	output(stack, "VerifyUrl", "The load balancer verifies: connect with a client certificate", fmt.Sprintf("https://%s:%d/", host, s.VerifyPort))
	output(stack, "PassthroughUrl", "The verify function decides, and answers with the identity", fmt.Sprintf("https://%s:%d/", host, s.PassthroughPort))
	if s.LoadBalancerARN == "" {
		output(stack, "LoadBalancerDnsName", "What a DNS name of yours has to point to", *b.loadBalancer.LoadBalancerDnsName())
	}
}

// refresherOutputs are what one needs to look after the lists.
func refresherOutputs(stack awscdk.Stack, r refresher, trustStore *string) {
	output(stack, "TrustStoreArn", "Who may be a client; its revocations are the refresher's", *trustStore)
	output(stack, "BucketName", "Lists, their state and the manifest of the verifier", *r.bucket.BucketName())
	output(stack, "RefreshFunctionName", "Invoke it to refresh at once: aws lambda invoke", *r.function.FunctionName())
	output(stack, "FailureQueueUrl", "What the schedule could not deliver, and runs that failed", *r.failed.QueueUrl())
}

func output(stack awscdk.Stack, name, description, value string) {
	awscdk.NewCfnOutput(stack, jsii.String(name), &awscdk.CfnOutputProps{Description: jsii.String(description), Value: jsii.String(value)})
}
