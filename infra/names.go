package main

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/jsii-runtime-go"
)

// The longest names that Elastic Load Balancing takes (CreateTargetGroup,
// CreateTrustStore).
const maxName = 32

// targetGroupName is the one name in the stack that is written down: the
// function's permission, the function and the target group each want to know
// another one of them, and only a name that is known beforehand ends that
// circle. Two stacks have two names, however long their beginnings agree.
func targetGroupName(stackName string) string {
	sum := sha256.Sum256([]byte(stackName))
	hash := hex.EncodeToString(sum[:4])
	stem := strings.Trim(stackName[:min(len(stackName), maxName-1-len(hash))], "-")
	return stem + "-" + hash
}

// targetGroupARN is the ARN of the target group of this name, with what stands
// in place of its last part, which only AWS knows.
func targetGroupARN(stack awscdk.Stack, name, last string) *string {
	return stack.FormatArn(&awscdk.ArnComponents{
		Service:      jsii.String("elasticloadbalancing"),
		Resource:     jsii.String("targetgroup"),
		ResourceName: jsii.String(name + "/" + last),
	})
}

// stackID is the last part of the stack's ARN, a UUID that AWS chose.
func stackID(stack awscdk.Stack) *string {
	return awscdk.Fn_Select(jsii.Number(2), awscdk.Fn_Split(jsii.String("/"), stack.StackId(), nil))
}

// trustStoreName belongs to one CA bundle in one stack: with another bundle
// comes another name, so that CloudFormation makes a new trust store and the
// old one serves until the new one is filled.
func trustStoreName(stack awscdk.Stack, bundleSHA256 string) *string {
	return jsii.String("sekisho-" + bundleSHA256[:12] + "-" + *stackMark(stack))
}

// trustStoreARNs matches every trust store of this stack, and nothing else.
// While a new bundle is deployed there are two, and a permission that changed
// along with them could arrive later than the first refresh that needs it.
func trustStoreARNs(stack awscdk.Stack) *string {
	return stack.FormatArn(&awscdk.ArnComponents{
		Service:      jsii.String("elasticloadbalancing"),
		Resource:     jsii.String("truststore"),
		ResourceName: jsii.String("sekisho-*-" + *stackMark(stack) + "/*"),
	})
}

// stackMark tells two stacks of one account apart: the first part of the UUID.
func stackMark(stack awscdk.Stack) *string {
	return awscdk.Fn_Select(jsii.Number(0), awscdk.Fn_Split(jsii.String("-"), stackID(stack), nil))
}

// certificateHeader is what the passthrough listener calls the header with the
// client's chain. AWS does not say what becomes of a header of that name that
// a client sends itself, so the name is one that no client can guess: two
// identifiers that AWS gives out, both to this stack alone. It is made of
// letters, digits and hyphens, for the load balancer drops other names.
func certificateHeader(stack awscdk.Stack, verifier awsiam.Role) *string {
	return jsii.String("X-Sekisho-" + *stackID(stack) + "-" + *verifier.RoleId())
}
