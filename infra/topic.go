package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssnssubscriptions"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// newTopic is where alarms go. It is encrypted with a key of its own: CloudWatch
// cannot use the key that AWS manages for SNS, whose policy nobody can change
// (SNS guide, sns-key-management.html).
func newTopic(scope constructs.Construct, email string) awssns.Topic {
	topic := awssns.NewTopic(scope, jsii.String("Topic"), &awssns.TopicProps{
		DisplayName: jsii.String("Sekisho"), MasterKey: newTopicKey(scope), EnforceSSL: jsii.Bool(true),
	})
	topic.AddToResourcePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Sid: jsii.String("AlarmsPublish"), Principals: cloudWatch(), Conditions: ofOurAlarms(scope),
		Actions: jsii.Strings("sns:Publish"), Resources: jsii.Strings(*topic.TopicArn()),
	}))
	if email != "" {
		topic.AddSubscription(awssnssubscriptions.NewEmailSubscription(jsii.String(email), nil))
	}
	return topic
}

// newTopicKey lets CloudWatch use the key without a condition, as AWS publishes
// the statement: nothing is said of what CloudWatch tells KMS about the alarm,
// and a condition that is never met would mute every one. Whose alarms reach the
// topic is for the topic's own policy.
func newTopicKey(scope constructs.Construct) awskms.Key {
	key := awskms.NewKey(scope, jsii.String("Key"), &awskms.KeyProps{
		Description:       jsii.String("What the alarms say, on its way through the topic"),
		EnableKeyRotation: jsii.Bool(true),
		RemovalPolicy:     awscdk.RemovalPolicy_DESTROY,
	})
	key.AddToResourcePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Sid: jsii.String("AlarmsUseTheKey"), Principals: cloudWatch(),
		Actions: jsii.Strings("kms:Decrypt", "kms:GenerateDataKey*"), Resources: jsii.Strings("*"),
	}), nil)
	return key
}

func cloudWatch() *[]awsiam.IPrincipal {
	return &[]awsiam.IPrincipal{awsiam.NewServicePrincipal(jsii.String("cloudwatch.amazonaws.com"), nil)}
}

// ofOurAlarms lets CloudWatch act for the alarms of this account and region, and
// for nobody else's.
func ofOurAlarms(scope constructs.Construct) *map[string]any {
	stack := awscdk.Stack_Of(scope)
	alarms := stack.FormatArn(&awscdk.ArnComponents{
		Service: jsii.String("cloudwatch"), Resource: jsii.String("alarm"), ResourceName: jsii.String("*"), ArnFormat: awscdk.ArnFormat_COLON_RESOURCE_NAME,
	})
	return &map[string]any{
		"ArnLike":      map[string]any{"aws:SourceArn": alarms},
		"StringEquals": map[string]any{"aws:SourceAccount": stack.Account()},
	}
}
