package main

import (
	"fmt"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/jsii-runtime-go"

	"github.com/sekisho/sekisho/internal/metrics"
	"github.com/sekisho/sekisho/internal/settings"
)

// watched is what alarms, dashboard and queries look at.
type watched struct {
	stack     string
	refresher watchedFunction
	// verifier and canary are nil where there is none.
	verifier, canary *watchedFunction
}

// watchedFunction is a function with its log, and the queue of what it failed
// at, where it has one.
type watchedFunction struct {
	function awslambda.Function
	logs     awslogs.LogGroup
	failed   awssqs.Queue
}

// alarmsOf are all alarms of a stack.
func alarmsOf(s settings.Settings, w watched) []alarm {
	var all []alarm
	for _, source := range s.AllSources() {
		all = append(all, alarmsOfSource(s.Alarms, w.stack, source.Name)...)
		all = append(all, alarmsOfGuards(w.stack, source)...)
	}
	all = append(all, inboxAlarm(w.stack))
	all = append(all, alarmsOfRefresher(w.refresher)...)
	if w.verifier != nil {
		all = append(all, alarmsOfVerifier(w.stack, *w.verifier)...)
	}
	if w.canary != nil {
		all = append(all, alarmsOfCanary(s.Canary, w.stack, *w.canary)...)
	}
	return all
}

// ours is a metric of the functions, with the unit and under the dimensions by
// which they publish it.
func ours(name string, values ...string) measured {
	metric, _ := metrics.Find(name)
	m := measured{namespace: metrics.Namespace, name: name, unit: string(metric.Unit)}
	for i, dimensionName := range metric.Dimensions {
		m.dimensions = append(m.dimensions, dimension{dimensionName, jsii.String(values[i])})
	}
	return m
}

// ofFunction is a metric of AWS Lambda (Lambda guide, monitoring-metrics-types.html).
func ofFunction(name string, function awslambda.Function) measured {
	return measured{"AWS/Lambda", name, "Count", []dimension{{"FunctionName", function.FunctionName()}}}
}

// lengthOf is how many messages wait in a queue. A queue that nobody touches says
// so for six hours and then nothing, though they still wait (SQS guide,
// sqs-available-cloudwatch-metrics.html).
func lengthOf(queue awssqs.Queue) measured {
	return measured{"AWS/SQS", "ApproximateNumberOfMessagesVisible", "Count", []dimension{{"QueueName", queue.QueueName()}}}
}

// few is over how long something that happens once is told of.
const few = 5 * time.Minute

func alarmsOfSource(a settings.Alarms, stack, source string) []alarm {
	return append(alarmsOfAge(a, stack, source), alarmsOfTrustStore(a, stack, source)...)
}

// alarmsOfAge are about lists that do not come, or no longer in time.
func alarmsOfAge(a settings.Alarms, stack, source string) []alarm {
	return []alarm{
		{
			name: "LifeLeft" + source, section: "life-left",
			means:    fmt.Sprintf("Less than %d %% of the life of the revocation list of %s is left, and no newer one has come. Once it is over, the verifier answers 503 to everybody whom that list has to clear.", a.LifeLeftPercent, source),
			measured: ours(metrics.LifeLeftPercent, stack, source), statistic: "Minimum", limit: below(a.LifeLeftPercent), window: throughout(time.Minute, 3), missing: missingIsOld,
		},
		{
			name: "NoSuccess" + source, section: "no-success",
			means:    fmt.Sprintf("For %d minutes no look at %s has succeeded: revocations of that CA do not arrive. What was revoked before stays revoked.", a.NoSuccessMinutes, source),
			measured: ours(metrics.Success, stack, source), statistic: "Sum", limit: below(1), window: throughout(time.Minute, a.NoSuccessMinutes), missing: missingIsBad,
		},
	}
}

// alarmsOfTrustStore are about lists that came, and what the trust store makes of
// them.
func alarmsOfTrustStore(a settings.Alarms, stack, source string) []alarm {
	return []alarm{
		{
			name: "Refused" + source, section: "refused",
			means:    fmt.Sprintf("A list of %s was refused, by its checks or by the trust store. The list before stays in force.", source),
			measured: ours(metrics.Refused, stack, source), statistic: "Maximum", limit: atAll(), window: once(few), missing: missingIsGood,
		},
		{
			name: "Mismatched" + source, section: "mismatched",
			means:    fmt.Sprintf("The trust store counts other entries than the list of %s has: some revocation may not count at the verify listener.", source),
			measured: ours(metrics.Mismatched, stack, source), statistic: "Maximum", limit: atAll(), window: once(few), missing: missingIsGood,
		},
		{
			name: "Quota" + source, section: "quota",
			means:    fmt.Sprintf("More than %d %% of the trust store's quota of revoked entries is used. Beyond it no list can be added.", a.QuotaPercent),
			measured: ours(metrics.QuotaUsedPercent, stack, source), statistic: "Maximum", limit: above(a.QuotaPercent), window: once(few), missing: missingIsOld,
		},
	}
}

