package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// operatorAlias is the only way by which the refresher takes an operator's
// approval or reset: it looks at the name that it was invoked by.
const operatorAlias = "operator"

// newOperator gives those a way who decide about held lists, apart from whoever
// may merely start a refresh. The policy is attached to nobody: who decides is
// not for a template to say.
func newOperator(stack awscdk.Stack, r refresher) {
	scope := constructs.NewConstruct(stack, jsii.String("Operator"))
	alias := awslambda.NewCfnAlias(scope, jsii.String("Alias"), &awslambda.CfnAliasProps{
		Name:            jsii.String(operatorAlias),
		Description:     jsii.String("Approves and resets lists; separately granted"),
		FunctionName:    r.function.FunctionName(),
		FunctionVersion: r.function.CurrentVersion().Version(),
	})
	policy := awsiam.NewManagedPolicy(scope, jsii.String("Policy"), &awsiam.ManagedPolicyProps{
		Description: jsii.String("Approves held revocation lists and resets wedged ones: attach it to the people who decide"),
		Statements: &[]awsiam.PolicyStatement{awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
			Sid: jsii.String("Decide"), Actions: jsii.Strings("lambda:InvokeFunction"), Resources: jsii.Strings(*alias.Ref()),
		})},
	})
	output(stack, "OperatorPolicyArn", "Attach it to those who may approve and reset lists", *policy.ManagedPolicyArn())
	output(stack, "OperatorFunctionArn", "What they invoke", *alias.Ref())
}
