package s3store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/sekisho/sekisho/internal/crl"
)

// readTries is how often a read is begun whose body breaks off: the SDK
// retries a call only until its body begins.
const readTries = 3

// errTooLarge marks an object above the limit; trying again cannot help.
var errTooLarge error = tooLargeError{}

type tooLargeError struct{}

func (tooLargeError) Error() string { return "larger than allowed" }

// Reason is that of package crl for the same.
func (tooLargeError) Reason() string { return string(crl.ReasonTooLarge) }

// object asks for one object: the whole of it, or nothing if it still has
// this tag.
type object struct {
	bucket, key, tag string
	maxBytes         int64
}

// get returns the object's bytes and its tag, which comes back with an error too
// where the object was found and could not be read. The bytes are nil when it
// still has the tag that was given. What went wrong is explained.
func get(ctx context.Context, client client, wanted object) ([]byte, string, error) {
	var body []byte
	var tag string
	var err error
	for range readTries {
		body, tag, err = getOnce(ctx, client, wanted)
		if !brokeOff(ctx, err) {
			break
		}
	}
	if isNotModified(err) {
		return nil, wanted.tag, nil
	}
	if err != nil {
		return nil, tag, fmt.Errorf("reading %s: %w", location(wanted.bucket, wanted.key), explained(err))
	}
	return body, tag, nil
}

func getOnce(ctx context.Context, client client, wanted object) ([]byte, string, error) {
	input := &s3.GetObjectInput{Bucket: aws.String(wanted.bucket), Key: aws.String(wanted.key)}
	if wanted.tag != "" {
		input.IfNoneMatch = aws.String(wanted.tag)
	}
	output, err := client.GetObject(ctx, input)
	if err != nil {
		return nil, "", err
	}
	defer output.Body.Close()
	body, err := readBounded(output.Body, aws.ToInt64(output.ContentLength), wanted.maxBytes)
	return body, aws.ToString(output.ETag), err
}

// brokenError is a body that ended early.
type brokenError struct{ cause error }

func (e *brokenError) Error() string { return "the answer broke off: " + e.cause.Error() }
func (e *brokenError) Unwrap() error { return e.cause }

func brokeOff(ctx context.Context, err error) bool {
	var broken *brokenError
	return errors.As(err, &broken) && ctx.Err() == nil
}

// readBounded reads a body of a stated length; it reads at most one byte more
// than allowed.
func readBounded(body io.Reader, length, limit int64) ([]byte, error) {
	if length > limit {
		return nil, fmt.Errorf("%w: %d bytes, at most %d are read", errTooLarge, length, limit)
	}
	var read bytes.Buffer
	// What ReadFrom wants to have free at the end, so that it never grows.
	read.Grow(int(max(length, 0)) + bytes.MinRead)
	_, err := read.ReadFrom(io.LimitReader(body, limit+1))
	if err != nil {
		return nil, &brokenError{cause: err}
	}
	if int64(read.Len()) > limit {
		return nil, fmt.Errorf("%w: at most %d bytes are read", errTooLarge, limit)
	}
	return read.Bytes(), nil
}
