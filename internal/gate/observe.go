package gate

import (
	"net/http"
	"time"
)

// Accepted is the reason of a decision to let somebody pass.
const Accepted = "accepted"

// Decision is what a gate tells whoever counts: nothing in it comes from the
// client.
type Decision struct {
	// Reason is one of a fixed set of words: Accepted, or why not.
	Reason string
	// Unavailable says that nothing could be decided, and 503 was answered.
	Unavailable bool
	Took        time.Duration
}

func (v verdict) decision(took time.Duration) Decision {
	d := Decision{Reason: v.reason, Unavailable: v.status == http.StatusServiceUnavailable, Took: took}
	if v.status == http.StatusOK {
		d.Reason = Accepted
	}
	return d
}

// observed tells whoever counts.
func (g *Gate) observed(v verdict, took time.Duration) {
	if g.config.Observe != nil {
		g.config.Observe(v.decision(took))
	}
}
