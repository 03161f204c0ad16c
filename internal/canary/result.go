package canary

import (
	"time"

	"github.com/sekisho/sekisho/internal/metrics"
)

// Verdict is what a round says about the revoked client at one listener.
type Verdict string

// The verdicts.
const (
	// Right: it was refused for being revoked, as far as a client can tell.
	Right Verdict = "right"
	// Wrong: it was served.
	Wrong Verdict = "wrong"
	// Unknown: nothing can be said.
	Unknown Verdict = "unknown"
)

// Result is what one round saw at one listener.
type Result struct {
	Listener string
	// Good and Revoked are what became of the two clients.
	Good, Revoked Sight
	Verdict       Verdict
	// Why says why the verdict is not Right.
	Why string
	// Enforced is the time from the revocation date until this round, where it
	// is the first that saw a client refused that an earlier one saw served;
	// otherwise 0. It is as exact as rounds are frequent.
	Enforced time.Duration
}

// Line is the result as metrics of a stack.
func (r Result) Line(stack string) metrics.Line {
	values := map[string]float64{metrics.GoodServed: oneIf(r.Good.Treatment == Served), metrics.Unknown: oneIf(r.Verdict == Unknown)}
	if r.Verdict != Unknown {
		values[metrics.RevokedRefused] = oneIf(r.Verdict == Right)
	}
	if r.Enforced > 0 {
		values[metrics.SecondsToEnforcement] = r.Enforced.Seconds()
	}
	return metrics.Line{Dimensions: map[string]string{metrics.Stack: stack, metrics.Listener: r.Listener}, Values: values}
}

// Worst is the verdict that a whole round comes to: one listener that serves
// the revoked client is enough.
func Worst(results []Result) Verdict {
	worst := Right
	for _, result := range results {
		switch result.Verdict {
		case Wrong:
			return Wrong
		case Unknown:
			worst = Unknown
		}
	}
	if len(results) == 0 {
		return Unknown
	}
	return worst
}

func oneIf(condition bool) float64 {
	if condition {
		return 1
	}
	return 0
}
