package endpoint

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// errorCode is the AWS error code of err, "" without one.
func errorCode(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}

func statusOf(err error) int {
	var response *smithyhttp.ResponseError
	if errors.As(err, &response) {
		return response.HTTPStatusCode()
	}
	return 0
}

// put stores an object and gives its version and tag.
func (w *twin) put(t *testing.T, key, body string, edits ...func(*awss3.PutObjectInput)) *awss3.PutObjectOutput {
	t.Helper()
	input := &awss3.PutObjectInput{Bucket: aws.String(testBucket), Key: aws.String(key), Body: strings.NewReader(body)}
	for _, edit := range edits {
		edit(input)
	}
	output, err := w.s3.PutObject(t.Context(), input)
	if err != nil {
		t.Fatalf("putting %s: %v", key, err)
	}
	return output
}

func (w *twin) get(t *testing.T, key string, edits ...func(*awss3.GetObjectInput)) (string, *awss3.GetObjectOutput, error) {
	t.Helper()
	input := &awss3.GetObjectInput{Bucket: aws.String(testBucket), Key: aws.String(key)}
	for _, edit := range edits {
		edit(input)
	}
	output, err := w.s3.GetObject(t.Context(), input)
	if err != nil {
		return "", nil, err
	}
	body, err := io.ReadAll(output.Body)
	if err != nil {
		t.Fatalf("reading %s: %v", key, err)
	}
	return string(body), output, nil
}

func TestS3KeepsEveryVersion(t *testing.T) {
	t.Parallel()
	w := newTwin(t, Options{})
	first := w.put(t, "state/a.json", "one")
	second := w.put(t, "state/a.json", "two")
	if aws.ToString(first.VersionId) == "" || aws.ToString(first.VersionId) == aws.ToString(second.VersionId) {
		t.Fatalf("versions %q and %q, want two that differ", aws.ToString(first.VersionId), aws.ToString(second.VersionId))
	}
	newest, _, err := w.get(t, "state/a.json")
	if err != nil || newest != "two" {
		t.Errorf("newest is %q, %v; want two", newest, err)
	}
	pinned, output, err := w.get(t, "state/a.json", func(in *awss3.GetObjectInput) { in.VersionId = first.VersionId })
	if err != nil || pinned != "one" || aws.ToString(output.ETag) != aws.ToString(first.ETag) {
		t.Errorf("pinned is %q, %v; want one with its tag", pinned, err)
	}
	head, err := w.s3.HeadObject(t.Context(), &awss3.HeadObjectInput{Bucket: aws.String(testBucket), Key: aws.String("state/a.json"), VersionId: first.VersionId})
	if err != nil || aws.ToString(head.ETag) != aws.ToString(first.ETag) || aws.ToString(head.VersionId) != aws.ToString(first.VersionId) {
		t.Errorf("HEAD of the first version is %v, %v; want the first tag", head, err)
	}
}

func TestS3ConditionalWrites(t *testing.T) {
	t.Parallel()
	w := newTwin(t, Options{})
	kept := w.put(t, "taken", "one")
	write := func(key string, edit func(*awss3.PutObjectInput)) error {
		input := &awss3.PutObjectInput{Bucket: aws.String(testBucket), Key: aws.String(key), Body: strings.NewReader("new")}
		edit(input)
		_, err := w.s3.PutObject(t.Context(), input)
		return err
	}
	for _, test := range []struct {
		name, key string
		edit      func(*awss3.PutObjectInput)
		code      string
		status    int
	}{
		{"create-taken", "taken", func(in *awss3.PutObjectInput) { in.IfNoneMatch = aws.String("*") }, "PreconditionFailed", 412},
		{"create-free", "free", func(in *awss3.PutObjectInput) { in.IfNoneMatch = aws.String("*") }, "", 0},
		{"replace-other-tag", "taken", func(in *awss3.PutObjectInput) { in.IfMatch = aws.String(`"00"`) }, "PreconditionFailed", 412},
		{"replace-absent", "absent", func(in *awss3.PutObjectInput) { in.IfMatch = kept.ETag }, "NoSuchKey", 404},
		{"replace-same-tag", "taken", func(in *awss3.PutObjectInput) { in.IfMatch = kept.ETag }, "", 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := write(test.key, test.edit)
			if errorCode(err) != test.code || statusOf(err) != test.status {
				t.Errorf("got %v, want code %q and status %d", err, test.code, test.status)
			}
		})
	}
}

func TestS3ConditionalReads(t *testing.T) {
	t.Parallel()
	w := newTwin(t, Options{})
	stored := w.put(t, "key", "body")
	for _, test := range []struct {
		name   string
		edit   func(*awss3.GetObjectInput)
		status int
	}{
		{"none-match-same", func(in *awss3.GetObjectInput) { in.IfNoneMatch = stored.ETag }, 304},
		{"none-match-other", func(in *awss3.GetObjectInput) { in.IfNoneMatch = aws.String(`"00"`) }, 0},
		{"match-same", func(in *awss3.GetObjectInput) { in.IfMatch = stored.ETag }, 0},
		{"match-other", func(in *awss3.GetObjectInput) { in.IfMatch = aws.String(`"00"`) }, 412},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, _, err := w.get(t, "key", test.edit)
			if statusOf(err) != test.status {
				t.Errorf("got %v, want status %d", err, test.status)
			}
		})
	}
}

