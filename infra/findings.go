package main

import (
	"errors"
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/cxapi"
	"github.com/aws/jsii-runtime-go"
	"github.com/cdklabs/cdk-nag-go/cdknag/v2"
)

// check writes an app down, with the report of the rules of AwsSolutions beside
// it. The error says what is neither right nor explained.
func check(app awscdk.App) error {
	rules := cdknag.NewAwsSolutionsChecks(&cdknag.NagPackProps{Reports: jsii.Bool(true), Verbose: jsii.Bool(true)})
	awscdk.Aspects_Of(app).Add(rules, nil)
	return findings(app.Synth(nil))
}

// errorEntry is what an assembly calls an error (CDK cloud assembly schema,
// ArtifactMetadataEntryType).
const errorEntry = "aws:cdk:error"

// findings are the errors that the rules left behind in an assembly.
func findings(assembly cxapi.CloudAssembly) error {
	var errs []error
	for _, stack := range *assembly.Stacks() {
		left := *stack.Metadata()
		for _, path := range sortedKeys(left) {
			for _, entry := range *left[path] {
				if *entry.Type == errorEntry {
					errs = append(errs, fmt.Errorf("%s: %v", path, entry.Data))
				}
			}
		}
	}
	return errors.Join(errs...)
}
