package refresh_test

import (
	"fmt"
	"time"

	"github.com/sekisho/sekisho/internal/refresh"
)

// A newer list was fetched. It is claimed first, then added, and once it is
// seen to be whole, what it supersedes leaves.
func ExamplePlan() {
	now := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	old := refresh.Facts{SHA256: "aa", Number: "7", ThisUpdate: now.Add(-24 * time.Hour), Entries: 3}
	list := refresh.Facts{SHA256: "bb", Number: "8", ThisUpdate: now.Add(-time.Minute), Entries: 4}
	state := refresh.State{Accepted: old, Revocation: 1}
	observed := refresh.Observed{Ours: []refresh.Held{{Revocation: refresh.Revocation{ID: 1, Entries: 3}, Facts: old}}}

	decision := refresh.Plan(state, observed, refresh.Offer{Facts: list}, refresh.DefaultLimits(), now)
	fmt.Println(decision.Action, decision.Reason)
	fmt.Println("claim:", decision.Claim, "add:", decision.Add, "then remove:", decision.Remove)
	// Output:
	// replace newer
	// claim: true add: true then remove: [1]
}
