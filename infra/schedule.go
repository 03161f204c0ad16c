package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsscheduler"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsschedulertargets"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// newSchedule runs the refresher once a minute, which is as often as there is
// a schedule. An unchanged list costs one conditional request. What cannot be
// delivered within a minute is dropped into the queue: the next run does the
// same work.
//
// On the first deployment it waits for the first refresh: with one run at a
// time, the two would turn each other away.
func newSchedule(stack awscdk.Stack, r refresher, first constructs.Construct) {
	schedule := awsscheduler.NewSchedule(stack, jsii.String("Schedule"), &awsscheduler.ScheduleProps{
		Description: jsii.String("Looks for new revocation lists"),
		Schedule:    awsscheduler.ScheduleExpression_Rate(awscdk.Duration_Minutes(jsii.Number(1))),
		Target: awsschedulertargets.NewLambdaInvoke(r.function, &awsschedulertargets.ScheduleTargetBaseProps{
			DeadLetterQueue: r.failed,
			Role:            newScheduleRole(stack, r).WithoutPolicyUpdates(nil),
			MaxEventAge:     awscdk.Duration_Minutes(jsii.Number(1)),
			RetryAttempts:   jsii.Number(2),
		}),
	})
	schedule.Node().AddDependency(first)
}

// newScheduleRole may start the refresher, as it is now and in no older version,
// and is there for the schedules of this account alone.
func newScheduleRole(stack awscdk.Stack, r refresher) awsiam.Role {
	group := stack.FormatArn(&awscdk.ArnComponents{
		Service: jsii.String("scheduler"), Resource: jsii.String("schedule-group"), ResourceName: jsii.String("default"),
	})
	role := awsiam.NewRole(stack, jsii.String("ScheduleRole"), &awsiam.RoleProps{
		Description: jsii.String("Starts the refresh function"),
		AssumedBy: awsiam.NewServicePrincipal(jsii.String("scheduler.amazonaws.com"), &awsiam.ServicePrincipalOpts{
			Conditions: &map[string]any{"StringEquals": map[string]any{"aws:SourceAccount": stack.Account(), "aws:SourceArn": group}},
		}),
	})
	allow(role, "StartRefresh", []string{"lambda:InvokeFunction"}, *r.function.FunctionArn())
	allow(role, "ReportFailures", []string{"sqs:SendMessage"}, *r.failed.QueueArn())
	return role
}
