package endpoint

import (
	"net/http"
	"strings"

	"github.com/sekisho/sekisho/internal/local/endpoint/bucket"
)

// conditions are the headers of a conditional read.
func conditions() []string {
	return []string{"If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since"}
}

// decide is 0 when the conditions of a read hold, else 412 or 304. The tag
// takes precedence over the date (RFC 9110, section 13.2.2; S3 API reference,
// GetObject, says the same).
func decide(header http.Header, status bucket.Status) int {
	match, none := header.Get("If-Match"), header.Get("If-None-Match")
	if match != "" && !names(match, status.ETag) {
		return http.StatusPreconditionFailed
	}
	if match == "" && newerThan(header.Get("If-Unmodified-Since"), status, false) {
		return http.StatusPreconditionFailed
	}
	if none != "" && names(none, status.ETag) {
		return http.StatusNotModified
	}
	if none == "" && !newerThan(header.Get("If-Modified-Since"), status, true) {
		return http.StatusNotModified
	}
	return 0
}

// names says whether a list of tags has this one; quotes may be missing.
func names(list, etag string) bool {
	for tag := range strings.SplitSeq(list, ",") {
		tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/")
		if tag == "*" || strings.Trim(tag, `"`) == strings.Trim(etag, `"`) {
			return true
		}
	}
	return false
}

// newerThan says whether the object was changed after a date in whole
// seconds; otherwise is the answer when there is no date to compare with.
func newerThan(date string, status bucket.Status, otherwise bool) bool {
	since, err := http.ParseTime(date)
	if err != nil {
		return otherwise
	}
	return status.Modified.Unix() > since.Unix()
}
