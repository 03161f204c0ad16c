package elbv2

import (
	"bytes"
	"errors"
	"io"
	"math/big"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/sekisho/sekisho/internal/pkitest"
)

func TestCreateAndDescribeTrustStore(t *testing.T) {
	t.Parallel()
	f := newFixture(t, Options{Region: "eu-central-1", Account: "123456789012"})
	arn := f.create(t, "corp-clients")
	if !strings.HasPrefix(arn, "arn:aws:elasticloadbalancing:eu-central-1:123456789012:truststore/corp-clients/") {
		t.Errorf("got ARN %s", arn)
	}
	f.mustAdd(t, arn, "two.pem", "one.pem")
	output, err := f.client.DescribeTrustStores(t.Context(), &elb.DescribeTrustStoresInput{Names: []string{"corp-clients"}})
	if err != nil {
		t.Fatal(err)
	}
	want := []types.TrustStore{{
		Name: aws.String("corp-clients"), TrustStoreArn: aws.String(arn), Status: types.TrustStoreStatusActive,
		NumberOfCaCertificates: aws.Int32(1), TotalRevokedEntries: aws.Int64(3),
	}}
	diff := cmp.Diff(want, output.TrustStores, cmpopts.IgnoreUnexported(types.TrustStore{}))
	if diff != "" {
		t.Errorf("described trust stores differ (-want +got):\n%s", diff)
	}
}

func TestAddDescribeRemoveRevocations(t *testing.T) {
	t.Parallel()
	f := newFixture(t, Options{})
	arn := f.create(t, "ts")
	f.mustAdd(t, arn, "two.pem", "one.pem")
	output, err := f.client.DescribeTrustStoreRevocations(t.Context(), &elb.DescribeTrustStoreRevocationsInput{TrustStoreArn: aws.String(arn), RevocationIds: []int64{2}})
	if err != nil {
		t.Fatal(err)
	}
	want := []types.DescribeTrustStoreRevocation{{
		TrustStoreArn: aws.String(arn), RevocationId: aws.Int64(2), RevocationType: types.RevocationTypeCrl, NumberOfRevokedEntries: aws.Int64(1),
	}}
	diff := cmp.Diff(want, output.TrustStoreRevocations, cmpopts.IgnoreUnexported(types.DescribeTrustStoreRevocation{}))
	if diff != "" {
		t.Errorf("described revocations differ (-want +got):\n%s", diff)
	}
	err = f.remove(t, arn, 1)
	if err != nil || !slices.Equal(f.inForce(t, arn), []int64{2}) {
		t.Errorf("after removing 1: %v in force, %v; want 2", f.inForce(t, arn), err)
	}
}

// The numbers of the members give the order, not their place in the form; and
// an ID that is named twice is shown once.
func TestMembersAreReadInOrder(t *testing.T) {
	t.Parallel()
	f := newFixture(t, Options{})
	arn := f.create(t, "ts")
	keys := slices.Repeat([]string{"one.pem"}, 10)
	f.mustAdd(t, arn, append(keys, "two.pem")...)
	output, err := f.client.DescribeTrustStoreRevocations(t.Context(), &elb.DescribeTrustStoreRevocationsInput{TrustStoreArn: aws.String(arn), RevocationIds: []int64{11, 2, 11}})
	if err != nil || len(output.TrustStoreRevocations) != 2 {
		t.Fatalf("got %v, %v; want two lists", output, err)
	}
	last := output.TrustStoreRevocations[1]
	if aws.ToInt64(last.RevocationId) != 11 || aws.ToInt64(last.NumberOfRevokedEntries) != 2 {
		t.Errorf("got ID %d with %d entries, want the eleventh, with 2", aws.ToInt64(last.RevocationId), aws.ToInt64(last.NumberOfRevokedEntries))
	}
}

func TestIDsAreNeverReused(t *testing.T) {
	t.Parallel()
	f := newFixture(t, Options{})
	arn := f.create(t, "ts")
	first := f.mustAdd(t, arn, "one.pem", "one.pem")
	err := f.remove(t, arn, first...)
	if err != nil {
		t.Fatal(err)
	}
	again := f.mustAdd(t, arn, "one.pem")
	if !slices.Equal(first, []int64{1, 2}) || !slices.Equal(again, []int64{3}) {
		t.Errorf("got IDs %v, then %v; want 1 and 2, then 3", first, again)
	}
}

