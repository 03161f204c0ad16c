package crlhttp

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/sekisho/sekisho/internal/refresh"
)

const (
	// rounds is how often the mirrors are asked, the first time included.
	rounds = 3
	// firstPause is the longest wait before the second round; it doubles.
	firstPause = time.Second
	// longestPause bounds a wait that a server asks for: the next run comes
	// anyway.
	longestPause = 15 * time.Second
)

// tour is the state of asking several mirrors.
type tour struct {
	mirrors []string
	// problems are the latest failure of each mirror.
	problems []*problem
}

func newTour(mirrors []string) *tour {
	return &tour{mirrors: mirrors, problems: make([]*problem, len(mirrors))}
}

// round asks each mirror once that has not failed for good.
func (f *Fetcher) round(ctx context.Context, request refresh.Request, tour *tour) (refresh.Fetched, bool) {
	for i, mirror := range tour.mirrors {
		if tour.problems[i] != nil && !tour.problems[i].passing {
			continue
		}
		fetched, err := f.attempt(ctx, request, mirror)
		if err == nil {
			return fetched, true
		}
		tour.note(i, problemOf(err))
		if ctx.Err() != nil {
			break
		}
	}
	return refresh.Fetched{}, false
}

// note keeps the latest failure of a mirror; that the time was over in a later
// round says less than what went wrong before.
func (t *tour) note(i int, latest *problem) {
	if t.problems[i] == nil || latest.reason != TimedOut {
		t.problems[i] = latest
	}
}

// worthAnother says that some mirror may answer another time.
func (t *tour) worthAnother() bool {
	for _, problem := range t.problems {
		if problem != nil && problem.passing {
			return true
		}
	}
	return false
}

// wait is the longest that a server asked for.
func (t *tour) wait() time.Duration {
	var longest time.Duration
	for _, problem := range t.problems {
		if problem != nil {
			longest = max(longest, problem.wait)
		}
	}
	return min(longest, longestPause)
}

// pause waits before another round; it is false if the time is over first.
// The wait is random between half of it and all of it, so that many refreshers
// do not come back at once.
func (f *Fetcher) pause(ctx context.Context, round int, tour *tour) bool {
	backoff := firstPause << round
	backoff -= time.Duration(f.jitter() * float64(backoff/2))
	timer := time.NewTimer(max(backoff, tour.wait()))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// failure is the tour as an error. A mirror that was never asked has none of
// its own.
func (t *tour) failure() error {
	var failures []*Error
	for i, problem := range t.problems {
		if problem != nil {
			failures = append(failures, &Error{URL: shown(t.mirrors[i]), problem: problem})
		}
	}
	if len(failures) == 0 {
		return &Error{URL: "the list", problem: because(UnusableURL, "there is no URL to fetch it from")}
	}
	failures[0].Others = failures[1:]
	return failures[0]
}

// isPassing says whether an answer with this status may be another the next
// time.
func isPassing(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests,
		http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	default:
		return false
	}
}

// retryAfter is how long a server asks to be left alone (RFC 9110, section
// 10.2.3), reckoned by its own clock where it names a date.
func retryAfter(header http.Header) time.Duration {
	text := header.Get("Retry-After")
	seconds, err := strconv.Atoi(text)
	if err == nil && seconds >= 0 {
		return time.Duration(min(seconds, 3600)) * time.Second
	}
	until, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	sent, err := http.ParseTime(header.Get("Date"))
	if err != nil {
		return 0
	}
	return max(0, until.Sub(sent))
}
