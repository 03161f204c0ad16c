package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/triggers"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/sekisho/sekisho/internal/settings"
)

// newFirstRefresh runs the refresher during the deployment. What lets clients
// in waits for it, so that no gate opens before the revoked are known to it; if
// it fails, the deployment fails with its message and goes back.
//
// It runs again whenever the function changes, and the function changes with
// the bundle, whose hash stands in its environment.
func newFirstRefresh(stack awscdk.Stack, wanted settings.FirstRefresh, function awslambda.Function) constructs.Construct {
	invocation := triggers.InvocationType_REQUEST_RESPONSE
	if wanted == settings.FirstRefreshOptional {
		// Only started: the operator has said that the gate may open without.
		invocation = triggers.InvocationType_EVENT
	}
	first := triggers.NewTrigger(stack, jsii.String("FirstRefresh"), &triggers.TriggerProps{
		Handler:        function,
		InvocationType: invocation,
		Timeout:        awscdk.Duration_Seconds(jsii.Number((2 * refreshTimeout).Seconds())),
	})
	return first
}
