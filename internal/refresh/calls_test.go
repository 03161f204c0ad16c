package refresh

import (
	"context"
	"fmt"
	"strings"
)

var _ fetcher = (*party)(nil)
var _ bucket = (*party)(nil)
var _ trustStore = (*party)(nil)
var _ contents = (*party)(nil)

// Fetch serves what the party's network delivers.
func (p *party) Fetch(ctx context.Context, request Request) (Fetched, error) {
	return do(ctx, p, "fetch", request.URLs[0], func(fault) (Fetched, string, error) { return p.network(ctx, request) })
}

func (p *party) Get(ctx context.Context, key string) (Object, error) {
	return do(ctx, p, "get", key, func(fault) (Object, string, error) {
		object, err := p.cloud.get(key)
		return object, object.Tag, err
	})
}

func (p *party) Put(ctx context.Context, upload Upload) (Stored, error) {
	return do(ctx, p, "put", upload.Key, func(fault) (Stored, string, error) {
		stored, err := p.cloud.put(upload)
		return stored, stored.Tag, err
	})
}

func (p *party) List(ctx context.Context, prefix string) ([]string, error) {
	return do(ctx, p, "list", prefix, func(fault) ([]string, string, error) {
		keys, err := p.cloud.list(prefix)
		return keys, strings.Join(keys, " "), err
	})
}

func (p *party) Delete(ctx context.Context, key, tag string) error {
	_, err := do(ctx, p, "delete", key, func(fault) (struct{}, string, error) {
		return struct{}{}, "", p.cloud.discard(key, tag)
	})
	return err
}

func (p *party) Revocations(ctx context.Context) ([]Revocation, error) {
	return do(ctx, p, "revocations", "", func(f fault) ([]Revocation, string, error) {
		lag := 0
		if f == stale {
			lag = 1
		}
		found := p.cloud.revocations(lag)
		for i := range found {
			if f == miscounted1 {
				found[i].Entries++
			}
		}
		return found, fmt.Sprint(found), nil
	})
}

func (p *party) Add(ctx context.Context, list Stored) (Revocation, error) {
	return do(ctx, p, "add", list.Key, func(f fault) (Revocation, string, error) {
		added, err := p.cloud.add(list, f == damaging)
		return added, fmt.Sprint(added), err
	})
}

func (p *party) Remove(ctx context.Context, ids []int64) error {
	_, err := do(ctx, p, "remove", fmt.Sprint(ids), func(fault) (struct{}, string, error) {
		p.cloud.remove(ids)
		return struct{}{}, "", nil
	})
	return err
}

func (p *party) RevocationContent(ctx context.Context, id int64) ([]byte, error) {
	return do(ctx, p, "content", fmt.Sprint(id), func(fault) ([]byte, string, error) {
		text, err := p.cloud.content(id)
		return text, newObject(text).tag, err
	})
}

func (p *party) Bundle(ctx context.Context) ([]byte, error) {
	return do(ctx, p, "bundle", "", func(fault) ([]byte, string, error) { return p.cloud.bundle, "", nil })
}
