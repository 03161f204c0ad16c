package local

import (
	"context"
	"strconv"

	"github.com/sekisho/sekisho/internal/local/alb"
	"github.com/sekisho/sekisho/internal/local/endpoint"
	"github.com/sekisho/sekisho/internal/settings"
	"github.com/sekisho/sekisho/internal/snapshot"
)

const (
	bucketName     = "sekisho-local"
	trustStoreName = "sekisho"
	targetGroupARN = "arn:aws:elasticloadbalancing:" + region + ":" + account + ":targetgroup/sekisho-verify/0123456789abcdef"
	loadBalancer   = "app/sekisho/0123456789abcdef"
)

// startEndpoint serves S3 and the trust-store API, both empty.
func (t *Twin) startEndpoint(context.Context) error {
	listener, err := t.listen(endpointPort)
	if err != nil {
		return err
	}
	t.description.AWSEndpoint = "http://" + listener.Addr().String()
	t.description.Region, t.description.Bucket = region, bucketName
	t.endpoint = endpoint.New(endpoint.Options{Region: region, Account: account, Switches: t.options.TrustStore, Fault: t.options.Fault})
	t.serve("AWS endpoint", listener, t.endpoint)
	return nil
}

// deploy does what the stack does: bucket, bundle, trust store, functions,
// listeners.
func (t *Twin) deploy(ctx context.Context) error {
	prepared, err := t.prepare()
	if err != nil {
		return err
	}
	err = t.endpoint.CreateBucket(bucketName)
	if err != nil {
		return err
	}
	client := newAWSClient(t.description.AWSEndpoint)
	key := snapshot.BundleKey(prepared.Bundle.SHA256)
	err = client.putBundle(ctx, bucketName, key, prepared.Bundle.PEM)
	if err != nil {
		return err
	}
	t.description.TrustStoreARN, err = client.createTrustStore(ctx, trustStoreName, bucketName, key)
	if err != nil {
		return err
	}
	return t.deployGate(ctx, prepared)
}

// deployGate opens the listeners before the functions start, because the
// verify function is told which port is its own, and lets them accept after.
func (t *Twin) deployGate(ctx context.Context, prepared settings.Prepared) error {
	verify, err := t.listen(verifyPort)
	if err != nil {
		return err
	}
	passthrough, err := t.listen(passthroughPort)
	if err != nil {
		return err
	}
	t.description.Verify = "https://localhost:" + strconv.Itoa(portOf(verify))
	t.description.Passthrough = "https://localhost:" + strconv.Itoa(portOf(passthrough))
	told := prepared.Verify(bucketName)
	told.Gate = t.gateSettings(told.Gate, portOf(passthrough))
	err = t.startFunctions(ctx, prepared.Refresh(bucketName, t.description.TrustStoreARN), told)
	if err != nil {
		return err
	}
	return t.startGate(verify, passthrough)
}

// gateSettings are those of a stack, apart from what belongs to this machine.
// A snapshot never grows older than half a period of the schedule, so that a
// quick schedule is seen to be quick.
func (t *Twin) gateSettings(gate settings.Gate, port int) settings.Gate {
	gate.Header = t.options.CertificateHeader
	gate.TargetGroup, gate.Port, gate.Proto = targetGroupARN, port, "https"
	gate.SubjectCN, gate.IssuerCN = t.options.SubjectCN, t.options.IssuerCN
	gate.MaxSnapshotAge = min(gate.MaxSnapshotAge, settings.Duration(t.options.Every/2))
	return gate
}

// listenerConfig is what both listeners have in common.
func (t *Twin) listenerConfig(name string) alb.Config {
	return alb.Config{
		Name: name, Certificate: t.certificate, Switches: t.options.Gate,
		Headers:         alb.HeaderNames{Clientcert: t.options.CertificateHeader},
		ClientKeepAlive: t.options.ClientKeepAlive, LoadBalancer: loadBalancer,
		Log: t.connections,
	}
}
