package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	elb "github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/sekisho/sekisho/internal/snapshot"
)

// newTrustStore is who may be a client. Its revocations are not CloudFormation's:
// the refresher alone adds and removes them, for a template would not notice a
// new list and would take the old one away before the new one is there.
//
// The name hangs on the bundle, so another bundle makes another trust store.
// The listener goes over to it only after the first refresh has filled it, and
// if that fails, nobody has ever been let in by it. Changing the bundle in place
// would trust a new CA before its list can be there, since a list is refused
// whose signer is not in the bundle yet.
func newTrustStore(stack awscdk.Stack, bucket awss3.IBucket, upload constructs.Construct, d deployment) elb.TrustStore {
	store := elb.NewTrustStore(stack, jsii.String("TrustStore"), &elb.TrustStoreProps{
		Bucket:         bucket,
		Key:            jsii.String(snapshot.BundleKey(d.Bundle.SHA256)),
		TrustStoreName: trustStoreName(stack, d.Bundle.SHA256),
	})
	// The trust store knows the bundle by its key alone and does not wait for it.
	store.Node().AddDependency(upload)
	return store
}
