package main

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsscheduler"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsschedulertargets"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// timetable is what runs when.
type timetable struct {
	purpose  string
	every    time.Duration
	function awslambda.Function
	// failed takes what could not be delivered.
	failed awssqs.Queue
}

// newSchedule runs a function every so many minutes, a minute being as often as
// there is a schedule. What cannot be delivered within a minute is dropped into
// the queue: the next run does the same work.
//
// On the first deployment it waits for the first refresh: with one run at a
// time, the two would turn each other away.
func newSchedule(scope constructs.Construct, t timetable, first constructs.Construct) {
	schedule := awsscheduler.NewSchedule(scope, jsii.String("Schedule"), &awsscheduler.ScheduleProps{
		Description: jsii.String(t.purpose),
		Schedule:    awsscheduler.ScheduleExpression_Rate(awscdk.Duration_Minutes(jsii.Number(t.every.Minutes()))),
		Target: awsschedulertargets.NewLambdaInvoke(t.function, &awsschedulertargets.ScheduleTargetBaseProps{
			DeadLetterQueue: t.failed,
			Role:            newScheduleRole(scope, t).WithoutPolicyUpdates(nil),
			MaxEventAge:     awscdk.Duration_Minutes(jsii.Number(1)),
			RetryAttempts:   jsii.Number(2),
			// The run that goes on polling is the schedule's alone, so it says that it
			// is one.
			Input: awsscheduler.ScheduleTargetInput_FromObject(map[string]any{"source": "aws.scheduler", "detail-type": "Scheduled Event"}),
		}),
	})
	schedule.Node().AddDependency(first)
}

// newScheduleRole may start the function, as it is now and in no older version,
// and is there for the schedules of this account alone.
func newScheduleRole(scope constructs.Construct, t timetable) awsiam.Role {
	stack := awscdk.Stack_Of(scope)
	group := stack.FormatArn(&awscdk.ArnComponents{
		Service: jsii.String("scheduler"), Resource: jsii.String("schedule-group"), ResourceName: jsii.String("default"),
	})
	role := awsiam.NewRole(scope, jsii.String("ScheduleRole"), &awsiam.RoleProps{
		Description: jsii.String("Starts a function: " + t.purpose),
		AssumedBy: awsiam.NewServicePrincipal(jsii.String("scheduler.amazonaws.com"), &awsiam.ServicePrincipalOpts{
			Conditions: &map[string]any{"StringEquals": map[string]any{"aws:SourceAccount": stack.Account(), "aws:SourceArn": group}},
		}),
	})
	allow(role, "Start", []string{"lambda:InvokeFunction"}, *t.function.FunctionArn())
	allow(role, "ReportFailures", []string{"sqs:SendMessage"}, *t.failed.QueueArn())
	return role
}
