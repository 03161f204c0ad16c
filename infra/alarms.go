package main

import (
	"fmt"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// alarm is one thing that somebody is told of.
type alarm struct {
	name string
	// means is what it says to whoever is woken, section the part of
	// docs/operate.md that says what to do.
	means, section string
	measured       measured
	statistic      string
	limit          limit
	window         window
	// missing is what no data at all means (CloudWatch guide, "Configuring how
	// CloudWatch alarms treat missing data").
	missing string
}

// measured is a metric.
type measured struct {
	namespace, name, unit string
	dimensions            []dimension
}

// dimension is a name that a metric is published under, and its value.
type dimension struct {
	name  string
	value *string
}

// limit is what a value must not be.
type limit struct {
	comparison string
	threshold  float64
}

func below(threshold int) limit { return limit{"LessThanThreshold", float64(threshold)} }
func above(threshold int) limit { return limit{"GreaterThanThreshold", float64(threshold)} }

// atAll is for what shall not happen once.
func atAll() limit { return limit{"GreaterThanOrEqualToThreshold", 1} }

// window is in how many of how many periods in a row it is so.
type window struct {
	period time.Duration
	bad    int
	of     int
}

func once(period time.Duration) window              { return window{period, 1, 1} }
func throughout(period time.Duration, n int) window { return window{period, n, n} }

// What missing data means.
const (
	missingIsBad  = "breaching"
	missingIsGood = "notBreaching"
	missingIsOld  = "ignore"
)

// newAlarms makes them. A topic hears of each when it begins, and when it ends.
func newAlarms(scope constructs.Construct, topicARN *string, all []alarm) []awscloudwatch.CfnAlarm {
	var made []awscloudwatch.CfnAlarm
	for _, a := range all {
		made = append(made, awscloudwatch.NewCfnAlarm(scope, jsii.String(a.name), a.props(topicARN)))
	}
	return made
}

func (a alarm) props(topicARN *string) *awscloudwatch.CfnAlarmProps {
	var dimensions []any
	for _, d := range a.measured.dimensions {
		dimensions = append(dimensions, &awscloudwatch.CfnAlarm_DimensionProperty{Name: jsii.String(d.name), Value: d.value})
	}
	return &awscloudwatch.CfnAlarmProps{
		AlarmDescription:   jsii.String(fmt.Sprintf("%s What to do: docs/operate.md#%s", a.means, a.section)),
		Namespace:          jsii.String(a.measured.namespace),
		MetricName:         jsii.String(a.measured.name),
		Unit:               jsii.String(a.measured.unit),
		Dimensions:         dimensions,
		Statistic:          jsii.String(a.statistic),
		ComparisonOperator: jsii.String(a.limit.comparison),
		Threshold:          jsii.Number(a.limit.threshold),
		Period:             jsii.Number(a.window.period.Seconds()),
		DatapointsToAlarm:  jsii.Number(a.window.bad),
		EvaluationPeriods:  jsii.Number(a.window.of),
		TreatMissingData:   jsii.String(a.missing),
		AlarmActions:       &[]any{topicARN},
		OkActions:          &[]any{topicARN},
	}
}

// newWatch is everything that wakes people, and what they look at then. It
// waits for the first refresh, so that nobody is told of a beginning.
func newWatch(stack awscdk.Stack, d deployment, w watched, first constructs.Construct) {
	newQueries(stack, w)
	if !d.Alarms.Enabled {
		return
	}
	scope := constructs.NewConstruct(stack, jsii.String("Alarms"))
	topicARN := newTopic(scope, d.Alarms.Email).TopicArn()
	all := newAlarms(scope, topicARN, alarmsOf(d.Settings, w))
	scope.Node().AddDependency(first)
	newDashboard(stack, d.Settings, w, all)
	output(stack, "AlarmTopicArn", "Subscribe to it whatever wakes people", *topicARN)
}
