package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
)

// newStack makes the one stack of the settings: a gate with everything behind
// it, or the refresher alone for a trust store that belongs to somebody else.
func newStack(app awscdk.App, d deployment) awscdk.Stack {
	description := "Sekisho: a gate for client certificates whose revocations count"
	if d.TrustStoreARN != "" {
		description = "Sekisho: carries revocation lists to an existing trust store"
	}
	stack := awscdk.NewStack(app, jsii.String(d.StackName), &awscdk.StackProps{
		Description: jsii.String(description),
	})
	if d.TrustStoreARN != "" {
		attach(stack, d)
		return stack
	}
	buildGate(stack, d)
	return stack
}

// buildGate provisions everything, in the order in which it comes to count:
// nothing that lets a client in exists before the lists of revoked ones are in
// force.
func buildGate(stack awscdk.Stack, d deployment) {
	bucket := newBucket(stack, d.Settings)
	upload := newUpload(stack, bucket, d)
	trustStore := newTrustStore(stack, bucket, upload, d)
	network := newNetwork(stack, d.Settings)
	refresher := newRefresher(stack, d, refresherParts{
		bucket: bucket, upload: upload, network: network, trustStoreARN: trustStore.TrustStoreArn(), writable: trustStoreARNs(stack),
	})
	first := newFirstRefresh(stack, d, refresher)
	newSchedule(stack, refresher.timetable(), first)
	newTriggers(stack, d.Settings, refresher)
	newOperator(stack, refresher)
	verifier := newVerifier(stack, d, bucket, network)
	verifier.function.Node().AddDependency(first)
	balancer := newBalancer(stack, d.Settings, network)
	front := front{
		settings: d.Settings, balancer: balancer, network: network,
		certificate: newCertificate(stack, d.Settings),
	}
	front.listen(trustStore, verifier, first)
	newRecords(stack, d.Settings, balancer)
	canary := newCanary(stack, d, canaryParts{bucket, network, balancer}, first)
	newWatch(stack, d, watched{stack: d.StackName, refresher: refresher.watched(), verifier: verifier.watched(), canary: canary}, first)
	gateOutputs(stack, d.Settings, balancer)
	refresherOutputs(stack, refresher, trustStore.TrustStoreArn())
}

// attach provisions what an existing trust store lacks, and nothing else.
func attach(stack awscdk.Stack, d deployment) {
	trustStore := jsii.String(d.TrustStoreARN)
	bucket := newBucket(stack, d.Settings)
	refresher := newRefresher(stack, d, refresherParts{
		bucket: bucket, upload: newUpload(stack, bucket, d), trustStoreARN: trustStore, writable: trustStore,
	})
	first := newFirstRefresh(stack, d, refresher)
	newSchedule(stack, refresher.timetable(), first)
	newTriggers(stack, d.Settings, refresher)
	newOperator(stack, refresher)
	newWatch(stack, d, watched{stack: d.StackName, refresher: refresher.watched()}, first)
	refresherOutputs(stack, refresher, trustStore)
}