// What lies in S3 afterwards does not matter: only what lay there at the call.
func TestContentIsCopiedAtTheTimeOfTheCall(t *testing.T) {
	t.Parallel()
	f := newFixture(t, Options{})
	arn := f.create(t, "ts")
	old := pemList(f.root.CRL(t, serialsOf(10)...))
	f.shelf.put(t, "list.pem", "v1", old)
	f.shelf.put(t, "list.pem", "v2", pemList(f.root.CRL(t, serialsOf(11)...)))
	_, err := f.client.AddTrustStoreRevocations(t.Context(), &elb.AddTrustStoreRevocationsInput{TrustStoreArn: aws.String(arn), RevocationContents: []types.RevocationContent{
		{S3Bucket: aws.String("bucket"), S3Key: aws.String("list.pem"), S3ObjectVersion: aws.String("v1")},
	}})
	if err != nil {
		t.Fatal(err)
	}
	f.shelf.put(t, "list.pem", "v3", []byte("something else"))
	view, _ := f.View(arn)
	if !view.Revocations[0].List.Revokes(big.NewInt(10)) || view.Revocations[0].List.Revokes(big.NewInt(11)) {
		t.Error("the list in force is not the version that was asked for")
	}
	output, err := f.client.GetTrustStoreRevocationContent(t.Context(), &elb.GetTrustStoreRevocationContentInput{TrustStoreArn: aws.String(arn), RevocationId: aws.Int64(1)})
	if err != nil {
		t.Fatal(err)
	}
	status, body := fetch(t, http.MethodGet, aws.ToString(output.Location))
	if status != http.StatusOK || !bytes.Equal(body, old) {
		t.Errorf("the content handed back: status %d, %d bytes; want the %d that were imported", status, len(body), len(old))
	}
}

func TestLocationsLastTenMinutes(t *testing.T) {
	t.Parallel()
	f := newFixture(t, Options{})
	arn := f.create(t, "ts")
	locate := func() string {
		output, err := f.client.GetTrustStoreCaCertificatesBundle(t.Context(), &elb.GetTrustStoreCaCertificatesBundleInput{TrustStoreArn: aws.String(arn)})
		if err != nil {
			t.Fatal(err)
		}
		return aws.ToString(output.Location)
	}
	location := locate()
	if location == locate() {
		t.Error("two locations are the same")
	}
	for _, test := range []struct {
		name, method, url string
		after             time.Duration
		status            int
	}{
		{"at-once", http.MethodGet, location, 0, http.StatusOK},
		{"head", http.MethodHead, location, 0, http.StatusOK},
		{"post", http.MethodPost, location, 0, http.StatusMethodNotAllowed},
		{"guessed", http.MethodGet, location[:len(location)-1], 0, http.StatusForbidden},
		{"in-ten-minutes", http.MethodGet, location, 10 * time.Minute, http.StatusOK},
		{"later", http.MethodGet, location, 10*time.Minute + time.Second, http.StatusForbidden},
	} {
		f.now = pkitest.Epoch.Add(test.after)
		status, body := fetch(t, test.method, test.url)
		if status != test.status {
			t.Errorf("%s: got status %d, want %d", test.name, status, test.status)
		}
		if status == http.StatusOK && test.method == http.MethodGet && !bytes.Equal(body, pkitest.PEM(f.root.Cert)) {
			t.Errorf("%s: got another bundle", test.name)
		}
	}
}

func fetch(t *testing.T, method, url string) (int, []byte) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, body
}

