// Package elbtrust is one trust store of Elastic Load Balancing: which
// revocation lists are in force, adding and removing them, and reading back
// what the service keeps.
//
// Adding is tried once and never again: when its answer is lost, only a look at
// the trust store tells whether it took effect, and Error.Unknown says when
// that look is needed. Everything else is retried by the SDK. It decides
// nothing: which list to add or remove is its caller's business.
//
//	store, err := elbtrust.New(config, trustStoreARN, bucket)
//	added, err := store.Add(ctx, stored)
package elbtrust

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
)

// lists is the part of the API that changes what is in force.
type lists interface {
	DescribeTrustStoreRevocations(ctx context.Context, input *elb.DescribeTrustStoreRevocationsInput, options ...func(*elb.Options)) (*elb.DescribeTrustStoreRevocationsOutput, error)
	AddTrustStoreRevocations(ctx context.Context, input *elb.AddTrustStoreRevocationsInput, options ...func(*elb.Options)) (*elb.AddTrustStoreRevocationsOutput, error)
	RemoveTrustStoreRevocations(ctx context.Context, input *elb.RemoveTrustStoreRevocationsInput, options ...func(*elb.Options)) (*elb.RemoveTrustStoreRevocationsOutput, error)
}

// copies is the part of the API that says where the service's own copies are.
type copies interface {
	GetTrustStoreRevocationContent(ctx context.Context, input *elb.GetTrustStoreRevocationContentInput, options ...func(*elb.Options)) (*elb.GetTrustStoreRevocationContentOutput, error)
	GetTrustStoreCaCertificatesBundle(ctx context.Context, input *elb.GetTrustStoreCaCertificatesBundleInput, options ...func(*elb.Options)) (*elb.GetTrustStoreCaCertificatesBundleOutput, error)
}

// Store is one trust store, fed from one bucket.
type Store struct {
	lists  lists
	copies copies
	arn    string
	bucket string

	download *http.Client
	// local allows downloads without TLS from this machine.
	local bool
}

// New is the trust store with this ARN, whose lists lie in bucket. It makes no
// call.
func New(config aws.Config, arn, bucket string) (*Store, error) {
	err := checkARN(arn)
	if err != nil {
		return nil, err
	}
	client := elb.NewFromConfig(config)
	return &Store{
		lists:    client,
		copies:   client,
		arn:      arn,
		bucket:   bucket,
		download: newDownload(),
		local:    config.BaseEndpoint != nil && isLocal(*config.BaseEndpoint),
	}, nil
}

// checkARN refuses what is not arn:PARTITION:elasticloadbalancing:REGION:
// ACCOUNT:truststore/NAME/ID (AddTrustStoreRevocations, API Reference), so that
// a load balancer's ARN in its place is noticed before any call.
func checkARN(arn string) error {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) != 6 || parts[0] != "arn" || parts[2] != "elasticloadbalancing" || !isTrustStore(parts[5]) {
		return fmt.Errorf("trust store ARN %q does not look like arn:aws:elasticloadbalancing:REGION:ACCOUNT:truststore/NAME/ID", arn)
	}
	return nil
}

func isTrustStore(resource string) bool {
	parts := strings.Split(resource, "/")
	return len(parts) == 3 && parts[0] == "truststore" && parts[1] != "" && parts[2] != ""
}
