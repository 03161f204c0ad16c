package metrics

import "slices"

// Namespace holds all metrics of all stacks of an account and region.
const Namespace = "Sekisho"

// The dimensions.
const (
	// Stack is the name of the stack; "local" in the twin.
	Stack = "Stack"
	// Source is the name of a source of lists, as in the settings; "inbox" for
	// lists that were dropped into the bucket and belong to none.
	Source = "Source"
	// Reason is the stable word for why.
	Reason = "Reason"
	// Listener is the side of the gate that a canary asked: verify or
	// passthrough.
	Listener = "Listener"
)

// By source: each look of the refresh function at a source.
const (
	// LifeLeft is for how long the list in force is still fresh; negative once
	// it is past its next update. The verifier's and the trust store's list
	// are one, as a rule; where they differ, the one that ends first counts.
	LifeLeft = "LifeLeft"
	// LifeLeftPercent is the same as a share of the whole life of that list.
	LifeLeftPercent = "LifeLeftPercent"
	// ListAge is the time since the list was issued.
	ListAge = "ListAge"
	// Entries is how many certificates the list revokes.
	Entries = "Entries"
	// NewlyRevoked is how many entries a new list has more than the one before.
	NewlyRevoked = "NewlyRevoked"
	// LeftTheList is how many entries a new list has no longer.
	LeftTheList = "LeftTheList"
	// PossiblyEarly is how many of those left before their certificates can
	// have expired.
	PossiblyEarly = "PossiblyEarly"
	// QuotaUsedPercent is the share of the trust store's quota of entries that
	// all its lists take together. It is the same for every source.
	QuotaUsedPercent = "QuotaUsedPercent"
	// EnforcedAfter is the time from a list's this update until it was in
	// force, for a list that has just replaced an older one.
	EnforcedAfter = "EnforcedAfter"
	// Success is 1 for a look after which all is as the source wants it, else 0.
	Success = "Success"
	// Refused is 1 when a list was not taken, or not by the trust store.
	Refused = "Refused"
	// Held is 1 while a list waits for an operator's word.
	Held = "Held"
	// Breached is 1 when a list goes beyond a limit of its source, whether it
	// was taken or held back.
	Breached = "Breached"
	// Mismatched is 1 when the trust store counted other entries than the list has.
	Mismatched = "Mismatched"
	// Failures is 1 for what went wrong, by its reason.
	Failures = "Failures"
)

// By gate: each decision of the verify function.
const (
	// Decisions is 1 for a decision, by its reason; "accepted" is one of them.
	Decisions = "Decisions"
	// Unavailable is 1 for a request that could not be decided (503), else 0.
	Unavailable = "Unavailable"
	// Latency is the time that the decision took.
	Latency = "Latency"
)

// By listener: each round of the canary.
const (
	// GoodServed is 1 when the good client was served, else 0.
	GoodServed = "GoodServed"
	// RevokedRefused is 1 when the revoked client was refused, 0 when it was
	// served. It is absent where neither can be said.
	RevokedRefused = "RevokedRefused"
	// Unknown is 1 when nothing can be said about the revoked client, else 0.
	Unknown = "Unknown"
	// SecondsToEnforcement is the time from a revocation until the revoked
	// client was first seen to be refused.
	SecondsToEnforcement = "SecondsToEnforcement"
)

// Unit is a unit of CloudWatch (API reference, "MetricDatum").
type Unit string

// The units in use.
const (
	Seconds      Unit = "Seconds"
	Microseconds Unit = "Microseconds"
	Percent      Unit = "Percent"
	Count        Unit = "Count"
)

// Metric is one metric as it is published.
type Metric struct {
	Name string
	Unit Unit
	// Dimensions are the names under which it is published, all together and
	// in this order: an alarm has to name each of them.
	Dimensions []string
}

// All is every metric, in the order in which a reader wants them.
func All() []Metric {
	source := []string{Stack, Source}
	gate := []string{Stack}
	canary := []string{Stack, Listener}
	return []Metric{
		{LifeLeft, Seconds, source},
		{LifeLeftPercent, Percent, source},
		{ListAge, Seconds, source},
		{Entries, Count, source},
		{NewlyRevoked, Count, source},
		{LeftTheList, Count, source},
		{PossiblyEarly, Count, source},
		{QuotaUsedPercent, Percent, source},
		{EnforcedAfter, Seconds, source},
		{Success, Count, source},
		{Refused, Count, source},
		{Held, Count, source},
		{Breached, Count, source},
		{Mismatched, Count, source},
		{Failures, Count, []string{Stack, Source, Reason}},

		{Decisions, Count, []string{Stack, Reason}},
		{Unavailable, Count, gate},
		{Latency, Microseconds, gate},

		{GoodServed, Count, canary},
		{RevokedRefused, Count, canary},
		{Unknown, Count, canary},
		{SecondsToEnforcement, Seconds, canary},
	}
}

// Find is the metric of that name, if there is one.
func Find(name string) (Metric, bool) {
	all := All()
	at := slices.IndexFunc(all, func(m Metric) bool { return m.Name == name })
	if at < 0 {
		return Metric{}, false
	}
	return all[at], true
}
