package s3store

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

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
// refresh.ErrAbsent and fs.ErrNotExist when there is no such object; its method
// Deleted says whether a delete marker stands there. Of one that is too large
// the tag comes back with the error.
func (s *Store) Get(ctx context.Context, key string) (refresh.Object, error) {
	body, tag, err := get(ctx, s.client, object{bucket: s.bucket, key: key, maxBytes: s.maxBytes})
	if err != nil {
		return refresh.Object{Tag: tag}, err
	}
	return refresh.Object{Body: body, Tag: tag}, nil
}

// maxPages bounds a listing: a thousand keys are on each page.
const maxPages = 100

// List returns the keys that begin with prefix, in order: all of them, or the
// first hundred thousand and refresh.ErrIncomplete.
func (s *Store) List(ctx context.Context, prefix string) ([]string, error) {
	pages := s3.NewListObjectsV2Paginator(s.client, &s3.ListObjectsV2Input{
		Bucket: aws.String(s.bucket),
		Prefix: aws.String(prefix),
	})
	var keys []string
	for range maxPages {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("listing %s: %w", location(s.bucket, prefix), explained(err))
		}
		for _, found := range page.Contents {
			keys = append(keys, aws.ToString(found.Key))
		}
		if !pages.HasMorePages() {
			return keys, nil
		}
	}
	return keys, fmt.Errorf("listing %s: %w: more than %d: remove what is not needed, or set a lifecycle rule", location(s.bucket, prefix), refresh.ErrIncomplete, len(keys))
}
