package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/customresources"
	"github.com/aws/aws-cdk-go/awscdk/v2/triggers"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/sekisho/sekisho/internal/settings"
)

// newFirstRefresh runs the refresher during the deployment. What lets clients
// in waits for it, so that no gate opens before the revoked are known to it.
//
// It runs again whenever the function changes, and the function changes with
// the CA bundle, whose hash stands in its environment.
func newFirstRefresh(stack awscdk.Stack, d deployment, r refresher) constructs.Construct {
	var first constructs.Construct
	if d.FirstRefresh == settings.FirstRefreshOptional {
		first = tryRefresh(stack, r)
	} else {
		first = demandRefresh(stack, r)
	}
	// In a VPC the function gets nowhere before the ways out of it are there.
	first.Node().AddDependency(r.scope)
	if r.place != nil {
		for _, way := range r.place.ways {
			first.Node().AddDependency(way)
		}
	}
	return first
}

// demandRefresh fails the deployment, with the refresher's own message, when
// the refresh fails. The stack then goes back to what it was.
func demandRefresh(stack awscdk.Stack, r refresher) constructs.Construct {
	trigger := triggers.NewTrigger(stack, jsii.String("FirstRefresh"), &triggers.TriggerProps{
		Handler: r.function,
		Timeout: awscdk.Duration_Seconds(jsii.Number((2 * refreshTimeout).Seconds())),
	})
	// A run on the schedule may be under way, and only one runs at a time. The
	// CDK's function tries three times within a second; this lets it wait.
	provider := stack.Node().FindChild(jsii.String("AWSCDK.TriggerCustomResourceProviderCustomResourceProvider")).Node()
	caller := provider.FindChild(jsii.String("Handler")).(awscdk.CfnResource)
	caller.AddPropertyOverride(jsii.String("Environment.Variables"), map[string]string{"AWS_MAX_ATTEMPTS": "10", "AWS_RETRY_MODE": "standard"})
	keepFromDeciding(provider.FindChild(jsii.String("Role")).(awscdk.CfnResource), r)
	return trigger
}

// keepFromDeciding takes the operators' alias out of what the CDK's role may
// invoke, which is every version and alias of the function. Allowing the one
// version instead would change the role right before each first refresh, and IAM
// takes its time to know of a change.
func keepFromDeciding(role awscdk.CfnResource, r refresher) {
	role.AddPropertyOverride(jsii.String("Policies.0.PolicyDocument.Statement.1"), map[string]any{
		"Effect": "Deny", "Action": "lambda:InvokeFunction", "Resource": *r.function.FunctionArn() + ":" + operatorAlias,
	})
}

// tryRefresh waits for the refresh and goes on however it ends: the operator
// has said that the gate may open without.
func tryRefresh(stack awscdk.Stack, r refresher) constructs.Construct {
	version := r.function.CurrentVersion().FunctionArn()
	logs := newLogGroup(stack, "FirstRefreshLogs", r.logDays)
	role := newFunctionRole(stack, "FirstRefreshRole", "Tries the first refresh", logs)
	allow(role, "TryRefresh", []string{"lambda:InvokeFunction"}, *version)
	return customresources.NewAwsCustomResource(stack, jsii.String("FirstRefresh"), &customresources.AwsCustomResourceProps{
		ResourceType: jsii.String("Custom::FirstRefresh"),
		OnUpdate: &customresources.AwsSdkCall{
			Service:                  jsii.String("Lambda"),
			Action:                   jsii.String("invoke"),
			Parameters:               map[string]any{"FunctionName": version},
			PhysicalResourceId:       customresources.PhysicalResourceId_Of(version),
			IgnoreErrorCodesMatching: jsii.String(".*"),
			OutputPaths:              jsii.Strings("StatusCode"),
		},
		Role:                role.WithoutPolicyUpdates(nil),
		LogGroup:            logs,
		Timeout:             awscdk.Duration_Seconds(jsii.Number((2 * refreshTimeout).Seconds())),
		InstallLatestAwsSdk: jsii.Bool(false),
	})
}