// alarmsOfGuards are about what a new list changes, where the source says how
// much it may: without a limit nothing is measured against it.
func alarmsOfGuards(stack string, source settings.Source) []alarm {
	var all []alarm
	if source.CertificateLifetime > 0 {
		all = append(all, alarm{
			name: "PossiblyEarly" + source.Name, section: "possibly-early",
			means:    fmt.Sprintf("A new list of %s no longer names certificates that cannot have expired yet: who was revoked may be let in again.", source.Name),
			measured: ours(metrics.PossiblyEarly, stack, source.Name), statistic: "Maximum", limit: atAll(), window: once(few), missing: missingIsGood,
		})
	}
	switch guards := source.Guards; {
	case guards.MaxShrinkPercent == 0 && guards.MaxNewlyRevoked == 0:
	case guards.OnBreach == settings.OnBreachHold:
		all = append(all, alarm{
			name: "Held" + source.Name, section: "held",
			means:    fmt.Sprintf("A list of %s is held back, because it drops or revokes more than its guards allow. The list before stays in force until somebody decides.", source.Name),
			measured: ours(metrics.Held, stack, source.Name), statistic: "Maximum", limit: atAll(), window: once(few), missing: missingIsGood,
		})
	default:
		all = append(all, alarm{
			name: "Breached" + source.Name, section: "breached",
			means:    fmt.Sprintf("A list of %s drops or revokes more than its guards allow. It is in force all the same.", source.Name),
			measured: ours(metrics.Breached, stack, source.Name), statistic: "Maximum", limit: atAll(), window: once(few), missing: missingIsGood,
		})
	}
	return all
}

// inboxAlarm is about what was dropped into the bucket and belongs to no source.
func inboxAlarm(stack string) alarm {
	return alarm{
		name: "RefusedInbox", section: "refused",
		means:    "A list that was dropped into inbox/ was refused. Nothing has changed.",
		measured: ours(metrics.Refused, stack, "inbox"), statistic: "Maximum", limit: atAll(), window: once(few), missing: missingIsGood,
	}
}

func alarmsOfRefresher(r watchedFunction) []alarm {
	return []alarm{
		{
			name: "RefreshErrors", section: "function-errors",
			means:    "The refresh function failed: some source has no list in force at all, or the function cannot start.",
			measured: ofFunction("Errors", r.function), statistic: "Sum", limit: atAll(), window: once(few), missing: missingIsGood,
		},
		{
			// One run at a time turns a second one away now and then, and it comes
			// back by itself. Without a break it means that runs never end.
			name: "RefreshThrottles", section: "throttles",
			means:    "The refresh function has been turned away in every minute of the last quarter of an hour: runs take too long, or the account's concurrency is used up.",
			measured: ofFunction("Throttles", r.function), statistic: "Sum", limit: atAll(), window: throughout(time.Minute, 15), missing: missingIsGood,
		},
		{
			name: "RefreshDeadLetters", section: "dead-letters",
			means:    "The queue of failed refreshes is not empty: an event could not be delivered, or a run failed.",
			measured: lengthOf(r.failed), statistic: "Maximum", limit: atAll(), window: once(few), missing: missingIsOld,
		},
	}
}

func alarmsOfVerifier(stack string, v watchedFunction) []alarm {
	return []alarm{
		{
			name: "Undecided", section: "undecided",
			means:    "The verifier answered 503: it could not decide, so nobody was let in.",
			measured: ours(metrics.Unavailable, stack), statistic: "Sum", limit: atAll(), window: once(few), missing: missingIsGood,
		},
		{
			name: "VerifyErrors", section: "function-errors",
			means:    "The verify function failed: clients of the passthrough listener got 502.",
			measured: ofFunction("Errors", v.function), statistic: "Sum", limit: atAll(), window: once(few), missing: missingIsGood,
		},
		{
			name: "VerifyThrottles", section: "throttles",
			means:    "The verify function was turned away: clients of the passthrough listener got 502. Its cap, or the account's concurrency, is used up.",
			measured: ofFunction("Throttles", v.function), statistic: "Sum", limit: atAll(), window: once(few), missing: missingIsGood,
		},
	}
}

// The listeners that a canary tries.
var listenerNames = []string{"verify", "passthrough"}

func alarmsOfCanary(c settings.Canary, stack string, f watchedFunction) []alarm {
	every := time.Duration(c.Every)
	all := []alarm{{
		name: "CanaryDeadLetters", section: "dead-letters",
		means:    "The queue of failed canaries is not empty: it could not be started, or it failed.",
		measured: lengthOf(f.failed), statistic: "Maximum", limit: atAll(), window: once(few), missing: missingIsOld,
	}}
	for _, listener := range listenerNames {
		all = append(all, alarm{
			name: "CanaryRed" + listener, section: "canary-red",
			means:    fmt.Sprintf("The %s listener served a certificate that is revoked and on the list in force.", listener),
			measured: ours(metrics.RevokedRefused, stack, listener), statistic: "Minimum", limit: below(1), window: once(every), missing: missingIsGood,
		}, alarm{
			name: "CanaryUnknown" + listener, section: "canary-unknown",
			means:    fmt.Sprintf("For three rounds the canary could not say whether the %s listener refuses a revoked certificate.", listener),
			measured: ours(metrics.Unknown, stack, listener), statistic: "Minimum", limit: atAll(), window: throughout(every, 3), missing: missingIsBad,
		})
	}
	return all
}
