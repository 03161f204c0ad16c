package s3store

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// Lists reads revocation lists from any bucket of the region, for sources
// that are given as s3://bucket/key.
type Lists struct{ client client }

// NewLists makes no call.
func NewLists(config aws.Config) *Lists { return &Lists{client: newClient(config)} }

// Get reads an object of at most maxBytes (0 is DefaultMaxBytes), as
// Reader.Get does.
func (l *Lists) Get(ctx context.Context, bucket, key, etag string, maxBytes int64) ([]byte, string, error) {
	return get(ctx, l.client, object{bucket: bucket, key: key, tag: etag, maxBytes: orDefault(maxBytes)})
}
