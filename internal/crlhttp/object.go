package crlhttp

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"net/url"
	"strings"

	"github.com/sekisho/sekisho/internal/refresh"
)

// fetchObject reads a list from a bucket, by the same rules for conditions as
// over HTTP.
func (f *Fetcher) fetchObject(ctx context.Context, request refresh.Request, mirror string, at *url.URL) (refresh.Fetched, error) {
	if f.options.Objects == nil {
		return refresh.Fetched{}, because(UnsupportedScheme, "lists in buckets are not fetched here: use http or https")
	}
	conditions := http.Header{}
	condition(conditions, request, at.String())
	held := conditions.Get("If-None-Match")
	body, tag, err := f.options.Objects.Get(ctx, at.Host, strings.TrimPrefix(at.Path, "/"), held, request.MaxBytes)
	if err != nil {
		return refresh.Fetched{}, sortedObject(ctx, err)
	}
	if body == nil && held != "" {
		return refresh.Fetched{URL: mirror, NotModified: true, Validators: request.Held}, nil
	}
	err = sniff(body)
	if err != nil {
		return refresh.Fetched{}, err
	}
	return refresh.Fetched{URL: mirror, Body: body, Validators: objectValidators(tag, at.String(), request)}, nil
}

func objectValidators(tag, at string, request refresh.Request) refresh.Validators {
	if !isTag(tag) || len(at) > maxValidator {
		return refresh.Validators{}
	}
	return refresh.Validators{URL: at, ETag: tag, Whole: request.Now}
}

func sortedObject(ctx context.Context, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return because(Absent, "there is no such object").by(err)
	case ctx.Err() != nil:
		return outOfTime(ctx)
	default:
		return because(Bucket, "the bucket could not be read").by(err)
	}
}
