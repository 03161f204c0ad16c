package main

import (
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	elbapi "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"

	"github.com/sekisho/sekisho/internal/local/endpoint"
	"github.com/sekisho/sekisho/internal/settings"
	"github.com/sekisho/sekisho/internal/snapshot"
)

// TestNewBundle plays the deployment of another bundle, with the program that
// is deployed: a new trust store is filled while the old one serves, a CA that
// left the bundle costs nothing, and going back finds everything in place.
func TestNewBundle(t *testing.T) {
	calls := &callLog{}
	r := startTwin(t, calls.observe)
	before, serving := r.revocations(r.twin.Description().TrustStoreARN), r.twin.Description().TrustStoreARN
	bundle := r.rootAlone()
	created, err := r.trustStores().CreateTrustStore(t.Context(), &elbapi.CreateTrustStoreInput{
		Name: aws.String("second"), CaCertificatesBundleS3Bucket: aws.String(r.twin.Description().Bucket),
		CaCertificatesBundleS3Key: aws.String(snapshot.BundleKey(bundle.SHA256)),
	})
	r.must(err)
	next := settings.Refresh{
		Bucket: r.twin.Description().Bucket, TrustStoreARN: *created.TrustStores[0].TrustStoreArn,
		BundleKey: snapshot.BundleKey(bundle.SHA256), BundleSHA256: bundle.SHA256,
		Revocation: settings.RevocationRequire, Sources: []settings.Source{{Name: "root", URLs: r.twin.Description().CRL[:1]}},
	}
	for range 3 {
		err = r.runRefresher("next-refresh", next)
		if err != nil {
			t.Errorf("the refresher of the new bundle: %v", err)
		}
	}
	if got := r.revocations(next.TrustStoreARN); len(got) != 1 {
		t.Errorf("got the lists %v in the new trust store, want the root's", got)
	}
	if touched := calls.of("next-refresh", serving); len(touched) > 0 {
		t.Errorf("got %v on the trust store that serves, want it left alone", touched)
	}
	r.refresh()
	if got := r.revocations(serving); len(got) != len(before) {
		t.Errorf("got the lists %v after going back, want as many as in %v", got, before)
	}
}

// revocations are the IDs in a trust store.
func (r realRun) revocations(arn string) []int64 {
	r.Helper()
	shown, err := r.trustStores().DescribeTrustStoreRevocations(r.Context(), &elbapi.DescribeTrustStoreRevocationsInput{TrustStoreArn: aws.String(arn)})
	r.must(err)
	var ids []int64
	for _, revocation := range shown.TrustStoreRevocations {
		ids = append(ids, aws.ToInt64(revocation.RevocationId))
	}
	return ids
}

// callLog keeps the calls to the trust-store API.
type callLog struct {
	sync.Mutex
	all []endpoint.Call
}

func (l *callLog) observe(call endpoint.Call) endpoint.Fault {
	l.Lock()
	defer l.Unlock()
	l.all = append(l.all, call)
	return endpoint.Fault{}
}

// of are the actions of a caller on a trust store.
func (l *callLog) of(caller, arn string) []string {
	l.Lock()
	defer l.Unlock()
	var actions []string
	for _, call := range l.all {
		if call.AccessKeyID == caller && strings.EqualFold(call.ARN, arn) {
			actions = append(actions, call.Action)
		}
	}
	return actions
}
