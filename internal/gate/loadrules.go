package gate

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/sekisho/sekisho/internal/policy"
	"github.com/sekisho/sekisho/internal/snapshot"
)

// What lets every verified client pass. An operator who wants that says so: an
// object that is gone may have gone by accident.
const (
	noPolicyText = `{"format":1,"rules":[]}`
	noDenialText = `{"format":1,"deny":[]}`
)

// loadPolicy returns the operator's policy and its tag: held's when it has not
// changed or cannot be read, one without rules when there never was one.
func (l *loader) loadPolicy(ctx context.Context, held rules) (*policy.Policy, string, error) {
	body, tag, err := l.operators(ctx, snapshot.PolicyKey, held.policyTag, noPolicyText)
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
	body, tag, err := l.operators(ctx, snapshot.DenyKey, held.denyTag, noDenialText)
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

// operators reads an object that need not be there, unless it was before. The
// tag is empty when it is not. Open is what the object has to hold to mean as
// little as none.
func (l *loader) operators(ctx context.Context, key, before, open string) ([]byte, string, error) {
	body, tag, err := l.bucket.Get(ctx, key, before)
	absent := errors.Is(err, fs.ErrNotExist)
	switch {
	case absent && before == "":
		return nil, "", nil
	case absent, wasDeleted(err):
		return nil, "", fmt.Errorf("%s was deleted: bring back its last version, or write %s there to let every verified client pass: %w", key, open, err)
	case err == nil && tag == "":
		return nil, "", errors.New("the answer has no tag")
	}
	return body, tag, err
}

// wasDeleted says whether the bucket knows that an object was there (see bucket).
func wasDeleted(err error) bool {
	var told interface{ Deleted() bool }
	return errors.As(err, &told) && told.Deleted()
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
