package main

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/jsii-runtime-go"

	"github.com/sekisho/sekisho/internal/metrics"
	"github.com/sekisho/sekisho/internal/settings"
)

// board is the body of a dashboard (CloudWatch API reference, "Dashboard Body
// Structure and Syntax"), filled from the top left, 24 columns wide.
type board struct {
	stack   string
	widgets []widget
	x, y    int
	// tallest is the height of the row that is being filled.
	tallest int
}

type widget struct {
	Type       string         `json:"type"`
	X          int            `json:"x"`
	Y          int            `json:"y"`
	Width      int            `json:"width"`
	Height     int            `json:"height"`
	Properties map[string]any `json:"properties"`
}

const columns = 24

// add puts a widget beside the last one, or below where the row is full.
func (b *board) add(kind string, width, height int, properties map[string]any) {
	if b.x+width > columns {
		b.x, b.y, b.tallest = 0, b.y+b.tallest, 0
	}
	b.widgets = append(b.widgets, widget{kind, b.x, b.y, width, height, properties})
	b.x, b.tallest = b.x+width, max(b.tallest, height)
}

// newDashboard answers what one asks first, from the top: is anything wrong,
// how fresh are the lists, who is turned away.
func newDashboard(stack awscdk.Stack, s settings.Settings, w watched, alarms []awscloudwatch.CfnAlarm) {
	b := &board{stack: w.stack}
	b.alarms(alarms)
	b.lists(s)
	if w.verifier != nil {
		b.gate(*w.verifier)
	}
	if w.canary != nil {
		b.canary()
	}
	b.runs(w.refresher)
	body, err := json.Marshal(map[string]any{"start": "-PT24H", "widgets": b.widgets})
	if err != nil {
		panic(err) // strings and numbers: nothing that cannot be encoded
	}
	awscloudwatch.NewCfnDashboard(stack, jsii.String("Dashboard"), &awscloudwatch.CfnDashboardProps{DashboardBody: jsii.String(string(body))})
}

func (b *board) alarms(all []awscloudwatch.CfnAlarm) {
	var arns []string
	for _, a := range all {
		arns = append(arns, *a.AttrArn())
	}
	for some := range slices.Chunk(arns, maxAlarms) {
		b.add("alarm", columns, 3+len(some)/6, map[string]any{"title": "Is anything wrong? What each alarm means: docs/operate.md", "alarms": some})
	}
}

// maxAlarms is how many one widget shows (CloudWatch API reference, "Alarm widget
// object").
const maxAlarms = 100

func (b *board) lists(s settings.Settings) {
	var left, entries, revoked, enforced []any
	for _, source := range s.AllSources() {
		left = append(left, b.line(metrics.LifeLeftPercent, source.Name))
		entries = append(entries, b.line(metrics.Entries, source.Name))
		revoked = append(revoked, b.line(metrics.NewlyRevoked, source.Name))
		enforced = append(enforced, b.line(metrics.EnforcedAfter, source.Name))
	}
	life := b.plot("Life left of the lists, per cent", "Minimum", left)
	life["annotations"] = map[string]any{"horizontal": []any{map[string]any{"label": "somebody is told", "value": s.Alarms.LifeLeftPercent}}}
	life["yAxis"] = map[string]any{"left": map[string]any{"min": 0, "max": 100}}
	b.add("metric", 12, 6, life)
	b.add("metric", 12, 6, b.plot("Revoked certificates on the lists", "Maximum", entries))
	b.add("metric", 8, 6, b.plot("Newly revoked", "Sum", revoked))
	b.add("metric", 8, 6, b.plot("Seconds from a list's issue until it was in force", "Maximum", enforced))
	b.add("metric", 8, 6, b.found("What went wrong at the sources, by reason", metrics.Failures, "Sum"))
}

func (b *board) gate(v watchedFunction) {
	b.add("metric", 12, 6, b.found("Decisions of the verifier, by reason", metrics.Decisions, "Sum"))
	latency := b.plot("Time to decide, microseconds", "p50", []any{b.line(metrics.Latency), append(b.line(metrics.Latency), map[string]any{"stat": "p99"})})
	b.add("metric", 6, 6, latency)
	b.add("metric", 6, 6, b.plot("Could not be decided (503)", "Sum", []any{b.line(metrics.Unavailable)}))
	b.add("log", columns, 6, map[string]any{
		"title": "Who was refused today, and why", "view": "table", "region": *awscdk.Aws_REGION(),
		"query": fmt.Sprintf("SOURCE '%s' | %s", *v.logs.LogGroupName(), refusedToday.text),
	})
}

func (b *board) canary() {
	var refused, enforced []any
	for _, listener := range listenerNames {
		refused = append(refused, b.line(metrics.RevokedRefused, listener), b.line(metrics.Unknown, listener))
		enforced = append(enforced, b.line(metrics.SecondsToEnforcement, listener))
	}
	b.add("metric", 12, 6, b.plot("Canary: the revoked one refused (1), or nobody knows", "Minimum", refused))
	b.add("metric", 12, 6, b.plot("Canary: seconds from a revocation until it was refused", "Maximum", enforced))
}

func (b *board) runs(r watchedFunction) {
	name := *r.function.FunctionName()
	var counts []any
	for _, metric := range []string{"Invocations", "Errors", "Throttles"} {
		counts = append(counts, []any{"AWS/Lambda", metric, "FunctionName", name})
	}
	b.add("metric", 8, 6, b.plot("Runs of the refresh function", "Sum", counts))
	b.add("metric", 8, 6, b.plot("How long they take, milliseconds", "Maximum", []any{[]any{"AWS/Lambda", "Duration", "FunctionName", name}}))
	b.add("metric", 8, 6, b.plot("Kept in the queue of failures", "Maximum", []any{[]any{"AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", *r.failed.QueueName()}}))
	b.add("log", columns, 6, map[string]any{
		"title": "Decisions about lists", "view": "table", "region": *awscdk.Aws_REGION(),
		"query": fmt.Sprintf("SOURCE '%s' | %s", *r.logs.LogGroupName(), decisionsTaken.text),
	})
}

// line is one of our metrics as a plot names it.
func (b *board) line(name string, values ...string) []any {
	metric, _ := metrics.Find(name)
	entry := []any{metrics.Namespace, name}
	for i, value := range append([]string{b.stack}, values...) {
		entry = append(entry, metric.Dimensions[i], value)
	}
	return entry
}

// plot draws metrics over time.
func (b *board) plot(title, statistic string, lines []any) map[string]any {
	return map[string]any{
		"title": title, "view": "timeSeries", "stat": statistic, "period": 60, "region": *awscdk.Aws_REGION(), "metrics": lines,
	}
}

// found draws a metric for every reason that there turns out to be.
func (b *board) found(title, name, statistic string) map[string]any {
	metric, _ := metrics.Find(name)
	schema := metrics.Namespace
	for _, dimension := range metric.Dimensions {
		schema += "," + dimension
	}
	search := fmt.Sprintf(`SEARCH('{%s} MetricName="%s" Stack="%s"', '%s', 60)`, schema, name, b.stack, statistic)
	return map[string]any{
		"title": title, "view": "timeSeries", "stacked": true, "region": *awscdk.Aws_REGION(),
		"metrics": []any{[]any{map[string]any{"expression": search, "id": "all"}}},
	}
}
