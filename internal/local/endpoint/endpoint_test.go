package endpoint

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
)

const testBucket = "sekisho-test"

// twin is an endpoint with one bucket, served on the loopback interface, and
// the SDK's own clients for it.
type twin struct {
	*Endpoint
	url string
	s3  *awss3.Client
	elb *elb.Client
}

func newTwin(t *testing.T, options Options) *twin {
	t.Helper()
	endpoint := New(options)
	err := endpoint.CreateBucket(testBucket)
	if err != nil {
		t.Fatalf("creating the bucket: %v", err)
	}
	server := httptest.NewServer(endpoint)
	t.Cleanup(server.Close)
	return &twin{Endpoint: endpoint, url: server.URL, s3: newS3Client(server.URL), elb: newELBClient(server.URL)}
}

func newS3Client(url string) *awss3.Client {
	return awss3.New(awss3.Options{
		BaseEndpoint: aws.String(url),
		Region:       "ap-northeast-1",
		Credentials:  credentials.NewStaticCredentialsProvider("AKIDREFRESH", "secret", ""),
		Retryer:      aws.NopRetryer{},
		// What the SDK's own configuration loader has by default.
		RequestChecksumCalculation: aws.RequestChecksumCalculationWhenSupported,
		ResponseChecksumValidation: aws.ResponseChecksumValidationWhenSupported,
	})
}

func newELBClient(url string) *elb.Client {
	return elb.New(elb.Options{
		BaseEndpoint: aws.String(url),
		Region:       "ap-northeast-1",
		Credentials:  credentials.NewStaticCredentialsProvider("AKIDREFRESH", "secret", ""),
		Retryer:      aws.NopRetryer{},
	})
}

// impatient gives up on an answer soon.
func impatient() *http.Client { return &http.Client{Timeout: 100 * time.Millisecond} }

func TestCreateBucket(t *testing.T) {
	t.Parallel()
	w := newTwin(t, Options{})
	for name, want := range map[string]string{testBucket: "BucketAlreadyExists", "Upper": "creating bucket", "a/b": "creating bucket"} {
		err := w.CreateBucket(name)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want an error with %q", name, err, want)
		}
	}
}

func TestRegionAndAccountOfARNs(t *testing.T) {
	t.Parallel()
	w := newTwin(t, Options{Region: "eu-west-1", Account: "123456789012"})
	arn := w.withTrustStore(t)
	if !strings.HasPrefix(arn, "arn:aws:elasticloadbalancing:eu-west-1:123456789012:truststore/clients/") {
		t.Errorf("got %s", arn)
	}
}
