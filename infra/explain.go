package main

import (
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
	"github.com/cdklabs/cdk-nag-go/cdknag/v2"
)

// finding is a rule that a construct does not follow, and why it is right so.
type finding struct{ rule, reason string }

// explain accepts findings about a construct and what it consists of. The
// reasons stand in the template, beside what they are about.
func explain(about constructs.IConstruct, findings ...finding) {
	var accepted []*cdknag.NagPackSuppression
	for _, f := range findings {
		accepted = append(accepted, &cdknag.NagPackSuppression{Id: jsii.String(f.rule), Reason: jsii.String(f.reason)})
	}
	cdknag.NagSuppressions_AddResourceSuppressions(about, &accepted, jsii.Bool(true))
}
