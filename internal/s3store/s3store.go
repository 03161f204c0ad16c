// Package s3store keeps objects in an S3 bucket: it is the refresher's
// bucket, the verifier's reader and the way to lists that lie in any bucket.
//
// Every write that it reports is durable and has a version; a write can demand
// that its key be free, or that nobody wrote it meanwhile. Transient failures
// are retried by the SDK; a conditional write whose first try took effect
// unheard is recognised, not reported as somebody else's. What is
// deleted stays as an earlier version for as long as the bucket keeps those.
// The package knows nothing of what the objects mean.
//
//	store := s3store.New(config, bucket)
//	stored, err := store.Put(ctx, refresh.Upload{Key: key, Body: body, Create: true})
package s3store

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// DefaultMaxBytes is how large an object may be to be read, where nothing
// else is said: 64 MiB.
const DefaultMaxBytes = 64 << 20

// client is the part of S3 that is used. It retries transient failures of a
// call, but not the reading of a body that has begun.
type client interface {
	GetObject(ctx context.Context, input *s3.GetObjectInput, options ...func(*s3.Options)) (*s3.GetObjectOutput, error)
	PutObject(ctx context.Context, input *s3.PutObjectInput, options ...func(*s3.Options)) (*s3.PutObjectOutput, error)
	DeleteObject(ctx context.Context, input *s3.DeleteObjectInput, options ...func(*s3.Options)) (*s3.DeleteObjectOutput, error)
	ListObjectsV2(ctx context.Context, input *s3.ListObjectsV2Input, options ...func(*s3.Options)) (*s3.ListObjectsV2Output, error)
}

// newClient addresses buckets in the path where an endpoint is given: behind
// an endpoint of one's own there are rarely names for each bucket.
func newClient(config aws.Config) *s3.Client {
	return s3.NewFromConfig(config, func(options *s3.Options) {
		options.UsePathStyle = config.BaseEndpoint != nil
	})
}

// location names an object in messages as the AWS CLI writes it.
func location(bucket, key string) string { return "s3://" + bucket + "/" + key }
