package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/sekisho/sekisho/internal/settings"
)

// event is one that is worth a look at once.
type event struct {
	id, description string
	pattern         map[string]any
}

// newTriggers has the refresher look when there is something to see, beside the
// schedule: a list in inbox/, or AWS Private CA saying that it wrote one.
// Delivery is best effort on both ways; what is missed, the schedule finds.
func newTriggers(stack awscdk.Stack, s settings.Settings, r refresher) {
	scope := constructs.NewConstruct(stack, jsii.String("Triggers"))
	for _, e := range []event{droppedList(r), writtenList()} {
		rule := newRule(scope, e, r)
		letInvoke(scope, e, rule, r)
		letReport(e, rule, r)
	}
	if s.BucketName != "" {
		awscdk.Annotations_Of(scope).AddInfo(jsii.String("The bucket exists already and keeps its notifications. For a list in inbox/ to count at once, and not at the next poll, switch EventBridge on there: " +
			"Properties, Amazon EventBridge, \"Send notifications to Amazon EventBridge\"."))
	}
}

// droppedList is an object under inbox/ (S3 guide, ev-mapping-troubleshooting.html).
func droppedList(r refresher) event {
	return event{"Inbox", "A revocation list was dropped into inbox/", map[string]any{
		"source": []string{"aws.s3"}, "detail-type": []string{"Object Created"},
		"detail": map[string]any{
			"bucket": map[string]any{"name": []string{*r.bucket.BucketName()}},
			"object": map[string]any{"key": []any{map[string]any{"prefix": "inbox/"}}},
		},
	}}
}

// writtenList is from whichever private CA of this account: a look costs one
// conditional request (EventBridge reference, events-ref-acm-pca.html).
func writtenList() event {
	return event{"PrivateCA", "AWS Private CA has written a revocation list", map[string]any{
		"source": []string{"aws.acm-pca"}, "detail-type": []string{"ACM Private CA CRL Generation"},
	}}
}

func newRule(scope constructs.Construct, e event, r refresher) awsevents.CfnRule {
	return awsevents.NewCfnRule(scope, jsii.String(e.id), &awsevents.CfnRuleProps{
		Description:  jsii.String(e.description),
		EventPattern: e.pattern,
		Targets: []any{&awsevents.CfnRule_TargetProperty{
			Id: jsii.String("Refresher"), Arn: r.function.FunctionArn(),
			RetryPolicy:      &awsevents.CfnRule_RetryPolicyProperty{MaximumEventAgeInSeconds: jsii.Number(300), MaximumRetryAttempts: jsii.Number(3)},
			DeadLetterConfig: &awsevents.CfnRule_DeadLetterConfigProperty{Arn: r.failed.QueueArn()},
		}},
	})
}

const eventBridge = "events.amazonaws.com"

// letInvoke lets this rule, and no other, start the refresher.
func letInvoke(scope constructs.Construct, e event, rule awsevents.CfnRule, r refresher) {
	awslambda.NewCfnPermission(scope, jsii.String(e.id+"Permission"), &awslambda.CfnPermissionProps{
		Action: jsii.String("lambda:InvokeFunction"), FunctionName: r.function.FunctionArn(),
		Principal: jsii.String(eventBridge), SourceArn: rule.AttrArn(), SourceAccount: awscdk.Stack_Of(scope).Account(),
	})
}

// letReport lets it keep what it could not deliver.
func letReport(e event, rule awsevents.CfnRule, r refresher) {
	r.failed.AddToResourcePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Sid:        jsii.String("Undelivered" + e.id),
		Principals: &[]awsiam.IPrincipal{awsiam.NewServicePrincipal(jsii.String(eventBridge), nil)},
		Actions:    jsii.Strings("sqs:SendMessage"),
		Resources:  jsii.Strings(*r.failed.QueueArn()),
		Conditions: &map[string]any{"ArnEquals": map[string]any{"aws:SourceArn": rule.AttrArn()}},
	}))
}
