package endpoint

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// What neither the library nor the twin can do is refused: half done it would
// destroy something.
func TestS3RefusesWhatItLacks(t *testing.T) {
	t.Parallel()
	w := newTwin(t, Options{})
	stored := w.put(t, "key", "body")
	bucket, key := aws.String(testBucket), aws.String("key")
	for _, test := range []struct {
		name string
		call func() error
	}{
		{"tags-as-content", func() error {
			_, err := w.s3.PutObjectTagging(t.Context(), &awss3.PutObjectTaggingInput{Bucket: bucket, Key: key, Tagging: &types.Tagging{TagSet: []types.Tag{{Key: key, Value: key}}}})
			return err
		}},
		{"bucket-policy", func() error {
			_, err := w.s3.PutBucketPolicy(t.Context(), &awss3.PutBucketPolicyInput{Bucket: bucket, Policy: aws.String("{}")})
			return err
		}},
		{"delete-by-size", func() error {
			_, err := w.s3.DeleteObject(t.Context(), &awss3.DeleteObjectInput{Bucket: bucket, Key: key, IfMatchSize: aws.Int64(1)})
			return err
		}},
		{"conditional-complete", func() error {
			_, err := w.s3.CompleteMultipartUpload(t.Context(), &awss3.CompleteMultipartUploadInput{Bucket: bucket, Key: key, UploadId: aws.String("1"), IfNoneMatch: aws.String("*")})
			return err
		}},
		{"copy-of-a-version", func() error {
			_, err := w.s3.CopyObject(t.Context(), &awss3.CopyObjectInput{Bucket: bucket, Key: key, CopySource: aws.String(testBucket + "/key?versionId=" + aws.ToString(stored.VersionId))})
			return err
		}},
		{"conditional-copy", func() error {
			_, err := w.s3.CopyObject(t.Context(), &awss3.CopyObjectInput{Bucket: bucket, Key: key, CopySource: aws.String(testBucket + "/key"), CopySourceIfMatch: aws.String(`"00"`)})
			return err
		}},
		{"part-copy", func() error {
			_, err := w.s3.UploadPartCopy(t.Context(), &awss3.UploadPartCopyInput{Bucket: bucket, Key: key, CopySource: aws.String(testBucket + "/key"), UploadId: aws.String("1"), PartNumber: aws.Int32(1)})
			return err
		}},
		{"part", func() error {
			_, err := w.s3.GetObject(t.Context(), &awss3.GetObjectInput{Bucket: bucket, Key: key, PartNumber: aws.Int32(1)})
			return err
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := test.call()
			if errorCode(err) != "NotImplemented" {
				t.Errorf("got %v, want NotImplemented", err)
			}
		})
	}
	body, output, err := w.get(t, "key")
	if err != nil || body != "body" || aws.ToString(output.VersionId) != aws.ToString(stored.VersionId) {
		t.Errorf("afterwards: %q, %v; want the object untouched", body, err)
	}
}

