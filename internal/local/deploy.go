package local

import (
	"context"

	"github.com/sekisho/sekisho/internal/local/endpoint"
	"github.com/sekisho/sekisho/internal/snapshot"
)

const (
	bucketName      = "sekisho-local"
	trustStoreName  = "sekisho"
	targetGroupARN  = "arn:aws:elasticloadbalancing:" + region + ":" + account + ":targetgroup/sekisho-verify/0123456789abcdef"
	loadBalancerARN = "arn:aws:elasticloadbalancing:" + region + ":" + account + ":loadbalancer/" + loadBalancer
	loadBalancer    = "app/sekisho/0123456789abcdef"
)

// startEndpoint serves S3 and the trust-store API, both empty.
func (t *Twin) startEndpoint(context.Context) error {
	listener, err := t.listen(endpointPort)
	if err != nil {
		return err
	}
	t.description.AWSEndpoint = "http://" + listener.Addr().String()
	t.description.Region, t.description.Bucket = region, bucketName
	t.endpoint = endpoint.New(endpoint.Options{Region: region, Account: account, Switches: t.options.TrustStore, Quotas: t.options.Quotas, Fault: t.options.Fault, Created: t.triggers.created})
	t.serve("AWS endpoint", listener, t.endpoint)
	return nil
}

// deploy does what the stack does before it opens a listener: bucket, bundle,
// trust store, refresh function.
func (t *Twin) deploy(ctx context.Context) error {
	var err error
	t.prepared, err = t.prepare()
	if err != nil {
		return err
	}
	err = t.endpoint.CreateBucket(bucketName)
	if err != nil {
		return err
	}
	client := newAWSClient(t.description.AWSEndpoint)
	key := snapshot.BundleKey(t.prepared.Bundle.SHA256)
	err = client.putBundle(ctx, bucketName, key, t.prepared.Bundle.PEM)
	if err != nil {
		return err
	}
	t.description.TrustStoreARN, err = client.createTrustStore(ctx, trustStoreName, bucketName, key)
	if err != nil {
		return err
	}
	given := t.prepared.Refresh(bucketName, t.description.TrustStoreARN)
	t.description.RefreshEnvironment = given.Env()
	t.refresh, err = t.startFunction(ctx, refreshFunction, t.options.RefreshBinary, refreshTimeout, given.Env())
	return err
}
