package refresh

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/sekisho/sekisho/internal/crl"
)

// Report is what a run did.
type Report struct {
	Started  time.Time `json:"started"`
	Outcomes []Outcome `json:"outcomes"`
	// Foreign are revocation IDs that hold lists of no CA in the bundle; they
	// are left alone.
	Foreign []int64 `json:"foreign,omitempty"`
	// Quota is what the trust store's lists took of its entries at the end of
	// the run; zero when that could not be seen.
	Quota QuotaUse `json:"quota,omitzero"`
	// Uncovered names the CAs of the bundle of which no list is in force.
	Uncovered []string `json:"uncovered,omitempty"`
	// Untidy says why the bucket could not be tidied up; the next hour tries
	// again.
	Untidy string `json:"untidy,omitempty"`
	// Unrecorded says which decision records could not be written, and why.
	Unrecorded []string `json:"unrecorded,omitempty"`
}

// Outcome is what a run did for one list, or for one source that delivered none.
type Outcome struct {
	Source string `json:"source"`
	// URL is the mirror that answered, empty when none did.
	URL      string `json:"url,omitempty"`
	Identity string `json:"identity,omitempty"`
	Issuer   string `json:"issuer,omitempty"`
	Action   Action `json:"action"`
	Reason   Reason `json:"reason"`
	Detail   string `json:"detail,omitempty"`
	// List is the newest accepted list, whatever was fetched.
	List Facts `json:"list,omitzero"`
	// Stale says that List is past its next update.
	Stale bool `json:"stale,omitempty"`
	// Revocation is the ID that enforces List; 0 when none does.
	Revocation int64 `json:"revocationId,omitempty"`
	// Enforced is the newest list that is whole in the trust store: List, or
	// an older one for as long as the trust store does not take List.
	Enforced Facts `json:"enforced,omitzero"`
	// Removed are the IDs that left the trust store.
	Removed []int64 `json:"removed,omitempty"`
	// Gap says that for a moment no list was in force, as overlap "replace" allows.
	Gap bool `json:"gap,omitempty"`
	// Fetched is the list that was fetched, taken or not, and Before what was
	// accepted until it was.
	Fetched Facts `json:"fetched,omitzero"`
	Before  Facts `json:"before,omitzero"`
	// Change is what the fetched list changes, where it is a newer one.
	Change *Change `json:"change,omitempty"`
	// Breach is the limit of the source that the fetched list goes beyond,
	// whether it was taken or held back.
	Breach Reason `json:"breach,omitempty"`
	// Holding is the list that is held back.
	Holding *Holding `json:"holding,omitempty"`
	// Approval is the order that let the list through.
	Approval *Approval `json:"approval,omitempty"`
	// Answers are what the trust store answered to every change and to the
	// look after it.
	Answers []Answer `json:"answers,omitempty"`
	// Error is what went wrong; the list that was in force still is.
	Error string `json:"error,omitempty"`
	Steps []Step `json:"steps,omitempty"`

	err error
	// exempt says that the trust store is not meant to hold the list.
	exempt bool
	// formerly is the source that delivered the list until it stopped to. The CA
	// is trusted still.
	formerly string
	// taken says that the list, if one was delivered, is the accepted one.
	taken bool
}

// Step says how long a step took.
type Step struct {
	Name string        `json:"name"`
	Took time.Duration `json:"tookNanoseconds"`
}

// Answer is what the trust store answered to one call.
type Answer struct {
	// Call is the name of the call in the API of Elastic Load Balancing.
	Call string `json:"call"`
	// Revocation is the ID that it is about, Entries what was counted in it.
	Revocation int64         `json:"revocationId,omitempty"`
	Entries    int64         `json:"entries,omitempty"`
	Error      string        `json:"error,omitempty"`
	Took       time.Duration `json:"tookNanoseconds"`
}

// The calls that are noted.
const (
	addCall      = "AddTrustStoreRevocations"
	describeCall = "DescribeTrustStoreRevocations"
	removeCall   = "RemoveTrustStoreRevocations"
)

// InShort is the report without the names of what came and left: they stand in
// the record, and up to a thousand of each in every report of a minute are more
// than a function may answer.
func (r Report) InShort() Report {
	r.Outcomes = slices.Clone(r.Outcomes)
	for i, outcome := range r.Outcomes {
		if outcome.Change != nil {
			change := *outcome.Change
			change.Came, change.Left = nil, nil
			r.Outcomes[i].Change = &change
		}
	}
	return r
}

// Failed says that something went wrong, or that a list was not taken.
func (o Outcome) Failed() bool { return o.err != nil || o.Action == Refuse }

// Err is the reason to call the whole run failed: a source of which no list is
// in force. A source that is down while its list is in force is an outcome,
// not a failure.
func (r Report) Err() error {
	var errs []error
	for _, outcome := range r.Outcomes {
		if outcome.Enforced.known() || outcome.exempt {
			continue
		}
		if outcome.err != nil {
			errs = append(errs, fmt.Errorf("source %s has no list in force: %w", outcome.Source, outcome.err))
			continue
		}
		errs = append(errs, fmt.Errorf("source %s has no list in force: %s: %s", outcome.Source, outcome.Reason, outcome.Detail))
	}
	return errors.Join(errs...)
}

// failed is the outcome with what went wrong. A list that is only behind the
// accepted one, as an old mirror may serve it, is not taken but no refusal.
func (o Outcome) failed(problem error) Outcome {
	o.Reason = reasonOf(problem)
	if o.Action == Keep && refusal(problem) {
		o.Action = Refuse
	}
	o.err = errors.Join(o.err, problem)
	o.Error = o.err.Error()
	return o
}

func refusal(problem error) bool {
	var refused *crl.RefusedError
	if errors.As(problem, &refused) {
		return refused.Reason != crl.ReasonBehind
	}
	return reasonOf(problem) == Claimed
}
