package local

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/sekisho/sekisho/internal/policy"
	"github.com/sekisho/sekisho/internal/settings"
	"github.com/sekisho/sekisho/internal/snapshot"
)

// denied puts laptop-2 on the deny list, as "sekisho deny" does: the verifier
// turns it away without the CA and without a refresh, and only the verifier.
func (d *demo) denied(ctx context.Context) (string, error) {
	sum := sha256.Sum256(d.other.Client.Certificate[0])
	list, err := policy.NewDenyList([]policy.Denial{{Fingerprint: hex.EncodeToString(sum[:]), Note: "demo"}})
	if err != nil {
		return "", err
	}
	text, err := list.Encode()
	if err != nil {
		return "", err
	}
	description := d.twin.Description()
	since := time.Now()
	err = newAWSClient(description.AWSEndpoint).putObject(ctx, description.Bucket, snapshot.DenyKey, text)
	if err != nil {
		return "", fmt.Errorf("writing the deny list: %w", err)
	}
	waited, err := d.awaitDenial(ctx, description.Passthrough, since)
	if err != nil {
		return "", err
	}
	verify, err := d.other.Ask(ctx, description.Verify, nil)
	if err != nil {
		return "", err
	}
	if verify.Verdict != Served {
		return "", fmt.Errorf("verify: %s: a denial must not reach it", verify)
	}
	return fmt.Sprintf("\n    passthrough: %.2f s after the denial (403, reason denied), without a refresh; a stack takes up to its snapshot's age, %s\n    verify: still served, because there only the CA's word counts",
		waited.Seconds(), time.Duration(settings.DefaultGate().MaxSnapshotAge)), nil
}

// awaitDenial asks until the client is denied.
func (d *demo) awaitDenial(ctx context.Context, url string, since time.Time) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, demoPatience)
	defer cancel()
	for {
		waited, err := refusedSince(ctx, d.other, url, since, func(a Answer) bool { return a.Reason == "denied" })
		if err != nil || waited > 0 {
			return waited, err
		}
		err = pause(ctx, waitStep)
		if err != nil {
			return 0, fmt.Errorf("waiting for the client to be denied: %w", err)
		}
	}
}
