package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
	"github.com/cdklabs/cdk-nag-go/cdknag/v2"
)

// synthesise makes the stack, checks it against the rules of AwsSolutions and
// writes it down, with the report of that check beside it.
func synthesise(app awscdk.App, d deployment) error {
	newStack(app, d)
	checks := cdknag.NewAwsSolutionsChecks(&cdknag.NagPackProps{Reports: jsii.Bool(true), Verbose: jsii.Bool(true)})
	awscdk.Aspects_Of(app).Add(checks, nil)
	return findings(app.Synth(nil))
}
