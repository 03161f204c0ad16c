package s3store

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/sekisho/sekisho/internal/refresh"
)

// fake answers every call with one answer.
type fake struct {
	get    func(*s3.GetObjectInput) (*s3.GetObjectOutput, error)
	put    func(*s3.PutObjectInput) (*s3.PutObjectOutput, error)
	remove func(*s3.DeleteObjectInput) (*s3.DeleteObjectOutput, error)
	list   func(*s3.ListObjectsV2Input) (*s3.ListObjectsV2Output, error)
}

func (f fake) GetObject(_ context.Context, input *s3.GetObjectInput, _ ...func(*s3.Options)) (*s3.GetObjectOutput, error) {
	return f.get(input)
}

func (f fake) PutObject(_ context.Context, input *s3.PutObjectInput, _ ...func(*s3.Options)) (*s3.PutObjectOutput, error) {
	return f.put(input)
}

func (f fake) DeleteObject(_ context.Context, input *s3.DeleteObjectInput, _ ...func(*s3.Options)) (*s3.DeleteObjectOutput, error) {
	return f.remove(input)
}

func (f fake) ListObjectsV2(_ context.Context, input *s3.ListObjectsV2Input, _ ...func(*s3.Options)) (*s3.ListObjectsV2Output, error) {
	return f.list(input)
}

// refusal is an error as the SDK wraps it.
func refusal(status int, err error) error {
	return &smithy.OperationError{ServiceID: "S3", OperationName: "Any", Err: &smithyhttp.ResponseError{
		Response: &smithyhttp.Response{Response: &http.Response{StatusCode: status}}, Err: err,
	}}
}

func TestGetSortsErrors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		err    error
		absent bool
		want   string
	}{
		{"no such key", refusal(404, &types.NoSuchKey{}), true, "there is no such object"},
		{"not found", refusal(404, &types.NotFound{}), true, "there is no such object"},
		{"no such bucket", refusal(404, &types.NoSuchBucket{}), false, "there is no such bucket"},
		{"denied", refusal(403, &smithy.GenericAPIError{Code: "AccessDenied"}), false, "s3:ListBucket on the bucket"},
		{"other region", refusal(301, &smithy.GenericAPIError{Code: "PermanentRedirect"}), false, "another region"},
		{"unknown code", refusal(400, &smithy.GenericAPIError{Code: "Odd", Message: "odd"}), false, "api error Odd"},
		{"no answer", &smithy.OperationError{Err: errors.New("connection reset")}, false, "connection reset"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			store := newStore(fake{get: func(*s3.GetObjectInput) (*s3.GetObjectOutput, error) { return nil, test.err }}, "b")
			_, err := store.Get(context.Background(), "k")
			if errors.Is(err, refresh.ErrAbsent) != test.absent || errors.Is(err, fs.ErrNotExist) != test.absent {
				t.Errorf("got error %v, want absence: %v", err, test.absent)
			}
			if !errors.Is(err, test.err) || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "reading s3://b/k") {
				t.Errorf("got error %q, want it to wrap the cause and contain %q", err, test.want)
			}
		})
	}
}

