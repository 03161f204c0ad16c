package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	elb "github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// loadBalancing is who invokes a function for a load balancer.
const loadBalancing = "elasticloadbalancing.amazonaws.com"

// functionTargets is a function as a target, and the load balancer's right to
// invoke it.
type functionTargets struct {
	// name is the target group's; empty leaves it to AWS.
	name        string
	functionARN *string
	// multiValue passes on every one of several headers of one name.
	multiValue bool
}

// newFunctionTargets makes them. The CDK's own construct would let any load
// balancer of any account invoke the function; this one names the account, and
// the target group wherever its name is known.
func newFunctionTargets(scope constructs.Construct, f functionTargets) elb.IApplicationTargetGroup {
	group := elb.NewCfnTargetGroup(scope, jsii.String("Targets"), f.group())
	// A function can only be registered by whoever may invoke it.
	group.Node().AddDependency(f.permission(scope))
	return knownTargetGroup(scope, group.AttrTargetGroupArn())
}

// group has no health checks: each would cost an invocation, and there is no
// other target to send requests to.
func (f functionTargets) group() *elb.CfnTargetGroupProps {
	props := &elb.CfnTargetGroupProps{
		TargetType:         jsii.String("lambda"),
		Targets:            []any{&elb.CfnTargetGroup_TargetDescriptionProperty{Id: f.functionARN}},
		HealthCheckEnabled: jsii.Bool(false),
	}
	if f.name != "" {
		props.Name = jsii.String(f.name)
	}
	if f.multiValue {
		props.TargetGroupAttributes = []any{&elb.CfnTargetGroup_TargetGroupAttributeProperty{
			Key: jsii.String("lambda.multi_value_headers.enabled"), Value: jsii.String("true"),
		}}
	}
	return props
}

func (f functionTargets) permission(scope constructs.Construct) constructs.IConstruct {
	stack, name := awscdk.Stack_Of(scope), f.name
	if name == "" {
		name = "*"
	}
	return awslambda.NewCfnPermission(scope, jsii.String("Permission"), &awslambda.CfnPermissionProps{
		Action:        jsii.String("lambda:InvokeFunction"),
		FunctionName:  f.functionARN,
		Principal:     jsii.String(loadBalancing),
		SourceArn:     targetGroupARN(stack, name, "*"),
		SourceAccount: stack.Account(),
	})
}

// knownTargetGroup is a target group by its ARN.
func knownTargetGroup(scope constructs.Construct, arn *string) elb.IApplicationTargetGroup {
	group := elb.ApplicationTargetGroup_FromTargetGroupAttributes(scope, jsii.String("TargetGroup"), &elb.TargetGroupAttributes{TargetGroupArn: arn})
	// What stands behind it is let through by letOut, or needs no address at all.
	awscdk.Annotations_Of(scope).AcknowledgeWarning(jsii.String("@aws-cdk/aws-elbv2:albTargetGroupCannotRegisterListener"), nil)
	return group
}
