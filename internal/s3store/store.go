package s3store

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/sekisho/sekisho/internal/refresh"
)

// Store is one versioned bucket that is read and written.
type Store struct {
	client   client
	bucket   string
	maxBytes int64
	// mark makes the text by which a write recognises itself.
	mark func() string
}

// New is the bucket of this name. It makes no call.
func New(config aws.Config, bucket string) *Store { return newStore(newClient(config), bucket) }

func newStore(client client, bucket string) *Store {
	return &Store{client: client, bucket: bucket, maxBytes: DefaultMaxBytes, mark: newMark}
}

// Get reads an object of at most DefaultMaxBytes. The error satisfies
// refresh.ErrAbsent and fs.ErrNotExist when there is no such object.
func (s *Store) Get(ctx context.Context, key string) (refresh.Object, error) {
	body, tag, err := get(ctx, s.client, object{bucket: s.bucket, key: key, maxBytes: s.maxBytes})
	if err != nil {
		return refresh.Object{}, err
	}
	return refresh.Object{Body: body, Tag: tag}, nil
}
