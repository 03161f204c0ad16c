package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/pflag"

	"github.com/sekisho/sekisho/internal/awsenv"
	"github.com/sekisho/sekisho/internal/local"
	"github.com/sekisho/sekisho/internal/refresh"
	"github.com/sekisho/sekisho/internal/s3store"
)

// bucketFlags say whose rules and denials are meant.
type bucketFlags struct{ dir, bucket string }

func (b *bucketFlags) add(flags *pflag.FlagSet) {
	flags.StringVar(&b.dir, "dir", local.DefaultOptions().Dir, "state `directory` of the local twin")
	flags.StringVar(&b.bucket, "bucket", "", "`name` of a bucket in AWS, in place of the twin's; region and keys come from the environment")
}

// open finds the bucket. It makes no call.
func (b *bucketFlags) open() (*s3store.Store, error) {
	if b.bucket != "" {
		config, err := awsenv.Config(os.Getenv)
		if err != nil {
			return nil, &usageError{fmt.Errorf("%w\n(a profile or a role: eval \"$(aws configure export-credentials --format env)\")", err)}
		}
		return s3store.New(config, b.bucket), nil
	}
	twin, err := local.Describe(b.dir)
	if err != nil {
		return nil, err
	}
	config, err := awsenv.Config(func(name string) string {
		return map[string]string{
			awsenv.Region: twin.Region, awsenv.EndpointURL: twin.AWSEndpoint,
			awsenv.AccessKeyID: "sekisho-operator", awsenv.SecretKey: "local",
		}[name]
	})
	if err != nil {
		return nil, err
	}
	return s3store.New(config, twin.Bucket), nil
}

// changeTries is how often a change is made anew because somebody else made
// one meanwhile.
const changeTries = 5

// errKeep ends a change that changes nothing.
var errKeep = errors.New("nothing to change")

// changeObject replaces an object by what change makes of it. What somebody
// else writes at the same time is not lost. before is nil when there is none.
func changeObject(ctx context.Context, store *s3store.Store, key string, change func(before []byte) ([]byte, error)) error {
	var err error
	for range changeTries {
		err = changeOnce(ctx, store, key, change)
		if !errors.Is(err, refresh.ErrOvertaken) && !errors.Is(err, refresh.ErrExists) {
			break
		}
	}
	if errors.Is(err, errKeep) {
		return nil
	}
	return err
}

func changeOnce(ctx context.Context, store *s3store.Store, key string, change func([]byte) ([]byte, error)) error {
	before, err := store.Get(ctx, key)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	after, err := change(before.Body)
	if err != nil {
		return err
	}
	_, err = store.Put(ctx, refresh.Upload{
		Key: key, Body: bytes.NewReader(after), ContentType: "application/json",
		Create: before.Tag == "", Replaces: before.Tag,
	})
	return err
}
