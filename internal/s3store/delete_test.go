package s3store

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"

	"github.com/sekisho/sekisho/internal/refresh"
)

func TestDeletedIsAbsent(t *testing.T) {
	t.Parallel()
	server := newServer(t, true)
	store := New(server.config, bucketName)
	mustPut(t, store, upload("k", "x"))
	for range 2 {
		err := store.Delete(context.Background(), "k", "")
		if err != nil {
			t.Fatalf("deleting: %v", err)
		}
	}
	_, err := store.Get(context.Background(), "k")
	if !errors.Is(err, refresh.ErrAbsent) {
		t.Errorf("got %v, want that it is absent", err)
	}
	mustPut(t, store, upload("k", "y"))
	got, err := store.Get(context.Background(), "k")
	if err != nil || string(got.Body) != "y" {
		t.Errorf("written again: got %q, %v", got.Body, err)
	}
}

func TestDeleteSortsErrors(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, tag string
		err       error
		overtaken bool
		want      string
	}{
		{"gone already", `"t"`, refusal(404, &types.NoSuchKey{}), false, ""},
		{"another one now", `"t"`, refusal(412, &smithy.GenericAPIError{Code: "PreconditionFailed"}), true, "overtaken"},
		{"another one this moment", `"t"`, refusal(409, &smithy.GenericAPIError{Code: "ConditionalRequestConflict"}), true, "overtaken"},
		{"a conflict that nobody asked about", "", refusal(409, &smithy.GenericAPIError{Code: "OperationAborted"}), false, "OperationAborted"},
		{"no such bucket", "", refusal(404, &types.NoSuchBucket{}), false, "there is no such bucket"},
		{"denied", "", refusal(403, &smithy.GenericAPIError{Code: "AccessDenied"}), false, "s3:DeleteObject"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var sent *s3.DeleteObjectInput
			store := newStore(fake{remove: func(input *s3.DeleteObjectInput) (*s3.DeleteObjectOutput, error) {
				sent = input
				return nil, test.err
			}}, "b")
			err := store.Delete(context.Background(), "k", test.tag)
			if aws.ToString(sent.IfMatch) != test.tag || sent.VersionId != nil {
				t.Errorf("sent the condition %q, version %v", aws.ToString(sent.IfMatch), sent.VersionId)
			}
			if (err == nil) != (test.want == "") || errors.Is(err, refresh.ErrOvertaken) != test.overtaken {
				t.Fatalf("got %v, want overtaken: %v", err, test.overtaken)
			}
			if err != nil && (!strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "deleting s3://b/k")) {
				t.Errorf("got %v, want …%s…", err, test.want)
			}
		})
	}
}

func TestTooLargeSaysSo(t *testing.T) {
	t.Parallel()
	var reasoned interface{ Reason() string }
	_, err := readBounded(strings.NewReader("12345"), 5, 4)
	if !errors.As(err, &reasoned) || reasoned.Reason() != "too-large" {
		t.Errorf("got %v", err)
	}
}
