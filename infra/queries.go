package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// query is a question to a log, in the language of CloudWatch Logs Insights.
type query struct{ id, name, text string }

// refusedToday asks the verifier's log for this day, by UTC.
var refusedToday = query{"RefusedToday", "who was refused today, and why", `fields @timestamp, reason, serial, issuerKey
| filter msg = "decision" and decision != "accepted"
| filter toMillis(@timestamp) >= floor(now() / 86400) * 86400000
| stats count(*) as times, min(@timestamp) as first, max(@timestamp) as last by decision, reason, serial, issuerKey
| sort last desc`}

// decisionsTaken asks the refresher's log for whatever was not just as before.
var decisionsTaken = query{"DecisionsTaken", "which decisions were taken about lists", `fields @timestamp, source, action, reason, number, entries, revocationId, detail, error
| filter msg = "revocation list" and (action != "keep" or reason != "unchanged")
| sort @timestamp desc
| limit 200`}

// newQueries saves them where the console lists them, under the stack's name.
func newQueries(stack awscdk.Stack, w watched) {
	scope := constructs.NewConstruct(stack, jsii.String("Queries"))
	decisionsTaken.save(scope, w.refresher.logs)
	if w.verifier != nil {
		refusedToday.save(scope, w.verifier.logs)
	}
}

func (q query) save(scope constructs.Construct, logs awslogs.LogGroup) {
	awslogs.NewCfnQueryDefinition(scope, jsii.String(q.id), &awslogs.CfnQueryDefinitionProps{
		Name:          jsii.String(*awscdk.Aws_STACK_NAME() + "/" + q.name),
		LogGroupNames: &[]any{logs.LogGroupName()},
		QueryString:   jsii.String(q.text),
	})
}
