package elbv2

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/aws/smithy-go"

	"github.com/sekisho/sekisho/internal/pkitest"
)

// fixture is a service with a root CA, its bundle and a list, and the SDK's
// own client for it. Its clock stands still until the test moves it.
type fixture struct {
	*Service
	shelf  *shelf
	client *elb.Client
	root   *pkitest.CA
	now    time.Time
}

// unsentARN is well formed and names no trust store.
const unsentARN = "arn:aws:elasticloadbalancing:ap-northeast-1:000000000000:truststore/none/0123456789abcdef"

func newFixture(t *testing.T, options Options) *fixture {
	t.Helper()
	f := &fixture{shelf: &shelf{}, root: pkitest.NewCA(t, "root"), now: pkitest.Epoch}
	options.Now = func() time.Time { return f.now }
	f.Service = New(f.shelf, options)
	f.client = serveTo(t, f.Service)
	f.shelf.put(t, "bundle.pem", "", pkitest.PEM(f.root.Cert))
	f.shelf.put(t, "two.pem", "", pemList(f.root.CRL(t, serialsOf(1, 2)...)))
	f.shelf.put(t, "one.pem", "", pemList(f.root.CRL(t, serialsOf(3)...)))
	f.shelf.put(t, "list.der", "", f.root.CRL(t))
	return f
}

func serveTo(t *testing.T, service *Service) *elb.Client {
	t.Helper()
	mux := http.NewServeMux()
	mux.Handle("/", service)
	mux.HandleFunc(ContentPath, service.ServeContent)
	return serveHandlerTo(t, mux)
}

func serveHandlerTo(t *testing.T, handler http.Handler) *elb.Client {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return elb.New(elb.Options{
		BaseEndpoint: aws.String(server.URL),
		Region:       "ap-northeast-1",
		Credentials:  credentials.NewStaticCredentialsProvider("AKID", "secret", ""),
		Retryer:      aws.NopRetryer{},
	})
}

// create makes a trust store from the fixture's bundle and gives its ARN.
func (f *fixture) create(t *testing.T, name string) string {
	t.Helper()
	output, err := f.client.CreateTrustStore(t.Context(), &elb.CreateTrustStoreInput{
		Name: aws.String(name), CaCertificatesBundleS3Bucket: aws.String("bucket"), CaCertificatesBundleS3Key: aws.String("bundle.pem"),
	})
	if err != nil {
		t.Fatalf("creating trust store %s: %v", name, err)
	}
	return aws.ToString(output.TrustStores[0].TrustStoreArn)
}

func contents(keys ...string) []types.RevocationContent {
	all := make([]types.RevocationContent, 0, len(keys))
	for _, key := range keys {
		all = append(all, types.RevocationContent{S3Bucket: aws.String("bucket"), S3Key: aws.String(key), RevocationType: types.RevocationTypeCrl})
	}
	return all
}

// add imports lists and gives their IDs.
func (f *fixture) add(t *testing.T, arn string, keys ...string) ([]int64, error) {
	t.Helper()
	output, err := f.client.AddTrustStoreRevocations(t.Context(), &elb.AddTrustStoreRevocationsInput{
		TrustStoreArn: aws.String(arn), RevocationContents: contents(keys...),
	})
	if err != nil {
		return nil, err
	}
	ids := make([]int64, 0, len(output.TrustStoreRevocations))
	for _, added := range output.TrustStoreRevocations {
		ids = append(ids, aws.ToInt64(added.RevocationId))
	}
	return ids, nil
}

func (f *fixture) mustAdd(t *testing.T, arn string, keys ...string) []int64 {
	t.Helper()
	ids, err := f.add(t, arn, keys...)
	if err != nil {
		t.Fatalf("adding %v: %v", keys, err)
	}
	return ids
}

func (f *fixture) remove(t *testing.T, arn string, ids ...int64) error {
	t.Helper()
	_, err := f.client.RemoveTrustStoreRevocations(t.Context(), &elb.RemoveTrustStoreRevocationsInput{TrustStoreArn: aws.String(arn), RevocationIds: ids})
	return err
}

// inForce are the IDs that the trust store describes.
func (f *fixture) inForce(t *testing.T, arn string) []int64 {
	t.Helper()
	output, err := f.client.DescribeTrustStoreRevocations(t.Context(), &elb.DescribeTrustStoreRevocationsInput{TrustStoreArn: aws.String(arn)})
	if err != nil {
		t.Fatalf("describing the revocations: %v", err)
	}
	ids := []int64{}
	for _, described := range output.TrustStoreRevocations {
		ids = append(ids, aws.ToInt64(described.RevocationId))
	}
	return ids
}

// code is the AWS error code of err, "" without one.
func code(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}
