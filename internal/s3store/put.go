package s3store

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/sekisho/sekisho/internal/refresh"
)

// markName is the metadata under which a write leaves its mark.
const markName = "sekisho-write"

// newMark is unguessable and new each time.
func newMark() string { return rand.Text() }

// Put writes an object and returns its version.
//
// The body is sent from its start and never held in memory; it is read once
// over TLS and twice without, and again for every retry. With Create the error
// is refresh.ErrExists when the key is taken by something else; the same bytes
// under the key already are success. With Create or Replaces it is
// refresh.ErrOvertaken when somebody else wrote meanwhile.
func (s *Store) Put(ctx context.Context, upload refresh.Upload) (refresh.Stored, error) {
	stored, err := s.put(ctx, upload)
	if err != nil {
		return refresh.Stored{}, fmt.Errorf("writing %s: %w", location(s.bucket, upload.Key), explained(err))
	}
	return stored, nil
}

func (s *Store) put(ctx context.Context, upload refresh.Upload) (refresh.Stored, error) {
	if upload.Create && upload.Replaces != "" {
		return refresh.Stored{}, errors.New("asked both to create and to replace")
	}
	_, err := upload.Body.Seek(0, io.SeekStart)
	if err != nil {
		return refresh.Stored{}, fmt.Errorf("rewinding the body: %w", err)
	}
	mark := s.mark()
	output, err := s.client.PutObject(ctx, s.input(upload, mark))
	if isRefusedCondition(upload, err) {
		return s.settle(ctx, upload, mark, err)
	}
	if err != nil {
		return refresh.Stored{}, err
	}
	return stored(upload.Key, output.VersionId, output.ETag)
}

func (s *Store) input(upload refresh.Upload, mark string) *s3.PutObjectInput {
	input := &s3.PutObjectInput{
		Bucket:   aws.String(s.bucket),
		Key:      aws.String(upload.Key),
		Body:     upload.Body,
		Metadata: map[string]string{markName: mark},
	}
	if upload.ContentType != "" {
		input.ContentType = aws.String(upload.ContentType)
	}
	if upload.Create {
		input.IfNoneMatch = aws.String("*")
	}
	if upload.Replaces != "" {
		input.IfMatch = aws.String(upload.Replaces)
	}
	return input
}

// stored demands a version: Add pins a list to it, and a bucket without
// versions could change a list between its check and its import.
func stored(key string, version, tag *string) (refresh.Stored, error) {
	if aws.ToString(version) == "" || aws.ToString(version) == "null" {
		return refresh.Stored{}, errors.New("the bucket must be versioned, and the answer names no version: switch versioning on (aws s3api put-bucket-versioning)")
	}
	return refresh.Stored{Key: key, Version: aws.ToString(version), Tag: aws.ToString(tag)}, nil
}
