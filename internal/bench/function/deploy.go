package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/sekisho/sekisho/internal/cabundle"
	"github.com/sekisho/sekisho/internal/local/runtime"
	"github.com/sekisho/sekisho/internal/settings"
	"github.com/sekisho/sekisho/internal/snapshot"
)

const (
	region  = "ap-northeast-1"
	account = "000000000000"
	bucket  = "sekisho-bench"

	// memoryMB is the smallest function that Lambda has.
	memoryMB = 128
	timeout  = time.Minute
)

// deploy lays out what the stack does: bucket, bundle and trust store. It
// returns the environment of the refresh function.
func (c *cloud) deploy(ctx context.Context, ca string) (map[string]string, error) {
	bundle, err := loadBundle(ca)
	if err != nil {
		return nil, err
	}
	err = c.endpoint.CreateBucket(bucket)
	if err != nil {
		return nil, err
	}
	arn, err := c.createTrustStore(ctx, bundle)
	if err != nil {
		return nil, err
	}
	given := settings.Refresh{
		Bucket: bucket, TrustStoreARN: arn,
		BundleKey: snapshot.BundleKey(bundle.SHA256), BundleSHA256: bundle.SHA256,
		Sources: []settings.Source{{Name: "bench", URLs: []string{c.listURL}}},
		Limits:  settings.Limits{Entries: raised},
	}
	environment := given.Env()
	environment["AWS_ENDPOINT_URL"] = c.address
	return environment, nil
}

func loadBundle(ca string) (cabundle.Bundle, error) {
	text, err := os.ReadFile(ca)
	if err != nil {
		return cabundle.Bundle{}, fmt.Errorf("reading the CA: %w", err)
	}
	return cabundle.Normalise([]cabundle.File{{Name: ca, Data: text}}, time.Now())
}

func (c *cloud) createTrustStore(ctx context.Context, bundle cabundle.Bundle) (string, error) {
	config := aws.Config{
		Region: region, BaseEndpoint: aws.String(c.address),
		Credentials: credentials.NewStaticCredentialsProvider("bench", "bench", ""),
	}
	key := aws.String(snapshot.BundleKey(bundle.SHA256))
	objects := s3.NewFromConfig(config, func(o *s3.Options) { o.UsePathStyle = true })
	_, err := objects.PutObject(ctx, &s3.PutObjectInput{Bucket: aws.String(bucket), Key: key, Body: bytes.NewReader(bundle.PEM)})
	if err != nil {
		return "", fmt.Errorf("writing the CA bundle: %w", err)
	}
	made, err := elb.NewFromConfig(config).CreateTrustStore(ctx, &elb.CreateTrustStoreInput{
		Name: aws.String("bench"), CaCertificatesBundleS3Bucket: aws.String(bucket), CaCertificatesBundleS3Key: key,
	})
	if err != nil {
		return "", fmt.Errorf("creating the trust store: %w", err)
	}
	return aws.ToString(made.TrustStores[0].TrustStoreArn), nil
}

func startFunction(ctx context.Context, bootstrap string, environment map[string]string) (*runtime.Function, error) {
	return runtime.Start(ctx, runtime.Config{
		Name: "bench", Bootstrap: bootstrap, Environment: environment, Region: region, Account: account,
		Credentials: runtime.Credentials{AccessKeyID: "bench", SecretAccessKey: "bench"},
		MemoryMB:    memoryMB, Timeout: timeout, Output: os.Stderr,
	})
}
