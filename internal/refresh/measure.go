package refresh

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/sekisho/sekisho/internal/metrics"
)

// QuotaUse is what all lists of the trust store take of its quota of entries.
type QuotaUse struct {
	Entries int64 `json:"entries"`
	Limit   int64 `json:"limit"`
}

// quotaUse is zero when nobody could see what is in the trust store.
func (w *world) quotaUse(limits Limits) QuotaUse {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.unseen != nil || limits.Entries <= 0 {
		return QuotaUse{}
	}
	used := QuotaUse{Limit: limits.Entries}
	for _, revocation := range w.view() {
		used.Entries += revocation.Entries
	}
	return used
}

// Measure is what a run's metrics are, in the lines of package metrics: one for
// each source, and one more for each further reason that it failed for. The run
// ended now. Where a source delivers several lists, the worst of them counts.
func (r Report) Measure(stack string, now time.Time) []metrics.Line {
	bySource := map[string][]Outcome{}
	for _, outcome := range r.Outcomes {
		source := cmp.Or(outcome.Source, outcome.formerly)
		if source != "" {
			bySource[source] = append(bySource[source], outcome)
		}
	}
	var lines []metrics.Line
	for _, source := range slices.Sorted(maps.Keys(bySource)) {
		values := r.measureSource(bySource[source], now)
		lines = append(lines, withFailures(stack, source, values, failuresOf(bySource[source]))...)
	}
	return lines
}

func (r Report) measureSource(outcomes []Outcome, now time.Time) map[string]float64 {
	all := map[string]float64{metrics.Entries: 0}
	for _, outcome := range outcomes {
		for name, value := range outcome.measure(now) {
			worst, measured := all[name]
			if !measured {
				all[name] = value
				continue
			}
			all[name] = together(name, worst, value)
		}
	}
	if r.Quota.Limit > 0 {
		all[metrics.QuotaUsedPercent] = 100 * float64(r.Quota.Entries) / float64(r.Quota.Limit)
	}
	return all
}

// together is one number for two lists of a source.
func together(name string, a, b float64) float64 {
	switch name {
	case metrics.LifeLeft, metrics.LifeLeftPercent, metrics.Success:
		return min(a, b)
	case metrics.ListAge, metrics.EnforcedAfter:
		return max(a, b)
	default:
		return a + b
	}
}

// measure is what one outcome says. What was not seen is left out: a number
// that somebody made up would keep an alarm quiet.
func (o Outcome) measure(now time.Time) map[string]float64 {
	values := map[string]float64{
		metrics.Success:    oneIf(!o.Failed()),
		metrics.Refused:    oneIf(o.Action == Refuse),
		metrics.Held:       oneIf(o.Action == Hold),
		metrics.Mismatched: oneIf(o.Reason == CountMismatch),
		metrics.Breached:   oneIf(o.Breach != ""),
	}
	if o.List.known() {
		values[metrics.Entries] = float64(o.List.Entries)
		values[metrics.ListAge] = now.Sub(o.List.ThisUpdate).Seconds()
	}
	maps.Copy(values, o.endsFirst().lifeLeft(now))
	if o.Action == Replace && o.Reason != First && o.Enforced.SHA256 == o.List.SHA256 {
		values[metrics.EnforcedAfter] = now.Sub(o.List.ThisUpdate).Seconds()
	}
	if o.Action != Hold && o.Change != nil {
		values[metrics.NewlyRevoked] = float64(o.Change.Newly)
		values[metrics.LeftTheList] = float64(o.Change.Gone)
		values[metrics.PossiblyEarly] = float64(o.Change.PossiblyEarly)
	}
	return values
}

// lifeLeft is how much of its time a list has before it; nothing where it names
// no end.
func (f Facts) lifeLeft(now time.Time) map[string]float64 {
	if f.NextUpdate.IsZero() {
		return nil
	}
	left, life := f.NextUpdate.Sub(now), f.NextUpdate.Sub(f.ThisUpdate)
	return map[string]float64{
		metrics.LifeLeft:        left.Seconds(),
		metrics.LifeLeftPercent: 100 * left.Seconds() / max(life.Seconds(), 1),
	}
}

// endsFirst is of the list that the verifier uses and the one that the trust
// store enforces the one that is stale first. They are one, as a rule.
func (o Outcome) endsFirst() Facts {
	known := slices.DeleteFunc([]Facts{o.List, o.Enforced}, func(f Facts) bool { return f.NextUpdate.IsZero() })
	if len(known) == 0 {
		return Facts{}
	}
	return slices.MinFunc(known, func(a, b Facts) int { return a.NextUpdate.Compare(b.NextUpdate) })
}

// failuresOf counts what went wrong by its reason, in the order of the reasons.
func failuresOf(outcomes []Outcome) []failure {
	counts := map[Reason]float64{}
	for _, outcome := range outcomes {
		if outcome.Failed() {
			counts[outcome.Reason]++
		}
	}
	var all []failure
	for reason, count := range counts {
		all = append(all, failure{cmp.Or(string(reason), string(Unavailable)), count})
	}
	slices.SortFunc(all, func(a, b failure) int { return cmp.Compare(a.reason, b.reason) })
	return all
}

type failure struct {
	reason string
	count  float64
}

// withFailures says the first reason along with everything else: a line has
// room for one.
func withFailures(stack, source string, values map[string]float64, failures []failure) []metrics.Line {
	first := metrics.Line{Dimensions: map[string]string{metrics.Stack: stack, metrics.Source: source}, Values: values}
	lines := []metrics.Line{first}
	for i, failed := range failures {
		if i > 0 {
			lines = append(lines, metrics.Line{Dimensions: maps.Clone(first.Dimensions), Values: map[string]float64{}})
		}
		lines[i].Dimensions[metrics.Reason] = failed.reason
		lines[i].Values[metrics.Failures] = failed.count
	}
	return lines
}

func oneIf(condition bool) float64 {
	if condition {
		return 1
	}
	return 0
}
