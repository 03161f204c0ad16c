package doctor

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// maxSkew is how far two clocks may be apart.
const maxSkew = time.Minute

// clock compares the dates of the listeners' answers with the time here.
func (e *examination) clock(ctx context.Context) finding {
	var told []string
	for _, l := range e.reached(ctx) {
		seen, now := ask(ctx, l.url, e.gate.Good, nil), e.gate.Now()
		if seen.date.IsZero() {
			continue
		}
		apart := seen.date.Sub(now).Round(time.Second)
		told = append(told, fmt.Sprintf("%s %+d s", l.name, int(apart.Seconds())))
		if apart.Abs() > maxSkew {
			return failed("set this machine's clock, or that of the gate: validity and freshness are judged by it", "%s", strings.Join(told, ", "))
		}
	}
	if len(told) == 0 {
		return skipped("no answer of the gate had a date")
	}
	return passed("%s", strings.Join(told, ", "))
}
