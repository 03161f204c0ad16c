package elbv2

import (
	"fmt"
	"net/url"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"pgregory.net/rapid"
)

// Walking the pages shows everything once, in order, whatever the size; and
// what is removed on the way neither hides nor repeats anything else.
func TestPagesShowEverythingOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var all []int64
		for id := range int64(rapid.IntRange(0, 30).Draw(t, "count")) {
			all = append(all, id*id)
		}
		kept := slices.Clone(all)
		size, marker := rapid.IntRange(1, 10).Draw(t, "size"), ""
		var shown []int64
		for {
			q := query{form: url.Values{"PageSize": {fmt.Sprint(size)}, "Marker": {marker}}}
			items, next, err := page(q, all, numberKey)
			if err != nil || len(items) > size {
				t.Fatalf("got %d items, %v; want at most %d", len(items), err, size)
			}
			shown = append(shown, items...)
			if next == "" {
				break
			}
			marker = next
			if rapid.Bool().Draw(t, "remove the last one shown") {
				all = slices.DeleteFunc(slices.Clone(all), func(id int64) bool { return id == items[len(items)-1] })
			}
		}
		if !slices.Equal(shown, kept) {
			t.Fatalf("shown %v, want %v", shown, kept)
		}
	})
}

// The SDK's own paginators walk them.
func TestPaginators(t *testing.T) {
	t.Parallel()
	f := newFixture(t, Options{})
	arn := f.create(t, "a")
	f.create(t, "b")
	f.create(t, "c")
	f.mustAdd(t, arn, "one.pem", "one.pem", "one.pem", "one.pem", "one.pem")
	for i := range 3 {
		err := f.Associate(arn, fmt.Sprintf("arn:listener/%d", i))
		if err != nil {
			t.Fatal(err)
		}
	}
	var ids []int64
	revocations := elb.NewDescribeTrustStoreRevocationsPaginator(f.client, &elb.DescribeTrustStoreRevocationsInput{TrustStoreArn: aws.String(arn), PageSize: aws.Int32(2)})
	for revocations.HasMorePages() {
		output, err := revocations.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, described := range output.TrustStoreRevocations {
			ids = append(ids, aws.ToInt64(described.RevocationId))
		}
	}
	var names []string
	stores := elb.NewDescribeTrustStoresPaginator(f.client, &elb.DescribeTrustStoresInput{PageSize: aws.Int32(1)})
	for stores.HasMorePages() {
		output, err := stores.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, described := range output.TrustStores {
			names = append(names, aws.ToString(described.Name))
		}
	}
	listeners := 0
	associations := elb.NewDescribeTrustStoreAssociationsPaginator(f.client, &elb.DescribeTrustStoreAssociationsInput{TrustStoreArn: aws.String(arn), PageSize: aws.Int32(2)})
	for associations.HasMorePages() {
		output, err := associations.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		listeners += len(output.TrustStoreAssociations)
	}
	if !slices.Equal(ids, []int64{1, 2, 3, 4, 5}) || !slices.Equal(names, []string{"a", "b", "c"}) || listeners != 3 {
		t.Errorf("got IDs %v, names %v, %d listeners; want 1 to 5, a to c, 3", ids, names, listeners)
	}
}