func TestS3MetadataBelongsToOneVersion(t *testing.T) {
	t.Parallel()
	w := newTwin(t, Options{})
	w.put(t, "key", "one", func(in *awss3.PutObjectInput) {
		in.Metadata = map[string]string{"number": "7"}
		in.ChecksumAlgorithm = types.ChecksumAlgorithmSha256
	})
	w.put(t, "key", "two")
	_, output, err := w.get(t, "key", func(in *awss3.GetObjectInput) { in.ChecksumMode = types.ChecksumModeEnabled })
	if err != nil {
		t.Fatal(err)
	}
	if len(output.Metadata) > 0 || output.ChecksumSHA256 != nil || output.ChecksumCRC32 == nil {
		t.Errorf("the second version has metadata %v, SHA-256 %v, CRC-32 %v; want only a CRC-32", output.Metadata, output.ChecksumSHA256, output.ChecksumCRC32)
	}
}

func TestS3DeletingTheNewestVersionBringsTheOneBeforeBack(t *testing.T) {
	t.Parallel()
	w := newTwin(t, Options{})
	w.put(t, "inbox/list", "one")
	second := w.put(t, "inbox/list", "two")
	_, err := w.s3.DeleteObject(t.Context(), &awss3.DeleteObjectInput{Bucket: aws.String(testBucket), Key: aws.String("inbox/list"), VersionId: second.VersionId})
	if err != nil {
		t.Fatal(err)
	}
	body, _, err := w.get(t, "inbox/list")
	if err != nil || body != "one" {
		t.Errorf("after the deletion: %q, %v; want one", body, err)
	}
}

func TestS3DeleteMarker(t *testing.T) {
	t.Parallel()
	w := newTwin(t, Options{})
	w.put(t, "key", "one")
	deleted, err := w.s3.DeleteObject(t.Context(), &awss3.DeleteObjectInput{Bucket: aws.String(testBucket), Key: aws.String("key")})
	if err != nil || !aws.ToBool(deleted.DeleteMarker) {
		t.Fatalf("deleting: %v, %v; want a delete marker", deleted, err)
	}
	_, _, err = w.get(t, "key")
	if errorCode(err) != "NoSuchKey" || markerHeader(err) != "true" {
		t.Errorf("reading behind the marker: %v, header %q; want NoSuchKey and true", err, markerHeader(err))
	}
	_, _, err = w.get(t, "never written")
	if errorCode(err) != "NoSuchKey" || markerHeader(err) != "" {
		t.Errorf("reading what never was: %v, header %q; want NoSuchKey without", err, markerHeader(err))
	}
	listed, err := w.s3.ListObjectsV2(t.Context(), &awss3.ListObjectsV2Input{Bucket: aws.String(testBucket)})
	if err != nil || len(listed.Contents) != 0 {
		t.Errorf("listing: %v, %v; want nothing", listed, err)
	}
	_, err = w.s3.DeleteObject(t.Context(), &awss3.DeleteObjectInput{Bucket: aws.String(testBucket), Key: aws.String("key"), VersionId: deleted.VersionId})
	if err != nil {
		t.Fatal(err)
	}
	body, _, err := w.get(t, "key")
	if err != nil || body != "one" {
		t.Errorf("without the marker: %q, %v; want one", body, err)
	}
}

// markerHeader is how S3 says that what is not there was deleted.
func markerHeader(err error) string {
	var answer *smithyhttp.ResponseError
	if !errors.As(err, &answer) {
		return ""
	}
	return answer.HTTPResponse().Header.Get("X-Amz-Delete-Marker")
}

func TestS3Multipart(t *testing.T) {
	t.Parallel()
	w := newTwin(t, Options{})
	bucket, key := aws.String(testBucket), aws.String("large")
	created, err := w.s3.CreateMultipartUpload(t.Context(), &awss3.CreateMultipartUploadInput{Bucket: bucket, Key: key})
	if err != nil {
		t.Fatal(err)
	}
	var parts []types.CompletedPart
	whole := bytes.Repeat([]byte("0123456789abcdef"), 5<<16)
	for i, part := range [][]byte{whole[:5<<20-16], whole[5<<20-16:]} {
		number := aws.Int32(int32(i + 1))
		uploaded, err := w.s3.UploadPart(t.Context(), &awss3.UploadPartInput{Bucket: bucket, Key: key, UploadId: created.UploadId, PartNumber: number, Body: bytes.NewReader(part)})
		if err != nil {
			t.Fatalf("uploading part %d: %v", i+1, err)
		}
		parts = append(parts, types.CompletedPart{ETag: uploaded.ETag, PartNumber: number})
	}
	done, err := w.s3.CompleteMultipartUpload(t.Context(), &awss3.CompleteMultipartUploadInput{Bucket: bucket, Key: key, UploadId: created.UploadId, MultipartUpload: &types.CompletedMultipartUpload{Parts: parts}})
	if err != nil {
		t.Fatal(err)
	}
	body, output, err := w.get(t, "large", func(in *awss3.GetObjectInput) { in.IfMatch = done.ETag })
	if err != nil || body != string(whole) || aws.ToString(output.VersionId) != aws.ToString(done.VersionId) {
		t.Errorf("reading with the tag of the upload: %d bytes, %v; want %d of version %s", len(body), err, len(whole), aws.ToString(done.VersionId))
	}
}
