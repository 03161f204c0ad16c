package main

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// newFailures is where one looks when revocations stop arriving: what the
// schedule could not deliver, and what the function was given when it failed.
func newFailures(scope constructs.Construct) awssqs.Queue {
	queue := awssqs.NewQueue(scope, jsii.String("Failures"), &awssqs.QueueProps{
		Encryption:      awssqs.QueueEncryption_SQS_MANAGED,
		EnforceSSL:      jsii.Bool(true),
		RetentionPeriod: awscdk.Duration_Days(jsii.Number(14)),
	})
	explain(queue, finding{"AwsSolutions-SQS3", "It is itself the queue for what failed; nothing reads it but people."})
	return queue
}

// sendFailures keeps what a failed run was given. The schedule calls the
// function without waiting, so it never learns of a failure. A run that failed
// is not tried again: the next one is due before a second try would be. One that
// was turned away, because another was under way, is tried for an hour: that is
// how an event gets its turn between two runs of a schedule that polls for most
// of each minute (Lambda guide, invocation-async-error-handling.html).
func sendFailures(scope constructs.Construct, function awslambda.Function, failed awssqs.Queue) {
	awslambda.NewCfnEventInvokeConfig(scope, jsii.String("AfterFailure"), &awslambda.CfnEventInvokeConfigProps{
		FunctionName:             function.FunctionName(),
		Qualifier:                jsii.String("$LATEST"),
		MaximumRetryAttempts:     jsii.Number(0),
		MaximumEventAgeInSeconds: jsii.Number(time.Hour.Seconds()),
		DestinationConfig: &awslambda.CfnEventInvokeConfig_DestinationConfigProperty{
			OnFailure: &awslambda.CfnEventInvokeConfig_OnFailureProperty{Destination: failed.QueueArn()},
		},
	})
}