func TestGetStopsWhenItsTimeIsOver(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	calls := 0
	store := newStore(fake{get: func(*s3.GetObjectInput) (*s3.GetObjectOutput, error) {
		calls++
		cancel()
		return &s3.GetObjectOutput{Body: io.NopCloser(failing{context.Canceled})}, nil
	}}, "b")
	_, err := store.Get(ctx, "k")
	if !errors.Is(err, context.Canceled) || calls != 1 {
		t.Errorf("got error %v after %d calls, want it cancelled after one", err, calls)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestPutOnSuspendedVersioning(t *testing.T) {
	t.Parallel()
	store := newStore(fake{put: func(*s3.PutObjectInput) (*s3.PutObjectOutput, error) {
		return &s3.PutObjectOutput{VersionId: aws.String("null"), ETag: aws.String(`"t"`)}, nil
	}}, "b")
	_, err := store.Put(context.Background(), upload("k", "x"))
	if err == nil || !strings.Contains(err.Error(), "must be versioned") {
		t.Errorf("got error %v, want that the bucket must be versioned", err)
	}
}

func TestPutSendsItsConditions(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name                 string
		upload               refresh.Upload
		ifMatch, ifNoneMatch string
	}{
		{"plain", upload("k", "x"), "", ""},
		{"create", creating("k", "x"), "", "*"},
		{"replace", replacing("k", "x", `"t"`), `"t"`, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var sent *s3.PutObjectInput
			store := newStore(fake{put: func(input *s3.PutObjectInput) (*s3.PutObjectOutput, error) {
				sent = input
				return &s3.PutObjectOutput{VersionId: aws.String("v"), ETag: aws.String(`"t"`)}, nil
			}}, "b")
			mustPut(t, store, test.upload)
			if aws.ToString(sent.IfMatch) != test.ifMatch || aws.ToString(sent.IfNoneMatch) != test.ifNoneMatch {
				t.Errorf("got If-Match %q and If-None-Match %q, want %q and %q",
					aws.ToString(sent.IfMatch), aws.ToString(sent.IfNoneMatch), test.ifMatch, test.ifNoneMatch)
			}
			if aws.ToString(sent.ContentType) != "application/x-pem-file" {
				t.Errorf("got content type %q, want the one given", aws.ToString(sent.ContentType))
			}
		})
	}
}

func TestPutMarksEachWriteAnew(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	store := newStore(fake{put: func(input *s3.PutObjectInput) (*s3.PutObjectOutput, error) {
		seen[input.Metadata[markName]] = true
		return &s3.PutObjectOutput{VersionId: aws.String("v")}, nil
	}}, "b")
	mustPut(t, store, upload("k", "x"))
	mustPut(t, store, upload("k", "x"))
	if len(seen) != 2 || seen[""] {
		t.Errorf("got marks %v, want two different ones", seen)
	}
}

// pages answers with one key a page and a marker for the next.
func pages(count int) fake {
	return fake{list: func(input *s3.ListObjectsV2Input) (*s3.ListObjectsV2Output, error) {
		page, _ := strconv.Atoi(aws.ToString(input.ContinuationToken))
		output := &s3.ListObjectsV2Output{Contents: []types.Object{{Key: aws.String("k" + strconv.Itoa(page))}}}
		if page+1 < count {
			output.NextContinuationToken = aws.String(strconv.Itoa(page + 1))
			output.IsTruncated = aws.Bool(true)
		}
		return output, nil
	}}
}

func TestListReadsEveryPage(t *testing.T) {
	t.Parallel()
	keys, err := newStore(pages(maxPages), "b").List(context.Background(), "k")
	if err != nil || len(keys) != maxPages {
		t.Errorf("got %d keys and error %v, want %d", len(keys), err, maxPages)
	}
}

func TestListWithoutEnd(t *testing.T) {
	t.Parallel()
	keys, err := newStore(pages(maxPages+1), "b").List(context.Background(), "k")
	if !errors.Is(err, refresh.ErrIncomplete) || len(keys) != maxPages {
		t.Errorf("got %d keys and error %v, want the first %d and to hear that there are more", len(keys), err, maxPages)
	}
}

func TestListDenied(t *testing.T) {
	t.Parallel()
	denied := refusal(403, &smithy.GenericAPIError{Code: "AccessDenied"})
	store := newStore(fake{list: func(*s3.ListObjectsV2Input) (*s3.ListObjectsV2Output, error) { return nil, denied }}, "b")
	_, err := store.List(context.Background(), "state/")
	if err == nil || !strings.Contains(err.Error(), "s3:ListBucket") || !strings.Contains(err.Error(), "listing s3://b/state/") {
		t.Errorf("got error %v, want what to allow", err)
	}
}
