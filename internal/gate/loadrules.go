package gate

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/sekisho/sekisho/internal/policy"
	"github.com/sekisho/sekisho/internal/snapshot"
)

// loadPolicy returns the operator's policy and its tag: held's when it has not
// changed or cannot be read, one without rules when there is none.
func (l *loader) loadPolicy(ctx context.Context, held rules) (*policy.Policy, string, error) {
	body, tag, err := l.operators(ctx, snapshot.PolicyKey, held.policyTag)
	if err != nil {
		return held.policy, held.policyTag, fmt.Errorf("reading the policy: %w", err)
	}
	if tag == held.policyTag {
		return held.policy, tag, nil
	}
	if tag == "" {
		return new(policy.Policy), "", nil
	}
	found, err := policy.Parse(body)
	if err != nil {
		return held.policy, held.policyTag, fmt.Errorf("%s: %w", snapshot.PolicyKey, err)
	}
	return found, tag, nil
}

// loadDenyList is loadPolicy for the deny list.
func (l *loader) loadDenyList(ctx context.Context, held rules) (*policy.DenyList, string, error) {
	body, tag, err := l.operators(ctx, snapshot.DenyKey, held.denyTag)
	if err != nil {
		return held.deny, held.denyTag, fmt.Errorf("reading the deny list: %w", err)
	}
	if tag == held.denyTag {
		return held.deny, tag, nil
	}
	if tag == "" {
		return new(policy.DenyList), "", nil
	}
	found, err := policy.ParseDenyList(body)
	if err != nil {
		return held.deny, held.denyTag, fmt.Errorf("%s: %w", snapshot.DenyKey, err)
	}
	return found, tag, nil
}

// operators reads an object that need not be there. The tag is empty when it
// is not.
func (l *loader) operators(ctx context.Context, key, before string) ([]byte, string, error) {
	body, tag, err := l.bucket.Get(ctx, key, before)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, "", nil
	}
	if err == nil && tag == "" {
		err = errors.New("the answer has no tag")
	}
	return body, tag, err
}

// loadPinned reads what the manifest names by hash.
func (l *loader) loadPinned(ctx context.Context, manifest snapshot.Manifest) (rules, error) {
	pinned := noRules()
	if manifest.Policy != nil {
		text, err := l.fetch(ctx, *manifest.Policy)
		if err != nil {
			return pinned, fmt.Errorf("reading the policy of the manifest: %w", err)
		}
		pinned.policy, err = policy.Parse(text)
		if err != nil {
			return pinned, err
		}
	}
	if manifest.Deny != nil {
		text, err := l.fetch(ctx, *manifest.Deny)
		if err != nil {
			return pinned, fmt.Errorf("reading the deny list of the manifest: %w", err)
		}
		pinned.deny, err = policy.ParseDenyList(text)
		if err != nil {
			return pinned, err
		}
	}
	return pinned, nil
}
