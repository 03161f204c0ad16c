package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
	"github.com/cdklabs/cdk-nag-go/cdknag/v2"
)

// newApp is the app that the CDK command runs, or one that writes to a folder of
// its own. It leaves out what would be different each time: how long things
// took, and the paths of the CDK's own temporary files.
func newApp(outdir *string) awscdk.App {
	return awscdk.NewApp(&awscdk.AppProps{
		Outdir: outdir, StackTraces: jsii.Bool(false), PerformanceReporting: jsii.Bool(false),
		Context: &map[string]any{"aws:cdk:disable-creation-stack-traces": true},
	})
}

// synthesise makes the stack, checks it against the rules of AwsSolutions and
// writes it down, with the report of that check beside it.
func synthesise(app awscdk.App, d deployment) error {
	newStack(app, d)
	checks := cdknag.NewAwsSolutionsChecks(&cdknag.NagPackProps{Reports: jsii.Bool(true), Verbose: jsii.Bool(true)})
	awscdk.Aspects_Of(app).Add(checks, nil)
	return findings(app.Synth(nil))
}
