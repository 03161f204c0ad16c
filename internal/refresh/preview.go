package refresh

import (
	"context"
	"errors"
)

// Preview says what the next run would do first for each list, and changes
// nothing: outcomes as those of Run, with Revocation and Enforced as they are
// now. The error is why nothing can be said at all.
func (r *Refresher) Preview(ctx context.Context) (Report, error) {
	dry := &Refresher{
		Fetcher: r.Fetcher, Bucket: readOnly{r.Bucket}, TrustStore: r.TrustStore, Contents: r.Contents,
		Sources: r.Sources, Bundle: r.Bundle, Limits: r.Limits, TrustStoreARN: r.TrustStoreARN,
		Clock: r.Clock, Pause: r.Pause, preview: true,
	}
	now := r.Clock()
	report := Report{Started: now}
	w, err := dry.look(ctx, now)
	if err != nil {
		return report, err
	}
	report.Outcomes = dry.settleAll(ctx, w, now)
	report.Foreign = w.foreign()
	report.Uncovered = dry.uncovered(w)
	return report, w.unseen
}

// foresee is the outcome that settling would begin with.
func (s *settling) foresee(ctx context.Context) Outcome {
	offer, err := s.acceptable(ctx)
	decision := s.plan(offer)
	s.describe(decision)
	s.tell(decision, offer)
	return s.finish(errors.Join(err, s.mayClaim(decision)))
}

// readOnly is a bucket that takes nothing.
type readOnly struct{ bucket }

var errReadOnly = errors.New("nothing is written in a preview")

func (readOnly) Put(context.Context, Upload) (Stored, error) { return Stored{}, errReadOnly }