func TestS3Listings(t *testing.T) {
	t.Parallel()
	w := newTwin(t, Options{})
	var want []string
	for i := range 7 {
		key := fmt.Sprintf("crl/%02d.pem", i)
		want = append(want, key)
		w.put(t, key, "x")
	}
	w.put(t, "snapshot.json", "x")
	var got []string
	pages := awss3.NewListObjectsV2Paginator(w.s3, &awss3.ListObjectsV2Input{Bucket: aws.String(testBucket), Prefix: aws.String("crl/"), MaxKeys: aws.Int32(3)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, object := range page.Contents {
			got = append(got, aws.ToString(object.Key))
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	top, err := w.s3.ListObjectsV2(t.Context(), &awss3.ListObjectsV2Input{Bucket: aws.String(testBucket), Delimiter: aws.String("/")})
	if err != nil || len(top.CommonPrefixes) != 1 || len(top.Contents) != 1 {
		t.Errorf("got %v, %v; want one prefix and one object", top, err)
	}
}

func TestS3VersionListing(t *testing.T) {
	t.Parallel()
	w := newTwin(t, Options{})
	var want []string
	for _, key := range []string{"a", "b"} {
		for range 3 {
			want = append(want, key+" "+aws.ToString(w.put(t, key, "x").VersionId))
		}
	}
	slices.Reverse(want[:3]) // of each key the newest first
	slices.Reverse(want[3:])
	var got []string
	pages := awss3.NewListObjectVersionsPaginator(w.s3, &awss3.ListObjectVersionsInput{Bucket: aws.String(testBucket), MaxKeys: aws.Int32(2)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, version := range page.Versions {
			got = append(got, aws.ToString(version.Key)+" "+aws.ToString(version.VersionId))
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestS3CopyDeleteManyAndRange(t *testing.T) {
	t.Parallel()
	w := newTwin(t, Options{})
	w.put(t, "from", "0123456789", func(in *awss3.PutObjectInput) { in.ContentType = aws.String("text/plain") })
	bucket := aws.String(testBucket)
	_, err := w.s3.CopyObject(t.Context(), &awss3.CopyObjectInput{Bucket: bucket, Key: aws.String("to"), CopySource: aws.String(testBucket + "/from")})
	if err != nil {
		t.Fatal(err)
	}
	part, output, err := w.get(t, "to", func(in *awss3.GetObjectInput) { in.Range = aws.String("bytes=2-4") })
	if err != nil || part != "234" || aws.ToString(output.ContentType) != "text/plain" {
		t.Errorf("got %q of type %s, %v; want 234 of text/plain", part, aws.ToString(output.ContentType), err)
	}
	deleted, err := w.s3.DeleteObjects(t.Context(), &awss3.DeleteObjectsInput{Bucket: bucket, Delete: &types.Delete{Objects: []types.ObjectIdentifier{{Key: aws.String("from")}, {Key: aws.String("to")}}}})
	if err != nil || len(deleted.Deleted) != 2 || w.has(t, "from") || w.has(t, "to") {
		t.Errorf("got %v, %v; want both deleted", deleted, err)
	}
}

// A pre-signed URL works as the SDK makes it.
func TestS3Presigned(t *testing.T) {
	t.Parallel()
	w := newTwin(t, Options{})
	w.put(t, "key", "body")
	signed, err := awss3.NewPresignClient(w.s3).PresignGetObject(t.Context(), &awss3.GetObjectInput{Bucket: aws.String(testBucket), Key: aws.String("key")})
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, signed.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Origin", "https://evil.example")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || string(body) != "body" || response.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("got %d %q with %v, %v; want the body, for no other origin", response.StatusCode, body, response.Header, err)
	}
}

// Dates decide only where no tag does.
func TestDecide(t *testing.T) {
	t.Parallel()
	w := newTwin(t, Options{Now: func() time.Time { return time.Date(2026, 6, 1, 12, 0, 0, 500, time.UTC) }})
	etag := aws.ToString(w.put(t, "key", "body").ETag)
	const same, earlier = "Mon, 01 Jun 2026 12:00:00 GMT", "Mon, 01 Jun 2026 11:59:59 GMT"
	for _, test := range []struct {
		name   string
		header map[string]string
		want   int
	}{
		{"nothing", nil, 200},
		{"modified-since-same", map[string]string{"If-Modified-Since": same}, 304},
		{"modified-since-earlier", map[string]string{"If-Modified-Since": earlier}, 200},
		{"unmodified-since-same", map[string]string{"If-Unmodified-Since": same}, 200},
		{"unmodified-since-earlier", map[string]string{"If-Unmodified-Since": earlier}, 412},
		{"tag-over-date", map[string]string{"If-None-Match": `"x"`, "If-Modified-Since": same}, 200},
		{"match-over-date", map[string]string{"If-Match": etag, "If-Unmodified-Since": earlier}, 200},
		{"both-tags", map[string]string{"If-Match": etag, "If-None-Match": etag}, 304},
		{"several-tags", map[string]string{"If-None-Match": `"x", ` + etag}, 304},
		{"any-tag", map[string]string{"If-None-Match": "*"}, 304},
		{"tag-without-quotes", map[string]string{"If-None-Match": strings.Trim(etag, `"`)}, 304},
		{"not-a-date", map[string]string{"If-Modified-Since": "yesterday"}, 200},
	} {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			t.Run(test.name+"-"+method, func(t *testing.T) {
				request := httptest.NewRequest(method, "/"+testBucket+"/key", nil)
				request.Header.Set("Authorization", signedS3)
				for name, value := range test.header {
					request.Header.Set(name, value)
				}
				answer := httptest.NewRecorder()
				w.ServeHTTP(answer, request)
				if answer.Code != test.want {
					t.Errorf("got %d, want %d", answer.Code, test.want)
				}
				if answer.Code == http.StatusNotModified && (answer.Header().Get("ETag") != etag || answer.Body.Len() > 0) {
					t.Errorf("304 with tag %s and %d bytes, want %s and none", answer.Header().Get("ETag"), answer.Body.Len(), etag)
				}
			})
		}
	}
}
