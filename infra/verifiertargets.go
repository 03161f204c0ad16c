package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	elb "github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// newVerifierTargets is the way from the passthrough listener to the verifier.
// Nothing else may use it: through a listener without mutual authentication a
// client could send the certificate of somebody else.
//
// It is not the CDK's own construct because that would let any load balancer
// of any account invoke the function.
func newVerifierTargets(stack awscdk.Stack, scope constructs.Construct, d deployment, function awslambda.Function) elb.IApplicationTargetGroup {
	name := targetGroupName(d.StackName)
	permission := awslambda.NewCfnPermission(scope, jsii.String("Permission"), &awslambda.CfnPermissionProps{
		Action:        jsii.String("lambda:InvokeFunction"),
		FunctionName:  function.FunctionArn(),
		Principal:     jsii.String(loadBalancing),
		SourceArn:     targetGroupARN(stack, name, "*"),
		SourceAccount: stack.Account(),
	})
	group := elb.NewCfnTargetGroup(scope, jsii.String("Targets"), &elb.CfnTargetGroupProps{
		Name:       jsii.String(name),
		TargetType: jsii.String("lambda"),
		Targets:    []any{&elb.CfnTargetGroup_TargetDescriptionProperty{Id: function.FunctionArn()}},
		// Without this the function would only see the last of several headers
		// of one name, and could not tell that there were more.
		TargetGroupAttributes: []any{&elb.CfnTargetGroup_TargetGroupAttributeProperty{
			Key: jsii.String("lambda.multi_value_headers.enabled"), Value: jsii.String("true"),
		}},
		// Checking the health of a function costs an invocation each time, and
		// there is no other target to send requests to.
		HealthCheckEnabled: jsii.Bool(false),
	})
	// A function can only be registered by whoever may invoke it.
	group.Node().AddDependency(permission)
	return elb.ApplicationTargetGroup_FromTargetGroupAttributes(scope, jsii.String("TargetGroup"), &elb.TargetGroupAttributes{
		TargetGroupArn: group.AttrTargetGroupArn(),
	})
}

// loadBalancing is who invokes a function for a load balancer.
const loadBalancing = "elasticloadbalancing.amazonaws.com"
