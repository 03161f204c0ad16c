package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/sekisho/sekisho/internal/deployed"
	"github.com/sekisho/sekisho/internal/local"
	"github.com/sekisho/sekisho/internal/refresh"
	"github.com/sekisho/sekisho/internal/statuspage"
)

// statusInAWS looks as the refresh function would, and reads what it wrote down.
func statusInAWS(ctx context.Context, target *planTarget) (statuspage.Status, error) {
	var status statuspage.Status
	where, getenv, err := target.environment()
	if err != nil {
		return status, err
	}
	deployed, err := deployed.New(getenv)
	if err != nil {
		return status, &usageError{err}
	}
	refresher, err := deployed.Load(ctx)
	if err != nil {
		return status, err
	}
	report, err := refresher.Preview(ctx)
	if err != nil {
		return status, err
	}
	status = statuspage.Status{Now: time.Now(), Where: where}
	for _, outcome := range report.Outcomes {
		status.Sources = append(status.Sources, local.SourceStatus(outcome))
	}
	status.Decisions, err = decisions(ctx, refresher.Bucket, status.Now)
	return status, err
}

const (
	// recordDays is how many days back decisions are looked for, and
	// recordsShown how many are read at most.
	recordDays   = 7
	recordsShown = 20
)

// records is where the refresher writes down what it decided.
type records interface {
	List(ctx context.Context, prefix string) ([]string, error)
	Get(ctx context.Context, key string) (refresh.Object, error)
}

// decisions are the newest, the last one first.
func decisions(ctx context.Context, bucket records, now time.Time) ([]statuspage.Decision, error) {
	var all []statuspage.Decision
	for day := range recordDays {
		keys, err := bucket.List(ctx, refresh.RecordPrefix+now.UTC().AddDate(0, 0, -day).Format("2006-01-02")+"/")
		if err != nil {
			return all, fmt.Errorf("listing the decisions: %w", err)
		}
		for _, key := range slices.Backward(keys) {
			if len(all) == recordsShown {
				return all, nil
			}
			decision, err := readDecision(ctx, bucket, key)
			if err != nil {
				return all, err
			}
			all = append(all, decision)
		}
	}
	return all, nil
}

func readDecision(ctx context.Context, bucket records, key string) (statuspage.Decision, error) {
	object, err := bucket.Get(ctx, key)
	if err != nil {
		return statuspage.Decision{}, fmt.Errorf("reading the decision %s: %w", key, err)
	}
	var record refresh.Record
	err = json.Unmarshal(object.Body, &record)
	if err != nil {
		return statuspage.Decision{}, fmt.Errorf("reading the decision %s: %w", key, err)
	}
	return local.DecisionOf(record.Last, record.Outcome), nil
}
