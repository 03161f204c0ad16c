package s3store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/sekisho/sekisho/internal/refresh"
)

// isRefusedCondition says that S3 answered a conditional write with one of
// the three ways to refuse the condition: 412 where it does not hold, 404
// where If-Match finds no object, 409 where another write is under way (S3
// User Guide, "Conditional writes").
func isRefusedCondition(upload refresh.Upload, err error) bool {
	if !upload.Create && upload.Replaces == "" {
		return false
	}
	switch status(err) {
	case http.StatusPreconditionFailed, http.StatusConflict:
		return true
	case http.StatusNotFound:
		return code(err) == "NoSuchKey"
	default:
		return false
	}
}

// settle finds out what a refused condition means. The object that is in the
// way may be our own: when the answer to a first try is lost, the SDK's second
// try finds what the first one wrote. Its mark tells.
func (s *Store) settle(ctx context.Context, upload refresh.Upload, mark string, refusal error) (refresh.Stored, error) {
	found, err := s.client.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String(s.bucket), Key: aws.String(upload.Key)})
	if code(err) == "NoSuchKey" {
		return refresh.Stored{}, fmt.Errorf("%w: the object is gone", refresh.ErrOvertaken)
	}
	if err != nil {
		return refresh.Stored{}, fmt.Errorf("looking at what is in the way: %w", err)
	}
	defer found.Body.Close()
	if found.Metadata[markName] == mark {
		return stored(upload.Key, found.VersionId, found.ETag)
	}
	if upload.Replaces != "" {
		return refresh.Stored{}, refresh.ErrOvertaken
	}
	same, err := sameBytes(upload.Body, found.Body, aws.ToInt64(found.ContentLength))
	if err != nil {
		return refresh.Stored{}, fmt.Errorf("comparing with what is in the way: %w", err)
	}
	if same {
		return stored(upload.Key, found.VersionId, found.ETag)
	}
	if status(refusal) == http.StatusConflict {
		return refresh.Stored{}, refresh.ErrOvertaken
	}
	return refresh.Stored{}, fmt.Errorf("%w, with other content", refresh.ErrExists)
}

// sameBytes compares without holding either side in memory.
func sameBytes(ours io.ReadSeeker, theirs io.Reader, length int64) (bool, error) {
	size, err := ours.Seek(0, io.SeekEnd)
	if err != nil {
		return false, err
	}
	if size != length {
		return false, nil
	}
	_, err = ours.Seek(0, io.SeekStart)
	if err != nil {
		return false, err
	}
	var a, b [32 << 10]byte
	for {
		read, end := io.ReadFull(ours, a[:])
		_, err = io.ReadFull(theirs, b[:read])
		if err != nil {
			return false, err
		}
		if !bytes.Equal(a[:read], b[:read]) {
			return false, nil
		}
		if end != nil {
			return atEnd(end)
		}
	}
}

// atEnd turns the end of our own side into the verdict.
func atEnd(end error) (bool, error) {
	if errors.Is(end, io.EOF) || errors.Is(end, io.ErrUnexpectedEOF) {
		return true, nil
	}
	return false, end
}
