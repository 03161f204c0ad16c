package crlhttp

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/sekisho/sekisho/internal/refresh"
)

// Fetch brings the list from the first mirror that has one. Mirrors are asked
// in order; when none answers, those whose failure may pass are asked again
// after a pause. The error is an *Error.
func (f *Fetcher) Fetch(ctx context.Context, request refresh.Request) (refresh.Fetched, error) {
	if request.MaxBytes <= 0 {
		request.MaxBytes = DefaultMaxBytes
	}
	request.Timeout = orDefault(request.Timeout, f.options.AttemptTimeout)
	ctx, cancel := context.WithTimeout(ctx, max(f.options.TotalTimeout, request.Timeout*time.Duration(len(request.URLs))))
	defer cancel()
	tour := newTour(request.URLs)
	for round := range rounds {
		fetched, found := f.round(ctx, request, tour)
		if found {
			return fetched, nil
		}
		if round+1 == rounds || !tour.worthAnother() || !f.pause(ctx, round, tour) {
			break
		}
	}
	return refresh.Fetched{}, tour.failure()
}

// attempt asks one mirror, bounded in time.
func (f *Fetcher) attempt(ctx context.Context, request refresh.Request, mirror string) (refresh.Fetched, error) {
	at, err := parseSource(mirror)
	if err != nil {
		return refresh.Fetched{}, err
	}
	ctx, stop := context.WithTimeoutCause(ctx, request.Timeout, errTimedOut)
	defer stop()
	if at.Scheme == "s3" {
		return f.fetchObject(ctx, request, mirror, at)
	}
	return f.fetchWeb(ctx, request, mirror, at)
}

func (f *Fetcher) fetchWeb(ctx context.Context, request refresh.Request, mirror string, at *url.URL) (refresh.Fetched, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	got, err := f.exchange(ctx, request, at)
	if err != nil {
		return refresh.Fetched{}, err
	}
	got.response.Body = watch(ctx, cancel, got.response.Body)
	defer got.response.Body.Close()
	switch got.response.StatusCode {
	case http.StatusOK:
		return whole(ctx, request, mirror, got)
	case http.StatusNotModified:
		return notModified(request, mirror, got)
	default:
		return refresh.Fetched{}, refused(got.response)
	}
}

func whole(ctx context.Context, request refresh.Request, mirror string, got *answer) (refresh.Fetched, error) {
	body, err := readBody(ctx, got.response, request.MaxBytes)
	if err != nil {
		return refresh.Fetched{}, err
	}
	err = sniff(body)
	if err != nil {
		return refresh.Fetched{}, err
	}
	return refresh.Fetched{URL: mirror, Body: body, Validators: validators(got.response.Header, got.at, request.Now)}, nil
}

// notModified keeps the validators as they are, and with them the moment from
// which the list must be fetched whole again.
func notModified(request refresh.Request, mirror string, got *answer) (refresh.Fetched, error) {
	if !got.asked {
		return refresh.Fetched{}, because(NotModifiedUnasked, "status 304 to a request without a condition")
	}
	return refresh.Fetched{URL: mirror, NotModified: true, Validators: request.Held}, nil
}

// refused says what the server says instead of serving the list.
func refused(response *http.Response) error {
	said, _ := io.ReadAll(io.LimitReader(response.Body, 8*maxQuoted))
	problem := because(Status, "status %d %s", response.StatusCode, http.StatusText(response.StatusCode))
	if printable(string(said)) != "" {
		problem.detail += ", and the server says " + quoted(string(said))
	}
	if !isPassing(response.StatusCode) {
		return problem
	}
	problem.wait = retryAfter(response.Header)
	return problem.pass()
}
