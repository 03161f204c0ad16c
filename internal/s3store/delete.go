package s3store

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/sekisho/sekisho/internal/refresh"
)

// Delete removes an object, so that what is there is an earlier version only.
// One that is not there is no error. With a tag the error is
// refresh.ErrOvertaken when the object is no longer the one with that tag: S3
// decides that in the same step (S3 user guide, Conditional deletes).
func (s *Store) Delete(ctx context.Context, key, tag string) error {
	input := &s3.DeleteObjectInput{Bucket: aws.String(s.bucket), Key: aws.String(key)}
	if tag != "" {
		input.IfMatch = aws.String(tag)
	}
	_, err := s.client.DeleteObject(ctx, input)
	if err == nil || isAbsent(err) {
		return nil
	}
	if tag != "" && (status(err) == http.StatusPreconditionFailed || status(err) == http.StatusConflict) {
		return fmt.Errorf("deleting %s: %w: %w", location(s.bucket, key), refresh.ErrOvertaken, err)
	}
	return fmt.Errorf("deleting %s: %w", location(s.bucket, key), explained(err))
}

func isAbsent(err error) bool { return errors.Is(explained(err), refresh.ErrAbsent) }
