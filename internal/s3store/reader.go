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
// object.
func (r *Reader) Get(ctx context.Context, key, etag string) ([]byte, string, error) {
	return get(ctx, r.client, object{bucket: r.bucket, key: key, tag: etag, maxBytes: r.maxBytes})
}

func orDefault(maxBytes int64) int64 {
	if maxBytes <= 0 {
		return DefaultMaxBytes
	}
	return maxBytes
}
