package endpoint

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

const signedS3 = "AWS4-HMAC-SHA256 Credential=AKIDTEST/20260601/ap-northeast-1/s3/aws4_request, SignedHeaders=host;x-amz-date, Signature=00"

func TestIdentify(t *testing.T) {
	t.Parallel()
	const query = "/b/k?X-Amz-Credential=AKIDTEST%2F20260601%2Fap-northeast-1%2Fs3%2Faws4_request"
	for _, test := range []struct {
		name, method, path, header string
		want                       caller
		text                       string
	}{
		{"header", http.MethodPost, "/", signedS3, caller{"AKIDTEST", S3}, ""},
		{"header-elb", http.MethodPost, "/", strings.Replace(signedS3, "/s3/", "/elasticloadbalancing/", 1), caller{"AKIDTEST", ELB}, ""},
		{"several-regions", http.MethodGet, "/", "AWS4-ECDSA-P256-SHA256 Credential=AKIDTEST/20260601/s3/aws4_request, Signature=0", caller{"AKIDTEST", S3}, ""},
		{"presigned-get", http.MethodGet, query, "", caller{"AKIDTEST", S3}, ""},
		{"presigned-put", http.MethodPut, query, "", caller{"AKIDTEST", S3}, ""},
		{"presigned-post", http.MethodPost, query, "", caller{}, "not signed"},
		{"presigned-delete", http.MethodDelete, query, "", caller{}, "not signed"},
		{"presigned-elb", http.MethodGet, strings.Replace(query, "%2Fs3%2F", "%2Felasticloadbalancing%2F", 1), "", caller{}, "only requests to S3"},
		{"nothing", http.MethodGet, "/", "", caller{}, "not signed"},
		{"basic", http.MethodGet, "/", "Basic YTpi", caller{}, "not signed"},
		{"no-credential", http.MethodGet, "/", "AWS4-HMAC-SHA256 Signature=00", caller{}, "no credential"},
		{"short-credential", http.MethodGet, "/", "AWS4-HMAC-SHA256 Credential=AKID/s3, Signature=0", caller{}, "not of the form"},
		{"no-key", http.MethodGet, "/", strings.Replace(signedS3, "AKIDTEST", "", 1), caller{}, "not of the form"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			request := httptest.NewRequest(test.method, test.path, nil)
			if test.header != "" {
				request.Header.Set("Authorization", test.header)
			}
			got, err := identify(request)
			if test.text == "" && (err != nil || got != test.want) {
				t.Errorf("got %v, %v; want %v", got, err, test.want)
			}
			if test.text != "" && (err == nil || !strings.Contains(err.Error(), test.text)) {
				t.Errorf("got %v, %v; want an error with %q", got, err, test.text)
			}
		})
	}
}

// A web page can have a browser send these; none of them may do anything.
func TestUnsignedRequestsAreRefused(t *testing.T) {
	t.Parallel()
	w := newTwin(t, Options{})
	for _, test := range []struct{ name, method, path, body, want string }{
		{"form", http.MethodPost, "/", "Action=DescribeTrustStores&Version=2015-12-01", "<ErrorResponse"},
		{"list", http.MethodGet, "/" + testBucket, "", "<Error>"},
		{"upload-form", http.MethodPost, "/" + testBucket, "key=a", "<Error>"},
		{"preflight", http.MethodOptions, "/" + testBucket, "", "<Error>"},
	} {
		request := httptest.NewRequest(test.method, test.path, strings.NewReader(test.body))
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.Header.Set("Origin", "https://evil.example")
		answer := httptest.NewRecorder()
		w.ServeHTTP(answer, request)
		body, err := io.ReadAll(answer.Body)
		if err != nil || answer.Code != http.StatusForbidden || !strings.Contains(string(body), test.want) || !strings.Contains(string(body), "MissingAuthenticationToken") {
			t.Errorf("%s: got %d %s, want 403 in the form %s", test.name, answer.Code, body, test.want)
		}
		if answer.Header().Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: other origins may read the answer", test.name)
		}
	}
	if len(w.Calls()) != 0 {
		t.Errorf("recorded %v", w.Calls())
	}
}

func TestOtherServicesAreRefused(t *testing.T) {
	t.Parallel()
	w := newTwin(t, Options{})
	request := httptest.NewRequest(http.MethodPost, "/", nil)
	request.Header.Set("Authorization", strings.Replace(signedS3, "/s3/", "/sts/", 1))
	answer := httptest.NewRecorder()
	w.ServeHTTP(answer, request)
	if answer.Code != http.StatusBadRequest || !strings.Contains(answer.Body.String(), "UnknownService") {
		t.Errorf("got %d %s, want UnknownService", answer.Code, answer.Body)
	}
}
