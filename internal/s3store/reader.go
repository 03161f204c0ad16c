package s3store

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// Reader reads one bucket, for whoever keeps what it has read.
type Reader struct {
	client   client
	bucket   string
	maxBytes int64
}

// NewReader is the bucket of this name, with objects of at most maxBytes; 0 is
// DefaultMaxBytes. It makes no call.
func NewReader(config aws.Config, bucket string, maxBytes int64) *Reader {
	return newReader(newClient(config), bucket, maxBytes)
}

func newReader(client client, bucket string, maxBytes int64) *Reader {
	return &Reader{client: client, bucket: bucket, maxBytes: orDefault(maxBytes)}
}

// Get reads an object. The body is nil, and the tag the one given, when the
// object still has that tag; an empty tag asks for it in any case. The error
// satisfies fs.ErrNotExist (and refresh.ErrAbsent) when there is no such
// object. Where a delete marker says that there was, it satisfies neither, and
// has a method Deleted that returns true: for a reader, what was lost may be
// another thing than what never was.
func (r *Reader) Get(ctx context.Context, key, etag string) ([]byte, string, error) {
	body, tag, err := get(ctx, r.client, object{bucket: r.bucket, key: key, tag: etag, maxBytes: r.maxBytes})
	if isDeleteMarker(err) {
		return nil, "", deletedError{location: location(r.bucket, key)}
	}
	return body, tag, err
}

// deletedError says that the newest version of an object is a delete marker.
type deletedError struct{ location string }

func (e deletedError) Error() string {
	return "reading " + e.location + ": it was deleted, a delete marker is its newest version"
}

func (deletedError) Deleted() bool { return true }

func orDefault(maxBytes int64) int64 {
	if maxBytes <= 0 {
		return DefaultMaxBytes
	}
	return maxBytes
}