func TestModifyReplacesTheBundleAndKeepsTheLists(t *testing.T) {
	t.Parallel()
	f := newFixture(t, Options{})
	arn := f.create(t, "ts")
	f.mustAdd(t, arn, "two.pem")
	other := pkitest.NewCA(t, "other")
	f.shelf.put(t, "other.pem", "", pkitest.PEM(other.Cert))
	before, _ := f.View(arn)
	_, err := f.client.ModifyTrustStore(t.Context(), &elb.ModifyTrustStoreInput{
		TrustStoreArn: aws.String(arn), CaCertificatesBundleS3Bucket: aws.String("bucket"), CaCertificatesBundleS3Key: aws.String("other.pem"),
	})
	if err != nil {
		t.Fatal(err)
	}
	after, _ := f.View(arn)
	if !after.Bundle[0].Equal(other.Cert) || len(after.Revocations) != 1 || after.Revocations[0].Signer != nil {
		t.Errorf("after: bundle of %v, %d lists; want other, one list that nobody there signed", after.Bundle[0].Subject, len(after.Revocations))
	}
	if !before.Bundle[0].Equal(f.root.Cert) || !before.Revocations[0].Signer.Equal(f.root.Cert) || after.Generation != before.Generation+1 {
		t.Error("the view from before has changed, or the generation has not grown by one")
	}
}

func TestTrustStoreInUseIsNotDeleted(t *testing.T) {
	t.Parallel()
	f := newFixture(t, Options{})
	arn := f.create(t, "ts")
	const listener = "arn:aws:elasticloadbalancing:ap-northeast-1:000000000000:listener/app/gate/1/2"
	err := errors.Join(f.Associate(arn, listener), f.Associate(arn, listener))
	if err != nil {
		t.Fatal(err)
	}
	output, err := f.client.DescribeTrustStoreAssociations(t.Context(), &elb.DescribeTrustStoreAssociationsInput{TrustStoreArn: aws.String(arn)})
	if err != nil || len(output.TrustStoreAssociations) != 1 || aws.ToString(output.TrustStoreAssociations[0].ResourceArn) != listener {
		t.Errorf("got associations %v, %v; want the one listener", output, err)
	}
	_, err = f.client.DeleteTrustStore(t.Context(), &elb.DeleteTrustStoreInput{TrustStoreArn: aws.String(arn)})
	var inUse *types.TrustStoreInUseException
	if !errors.As(err, &inUse) {
		t.Errorf("deleting in use: %v, want TrustStoreInUse", err)
	}
	err = f.Dissociate(arn, listener)
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.client.DeleteTrustStore(t.Context(), &elb.DeleteTrustStoreInput{TrustStoreArn: aws.String(arn)})
	_, there := f.View(arn)
	if err != nil || there {
		t.Errorf("deleting when free: %v, still there %v", err, there)
	}
	err = f.Associate(arn, listener)
	if err == nil || !strings.Contains(err.Error(), codeTrustStoreNotFound) {
		t.Errorf("associating with what is gone: %v, want %s", err, codeTrustStoreNotFound)
	}
}

func TestEmptyListsAreThere(t *testing.T) {
	t.Parallel()
	f := newFixture(t, Options{})
	output, err := f.client.DescribeTrustStores(t.Context(), &elb.DescribeTrustStoresInput{})
	if err != nil || output.TrustStores == nil || len(output.TrustStores) != 0 {
		t.Errorf("got %v, %v; want an empty list", output.TrustStores, err)
	}
}

func TestStaleAnswersAreFromBeforeTheNewestChange(t *testing.T) {
	t.Parallel()
	f := newFixture(t, Options{})
	stale := serveHandlerTo(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.ServeHTTP(w, r.WithContext(WithStale(r.Context())))
	}))
	arn := f.create(t, "ts")
	_, err := stale.DescribeTrustStoreRevocations(t.Context(), &elb.DescribeTrustStoreRevocationsInput{TrustStoreArn: aws.String(arn)})
	if code(err) != codeTrustStoreNotFound {
		t.Errorf("right after creation: %v, want %s", err, codeTrustStoreNotFound)
	}
	f.mustAdd(t, arn, "one.pem")
	f.mustAdd(t, arn, "two.pem")
	output, err := stale.DescribeTrustStoreRevocations(t.Context(), &elb.DescribeTrustStoreRevocationsInput{TrustStoreArn: aws.String(arn)})
	if err != nil || len(output.TrustStoreRevocations) != 1 {
		t.Errorf("after two additions: %v, %v; want the first alone", output, err)
	}
	_, err = stale.RemoveTrustStoreRevocations(t.Context(), &elb.RemoveTrustStoreRevocationsInput{TrustStoreArn: aws.String(arn), RevocationIds: []int64{2}})
	if err != nil {
		t.Errorf("a change decides from the present, but got %v", err)
	}
}
