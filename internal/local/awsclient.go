package local

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// awsClient makes the calls that CloudFormation makes at deployment.
type awsClient struct {
	s3  *s3.Client
	elb *elb.Client
}

func newAWSClient(endpoint string) awsClient {
	config := aws.Config{
		Region:       region,
		BaseEndpoint: aws.String(endpoint),
		Credentials:  credentials.NewStaticCredentialsProvider("sekisho-deploy", "local", ""),
	}
	return awsClient{
		s3:  s3.NewFromConfig(config, func(o *s3.Options) { o.UsePathStyle = true }),
		elb: elb.NewFromConfig(config),
	}
}

// putBundle writes the CA bundle.
func (c awsClient) putBundle(ctx context.Context, bucket, key string, bundle []byte) error {
	err := c.putObject(ctx, bucket, key, bundle)
	if err != nil {
		return fmt.Errorf("writing the CA bundle: %w", err)
	}
	return nil
}

func (c awsClient) putObject(ctx context.Context, bucket, key string, body []byte) error {
	_, err := c.s3.PutObject(ctx, &s3.PutObjectInput{Bucket: aws.String(bucket), Key: aws.String(key), Body: bytes.NewReader(body)})
	return err
}

// createTrustStore makes the trust store and returns its ARN.
func (c awsClient) createTrustStore(ctx context.Context, name, bucket, key string) (string, error) {
	made, err := c.elb.CreateTrustStore(ctx, &elb.CreateTrustStoreInput{
		Name: aws.String(name), CaCertificatesBundleS3Bucket: aws.String(bucket), CaCertificatesBundleS3Key: aws.String(key),
	})
	if err != nil {
		return "", fmt.Errorf("creating the trust store: %w", err)
	}
	if len(made.TrustStores) != 1 {
		return "", errors.New("creating the trust store: the answer names none")
	}
	return aws.ToString(made.TrustStores[0].TrustStoreArn), nil
}
