package main

import (
	"context"

	"github.com/sekisho/sekisho/internal/deployed"
	"github.com/sekisho/sekisho/internal/doctor"
)

// trustStoreView looks into a trust store as the refresh function does.
type trustStoreView struct{ refresh *deployed.Refresh }

func newTrustStoreView(getenv func(string) string) (trustStoreView, error) {
	refresh, err := deployed.New(getenv)
	if err != nil {
		return trustStoreView{}, &usageError{err}
	}
	return trustStoreView{refresh}, nil
}

// Holdings are the lists that are whole in the trust store, and its quotas as
// they were deployed.
func (v trustStoreView) Holdings(ctx context.Context) (doctor.Holdings, error) {
	refresher, err := v.refresh.Load(ctx)
	if err != nil {
		return doctor.Holdings{}, err
	}
	report, err := refresher.Preview(ctx)
	if err != nil {
		return doctor.Holdings{}, err
	}
	revocations, err := refresher.TrustStore.Revocations(ctx)
	if err != nil {
		return doctor.Holdings{}, err
	}
	held := doctor.Holdings{EntryQuota: refresher.Limits.Entries, ListQuota: refresher.Limits.Lists, Lists: len(revocations)}
	for _, revocation := range revocations {
		held.Entries += revocation.Entries
		held.Largest = max(held.Largest, revocation.Entries)
	}
	for _, outcome := range report.Outcomes {
		held.SHA256 = append(held.SHA256, outcome.Enforced.SHA256)
	}
	return held, nil
}
