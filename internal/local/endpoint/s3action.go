package endpoint

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// actionOf names an S3 operation by its method, path and query.
func actionOf(r *http.Request) string {
	name, key := location(r)
	query := r.URL.Query()
	switch {
	case name == "":
		return "ListBuckets"
	case key == "":
		return bucketAction(r.Method, query)
	case query.Has("uploadId") || query.Has("uploads"):
		return uploadAction(r.Method, query)
	}
	return objectAction(r)
}

func bucketAction(method string, query url.Values) string {
	switch method {
	case http.MethodGet:
		return listingAction(query)
	case http.MethodHead:
		return "HeadBucket"
	case http.MethodDelete:
		return "DeleteBucket"
	case http.MethodPost:
		return "DeleteObjects"
	}
	if query.Has("versioning") {
		return "PutBucketVersioning"
	}
	return "CreateBucket"
}

func listingAction(query url.Values) string {
	switch {
	case query.Has("location"):
		return "GetBucketLocation"
	case query.Has("versioning"):
		return "GetBucketVersioning"
	case query.Has("versions"):
		return "ListObjectVersions"
	case query.Has("uploads"):
		return "ListMultipartUploads"
	case query.Get("list-type") == "2":
		return "ListObjectsV2"
	}
	return "ListObjects"
}

func uploadAction(method string, query url.Values) string {
	switch {
	case query.Has("uploads"):
		return "CreateMultipartUpload"
	case method == http.MethodPut:
		return "UploadPart"
	case method == http.MethodPost:
		return "CompleteMultipartUpload"
	case method == http.MethodDelete:
		return "AbortMultipartUpload"
	}
	return "ListParts"
}

func objectAction(r *http.Request) string {
	switch r.Method {
	case http.MethodGet:
		return "GetObject"
	case http.MethodHead:
		return "HeadObject"
	case http.MethodDelete:
		return "DeleteObject"
	}
	if r.Header.Get("X-Amz-Copy-Source") != "" {
		return "CopyObject"
	}
	return "PutObject"
}

// missing says what of a request nobody here can do, or "". The protocol layer
// would overlook it: it would take the tags of an object for its content, and
// a conditional delete for an unconditional one.
func missing(r *http.Request) string {
	for name := range r.URL.Query() {
		if !knownParameter(name) {
			return "the parameter " + name
		}
	}
	action := actionOf(r)
	for name := range r.Header {
		if slices.Contains(overlookedHeaders(action), name) {
			return "the header " + name + " of " + action
		}
	}
	if action == "CopyObject" && strings.Contains(r.Header.Get("X-Amz-Copy-Source"), "?") {
		return "copying a version"
	}
	if action == "GetObject" && r.URL.Query().Has("partNumber") {
		return "reading a part"
	}
	if r.Method == http.MethodPost && !slices.Contains([]string{"DeleteObjects", "CreateMultipartUpload", "CompleteMultipartUpload"}, action) {
		return "posting an object"
	}
	return ""
}

// overlookedHeaders are those that change what an action means and that the
// protocol layer does not read.
func overlookedHeaders(action string) []string {
	switch action {
	case "DeleteObject":
		return []string{"If-None-Match", "X-Amz-If-Match-Size", "X-Amz-If-Match-Last-Modified-Time"}
	case "CompleteMultipartUpload":
		return []string{"If-Match", "If-None-Match", "X-Amz-If-Match-Size", "X-Amz-If-Match-Last-Modified-Time"}
	case "CopyObject":
		return []string{
			"If-Match", "If-None-Match",
			"X-Amz-Copy-Source-If-Match", "X-Amz-Copy-Source-If-None-Match",
			"X-Amz-Copy-Source-If-Modified-Since", "X-Amz-Copy-Source-If-Unmodified-Since",
		}
	case "UploadPart":
		return []string{"X-Amz-Copy-Source"}
	}
	return nil
}

func knownParameter(name string) bool {
	if strings.HasPrefix(name, "X-Amz-") || strings.HasPrefix(name, "response-") {
		return true
	}
	return slices.Contains([]string{
		"continuation-token", "delete", "delimiter", "encoding-type", "fetch-owner", "key-marker", "list-type",
		"location", "marker", "max-keys", "max-parts", "max-uploads", "part-number-marker", "partNumber", "prefix",
		"start-after", "upload-id-marker", "uploadId", "uploads", "version-id-marker", "versionId", "versioning",
		"versions", "x-id",
	}, name)
}
